// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's array literals (`{1,2}`, `{"a b",c}`) of every scalar. The Statement Execution API's
// arrays are JSON and live in json/. Light: the codec.
#pragma once

#include <weir/core/text.hpp>

#include <array>
#include <cassert>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weir {

namespace detail {

/// Whether the text of a type is plain inside an array whatever the value: digits, letters, `+-.`
/// only.
template <class T>
inline constexpr bool is_plain_in_array =
    std::same_as<T, bool> || column_integer<T> || column_float<T> || std::same_as<T, date> ||
    std::same_as<T, uuid>;
template <int Precision, int Scale>
inline constexpr bool is_plain_in_array<decimal<Precision, Scale>> = true;

[[nodiscard]] constexpr bool is_array_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// What a byte asks of an array element that holds it: quotes, or a backslash before it too.
inline constexpr auto array_byte_needs = [] {
    std::array<unsigned char, 256> needs{};
    for (std::size_t at = 0; at < needs.size(); ++at) {
        const char c = static_cast<char>(at);
        if (c == '"' || c == '\\') {
            needs[at] = 2;
        } else if (c == ',' || c == '{' || c == '}' || is_array_space(c)) {
            needs[at] = 1;
        }
    }
    return needs;
}();

/// Puts quotes around the element text that starts at `from`, if PostgreSQL would; escapes what
/// needs it.
inline void quote_array_element(std::string& out, std::size_t from) {
    const auto element = std::string_view{out}.substr(from);
    unsigned any = 0;
    for (const char c : element)
        any |= array_byte_needs[static_cast<unsigned char>(c)];
    if (any == 0 && !element.empty() && !equals_ignoring_case(element, "null"))
        return;
    if ((any & 2U) == 0) {
        out.insert(from, 1, '"').push_back('"');
        return;
    }
    std::size_t escapes = 0;
    for (const char c : element)
        escapes += array_byte_needs[static_cast<unsigned char>(c)] == 2 ? 1U : 0U;
    std::size_t read = out.size();
    out.resize(out.size() + escapes + 2);
    std::size_t write = out.size();
    out[--write] = '"';
    while (read != from) {
        const char c = out[--read];
        out[--write] = c;
        if (c == '"' || c == '\\')
            out[--write] = '\\';
    }
    out[from] = '"';
}

/// Consumes `[lower:upper]=`, which PostgreSQL prints when the lower bound is not 1, and says how
/// many elements it announces.
[[nodiscard]] inline bool read_array_bounds(std::string_view& text, std::int64_t& count) noexcept {
    std::int32_t lower = 0;
    std::int32_t upper = 0;
    const char* const end = text.data() + text.size();
    auto read = std::from_chars(text.data() + 1, end, lower);
    if (read.ec != std::errc{} || read.ptr == end || *read.ptr != ':')
        return false;
    read = std::from_chars(read.ptr + 1, end, upper);
    if (read.ec != std::errc{} || end - read.ptr < 2 || read.ptr[0] != ']' || read.ptr[1] != '=') {
        return false;
    }
    count = std::int64_t{upper} - lower + 1;
    text.remove_prefix(static_cast<std::size_t>(read.ptr + 2 - text.data()));
    return true;
}

/// Walks the elements of one literal, from behind `{`.
class array_reader {
public:
    explicit array_reader(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

    [[nodiscard]] bool consume(char expected) noexcept {
        if (at_ == end_ || *at_ != expected)
            return false;
        ++at_;
        return true;
    }

    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }

    /// Reads one element; false on NULL, a nested array and malformed text.
    /// Lifetime: `element` is valid until the next call.
    [[nodiscard]] bool next(std::string_view& element) {
        if (consume('"'))
            return next_quoted(element);
        const char* const first = at_;
        for (; at_ != end_ && *at_ != ',' && *at_ != '}'; ++at_) {
            if (*at_ == '{' || *at_ == '"' || *at_ == '\\' || is_array_space(*at_))
                return false;
        }
        element = {first, static_cast<std::size_t>(at_ - first)};
        return !element.empty() && !equals_ignoring_case(element, "null");
    }

private:
    [[nodiscard]] bool next_quoted(std::string_view& element) {
        const char* first = at_;
        unescaped_.clear();
        for (; at_ != end_ && *at_ != '"'; ++at_) {
            if (*at_ != '\\')
                continue;
            unescaped_.append(first, at_);
            first = ++at_;
            if (at_ == end_)
                return false;
        }
        if (at_ == end_)
            return false;
        if (unescaped_.empty()) {
            element = {first, static_cast<std::size_t>(at_ - first)};
        } else {
            unescaped_.append(first, at_);
            element = unescaped_;
        }
        ++at_;
        return true;
    }

    const char* at_;
    const char* end_;
    std::string unescaped_{};
};

} // namespace detail

/// Appends an array literal, quoted where PostgreSQL itself would. Requires text_format::postgres.
template <class T>
    requires(!std::same_as<T, std::byte>)
void append_text(
    std::string& out, const std::vector<T>& values, [[maybe_unused]] text_format format
) {
    assert(format == text_format::postgres);
    out.push_back('{');
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i != 0)
            out.push_back(',');
        const auto from = out.size();
        append_text(out, static_cast<const T&>(values[i]), text_format::postgres);
        if constexpr (!detail::is_plain_in_array<T>)
            detail::quote_array_element(out, from);
    }
    out.push_back('}');
}

/// Reads a one-dimensional array literal as PostgreSQL prints it.
/// Errors: false on malformed text, NULL elements, nested arrays, elements that are no T, and any
/// other format;
///         `out` is then unspecified.
template <class T>
    requires(!std::same_as<T, std::byte>)
[[nodiscard]] bool parse_text(std::string_view text, std::vector<T>& out, text_format format) {
    out.clear();
    if (format != text_format::postgres)
        return false;
    std::int64_t announced = -1;
    if (text.starts_with('[') && !detail::read_array_bounds(text, announced))
        return false;
    detail::array_reader reader{text};
    if (!reader.consume('{'))
        return false;
    if (reader.consume('}'))
        return reader.at_end() && announced == -1;
    std::string_view element;
    do {
        T value{};
        if (!reader.next(element) || !parse_text(element, value, format))
            return false;
        out.push_back(std::move(value));
    } while (reader.consume(','));
    return reader.consume('}') && reader.at_end() &&
           (announced == -1 || announced == static_cast<std::int64_t>(out.size()));
}

} // namespace weir
