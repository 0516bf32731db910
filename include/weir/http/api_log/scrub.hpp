// SPDX-License-Identifier: Apache-2.0
// What of a request's body may be kept: values of private and personal columns and of what is
// called a secret are not among it. Costs json/reader.hpp and json/writer.hpp.
#pragma once

#include <weir/core/headers.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace weir::http {

/// The most of a body that is kept, in characters.
inline constexpr std::size_t kept_characters = 5'000;

/// The names whose values are not kept. Threads: safe to read.
class kept_out {
public:
    /// Adds a table's private columns and those with `tags: [pii]`.
    void add(const table& of) {
        for (const auto& column : of.columns) {
            const bool is_personal =
                std::find(column.tags.begin(), column.tags.end(), "pii") != column.tags.end();
            if (column.is_private || is_personal)
                names_.insert(lowered(column.name));
        }
    }

    [[nodiscard]] bool holds(std::string_view name) const {
        const auto plain = lowered(name);
        const bool is_secret =
            std::any_of(secrets.begin(), secrets.end(), [&](std::string_view word) {
                return plain.find(word) != std::string::npos;
            });
        return is_secret || names_.contains(plain);
    }

private:
    /// Parts of names that say so themselves.
    static constexpr std::array<std::string_view, 8> secrets{
        "password", "passwd", "secret", "token", "api_key", "apikey", "authorization", "credential"
    };

    std::set<std::string, std::less<>> names_{};
};

namespace detail {

/// Copies JSON with values replaced.
class scrubber {
public:
    scrubber(std::string_view text, const kept_out& names) : in_(text), names_(&names) {}

    /// False: the text is no JSON.
    [[nodiscard]] bool copy(std::string& out) { return value(out) && in_.finish(); }

private:
    static constexpr std::string_view mask = R"("***")";

    bool value(std::string& out) {
        switch (in_.peek()) {
        case json::token::object:
            return object(out);
        case json::token::array:
            return array(out);
        default:
            break;
        }
        std::string_view spelled;
        if (!in_.read_raw(spelled))
            return false;
        out.append(spelled);
        return true;
    }

    bool array(std::string& out) {
        bool is_first = true;
        out.push_back('[');
        if (!in_.enter_array())
            return false;
        while (in_.next_element()) {
            if (!is_first)
                out.push_back(',');
            is_first = false;
            if (!value(out))
                return false;
        }
        out.push_back(']');
        return !in_.failed();
    }

    /// A comparison or a key names its column in a member, and the value in another.
    bool object(std::string& out) {
        const auto start = out.size();
        bool is_first = true;
        bool names_one = false;
        bool has_values = false;
        std::string_view name;
        out.push_back('{');
        if (!in_.enter_object())
            return false;
        while (in_.next_member(name)) {
            const std::string called{name};
            if (!is_first)
                out.push_back(',');
            is_first = false;
            json::append_json_string(out, called);
            out.push_back(':');
            has_values = has_values || is_of_named(called);
            if (names_->holds(called)) {
                if (!in_.skip_value())
                    return false;
                out.append(mask);
            } else if ((called == "column" || called == "key_column") &&
                       in_.peek() == json::token::string) {
                std::string_view column;
                if (!in_.read_string(column))
                    return false;
                names_one = names_one || names_->holds(column);
                json::append_json_string(out, column);
            } else if (!value(out)) {
                return false;
            }
        }
        out.push_back('}');
        if (names_one && has_values && !in_.failed()) {
            const auto written = out.substr(start);
            out.resize(start);
            mask_values(out, written);
        }
        return !in_.failed();
    }

    [[nodiscard]] static bool is_of_named(std::string_view name) noexcept {
        return name == "value" || name == "key_value" || name == "key_values" ||
               name == "bulk_updates";
    }

    /// Copies an object that was written here, without the values beside the column's name.
    static void mask_values(std::string& out, std::string_view written) {
        json::reader in{written, json::reader::most_depth};
        bool is_first = true;
        std::string_view name;
        out.push_back('{');
        in.enter_object();
        while (in.next_member(name)) {
            const bool is_masked = is_of_named(name);
            if (!is_first)
                out.push_back(',');
            is_first = false;
            json::append_json_string(out, name);
            out.push_back(':');
            std::string_view raw;
            if (!in.read_raw(raw))
                break;
            out.append(is_masked ? mask : raw);
        }
        out.push_back('}');
    }

    json::reader in_;
    const kept_out* names_;
};

/// At most so many characters of a text.
[[nodiscard]] inline std::string cut_text(std::string text, std::size_t characters) {
    std::size_t at = 0;
    for (std::size_t count = 0; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && count++ == characters)
            break;
    }
    text.resize(at);
    return text;
}

} // namespace detail

/// A body as it may be kept; what is no JSON is only counted.
[[nodiscard]] inline std::string scrubbed_body(std::string_view body, const kept_out& names) {
    if (body.empty())
        return {};
    // No more is kept of it, and reading all of a large one would take its time.
    constexpr std::size_t most_read = 256UL * 1024;
    std::string made;
    if (body.size() > most_read || !detail::scrubber{body, names}.copy(made))
        return "(" + std::to_string(body.size()) + " bytes that are not kept)";
    return detail::cut_text(std::move(made), kept_characters);
}

} // namespace weir::http
