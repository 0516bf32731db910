// SPDX-License-Identifier: Apache-2.0
// The value in a database's text, for columns whose type is known at run time. Costs
// core/value.hpp.
#pragma once

#include <weir/core/decimal_text.hpp>
#include <weir/core/text.hpp>
#include <weir/core/text_format.hpp>
#include <weir/core/value.hpp>
#include <weir/table/column.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

namespace detail {

template <class T>
[[nodiscard]] std::optional<any_value> parse_as(std::string_view text, text_format format) {
    T value{};
    if (!parse_text(text, value, format))
        return std::nullopt;
    return any_value{std::in_place_type<T>, std::move(value)};
}

} // namespace detail

/// The value of a scalar column that a text of that spelling is; absent when it is none, and for
/// json and containers. Whether it keeps the column's rules is not asked.
[[nodiscard]] inline std::optional<any_value>
parse_any(std::string_view text, const column_type& of, text_format format) {
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
        return detail::parse_as<std::int64_t>(text, format);
    case type::float32:
    case type::float64:
        return detail::parse_as<double>(text, format);
    case type::decimal: {
        int128 unscaled = 0;
        if (!parse_decimal(text, of.precision, of.scale, unscaled))
            return std::nullopt;
        return any_value{scaled_decimal{unscaled, of.scale}};
    }
    case type::string:
    case type::varchar:
    case type::fixed_char:
    case type::enumeration:
        return any_value{std::string{text}};
    case type::boolean:
        return detail::parse_as<bool>(text, format);
    case type::date:
        return detail::parse_as<date>(text, format);
    case type::timestamp:
        return detail::parse_as<timestamp>(text, format);
    case type::timestamp_ntz:
        return detail::parse_as<timestamp_ntz>(text, format);
    case type::binary:
        return detail::parse_as<std::vector<std::byte>>(text, format);
    case type::uuid:
        return detail::parse_as<uuid>(text, format);
    case type::json:
    case type::array:
    case type::map:
    case type::structure:
        break;
    }
    return std::nullopt;
}

} // namespace weir
