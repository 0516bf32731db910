// SPDX-License-Identifier: Apache-2.0
// The order of a list, the same in both dialects: text by its bytes, NULL where it is said to come,
// NaN as the largest number, ties broken by the key. Costs what where.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/where.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace weir::sql {

/// Where rows without a value come in an order.
enum class null_order : std::uint8_t {
    /// Last when ascending, first when descending, in both dialects.
    usual,
    first,
    last,
};

struct order_term {
    /// Position in `table::columns`.
    std::uint16_t column = 0;
    bool descending = false;
    null_order nulls = null_order::usual;

    friend bool operator==(const order_term&, const order_term&) = default;
};

namespace detail {

[[nodiscard]] constexpr bool may_be_null(const column& of) noexcept {
    return of.nullable && !of.key;
}

[[nodiscard]] constexpr bool puts_nulls_first(const order_term& term) noexcept {
    return term.nulls == null_order::usual ? term.descending : term.nulls == null_order::first;
}

} // namespace detail

/// Whether rows can be ordered by values of a type.
[[nodiscard]] constexpr bool has_order(type kind) noexcept {
    return is_scalar(kind) && kind != type::json;
}

/// The order a list really has: the one asked for, then those key columns it does not name, so that
/// no two rows are equal in it.
///
/// Errors: throws validation_error for columns that are not there or have no order.
[[nodiscard]] inline std::vector<order_term>
whole_order(const table& of, std::span<const order_term> asked) {
    std::vector<order_term> whole;
    whole.reserve(asked.size() + of.key.size());
    for (const auto& term : asked) {
        if (term.column >= of.columns.size())
            throw validation_error({{"unknown_column", {}, "The order names an unknown column"}});
        const auto& column = of.columns[term.column];
        if (!has_order(column.type.kind))
            detail::refuse_condition(column, "order", "has no order");
        whole.push_back(term);
    }
    for (const auto position : of.key) {
        bool named = false;
        for (const auto& term : asked)
            named = named || term.column == position;
        if (!named)
            whole.push_back({.column = position});
    }
    return whole;
}

/// Turns an order round, so that the last row comes first.
inline void reverse(std::span<order_term> order) noexcept {
    for (auto& term : order) {
        term.nulls = detail::puts_nulls_first(term) ? null_order::last : null_order::first;
        term.descending = !term.descending;
    }
}

/// Writes an `order by` of exactly these terms, which whole_order() gave.
inline void write_whole_order(writer& out, const table& of, std::span<const order_term> whole) {
    separator comma{", ", " order by "};
    for (const auto& term : whole) {
        const auto& column = of.columns[term.column];
        out.put(comma.next());
        write_ordered(out, "t", column);
        if (term.descending)
            out.put(" desc");
        // Said outright, since the dialects' defaults are opposite.
        if (detail::may_be_null(column))
            out.put(detail::puts_nulls_first(term) ? " nulls first" : " nulls last");
    }
}

/// Writes an `order by` that ends in the key. Errors: as whole_order().
inline void write_order(writer& out, const table& of, std::span<const order_term> asked) {
    write_whole_order(out, of, whole_order(of, asked));
}

} // namespace weir::sql
