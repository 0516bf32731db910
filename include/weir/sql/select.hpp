// SPDX-License-Identifier: Apache-2.0
// Statements that read by key: one row, many rows, existence. What takes conditions is in list.hpp.
// Costs what predicate.hpp costs.
#pragma once

#include <weir/sql/predicate.hpp>
#include <weir/sql/rows.hpp>

namespace weir::sql {

namespace detail {

constexpr void write_by_key(writer& out, const table& of, visibility seen) {
    const auto caller = take_caller(out, of, seen.rows);
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", seen, caller);
}

constexpr void
write_by_keys(writer& out, const table& of, column_indexes columns, visibility seen) {
    const auto caller = take_caller(out, of, seen.rows);
    where_clause where{out};
    where.also().put("exists (select 1 from (");
    write_rows(out, of, columns);
    out.put(") as k where ");
    write_equal_columns(out, of, columns, "k", "t");
    out.put(")");
    write_visible(out, where, of, "t", seen, caller);
}

} // namespace detail

/// `select <every column> where <key> = …`: a row, or none.
constexpr void write_find(writer& out, const table& of, visibility seen = {}) {
    out.put("select ");
    write_selected(out, "t", of);
    out.put(" from ").name(of).put(" as t");
    detail::write_by_key(out, of, seen);
}

/// `select 1 where <key> = …`: a row, or none.
constexpr void write_exists(writer& out, const table& of, visibility seen = {}) {
    out.put("select 1 from ").name(of).put(" as t");
    detail::write_by_key(out, of, seen);
}

/// `select <every column>` of the rows with the keys given, or with the values given of other
/// columns, in no particular order.
constexpr void
write_find_many(writer& out, const table& of, visibility seen = {}, column_indexes columns = {}) {
    out.put("select ");
    write_selected(out, "t", of);
    out.put(" from ").name(of).put(" as t");
    detail::write_by_keys(out, of, columns.empty() ? of.key : columns, seen);
}

/// `select <key>` of the rows that exist among the keys given, in no particular order.
constexpr void write_existing(writer& out, const table& of, visibility seen = {}) {
    separator comma;
    out.put("select ");
    for (const auto position : of.key) {
        out.put(comma.next());
        write_selected(out, "t", of.columns[position]);
    }
    out.put(" from ").name(of).put(" as t");
    detail::write_by_keys(out, of, of.key, seen);
}

/// `select <every column> where <columns> = …`: by other columns than the key, e.g. record_uuid.
constexpr void
write_find_by(writer& out, const table& of, column_indexes columns, visibility seen = {}) {
    out.put("select ");
    write_selected(out, "t", of);
    out.put(" from ").name(of).put(" as t");
    const auto caller = take_caller(out, of, seen.rows);
    where_clause where{out};
    write_equal_arguments(out, where, of, columns, "t");
    write_visible(out, where, of, "t", seen, caller);
}

/// Ends a select of rows under `t` so that nobody else changes them until the unit of work is over,
/// where the database locks rows.
constexpr void write_row_lock(writer& out) {
    if (out.is_postgres())
        out.put(" for update of t");
}

} // namespace weir::sql
