// SPDX-License-Identifier: Apache-2.0
// Many rows as a relation inside one statement: arrays side by side for PostgreSQL, one JSON
// parameter for a warehouse. Costs what column_text.hpp costs.
#pragma once

#include <weir/sql/column_text.hpp>
#include <weir/sql/layout.hpp>

#include <cstddef>
#include <string_view>

namespace weir::sql {

namespace detail {

/// Whether PostgreSQL takes a column's values as text first: an array of arrays would be one array
/// of two dimensions, and JSON text reads the same either way.
[[nodiscard]] constexpr bool is_rows_text(const column_type& of) noexcept {
    return !is_scalar(of.kind) || of.kind == type::json;
}

/// `select r."id", r."tags"::text[] as "tags" from unnest($1::uuid[], $2::text[]) as r("id",
/// "tags")`
constexpr void
write_rows_postgres(writer& out, const table& of, column_indexes first, column_indexes second) {
    separator comma;
    out.put("select ");
    for (const auto columns : {first, second}) {
        for (const auto position : columns) {
            const auto& column = of.columns[position];
            out.put(comma.next()).name("r", column);
            if (is_rows_text(column.type))
                out.put("::").type(column.type).put(" as ").name(column.name);
        }
    }
    out.put(" from unnest(");
    comma = separator{};
    for (const auto columns : {first, second}) {
        for (const auto position : columns) {
            const auto& type = of.columns[position].type;
            out.put(comma.next()).parameter(out.take()).put("::");
            (is_rows_text(type) ? out.put("text") : out.type(type)).put("[]");
        }
    }
    out.put(") as r(");
    comma = separator{};
    for (const auto columns : {first, second}) {
        for (const auto position : columns)
            out.put(comma.next()).name(of.columns[position].name);
    }
    out.put(")");
}

/// ``select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`id`: BIGINT>>')) as x) as e``
constexpr void write_rows_databricks(
    writer& out,
    const table& of,
    column_indexes first,
    column_indexes second,
    std::string_view positions
) {
    bool plain = true;
    for (const auto columns : {first, second}) {
        for (const auto position : columns)
            plain = plain && of.columns[position].type.kind != type::binary;
    }
    out.put("select ");
    if (plain) {
        out.put("x.*");
    } else {
        separator comma;
        for (const auto columns : {first, second}) {
            for (const auto position : columns) {
                const auto& column = of.columns[position];
                out.put(comma.next());
                if (column.type.kind == type::binary) {
                    out.put("unbase64(").name("x", column).put(") as ").name(column.name);
                } else {
                    out.name("x", column);
                }
            }
        }
        if (!positions.empty())
            out.put(comma.next()).put("x.").name(positions);
    }
    out.put(" from (select explode(from_json(").parameter(out.take()).put(", 'ARRAY<STRUCT<");
    separator comma;
    for (const auto columns : {first, second}) {
        for (const auto position : columns) {
            const auto& column = of.columns[position];
            out.put(comma.next()).name(column.name).put(": ");
            // base64, as for a single value.
            column.type.kind == type::binary ? out.put("STRING") : out.type(column.type);
        }
    }
    if (!positions.empty())
        out.put(comma.next()).name(positions).put(": ARRAY<INT>");
    out.put(">>')) as x) as e");
}

} // namespace detail

/// Writes a query that gives the rows of the arguments: columns `first`, then `second`. Takes one
/// parameter per column (postgres) or one in all (databricks).
/// `positions`: a further member of the JSON, an array of numbers; empty: none.
/// Source: at most 256 parameters, but one may hold 1 MB.
constexpr void write_rows(
    writer& out,
    const table& of,
    column_indexes first,
    column_indexes second = {},
    std::string_view positions = {}
) {
    if (out.is_postgres()) {
        detail::write_rows_postgres(out, of, first, second);
    } else {
        detail::write_rows_databricks(out, of, first, second, positions);
    }
}

/// Writes a query that gives one row, a parameter per column.
constexpr void write_one_row(writer& out, const table& of, column_indexes columns) {
    separator comma;
    out.put("select ");
    for (const auto position : columns) {
        const auto& column = of.columns[position];
        out.put(comma.next());
        write_typed_argument(out, column.type, out.take());
        out.put(" as ").name(column.name);
    }
}

} // namespace weir::sql
