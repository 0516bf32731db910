// SPDX-License-Identifier: Apache-2.0
// The statements about a table's history: lock rows and keep their old versions, list the versions
// of a row, walk all of them. Costs what where.hpp costs.
//
// Arguments, in order, after the caller's id wherever binds_caller() says so:
//
//   lock               by key: the key columns; by condition: its values; many: as find_many
//   newest             the keys, as find_many
//   keep               per row the key and the history columns, as insert_many
//   forget             the change
//   versions           the key columns, limit, offset
//   entries            nothing, or the key columns; no caller
//   unkept             nothing, or the key columns; no caller
#pragma once

#include <weir/sql/kept.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/rows.hpp>
#include <weir/sql/select.hpp>
#include <weir/sql/where.hpp>
#include <weir/table/history.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir::sql {

/// What `versions` tells about each version before the row's own columns.
inline constexpr std::array<history_role, 5> listed_history{
    history_role::version,
    history_role::operation,
    history_role::from,
    history_role::to,
    history_role::by,
};

/// What `newest` gives after the key.
inline constexpr std::array<history_role, 3> newest_history{
    history_role::version,
    history_role::to,
    history_role::hash,
};

/// The stamps of the row itself that `entries` gives after those of the history; NULL without row.
inline constexpr std::array<audit_role, 3> live_stamps{
    audit_role::inserted_at,
    audit_role::updated_at,
    audit_role::deleted_at,
};

namespace detail {

constexpr void write_history_columns(
    writer& out, std::string_view alias, std::span<const history_role> roles, separator& comma
) {
    for (const auto role : roles) {
        out.put(comma.next());
        write_selected(out, alias, history_column(role));
    }
}

constexpr void write_plain_columns(writer& out, const table& of, std::string_view alias) {
    separator comma;
    for (const auto& column : of.columns)
        out.put(comma.next()).name(alias, column);
}

constexpr void begin_lock(writer& out, const table& of) {
    out.put("select ");
    write_selected(out, "t", of);
    out.put(" from ").name(of).put(" as t");
}

/// Everybody locks in the order of the key, so that nobody waits for each other. A warehouse's
/// dialect has no row locks: the embedded engine's units that write take turns.
constexpr void end_lock(writer& out, const table& of) {
    separator comma{", ", " order by "};
    for (const auto position : of.key)
        out.put(comma.next()).name("t", of.columns[position]);
    write_row_lock(out);
}

} // namespace detail

/// Selects the row with a key, every column, and keeps others from changing it until the unit ends.
constexpr void write_lock(writer& out, const table& of, visibility seen) {
    const auto caller = take_caller(out, of, seen.rows);
    detail::begin_lock(out, of);
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", seen, caller);
    detail::end_lock(out, of);
}

/// The same for all rows that meet a condition.
inline void write_lock(writer& out, const table& of, const condition& asked, visibility seen) {
    const auto caller = take_caller(out, of, seen.rows);
    detail::begin_lock(out, of);
    where_clause where{out};
    write_condition(out, where, of, asked);
    write_visible(out, where, of, "t", seen, caller);
    detail::end_lock(out, of);
}

/// The same for the live rows that have the values given in some columns.
constexpr void write_lock_many(writer& out, const table& of, column_indexes columns) {
    const auto caller = take_caller(out, of, scope::caller);
    detail::begin_lock(out, of);
    where_clause where{out};
    where.also().put("exists (select 1 from (");
    write_rows(out, of, columns);
    out.put(") as k where ");
    detail::write_equal_columns(out, of, columns, "k", "t");
    out.put(")");
    write_visible(out, where, of, "t", {}, caller);
    detail::end_lock(out, of);
}

/// Gives, for each of the keys that has a history, the key and `newest_history` of its newest
/// version.
///
/// A statement of its own, after the lock: a PostgreSQL statement that had to wait for a row still
/// sees other tables as they were before.
constexpr void write_newest(writer& out, const table& of) {
    separator comma;
    out.put("select ");
    for (const auto position : of.key) {
        out.put(comma.next());
        write_selected(out, "h", of.columns[position]);
    }
    detail::write_history_columns(out, "h", newest_history, comma);
    out.put(" from (");
    write_rows(out, of, of.key);
    out.put(") as r join ").history_name(of).put(" as h on ");
    detail::write_equal_columns(out, of, of.key, "h", "r");
    out.put(" where not exists (select 1 from ").history_name(of).put(" as n where ");
    detail::write_equal_columns(out, of, of.key, "n", "h");
    const auto& version = history_column(history_role::version);
    out.put(" and ").name("n", version).put(" > ").name("h", version).put(")");
}

/// Copies rows as they are into the history, beside what the arguments tell about each.
///
/// Shape: as many affected rows as keys given.
inline void write_keep(writer& out, const history_table& kept, const table& of) {
    std::vector<std::uint16_t> told;
    for (std::size_t at = 0; at < history_columns.size(); ++at)
        told.push_back(kept.position(static_cast<history_role>(at)));
    out.put("insert into ").history_name(of).put(" (");
    separator comma;
    for (const auto& column : kept.facts().columns)
        out.put(comma.next()).name(column.name);
    out.put(") select ");
    detail::write_plain_columns(out, of, "t");
    for (const auto& column : history_columns)
        out.put(", ").name("r", column);
    out.put(" from (");
    write_rows(out, kept.facts(), of.key, told);
    out.put(") as r join ").name(of).put(" as t on ");
    detail::write_equal_columns(out, of, of.key, "t", "r");
}

/// Takes back what a change kept, where the change itself was refused.
constexpr void write_forget(writer& out, const table& of) {
    out.put("delete from ").history_name(of).put(" as h where ");
    const auto& change = history_column(history_role::change);
    out.name("h", change).put(" = ");
    write_argument(out, change.type, out.take());
}

/// Lists the old versions of a row, newest first: `listed_history`, then the row's columns. Only of
/// a row that is there and visible now, and only versions that were the caller's then.
constexpr void write_versions(writer& out, const table& of, scope rows) {
    const auto caller = take_caller(out, of, rows);
    separator comma;
    out.put("select ");
    detail::write_history_columns(out, "h", listed_history, comma);
    for (const auto& column : of.columns) {
        out.put(comma.next());
        write_selected(out, "h", column);
    }
    out.put(" from ").history_name(of).put(" as h join ").name(of).put(" as t on ");
    detail::write_equal_columns(out, of, of.key, "t", "h");
    where_clause where{out};
    write_key(out, where, of, "h");
    write_visible(out, where, of, "h", {rows, deleted::include}, caller);
    write_visible(out, where, of, "t", {rows, deleted::include}, caller);
    out.put(" order by ").name("h", history_column(history_role::version)).put(" desc limit ");
    out.parameter(out.take()).put(" offset ").parameter(out.take());
}

/// Walks the versions of all rows, or of one, oldest first: every column of the history, then
/// `live_stamps`.
inline void write_entries(writer& out, const history_table& kept, const table& of, bool of_one) {
    out.put("select ");
    write_selected(out, "h", kept.facts());
    for (const auto role : live_stamps) {
        out.put(", ");
        write_selected(out, "t", of.columns[find_column(of.columns, role)]);
    }
    out.put(" from ").history_name(of).put(" as h left join ").name(of).put(" as t on ");
    detail::write_equal_columns(out, of, of.key, "t", "h");
    where_clause where{out};
    if (of_one)
        write_key(out, where, of, "h");
    separator comma{", ", " order by "};
    for (const auto position : kept.facts().key)
        out.put(comma.next()).name("h", kept.facts().columns[position]);
}

/// Gives the keys of rows that were changed, by their stamps, and have no history at all.
constexpr void write_unkept(writer& out, const table& of, bool of_one) {
    separator comma;
    out.put("select ");
    for (const auto position : of.key) {
        out.put(comma.next());
        write_selected(out, "t", of.columns[position]);
    }
    out.put(" from ").name(of).put(" as t");
    where_clause where{out};
    if (of_one)
        write_key(out, where, of, "t");
    where.also().put("(");
    separator either{" or "};
    for (const auto role : {audit_role::updated_at, audit_role::deleted_at}) {
        const auto& stamp = of.columns[find_column(of.columns, role)];
        out.put(either.next()).name("t", stamp).put(" is not null");
    }
    out.put(") and not exists (select 1 from ").history_name(of).put(" as h where ");
    detail::write_equal_columns(out, of, of.key, "h", "t");
    out.put(")");
    separator then{", ", " order by "};
    for (const auto position : of.key)
        out.put(then.next()).name("t", of.columns[position]);
}

} // namespace weir::sql
