// SPDX-License-Identifier: Apache-2.0
// The rows of a table as they were at a time, as what a query selects from. Costs what
// predicate.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/table/history.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::sql {

/// How the past of a table can be read.
enum class past : std::uint8_t {
    none,
    /// Out of its history.
    history,
    /// By the warehouse itself.
    time_travel,
};

[[nodiscard]] constexpr past past_of(const table& of) noexcept {
    if (of.history)
        return past::history;
    return of.backend == backend::warehouse ? past::time_travel : past::none;
}

/// The SQLSTATE of a time before the past that is kept: PostgreSQL's of a snapshot that is too old.
inline constexpr std::string_view before_kept_past = "72000";
/// That of a time after the last change of a table, in the same class; the platform has one for
/// both and for more.
inline constexpr std::string_view after_last_change = "72001";

/// The type of the time's argument.
inline constexpr column_type moment_type{.kind = type::timestamp};

namespace detail {

constexpr void write_past_columns(writer& out, const table& of, std::string_view alias) {
    separator comma;
    out.put("select ");
    for (const auto& column : of.columns)
        out.put(comma.next()).name(alias, column);
}

/// The rows that are as they were, then the versions that ended later. A row that was purged since
/// has none of either; one that has become somebody else's has no versions for the caller.
constexpr void
write_history_at(writer& out, const table& of, scope rows, std::size_t caller, std::size_t moment) {
    const auto& from = history_column(history_role::from);
    const auto& to = history_column(history_role::to);
    const auto inserted = find_column(of.columns, audit_role::inserted_at);
    out.put("(");
    write_past_columns(out, of, "n");
    out.put(" from ").name(of).put(" as n where ");
    out.name("n", of.columns[inserted]).put(" <= ").parameter(moment);
    // The stamps say the same as the versions do; row policies hide those that were another's.
    for (const auto role : {audit_role::updated_at, audit_role::deleted_at}) {
        const auto& stamp = of.columns[find_column(of.columns, role)];
        out.put(" and (").name("n", stamp).put(" is null or ").name("n", stamp).put(" <= ");
        out.parameter(moment).put(")");
    }
    out.put(" and not exists (select 1 from ").history_name(of).put(" as h where ");
    write_equal_columns(out, of, of.key, "h", "n");
    out.put(" and ").name("h", to).put(" > ").parameter(moment).put(") union all ");
    write_past_columns(out, of, "h");
    out.put(" from ").history_name(of).put(" as h join ").name(of).put(" as n on ");
    write_equal_columns(out, of, of.key, "n", "h");
    where_clause where{out};
    where.also().name("h", from).put(" <= ").parameter(moment);
    where.also().name("h", to).put(" > ").parameter(moment);
    write_visible(out, where, of, "n", {rows, deleted::include}, caller);
    out.put(")");
}

} // namespace detail

/// Writes ` from <the table> as t`; with `moment`, the number of a timestamp's parameter, the table
/// as it was then.
///
/// `caller`: the caller's parameter, as for write_visible(), which the statement adds for `t`
/// besides: a version is seen by whom it belonged to then, if the row is theirs now.
/// Errors: throws configuration_error for a table that keeps no past.
/// Source: Databricks SQL reference, "Work with Delta Lake table history".
constexpr void
write_source(writer& out, const table& of, scope rows, std::size_t caller, std::size_t moment = 0) {
    out.put(" from ");
    if (moment == 0) {
        out.name(of);
    } else if (past_of(of) == past::history) {
        detail::write_history_at(out, of, rows, caller, moment);
    } else if (past_of(of) == past::time_travel && !out.is_postgres()) {
        out.name(of).put(" timestamp as of ").parameter(moment);
    } else {
        throw configuration_error{
            "weir: table '" + std::string{of.name} + "' keeps no past; write 'history: true'"
        };
    }
    out.put(" as t");
}

/// A row by its key, as it was: `find` with the time after the caller.
constexpr void write_find_past(writer& out, const table& of, visibility seen) {
    const auto caller = take_caller(out, of, seen.rows);
    const auto moment = out.take();
    out.put("select ");
    write_selected(out, "t", of);
    write_source(out, of, seen.rows, caller, moment);
    where_clause where{out};
    write_key(out, where, of, "t");
    write_visible(out, where, of, "t", seen, caller);
}

} // namespace weir::sql
