// SPDX-License-Identifier: Apache-2.0
// The statement that reads the rows belonging to a page of other rows: those of many parents at
// once, so many of each. Costs what list.hpp costs.
#pragma once

#include <weir/sql/list.hpp>
#include <weir/sql/rows.hpp>

#include <span>
#include <string_view>

namespace weir::sql {

/// What is asked of the rows that belong to others.
/// Lifetime: everything it refers to must outlive its use.
struct related_shape {
    /// Columns to select, in this order.
    column_indexes columns{};
    /// The columns that hold the keys asked for.
    column_indexes by{};
    const condition* where = nullptr;
    visibility seen{};
    /// The key follows by itself. Of no effect where a key has at most one row.
    std::span<const order_term> order{};
    /// A key may have many rows: they come together, in order, and offset and limit count per key.
    bool is_many = true;
};

namespace detail {

/// The place of a row among those of its key, under a name no column can have.
inline writer& write_rank(writer& out) {
    return out.put(out.is_postgres() ? R"("row#")" : "`row#`");
}

/// `t."order_id" = any($1::uuid[])`, or, of several columns and on a warehouse, `exists (…)` over
/// the keys as rows.
inline void write_among_keys(writer& out, const table& of, column_indexes by) {
    if (out.is_postgres() && by.size() == 1) {
        const auto& column = of.columns[by.front()];
        out.name("t", column).put(" = any(").parameter(out.take()).put("::");
        out.type(column.type).put("[])");
        return;
    }
    out.put("exists (select 1 from (");
    write_rows(out, of, by);
    out.put(") as k where ");
    write_equal_columns(out, of, by, "k", "t");
    out.put(")");
}

/// `select …, row_number() over (partition by … order by …)`: the rows with their places.
inline void write_ranked(writer& out, const table& of, const related_shape& shape) {
    out.put("select t.*, row_number() over (partition by ");
    separator comma;
    for (const auto position : shape.by)
        out.put(comma.next()).name("t", of.columns[position]);
    write_order(out, of, shape.order);
    out.put(") as ");
    write_rank(out);
}

} // namespace detail

/// Reads the rows whose columns `by` hold one of the keys given: with many rows to a key, those
/// after an offset up to a last place per key, key by key in order; in all at most a limit.
///
/// Arguments: the caller where binds_caller() says so; the keys (postgres: per column of `by` one
///            array literal; databricks: one JSON array of objects); the condition's values; where
///            `is_many` the offset and the last place; the limit in all.
/// Errors:    throws validation_error for what cannot be asked of this table, and for more values
///            than a statement may carry.
inline void write_related(writer& out, const table& of, const related_shape& shape) {
    const auto caller = take_caller(out, of, shape.seen.rows);
    separator comma;
    out.put("select ");
    for (const auto position : shape.columns) {
        out.put(comma.next());
        write_selected(out, "t", of.columns[position]);
    }
    out.put(" from ");
    if (shape.is_many) {
        out.put("(");
        detail::write_ranked(out, of, shape);
        out.put(" from ");
    }
    out.name(of).put(" as t");
    where_clause where{out};
    where.also();
    detail::write_among_keys(out, of, shape.by);
    if (shape.where != nullptr)
        write_condition(out, where, of, *shape.where);
    write_visible(out, where, of, "t", shape.seen, caller);
    if (shape.is_many) {
        out.put(") as t where t.");
        detail::write_rank(out).put(" > ").parameter(out.take()).put(" and t.");
        detail::write_rank(out).put(" <= ").parameter(out.take()).put(" order by ");
        for (const auto position : shape.by)
            out.name("t", of.columns[position]).put(", ");
        out.put("t.");
        detail::write_rank(out);
    }
    out.put(" limit ").parameter(out.take());
    detail::check_parameters(out);
}

} // namespace weir::sql
