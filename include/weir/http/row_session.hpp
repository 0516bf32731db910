// SPDX-License-Identifier: Apache-2.0
// The sessions of routes that write rows: whose they are, and who may purge. Costs
// data/shared_unit.hpp and http/nested_rows.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/http/nested_rows.hpp>
#include <weir/http/request.hpp>
#include <weir/http/sessions.hpp>
#include <weir/table/row.hpp>
#include <weir/table/table.hpp>

#include <type_traits>

namespace weir::http::detail {

/// Tables with `access` work for a caller only; for the others one session type serves everybody,
/// so that repositories are compiled once per row.
template <row Row>
using route_session = std::
    conditional_t<table_of<Row>.access.rule == access_rule::open, any_session, any_caller_session>;

template <row Row>
[[nodiscard]] route_session<Row> open_row_session(const sessions& from, const request& asked) {
    const auto purpose = purpose_of(asked, &table_of<Row>);
    if constexpr (table_of<Row>.access.rule == access_rule::open) {
        if (asked.within != nullptr)
            return asked.within->join();
        return asked.caller ? any_session{from.for_caller(*asked.caller, purpose)}
                            : from.for_nobody(purpose);
    } else {
        if (!asked.caller)
            throw authentication_error{"This table is for known callers only"};
        if (asked.within != nullptr)
            return asked.within->join_as_caller();
        return from.for_caller(*asked.caller, purpose);
    }
}

/// The same for rows with rows inside, any of which may be for known callers only.
template <row Row>
using nested_session =
    std::conditional_t<nested_of<Row>::needs_caller, any_caller_session, route_session<Row>>;

template <row Row>
[[nodiscard]] nested_session<Row> open_nested_session(const sessions& from, const request& asked) {
    if constexpr (std::is_same_v<nested_session<Row>, route_session<Row>>) {
        return open_row_session<Row>(from, asked);
    } else {
        if (!asked.caller)
            throw authentication_error{"Rows inside these are for known callers only"};
        if (asked.within != nullptr)
            return asked.within->join_as_caller();
        return from.for_caller(*asked.caller, purpose_of(asked, &table_of<Row>));
    }
}

/// Refuses a purge unless the caller is in one of the groups.
///
/// Errors: permission_error.
inline void require_purge_right(const table& of, const request& asked, bool without_rule) {
    const auto groups = of.access.purge;
    if (groups.empty() && without_rule)
        return;
    if (!weir::detail::is_in_any(asked.caller ? &*asked.caller : nullptr, groups))
        throw permission_error{"Only the table's purge groups may delete rows for good"};
}

} // namespace weir::http::detail
