// SPDX-License-Identifier: Apache-2.0
// Statements of a warehouse that change many rows by key at once: an update of each in its own way,
// and deletion. One MERGE each, whose source holds the rows that may be changed. Costs what
// insert.hpp and update.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/insert.hpp>
#include <weir/sql/update.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::sql {

/// The member of a row's JSON that lists the positions of the columns it sets: what else the
/// statement sets keeps its value in that row.
inline constexpr std::string_view set_member = "weir_set";

/// The columns that the rows of an update of many must hold: those changed in any row, the rest of
/// the unique sets and of the reference to the owner that they are part of, and the stamps. In the
/// table's order.
[[nodiscard]] inline std::vector<std::uint16_t>
columns_of_updates(const table& of, column_indexes changed) {
    std::vector<bool> chosen(of.columns.size(), false);
    const auto choose = [&](column_indexes columns) {
        for (const auto position : columns)
            chosen[position] = true;
    };
    choose(changed);
    for (const auto& set : of.unique) {
        if (detail::share(set.columns, changed))
            choose(set.columns);
    }
    if (of.access.rule == access_rule::via &&
        detail::share(of.relations[of.access.via].from, changed))
        choose(of.relations[of.access.via].from);
    std::vector<std::uint16_t> columns;
    for (std::size_t at = 0; at < chosen.size(); ++at) {
        if ((chosen[at] || is_update_stamp(of, at)) && !of.columns[at].key)
            columns.push_back(static_cast<std::uint16_t>(at));
    }
    return columns;
}

namespace detail {

/// `case when array_contains(g.`weir_set`, 3) then g.`x` else t.`x` end as `x``: stamps are always
/// set.
inline void write_kept_or_given(writer& out, const table& of, std::size_t position) {
    const auto& column = of.columns[position];
    if (is_update_stamp(of, position)) {
        out.name("g", column);
        return;
    }
    out.put("case when array_contains(g.").name(set_member).put(", ").number(position);
    out.put(") then ").name("g", column).put(" else ").name("t", column).put(" end as ");
    out.name(column.name);
}

/// `merge into … as m using (with given as (…), incoming as (<the rows of them that are there>)`
inline void begin_merge(writer& out, const table& of, column_indexes columns, std::size_t caller) {
    out.put("merge into ").name(of).put(" as m using (with given as (");
    write_rows(out, of, of.key, columns, columns.empty() ? std::string_view{} : set_member);
    out.put("), incoming as (select ");
    separator comma;
    for (const auto position : of.key)
        out.put(comma.next()).name("g", of.columns[position]);
    for (const auto position : columns) {
        out.put(comma.next());
        write_kept_or_given(out, of, position);
    }
    out.put(" from given as g join ").name(of).put(" as t on ");
    write_equal_columns(out, of, of.key, "t", "g");
    where_clause where{out};
    write_visible(out, where, of, "t", {}, caller);
    out.put(") select r.* from incoming as r");
}

inline void refuse_postgres(const writer& out) {
    if (out.is_postgres())
        throw configuration_error{"weir: PostgreSQL changes rows one by one, in a unit of work"};
}

} // namespace detail

/// Updates rows by key, each in its own way; `columns` are those of columns_of_updates().
///
/// Arguments: the caller where the table has an owner; one JSON array of an object per row: its
///            key, what it sets, the stamps, and set_member.
/// Shape:     all rows that are there, or none where one of them gets a unique value that is taken
///            or a parent that is not the caller's.
/// Errors:    throws configuration_error for PostgreSQL, a table with history, and no columns.
inline void write_update_many(writer& out, const table& of, column_indexes columns) {
    detail::refuse_postgres(out);
    if (columns.empty() || of.history)
        throw configuration_error{"weir: nothing to set, or a table that keeps old versions"};
    const auto caller = take_caller(out, of, scope::caller);
    detail::begin_merge(out, of, columns, caller);
    std::vector<std::uint16_t> given{of.key.begin(), of.key.end()};
    given.insert(given.end(), columns.begin(), columns.end());
    const insert_shape shape{.rows = row_count::many, .existing = on_conflict::update};
    detail::refusals refused{out, of, given, caller, shape};
    if (of.access.rule == access_rule::via &&
        detail::share(of.relations[of.access.via].from, columns))
        refused.of_foreign_parents();
    refused.of_taken_unique_values();
    refused.of_repetitions();
    out.put(") as s on ");
    detail::write_equal_columns(out, of, of.key, "m", "s");
    out.put(" when matched then update");
    detail::write_assignments_from(out, of, columns, "s");
}

/// Deletes rows by key: softly where the table keeps deleted rows, else for good.
///
/// Arguments: the caller where the table has an owner; one JSON array of keys; deleted_at and
///            deleted_by where the table keeps deleted rows.
/// Errors:    throws configuration_error for PostgreSQL and a table with history.
inline void write_remove_many(writer& out, const table& of) {
    detail::refuse_postgres(out);
    if (of.history)
        throw configuration_error{"weir: a table that keeps old versions"};
    const auto caller = take_caller(out, of, scope::caller);
    detail::begin_merge(out, of, {}, caller);
    out.put(") as s on ");
    detail::write_equal_columns(out, of, of.key, "m", "s");
    out.put(" when matched then ");
    if (!keeps_deleted(of)) {
        out.put("delete");
        return;
    }
    out.put("update");
    detail::stamps set{out, of};
    set.constant(audit_role::is_deleted, "true");
    set.argument(audit_role::deleted_at);
    set.argument(audit_role::deleted_by);
}

} // namespace weir::sql
