// SPDX-License-Identifier: Apache-2.0
// The one codec: every scalar value to and from its text, in the spelling of either backend. No
// locale, no allocation beyond the output. Light: charconv, string, the value types.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/decimal.hpp>
#include <weir/core/detail/digits.hpp>
#include <weir/core/json_text.hpp>
#include <weir/core/text_format.hpp>
#include <weir/core/time_text.hpp>
#include <weir/core/uuid.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace weir {

namespace detail {

/// The integers columns hold.
template <class T>
concept column_integer = std::same_as<T, std::int8_t> || std::same_as<T, std::int16_t> ||
                         std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;

template <class T>
concept column_float = std::same_as<T, float> || std::same_as<T, double>;

/// Compares ASCII text with a lower-case word.
[[nodiscard]] constexpr bool
equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i])
            return false;
    }
    return true;
}

/// `NaN`, `Infinity`, `inf` in any case, the latter two with an optional `-`.
template <column_float Float>
[[nodiscard]] constexpr bool parse_special(std::string_view text, Float& out) noexcept {
    if (equals_ignoring_case(text, "nan")) {
        out = std::numeric_limits<Float>::quiet_NaN();
        return true;
    }
    const bool negative = !text.empty() && text[0] == '-';
    if (negative)
        text.remove_prefix(1);
    if (!equals_ignoring_case(text, "infinity") && !equals_ignoring_case(text, "inf"))
        return false;
    constexpr auto infinity = std::numeric_limits<Float>::infinity();
    out = negative ? -infinity : infinity;
    return true;
}

} // namespace detail

// Every append_text() appends a value's text to `out`; every parse_text() reads a whole text,
// answers false when it is not exactly a value of that type, and leaves `out` unspecified then.

template <std::same_as<bool> Bool>
void append_text(std::string& out, Bool value, text_format format) {
    if (format == text_format::postgres) {
        out.push_back(value ? 't' : 'f');
    } else {
        out.append(value ? "true" : "false");
    }
}

[[nodiscard]] constexpr bool
parse_text(std::string_view text, bool& out, text_format format) noexcept {
    const bool short_form = format == text_format::postgres && text.size() == 1;
    out = text == "true" || (short_form && text[0] == 't');
    return out || text == "false" || (short_form && text[0] == 'f');
}

template <detail::column_integer Integer>
void append_text(std::string& out, Integer value, text_format /*format*/) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

template <detail::column_integer Integer>
[[nodiscard]] bool
parse_text(std::string_view text, Integer& out, text_format /*format*/) noexcept {
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, out);
    return read.ec == std::errc{} && read.ptr == end;
}

/// The shortest text that reads back as the same value.
/// Shortest text that reads back as the same value, with an exponent where PostgreSQL writes one,
/// so that both backends' answers look alike. Source: PostgreSQL 15, float4out and float8out.
template <detail::column_float Float>
void append_text(std::string& out, Float value, text_format /*format*/) {
    if (value != value) {
        out.append("NaN");
    } else if (value == std::numeric_limits<Float>::infinity()) {
        out.append("Infinity");
    } else if (value == -std::numeric_limits<Float>::infinity()) {
        out.append("-Infinity");
    } else {
        constexpr Float least{static_cast<Float>(1e-4L)};
        constexpr Float most{std::is_same_v<Float, float> ? Float{1e6F} : static_cast<Float>(1e15)};
        const Float size = value < 0 ? -value : value;
        const bool is_plain = size == 0 || (size >= least && size < most);
        std::array<char, 32> digits;
        const auto end = std::to_chars(
                             digits.data(),
                             digits.data() + digits.size(),
                             value,
                             is_plain ? std::chars_format::fixed : std::chars_format::scientific
        )
                             .ptr;
        out.append(digits.data(), end);
    }
}

template <detail::column_float Float>
[[nodiscard]] bool parse_text(std::string_view text, Float& out, text_format /*format*/) noexcept {
    const auto* const end = text.data() + text.size();
    // from_chars has its own words for what is no number (`nan(x)`): only those below are accepted.
    if (text.empty() || !(detail::is_digit(end[-1]) || end[-1] == '.')) {
        return detail::parse_special(text, out);
    }
    const auto read = std::from_chars(text.data(), end, out);
    return read.ec == std::errc{} && read.ptr == end;
}

template <int Precision, int Scale>
void append_text(std::string& out, decimal<Precision, Scale> value, text_format /*format*/) {
    append_decimal(out, value.unscaled(), Scale);
}

template <int Precision, int Scale>
[[nodiscard]] constexpr bool
parse_text(std::string_view text, decimal<Precision, Scale>& out, text_format /*format*/) noexcept {
    const auto read = decimal<Precision, Scale>::parse(text);
    if (read)
        out = *read;
    return read.has_value();
}

inline void append_text(std::string& out, std::string_view value, text_format /*format*/) {
    out.append(value);
}

[[nodiscard]] inline bool
parse_text(std::string_view text, std::string& out, text_format /*format*/) {
    out.assign(text);
    return true;
}

inline void append_text(std::string& out, date value, text_format /*format*/) {
    append_date(out, value);
}

[[nodiscard]] constexpr bool
parse_text(std::string_view text, date& out, text_format /*format*/) noexcept {
    return parse_date(text, out);
}

inline void append_text(std::string& out, timestamp value, text_format format) {
    if (format == text_format::postgres) {
        append_postgres(out, value);
    } else {
        append_rfc3339(out, value);
    }
}

/// The Statement Execution API's CAST(ts AS STRING) has no offset and means UTC; PostgreSQL always
/// prints one.
[[nodiscard]] constexpr bool
parse_text(std::string_view text, timestamp& out, text_format format) noexcept {
    return parse_timestamp(
        text, out, format == text_format::postgres ? missing_offset::refuse : missing_offset::is_utc
    );
}

inline void append_text(std::string& out, timestamp_ntz value, text_format format) {
    if (format == text_format::postgres) {
        append_postgres(out, value);
    } else {
        append_rfc3339(out, value);
    }
}

[[nodiscard]] constexpr bool
parse_text(std::string_view text, timestamp_ntz& out, text_format /*format*/) noexcept {
    return parse_timestamp_ntz(text, out);
}

/// `\x0aff` for PostgreSQL, base64 for the Statement Execution API.
inline void append_text(std::string& out, std::span<const std::byte> value, text_format format) {
    if (format == text_format::postgres) {
        out.append("\\x");
        append_hex(out, value);
    } else {
        append_base64(out, value);
    }
}

inline void append_text(std::string& out, const std::vector<std::byte>& value, text_format format) {
    append_text(out, std::span<const std::byte>{value}, format);
}

[[nodiscard]] inline bool
parse_text(std::string_view text, std::vector<std::byte>& out, text_format format) {
    if (format == text_format::statement_api)
        return parse_base64(text, out);
    return text.starts_with("\\x") && parse_hex(text.substr(2), out);
}

inline void append_text(std::string& out, const uuid& value, text_format /*format*/) {
    append_uuid(out, value);
}

[[nodiscard]] constexpr bool
parse_text(std::string_view text, uuid& out, text_format /*format*/) noexcept {
    return parse_uuid(text, out);
}

inline void append_text(std::string& out, const json_text& value, text_format /*format*/) {
    out.append(value.text);
}

[[nodiscard]] inline bool
parse_text(std::string_view text, json_text& out, text_format /*format*/) {
    out.text.assign(text);
    return true;
}

} // namespace weir
