// SPDX-License-Identifier: Apache-2.0
// What executes statements, as concepts: result, session, session for a caller, unit of work.
// Costs <chrono> through deadline.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/text_field.hpp>
#include <weir/data/caller.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// The rows a statement gave, one after the other, and how many rows it changed.
template <class Result>
concept result = requires(Result& rows) {
    /// The next row, absent after the last. Lifetime: until the next call.
    { rows.next() } -> std::same_as<std::optional<std::span<const text_field>>>;
    { rows.affected_rows() } -> std::convertible_to<std::uint64_t>;
};

/// Executes statements in one dialect. Not for two threads at once.
///
/// Errors: execute throws the types of core/error.hpp and nothing of the driver's.
template <class Session>
concept session = requires(
    Session& s, const sql::statement& statement, const sql::arguments& arguments, deadline until
) {
    { s.dialect() } -> std::same_as<sql::dialect>;
    { s.actor() } -> std::convertible_to<std::string_view>;
    { s.execute(statement, arguments, until) } -> result;
};

/// A session that can give a query's rows as they come, in constant memory: stream() is execute()
/// but for that its rows need the session no longer, and may fail before the last.
template <class Session>
concept streaming_session =
    session<Session> &&
    requires(
        Session& s, const sql::statement& statement, const sql::arguments& arguments, deadline until
    ) {
        { s.stream(statement, arguments, until) } -> result;
    };

/// How many bytes all arguments of one statement may have together; no limit where a session tells
/// none.
template <class Session>
[[nodiscard]] std::size_t most_argument_bytes(const Session& of) {
    if constexpr (requires { of.most_argument_bytes(); }) {
        return of.most_argument_bytes();
    } else {
        return SIZE_MAX;
    }
}

/// A session for a known caller: the only kind that may touch a table with `access`.
template <class Session>
concept caller_session = session<Session> && requires(const Session& s) {
    { s.caller() } -> std::same_as<const weir::caller&>;
};

/// A session whose statements take effect together at commit(), or not at all; destroyed without
/// commit it rolls back.
template <class Session>
concept unit_of_work = session<Session> && requires(Session& s) {
    s.commit();
    s.rollback();
};

/// A session that can open a unit of work: Lakebase and embedded.
template <class Session>
concept transactional_session = session<Session> && requires(Session& s, deadline until) {
    { s.begin(until) } -> unit_of_work;
};

} // namespace weir
