// SPDX-License-Identifier: Apache-2.0
// Which arguments each statement takes, in which order; and which rows a statement sees. What
// writes a statement and what binds its arguments both ask here. Costs what table/audit.hpp costs.
//
// Arguments, in order. First, wherever binds_caller() says so, the caller's id as a string. Then,
// in whatever changes rows of a table with history (all but inserts), the id of the change under
// which the rows' old versions were kept. Then:
//
//   insert, upsert       the columns inserted, one argument each; with binding::json_rows one JSON
//                        array holding one object with these columns as members
//   insert_many,         postgres: per column inserted one array literal of its values (values
//   upsert_many          that are arrays or JSON as text); databricks: one JSON array of objects
//   find, exists         key columns, in key order
//   find_many, existing  postgres: per key column one array; databricks: one JSON array of objects
//   list                 the time for rows as they were, the condition's values (bind_condition),
//                        the position's (bind_keyset), limit, offset
//   count                the time, the condition's values
//   update, replace      the columns set, then the key columns; with binding::json_rows one JSON
//                        array of one object with all of these as members; then the states expected
//   update_where         the columns set, then the condition's values; with a row_limit those once
//                        more, then the limit
//   remove               deleted_at, deleted_by where the table has them, then the key columns,
//   then
//                        the states expected
//   remove_where         deleted_at, deleted_by, then as update_where
//   restore              updated_at, updated_by where the table has them, then the key columns,
//   then
//                        the states expected
//   purge                key columns, then the states expected
//   purge_where          the condition's values
//
// A state expected (sql/row_state.hpp) is record_uuid and updated_at; of a table without audit the
// text of each column clients see.
//
// Which columns an insert or update sets is the caller's choice, audit columns included:
// is_inserted, is_replaced and changed_columns() are the usual ones.
#pragma once

#include <weir/sql/dialect.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::sql {

/// Whose rows a statement sees, on a table with access.
enum class scope : std::uint8_t {
    /// The caller's own.
    caller,
    /// Everybody's: for groups with `read_all` or `purge`, and for background work.
    all,
};

/// Whether a statement sees soft-deleted rows; without effect on a table that keeps none.
enum class deleted : std::uint8_t { exclude, include, only };

/// Which rows a statement sees.
struct visibility {
    sql::scope rows = scope::caller;
    sql::deleted removed = deleted::exclude;

    friend constexpr bool operator==(visibility, visibility) = default;
};

/// Whether PostgreSQL gives the written rows back. A warehouse never does.
enum class returning : std::uint8_t { rows, nothing };

/// How a statement takes the values of a row.
enum class binding : std::uint8_t {
    /// One argument per column.
    each_value,
    /// One argument, a JSON array of objects: on a warehouse, for many rows, and for one row with
    /// more columns than a statement may have parameters.
    json_rows,
};

/// Longest chain of `access: {via: …}` that is followed.
inline constexpr std::size_t max_access_depth = 8;

/// The table whose owner column decides about the rows of `of`: itself, or the last of its `via`
/// chain; nullptr when no owner is involved.
[[nodiscard]] constexpr const table* owning_table(const table& of) noexcept {
    const auto* at = &of;
    for (std::size_t depth = 0; depth < max_access_depth; ++depth) {
        if (at->access.rule == access_rule::owner)
            return at;
        if (at->access.rule != access_rule::via)
            return nullptr;
        at = &at->relations[at->access.via].target();
    }
    return nullptr;
}

/// Whether a statement that reads or changes rows takes the caller's id as its first argument.
[[nodiscard]] constexpr bool binds_caller(const table& of, scope rows) noexcept {
    return rows == scope::caller && owning_table(of) != nullptr;
}

/// The same for inserts and upserts: a table's own owner column is an insert column, so only a
/// `via` needs the caller besides.
[[nodiscard]] constexpr bool insert_binds_caller(const table& of) noexcept {
    return of.access.rule == access_rule::via && owning_table(of) != nullptr;
}

/// Whether inserts give a column its value; the database does it for the others.
[[nodiscard]] constexpr bool is_inserted(const table& of, std::size_t position) noexcept {
    return of.columns[position].generated != generated_by::identity;
}

/// Whether a column says who changed a row last, and when.
[[nodiscard]] constexpr bool is_update_stamp(const table& of, std::size_t position) noexcept {
    const auto role = of.columns[position].audit;
    return role == audit_role::updated_at || role == audit_role::updated_by;
}

/// Whether a full replacement sets a column.
[[nodiscard]] constexpr bool is_replaced(const table& of, std::size_t position) noexcept {
    return is_update_column(of, position) || is_update_stamp(of, position);
}

/// A choice of columns, by table and position.
using column_choice = bool (*)(const table& of, std::size_t position) noexcept;

/// Positions of the columns chosen, in the table's order.
[[nodiscard]] inline std::vector<std::uint16_t>
choose_columns(const table& of, column_choice chosen) {
    std::vector<std::uint16_t> positions;
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (chosen(of, at))
            positions.push_back(static_cast<std::uint16_t>(at));
    }
    return positions;
}

[[nodiscard]] constexpr std::size_t count_columns(const table& of, column_choice chosen) noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; at < of.columns.size(); ++at)
        count += chosen(of, at) ? 1U : 0U;
    return count;
}

/// The same at compile time: `chosen_columns<well, is_inserted>` is a std::array of positions.
template <class Row, column_choice Chosen>
inline constexpr auto chosen_columns = [] {
    std::array<std::uint16_t, count_columns(table_of<Row>, Chosen)> positions{};
    std::size_t next = 0;
    for (std::size_t at = 0; at < table_of<Row>.columns.size(); ++at) {
        if (Chosen(table_of<Row>, at))
            positions[next++] = static_cast<std::uint16_t>(at);
    }
    return positions;
}();

/// The columns a partial update sets: those changed, then updated_at and updated_by where the table
/// has them.
[[nodiscard]] inline std::vector<std::uint16_t>
changed_columns(const table& of, column_indexes changed) {
    std::vector<std::uint16_t> positions{changed.begin(), changed.end()};
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (is_update_stamp(of, at))
            positions.push_back(static_cast<std::uint16_t>(at));
    }
    return positions;
}

/// Whether a table has an audit column.
[[nodiscard]] constexpr bool has_column(const table& of, audit_role role) noexcept {
    return find_column(of.columns, role) != of.columns.size();
}

/// Whether a table hides deleted rows.
[[nodiscard]] constexpr bool keeps_deleted(const table& of) noexcept {
    return of.soft_delete && has_column(of, audit_role::is_deleted);
}

/// How `insert` and `upsert` of `columns` columns take their row.
[[nodiscard]] constexpr binding
insert_binding(const table& of, dialect spoken, std::size_t columns) noexcept {
    const auto arguments = columns + (insert_binds_caller(of) ? 1U : 0U);
    return spoken == dialect::databricks && arguments > max_parameters(spoken)
               ? binding::json_rows
               : binding::each_value;
}

/// How an update by key that sets `columns` columns takes its values. Room is kept for the caller
/// and the states expected: ten of an audited table, or one of any other (has_states()).
[[nodiscard]] constexpr binding
update_binding(const table& of, dialect spoken, std::size_t columns) noexcept {
    constexpr std::size_t spare = 24;
    const auto arguments = columns + of.key.size() + spare;
    return spoken == dialect::databricks && arguments > max_parameters(spoken)
               ? binding::json_rows
               : binding::each_value;
}

/// Whether inserts check by themselves that key and unique columns are free, because the database
/// does not: then no affected row means a conflict (or, with `via`, that the parent is not the
/// caller's). An identity key cannot collide.
[[nodiscard]] constexpr bool insert_is_guarded(const table& of, dialect spoken) noexcept {
    if (spoken == dialect::postgres)
        return false;
    if (!of.unique.empty())
        return true;
    for (const auto position : of.key) {
        if (of.columns[position].generated == generated_by::identity)
            return false;
    }
    return !of.key.empty();
}

/// The types of limit and offset. Source: Databricks takes INT there, PostgreSQL bigint.
inline constexpr column_type limit_type_postgres{.kind = type::int64};
inline constexpr column_type limit_type_databricks{.kind = type::int32};

[[nodiscard]] constexpr const column_type& limit_type(dialect spoken) noexcept {
    return spoken == dialect::postgres ? limit_type_postgres : limit_type_databricks;
}

/// The types of the arguments that are no column's: the caller's id, and JSON rows.
inline constexpr column_type text_type{.kind = type::string};

} // namespace weir::sql
