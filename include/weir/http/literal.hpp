// SPDX-License-Identifier: Apache-2.0
// Values in URLs: text into the value of a column whose type is known at run time. Costs
// core/value.hpp.
#pragma once

#include <weir/core/decimal_text.hpp>
#include <weir/core/text.hpp>
#include <weir/core/time_text.hpp>
#include <weir/core/utf8.hpp>
#include <weir/core/value.hpp>
#include <weir/table/column.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

/// What a literal of a type is called when another was given.
[[nodiscard]] constexpr std::string_view literal_noun(type kind) noexcept {
    switch (kind) {
    case type::int8:
        return "an integer from -128 to 127";
    case type::int16:
        return "an integer from -32768 to 32767";
    case type::int32:
        return "a 32-bit integer";
    case type::int64:
        return "a 64-bit integer";
    case type::float32:
    case type::float64:
        return "a number";
    case type::decimal:
        return "a decimal with as many digits as the column holds";
    case type::boolean:
        return "true or false";
    case type::date:
        return "a date such as 2024-05-01";
    case type::timestamp:
        return "a time with its offset, such as 2024-05-01T10:20:30Z";
    case type::timestamp_ntz:
        return "a time without offset, such as 2024-05-01T10:20:30";
    case type::binary:
        return "base64";
    case type::uuid:
        return "a UUID";
    case type::enumeration:
        return "one of its labels";
    case type::string:
    case type::varchar:
    case type::fixed_char:
        return "text";
    case type::json:
    case type::array:
    case type::map:
    case type::structure:
        return "no value: it can only be asked whether it is null";
    }
    return "another value";
}

namespace detail {

template <class T>
[[nodiscard]] std::optional<any_value> read_literal(std::string_view text) {
    T value{};
    if (!parse_text(text, value, text_format::statement_api))
        return std::nullopt;
    return to_any_value(std::move(value));
}

template <class Integer>
[[nodiscard]] std::optional<any_value> read_integer(std::string_view text) {
    std::int64_t value = 0;
    if (!parse_text(text, value, text_format::statement_api) || !std::in_range<Integer>(value))
        return std::nullopt;
    return any_value{value};
}

template <class Time>
[[nodiscard]] std::optional<any_value> read_time(std::string_view text) {
    Time value{};
    if (!parse_rfc3339(text, value))
        return std::nullopt;
    return any_value{value};
}

} // namespace detail

/// A value of a scalar column as the JSON of that column spells it, without quotes; absent when the
/// text is none.
[[nodiscard]] inline std::optional<any_value>
parse_literal(const column_type& of, std::string_view text) {
    switch (of.kind) {
    case type::int8:
        return detail::read_integer<std::int8_t>(text);
    case type::int16:
        return detail::read_integer<std::int16_t>(text);
    case type::int32:
        return detail::read_integer<std::int32_t>(text);
    case type::int64:
        return detail::read_integer<std::int64_t>(text);
    case type::float32:
    case type::float64:
        return detail::read_literal<double>(text);
    case type::decimal: {
        int128 unscaled = 0;
        if (!parse_decimal(text, of.precision, of.scale, unscaled))
            return std::nullopt;
        return any_value{scaled_decimal{unscaled, of.scale}};
    }
    case type::string:
    case type::varchar:
    case type::fixed_char:
        if (text.find('\0') != std::string_view::npos || !is_valid_utf8(text))
            return std::nullopt;
        return any_value{std::string{text}};
    case type::boolean:
        if (text != "true" && text != "false")
            return std::nullopt;
        return any_value{text == "true"};
    case type::date:
        return detail::read_literal<date>(text);
    case type::timestamp:
        return detail::read_time<timestamp>(text);
    case type::timestamp_ntz:
        return detail::read_time<timestamp_ntz>(text);
    case type::binary:
        return detail::read_literal<std::vector<std::byte>>(text);
    case type::uuid:
        return detail::read_literal<uuid>(text);
    case type::enumeration:
        if (std::find(of.labels.begin(), of.labels.end(), text) == of.labels.end())
            return std::nullopt;
        return any_value{std::string{text}};
    case type::json:
    case type::array:
    case type::map:
    case type::structure:
        break;
    }
    return std::nullopt;
}

} // namespace weir::http
