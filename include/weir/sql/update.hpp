// SPDX-License-Identifier: Apache-2.0
// Statements that change rows in place: update and replace by key, restore, soft deletion. What
// takes conditions is in list.hpp. Costs what predicate.hpp costs.
#pragma once

#include <weir/sql/kept.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/row_state.hpp>
#include <weir/sql/rows.hpp>

namespace weir::sql {

namespace detail {

[[nodiscard]] constexpr bool holds(column_indexes columns, std::size_t wanted) noexcept {
    for (const auto position : columns) {
        if (position == wanted)
            return true;
    }
    return false;
}

[[nodiscard]] constexpr bool share(column_indexes left, column_indexes right) noexcept {
    for (const auto position : left) {
        if (holds(right, position))
            return true;
    }
    return false;
}

/// Where the new values of an update are: parameters in the order of `columns`, or a relation.
struct new_values {
    column_indexes columns{};
    /// Number of the first column's parameter; 0: the values are under `alias`.
    std::size_t first = 0;
    std::string_view alias{};
};

/// The value a column has after the update: the new one, else the row's own under `t`.
constexpr void
write_updated_value(writer& out, const table& of, std::size_t position, const new_values& given) {
    const auto& column = of.columns[position];
    for (std::size_t at = 0; at < given.columns.size(); ++at) {
        if (given.columns[at] != position)
            continue;
        if (given.first == 0) {
            out.name(given.alias, column);
        } else {
            write_typed_argument(out, column.type, given.first + at);
        }
        return;
    }
    out.name("t", column);
}

/// Adds, where no database constraint says so, that a row's unique values are not those of another
/// live row: of the sets that hold a new value, or of all when none is given (a row that returns).
constexpr void
write_unique_checks(writer& out, where_clause& where, const table& of, const new_values& given) {
    if (out.is_postgres())
        return;
    for (const auto& set : of.unique) {
        if (!given.columns.empty() && !share(set.columns, given.columns))
            continue;
        where.also().put("not exists (select 1 from ").name(of).put(" as o where not (");
        write_equal_columns(out, of, of.key, "o", "t");
        out.put(")");
        if (keeps_deleted(of)) {
            const auto is_deleted = find_column(of.columns, audit_role::is_deleted);
            out.put(" and ").name("o", of.columns[is_deleted]).put(" = false");
        }
        for (const auto position : set.columns) {
            out.put(" and ").name("o", of.columns[position]).put(" = ");
            write_updated_value(out, of, position, given);
        }
        out.put(")");
    }
}

/// Adds the checks a changed row must pass before the change: its new parent is the caller's, and
/// its new unique values are free.
constexpr void write_update_checks(
    writer& out,
    where_clause& where,
    const table& of,
    const new_values& given,
    scope rows,
    std::size_t caller
) {
    if (rows == scope::caller && of.access.rule == access_rule::via &&
        share(of.relations[of.access.via].from, given.columns)) {
        where.also();
        write_via(out, of, scope::caller, caller, [&](std::size_t position) {
            write_updated_value(out, of, position, given);
        });
    }
    write_unique_checks(out, where, of, given);
}

constexpr void write_returning(writer& out, const table& of, returning back) {
    if (!out.is_postgres() || back == returning::nothing)
        return;
    out.put(" returning ");
    write_selected(out, "t", of);
}

/// ` set "status" = $2, …`, taking a parameter each.
constexpr void write_assignments(writer& out, const table& of, column_indexes columns) {
    separator comma{", ", " set "};
    for (const auto position : columns) {
        out.put(comma.next());
        write_assignment(out, of, position, "t", [&] {
            write_argument(out, of.columns[position].type, out.take());
        });
    }
}

/// ` set "status" = s."status", …` of the row under `m`.
constexpr void write_assignments_from(
    writer& out, const table& of, column_indexes columns, std::string_view alias
) {
    separator comma{", ", " set "};
    for (const auto position : columns) {
        out.put(comma.next());
        write_assignment(out, of, position, "m", [&] { out.name(alias, of.columns[position]); });
    }
}

/// An update of one row whose values come as JSON: UPDATE takes no FROM on a warehouse, so a MERGE
/// whose source holds the row only if it may be changed.
constexpr void write_update_merge(
    writer& out, const table& of, column_indexes columns, visibility seen, expected_states expected
) {
    const auto caller = take_caller(out, of, seen.rows);
    const auto change = take_change(out, of);
    out.put("merge into ").name(of).put(" as m using (with incoming as (");
    write_rows(out, of, of.key, columns);
    out.put(") select r.* from incoming as r join ").name(of).put(" as t on ");
    write_equal_columns(out, of, of.key, "t", "r");
    where_clause where{out};
    write_visible(out, where, of, "t", seen, caller);
    write_update_checks(out, where, of, {.columns = columns, .alias = "r"}, seen.rows, caller);
    write_kept(out, where, of, "t", change);
    write_expected(where, of, expected);
    out.put(") as s on ");
    write_equal_columns(out, of, of.key, "m", "s");
    out.put(" when matched then update");
    write_assignments_from(out, of, columns, "s");
}

/// Sets a column's role to a constant, or takes a parameter for it, where the table has it.
class stamps {
public:
    constexpr stamps(writer& out, const table& of) : out_(&out), of_(&of) {}

    constexpr void constant(audit_role role, std::string_view value) {
        const auto position = find_column(of_->columns, role);
        if (position != of_->columns.size())
            out_->put(comma_.next()).name(of_->columns[position].name).put(" = ").put(value);
    }

    constexpr void argument(audit_role role) {
        const auto position = find_column(of_->columns, role);
        if (position == of_->columns.size())
            return;
        out_->put(comma_.next());
        write_assignment(*out_, *of_, position, "t", [&] {
            write_argument(*out_, of_->columns[position].type, out_->take());
        });
    }

private:
    writer* out_;
    const table* of_;
    separator comma_{", ", " set "};
};

/// `update … set is_deleted = true, …` where the table keeps deleted rows, else `delete from …`, up
/// to the where clause.
constexpr void write_removal(writer& out, const table& of) {
    if (!keeps_deleted(of)) {
        out.put("delete from ").name(of).put(" as t");
        return;
    }
    out.put("update ").name(of).put(" as t");
    stamps set{out, of};
    set.constant(audit_role::is_deleted, "true");
    set.argument(audit_role::deleted_at);
    set.argument(audit_role::deleted_by);
}

} // namespace detail

/// Sets some columns of one row, exactly those given: changed_columns() adds the stamps.
///
/// Shape:  one affected row, or none: absent, not the caller's, not in the states expected, or, on
/// a
///         warehouse, a unique value that is taken. postgres gives the row back, unless told not
///         to.
/// Errors: throws configuration_error for a table without key, or without columns to set.
constexpr void write_update(
    writer& out,
    const table& of,
    column_indexes columns,
    visibility seen = {},
    returning back = returning::rows,
    expected_states expected = {}
) {
    if (columns.empty())
        throw configuration_error("weir: an update must set at least one column");
    if (update_binding(of, out.speaks(), columns.size()) == binding::json_rows) {
        detail::write_update_merge(out, of, columns, seen, expected);
        return;
    }
    const auto caller = take_caller(out, of, seen.rows);
    const auto change = take_change(out, of);
    out.put("update ").name(of).put(" as t");
    const auto first = out.parameters() + 1;
    detail::write_assignments(out, of, columns);
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", seen, caller);
    detail::write_update_checks(
        out, where, of, {.columns = columns, .first = first}, seen.rows, caller
    );
    write_kept(out, where, of, "t", change);
    write_expected(where, of, expected);
    detail::write_returning(out, of, back);
}

/// Deletes one row: softly where the table keeps deleted rows, else for good.
constexpr void write_remove(
    writer& out, const table& of, scope rows = scope::caller, expected_states expected = {}
) {
    const auto caller = take_caller(out, of, rows);
    const auto change = take_change(out, of);
    detail::write_removal(out, of);
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", {.rows = rows}, caller);
    write_kept(out, where, of, "t", change);
    write_expected(where, of, expected);
}

/// Brings a soft-deleted row back.
///
/// Shape:  one affected row, or none: absent, not deleted, not the caller's, not in the states
///         expected, or, on a warehouse, a unique value that is taken by now. postgres gives the
///         row back, unless told not to.
/// Errors: throws configuration_error for a table that keeps no deleted rows.
constexpr void write_restore(
    writer& out,
    const table& of,
    scope rows = scope::caller,
    returning back = returning::rows,
    expected_states expected = {}
) {
    if (!keeps_deleted(of))
        throw configuration_error("weir: this table keeps no deleted rows to restore");
    const auto caller = take_caller(out, of, rows);
    const auto change = take_change(out, of);
    out.put("update ").name(of).put(" as t");
    detail::stamps set{out, of};
    set.constant(audit_role::is_deleted, "false");
    set.constant(audit_role::deleted_at, "null");
    set.constant(audit_role::deleted_by, "null");
    set.argument(audit_role::updated_at);
    set.argument(audit_role::updated_by);
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", {rows, deleted::only}, caller);
    detail::write_unique_checks(out, where, of, {});
    write_kept(out, where, of, "t", change);
    write_expected(where, of, expected);
    detail::write_returning(out, of, back);
}

/// Deletes one row for good, whether it is soft-deleted or not unless `removed` says which.
constexpr void write_purge(
    writer& out,
    const table& of,
    visibility seen = {scope::caller, deleted::include},
    expected_states expected = {}
) {
    const auto caller = take_caller(out, of, seen.rows);
    const auto change = take_change(out, of);
    out.put("delete from ").name(of).put(" as t");
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", seen, caller);
    write_kept(out, where, of, "t", change);
    write_expected(where, of, expected);
}

} // namespace weir::sql
