// SPDX-License-Identifier: Apache-2.0
// What clients are sent and what they may send, where the two are spelled differently. Light.
#pragma once

#include <weir/http/openapi/names.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace weir::http::openapi {

/// Which way a value travels: bigint and decimal may come as strings, and go as numbers.
enum class direction : std::uint8_t { answer, payload };

/// Whether a type's schema depends on the direction.
[[nodiscard]] inline bool differs_by_direction(const column_type& of) {
    switch (of.kind) {
    case type::int64:
    case type::decimal:
        return true;
    case type::array:
    case type::map:
        return differs_by_direction(*of.element);
    case type::structure: {
        const auto fields = fields_of(of);
        return std::any_of(fields.begin(), fields.end(), [](const column& field) {
            return field.has_default() || differs_by_direction(field.type);
        });
    }
    default:
        return false;
    }
}

/// The name of a structure's component.
[[nodiscard]] inline std::string
structure_name(const names& called, const table& in, const column_type& of, direction way) {
    auto name = called.type(in, of.name);
    if (way == direction::payload && differs_by_direction(of))
        name += ".payload";
    return name;
}

} // namespace weir::http::openapi
