// SPDX-License-Identifier: Apache-2.0
// The operators of filters and the types that take them: what parsers ask and what documents list.
// Costs sql/containment.hpp.
#pragma once

#include <weir/sql/condition_tree.hpp>
#include <weir/sql/containment.hpp>
#include <weir/table/column.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace weir::http {

struct filter_operator {
    std::string_view name;
    /// `is` is read further; on a map `cs`, `cd` and `ov` may turn out to be about keys.
    sql::comparison how;
};

inline constexpr std::array<filter_operator, 14> filter_operators{{
    {"eq", sql::comparison::equal},
    {"neq", sql::comparison::not_equal},
    {"gt", sql::comparison::greater},
    {"gte", sql::comparison::greater_equal},
    {"lt", sql::comparison::less},
    {"lte", sql::comparison::less_equal},
    {"like", sql::comparison::like},
    {"ilike", sql::comparison::ilike},
    {"in", sql::comparison::in},
    {"is", sql::comparison::is_null},
    {"isdistinct", sql::comparison::is_distinct},
    {"cs", sql::comparison::contains},
    {"cd", sql::comparison::contained_in},
    {"ov", sql::comparison::overlaps},
}};

/// The operator of a name, nullptr when there is none.
[[nodiscard]] constexpr const filter_operator* find_operator(std::string_view name) noexcept {
    for (const auto& known : filter_operators)
        if (known.name == name)
            return &known;
    return nullptr;
}

/// Whether a comparison makes sense for a type (design 5: limited by the column's type).
[[nodiscard]] constexpr bool takes_operator(const column_type& of, sql::comparison how) noexcept {
    const auto kind = of.kind;
    switch (how) {
    case sql::comparison::is_null:
    case sql::comparison::is_not_null:
        return true;
    case sql::comparison::equal:
    case sql::comparison::not_equal:
    case sql::comparison::is_distinct:
    case sql::comparison::in:
        return is_scalar(kind) && kind != type::json;
    case sql::comparison::like:
    case sql::comparison::ilike:
        return kind == type::string || kind == type::varchar || kind == type::fixed_char;
    case sql::comparison::less:
    case sql::comparison::less_equal:
    case sql::comparison::greater:
    case sql::comparison::greater_equal:
        return is_scalar(kind) && kind != type::json && kind != type::boolean &&
               kind != type::enumeration && kind != type::binary && kind != type::uuid;
    case sql::comparison::contains:
    case sql::comparison::contained_in:
    case sql::comparison::overlaps:
        return kind == type::map || sql::can_contain(of, how);
    case sql::comparison::has_keys:
    case sql::comparison::keys_in:
    case sql::comparison::has_any_key:
        return sql::can_contain(of, how);
    }
    return false;
}

/// The names of the operators that a type takes, in the order of the table above.
[[nodiscard]] inline std::vector<std::string_view> operators_of(const column_type& of) {
    std::vector<std::string_view> names;
    for (const auto& known : filter_operators)
        if (takes_operator(of, known.how))
            names.push_back(known.name);
    return names;
}

} // namespace weir::http
