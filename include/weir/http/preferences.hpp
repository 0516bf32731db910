// SPDX-License-Identifier: Apache-2.0
// What a client prefers, by the `Prefer` header (RFC 7240): the one parser of it. Light, but for
// json/writer.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/response.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/identifier.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weir::http {

/// What an insert does about rows that exist.
enum class resolution : std::uint8_t { none, merge, ignore };

/// What a client prefers.
struct preferences {
    /// `return=minimal` or `return=headers-only`: no rows back from a write.
    bool minimal = false;
    /// `numbers=string`: 64-bit integers and decimals as strings.
    json::numbers numbers = json::numbers::plain;
    /// `return=headers-only`.
    bool headers_only = false;
    /// `return=representation`.
    bool representation = false;
    /// `resolution=merge-duplicates` or `resolution=ignore-duplicates`.
    http::resolution resolution = http::resolution::none;
    /// `max-affected=N`: a write of more rows is refused.
    std::optional<std::uint64_t> max_affected{};
    /// `handling=strict`: what is not understood is refused.
    bool strict = false;
    /// `respond-async`: rather 202 and a job than to wait.
    bool respond_async = false;
    /// `wait=N`: seconds, with `respond-async`.
    std::optional<std::uint32_t> wait_seconds{};
};

namespace detail {

/// A character of a token. Source: RFC 9110 5.6.2.
[[nodiscard]] constexpr bool is_token_character(char c) noexcept {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

/// Goes through the items of one field: `name[=value][; parameters]`, values quoted or not.
class preference_scanner {
public:
    explicit preference_scanner(std::string_view field) : rest_(field) {}

    /// The next item, false after the last. `is_good`: it is spelled as an item is.
    bool next(std::string& name, std::string& value, bool& is_good) {
        while (!rest_.empty() && (is_space(rest_.front()) || rest_.front() == ','))
            rest_.remove_prefix(1);
        if (rest_.empty())
            return false;
        name = take_token();
        value.clear();
        is_good = !name.empty();
        skip_spaces();
        if (is_good && take('='))
            is_good = take_word(value);
        // Parameters are for preferences that define some; none here does.
        is_good = skip_parameters() && is_good;
        return true;
    }

private:
    static bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

    void skip_spaces() {
        while (!rest_.empty() && is_space(rest_.front()))
            rest_.remove_prefix(1);
    }

    bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted)
            return false;
        rest_.remove_prefix(1);
        skip_spaces();
        return true;
    }

    std::string take_token() {
        std::size_t size = 0;
        while (size < rest_.size() && is_token_character(rest_[size]))
            ++size;
        std::string token{rest_.substr(0, size)};
        rest_.remove_prefix(size);
        return token;
    }

    bool take_word(std::string& value) {
        if (!rest_.starts_with('"')) {
            value = take_token();
            skip_spaces();
            return !value.empty();
        }
        for (std::size_t at = 1; at < rest_.size(); ++at) {
            if (rest_[at] == '"') {
                rest_.remove_prefix(at + 1);
                skip_spaces();
                return true;
            }
            if (rest_[at] == '\\' && ++at == rest_.size())
                break;
            value.push_back(rest_[at]);
        }
        rest_ = {};
        return false;
    }

    /// Up to the comma that ends the item, or the end; false when anything but parameters is there.
    bool skip_parameters() {
        bool is_good = rest_.empty() || rest_.front() == ',' || rest_.front() == ';';
        std::string ignored;
        while (!rest_.empty() && rest_.front() != ',') {
            if (rest_.front() == '"') {
                ignored.clear();
                is_good = take_word(ignored) && is_good;
            } else {
                rest_.remove_prefix(1);
            }
        }
        return is_good;
    }

    std::string_view rest_;
};

/// Reads preferences; of those given twice the first counts.
class preference_reader {
public:
    void take(std::string name, const std::string& value, bool is_good) {
        std::transform(name.begin(), name.end(), name.begin(), to_lower);
        if (!is_good && name == "max-affected")
            return take_limit({});
        if (!is_good)
            return refuse("preference", "An item is name=value, the value in quotes or a token");
        const auto known = std::find(names.begin(), names.end(), name);
        if (known == names.end())
            return refuse_unknown(name);
        auto& seen = seen_[static_cast<std::size_t>(known - names.begin())];
        if (std::exchange(seen, true))
            return;
        if (name == "max-affected")
            return take_limit(value);
        if (!take_word(name, value))
            refuse("choice", "'" + name + "' does not have this value");
    }

    /// Errors: validation_error for what is not understood where `handling=strict` says so, and for
    ///         a limit that is no number in any case: a client counts on it.
    [[nodiscard]] preferences finish() {
        if (!limit_is_good_)
            throw validation_error{
                {{"int_parsing", {"header", "Prefer"}, "'max-affected' is a whole number"}}
            };
        if (read_.strict && !broken_.empty())
            throw validation_error{std::move(broken_)};
        return read_;
    }

private:
    static constexpr std::array<std::string_view, 7> names{
        "return", "resolution", "max-affected", "handling", "numbers", "respond-async", "wait"
    };

    bool take_word(std::string_view name, std::string_view value) {
        const auto is = [value](std::string_view word) {
            return equals_ignoring_case(value, word);
        };
        if (name == "return") {
            read_.headers_only = is("headers-only");
            read_.minimal = read_.headers_only || is("minimal");
            read_.representation = is("representation");
            return read_.minimal || read_.representation;
        }
        if (name == "resolution") {
            if (is("merge-duplicates"))
                read_.resolution = resolution::merge;
            if (is("ignore-duplicates"))
                read_.resolution = resolution::ignore;
            return read_.resolution != resolution::none;
        }
        if (name == "handling") {
            read_.strict = is("strict");
            return read_.strict || is("lenient");
        }
        if (name == "respond-async")
            return read_.respond_async = value.empty();
        if (name == "wait")
            return take_wait(value);
        if (!is("string"))
            return is("plain");
        read_.numbers = json::numbers::as_string;
        return true;
    }

    bool take_wait(std::string_view value) {
        std::uint32_t seconds = 0;
        const auto* const end = value.data() + value.size();
        const auto [stopped, failed] = std::from_chars(value.data(), end, seconds);
        if (failed != std::errc{} || stopped != end)
            return false;
        read_.wait_seconds = seconds;
        return true;
    }

    void take_limit(std::string_view value) {
        std::uint64_t limit = 0;
        const auto* const end = value.data() + value.size();
        const auto [stopped, failed] = std::from_chars(value.data(), end, limit);
        limit_is_good_ = failed == std::errc{} && stopped == end && limit <= most_limit;
        read_.max_affected = limit;
    }

    void refuse_unknown(std::string_view name) {
        // Tokens are ASCII: safe to tell back.
        std::string message = "Unknown preference '" + std::string{name.substr(0, 100)} + "'";
        if (const auto near = nearest_name(name, names); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        refuse("unknown_preference", std::move(message));
    }

    void refuse(std::string type, std::string message) {
        if (broken_.size() < most_told)
            broken_.push_back({std::move(type), {"header", "Prefer"}, std::move(message)});
    }

    // Databricks takes no larger one.
    static constexpr std::uint64_t most_limit = 2'147'483'647;
    static constexpr std::size_t most_told = 20;

    preferences read_{};
    std::array<bool, names.size()> seen_{};
    bool limit_is_good_ = true;
    violations broken_{};
};

} // namespace detail

/// Reads every `Prefer` field.
///
/// Errors: validation_error at `header`, `Prefer`: with `handling=strict` for what is not
/// understood,
///         always for a `max-affected` that is no number.
[[nodiscard]] inline preferences read_preferences(const headers& sent) {
    detail::preference_reader reader;
    std::string name;
    std::string value;
    for (const auto& field : sent) {
        if (!equals_ignoring_case(field.name, "Prefer"))
            continue;
        detail::preference_scanner items{field.value};
        bool is_good = false;
        while (items.next(name, value, is_good))
            reader.take(name, value, is_good);
    }
    return reader.finish();
}

/// Says in the answer which preferences were honoured.
inline void tell_preferences(response& answer, const preferences& applied) {
    std::string text;
    const auto tell = [&text](std::string_view preference) {
        text.append(text.empty() ? "" : ", ").append(preference);
    };
    if (applied.minimal)
        tell(applied.headers_only ? "return=headers-only" : "return=minimal");
    if (applied.representation)
        tell("return=representation");
    if (applied.resolution == resolution::merge)
        tell("resolution=merge-duplicates");
    if (applied.resolution == resolution::ignore)
        tell("resolution=ignore-duplicates");
    if (applied.max_affected)
        tell("max-affected=" + std::to_string(*applied.max_affected));
    if (applied.numbers == json::numbers::as_string)
        tell("numbers=string");
    if (!text.empty())
        answer.headers.add("Preference-Applied", text);
}

} // namespace weir::http
