// SPDX-License-Identifier: Apache-2.0
// One statement that updates many rows, each in its own way, found by any column: rows that have
// the same value there are all changed. Costs what update_many.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/kept.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/row_state.hpp>
#include <weir/sql/rows.hpp>
#include <weir/sql/update.hpp>
#include <weir/sql/update_many.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weir::sql {

/// A column that some rows of an update set.
struct each_column {
    std::uint16_t position = 0;
    /// Whether some of them leave it as it is.
    bool is_partial = false;
};

/// Whether write_update_each() can write an update of a table in a dialect: on a warehouse nothing
/// keeps values unique, and a MERGE knows no parent.
[[nodiscard]] inline bool
has_update_each(const table& of, dialect spoken, std::span<const each_column> columns) {
    const auto touches = [&](column_indexes held) {
        for (const auto& each : columns) {
            if (detail::holds(held, each.position))
                return true;
        }
        return false;
    };
    if (of.access.rule == access_rule::via &&
        (spoken == dialect::databricks || touches(of.relations[of.access.via].from)))
        return false;
    if (spoken == dialect::postgres)
        return true;
    for (const auto& set : of.unique) {
        if (touches(set.columns))
            return false;
    }
    return !of.history;
}

namespace detail {

/// The flag beside a column's values: whether the row sets it.
constexpr void write_flag_name(writer& out, std::size_t at) {
    constexpr std::array<std::string_view, 2> parts{"\"weir_set_", "\""};
    out.put(parts[0]).number(at).put(parts[1]);
}

inline void write_each_postgres(
    writer& out,
    const table& of,
    std::uint16_t by,
    visibility seen,
    std::span<const each_column> columns
) {
    const auto caller = take_caller(out, of, seen.rows);
    const auto change = take_change(out, of);
    const auto first = out.parameters() + 1;
    // Parameters are taken in the order they are bound: keys, values and flags, stamps.
    static_cast<void>(out.take());
    for (const auto& each : columns) {
        static_cast<void>(out.take());
        if (each.is_partial)
            static_cast<void>(out.take());
    }
    out.put("update ").name(of).put(" as t set ");
    separator comma;
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const auto& column = of.columns[columns[at].position];
        const auto value = [&] {
            out.name("g", column);
            if (is_rows_text(column.type))
                out.put("::").type(column.type);
        };
        out.put(comma.next()).name(column.name).put(" = ");
        if (!columns[at].is_partial) {
            value();
            continue;
        }
        out.put("case when g.");
        write_flag_name(out, at);
        out.put(" then ");
        value();
        out.put(" else ").name("t", column).put(" end");
    }
    for (const auto role : {audit_role::updated_at, audit_role::updated_by}) {
        const auto position = find_column(of.columns, role);
        if (position == of.columns.size())
            continue;
        out.put(comma.next());
        write_assignment(out, of, position, "t", [&] {
            write_typed_argument(out, of.columns[position].type, out.take());
        });
    }
    auto number = first;
    const auto array = [&](const column_type& type) {
        out.parameter(number++).put("::");
        (is_rows_text(type) ? out.put("text") : out.type(type)).put("[]");
    };
    out.put(" from unnest(");
    array(of.columns[by].type);
    for (const auto& each : columns) {
        out.put(", ");
        array(of.columns[each.position].type);
        if (each.is_partial)
            out.put(", ").parameter(number++).put("::boolean[]");
    }
    out.put(") as g(").name(of.columns[by].name);
    for (std::size_t at = 0; at < columns.size(); ++at) {
        out.put(", ").name(of.columns[columns[at].position].name);
        if (columns[at].is_partial) {
            out.put(", ");
            write_flag_name(out, at);
        }
    }
    out.put(")");
    where_clause where{out};
    where.also().name("t", of.columns[by]).put(" = ").name("g", of.columns[by]);
    write_visible(out, where, of, "t", seen, caller);
    write_kept(out, where, of, "t", change);
    out.put(" returning ").name("t", of.columns[by]);
}

inline void write_each_databricks(
    writer& out,
    const table& of,
    std::uint16_t by,
    visibility seen,
    std::span<const each_column> columns
) {
    const auto caller = take_caller(out, of, seen.rows);
    const std::array<std::uint16_t, 1> key{by};
    std::vector<std::uint16_t> given;
    for (const auto& each : columns)
        given.push_back(each.position);
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (is_update_stamp(of, at))
            given.push_back(static_cast<std::uint16_t>(at));
    }
    out.put("merge into ").name(of).put(" as t using (");
    write_rows(out, of, key, given, set_member);
    out.put(") as g on ");
    write_equal_columns(out, of, key, "t", "g");
    // A MERGE takes conditions behind its own.
    if (seen.rows == scope::caller && is_isolated(of)) {
        out.put(" and ");
        write_access(out, of, "t", caller);
    }
    if (keeps_deleted(of) && seen.removed != deleted::include) {
        const auto& flag = of.columns[find_column(of.columns, audit_role::is_deleted)];
        out.put(" and ").name("t", flag);
        out.put(
            seen.removed == deleted::only ? " = true"
            : flag.nullable               ? " is distinct from true"
                                          : " = false"
        );
    }
    out.put(" when matched then update");
    separator comma{", ", " set "};
    for (const auto position : given) {
        const auto& column = of.columns[position];
        out.put(comma.next());
        write_assignment(out, of, position, "t", [&] {
            if (is_update_stamp(of, position)) {
                out.name("g", column);
                return;
            }
            out.put("case when array_contains(g.").name(set_member).put(", ").number(position);
            out.put(") then ").name("g", column).put(" else ").name("t", column).put(" end");
        });
    }
}

} // namespace detail

/// Updates rows found by the column `by`, which is none of `columns`; each key comes once.
///
/// Arguments: the caller where the table has an owner; in a table with history the change; then
///            postgres: an array of the keys, per column an array of values and, of a partial one,
///            one of booleans, updated_at and updated_by where the table has them; databricks: one
///            JSON array of an object per row: key, values, stamps, and set_member.
/// Shape:     postgres gives the key of every row changed.
/// Errors:    throws configuration_error unless has_update_each(), and for no columns.
inline void write_update_each(
    writer& out,
    const table& of,
    std::uint16_t by,
    std::span<const each_column> columns,
    visibility seen = {}
) {
    if (columns.empty() || !has_update_each(of, out.speaks(), columns))
        throw configuration_error{"weir: these rows are not updated in one statement"};
    if (out.is_postgres()) {
        detail::write_each_postgres(out, of, by, seen, columns);
    } else {
        detail::write_each_databricks(out, of, by, seen, columns);
    }
}

} // namespace weir::sql
