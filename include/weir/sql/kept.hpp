// SPDX-License-Identifier: Apache-2.0
// The predicate that keeps a table's history whole: a change reaches only rows whose old version
// the same change has kept. Costs what predicate.hpp costs.
#pragma once

#include <weir/sql/predicate.hpp>

#include <cstddef>
#include <string_view>

namespace weir::sql {

/// Takes the parameter of the change where a table has a history: right after the caller's, before
/// any other.
[[nodiscard]] constexpr std::size_t take_change(writer& out, const table& of) {
    return of.history ? out.take() : 0;
}

/// Writes that an old version of the row under `alias` was kept by the change whose parameter is
/// `change`.
constexpr void
write_is_kept(writer& out, const table& of, std::string_view alias, std::size_t change) {
    out.put("exists (select 1 from ").history_name(of).put(" as h where ");
    detail::write_equal_columns(out, of, of.key, "h", alias);
    out.put(" and ").name("h", history_column(history_role::change)).put(" = ");
    out.parameter(change).put(")");
}

/// Adds that predicate; nothing for a table without history.
///
/// So a statement that nobody kept rows for changes none, and neither does one that meets rows
/// which came after those that were kept.
constexpr void write_kept(
    writer& out, where_clause& where, const table& of, std::string_view alias, std::size_t change
) {
    if (change == 0)
        return;
    where.also();
    write_is_kept(out, of, alias, change);
}

} // namespace weir::sql
