// SPDX-License-Identifier: Apache-2.0
// Sessions on a SQL warehouse. Costs warehouse.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/query_slices.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>
#include <weir/warehouse/cancel_point.hpp>
#include <weir/warehouse/warehouse.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace weir::warehouse {

/// Executes statements for `Who`: a `weir::caller`, or `weir::nobody`. From warehouse::session().
///
/// Each statement takes effect by itself; there are no units of work.
/// Threads:  not two at once, but for cancel().
/// Lifetime: must not outlive its warehouse.
template <class Who>
class session_for {
    static_assert(
        std::same_as<Who, weir::caller> || std::same_as<Who, weir::nobody>,
        "weir: a session works for a weir::caller or for weir::nobody"
    );

public:
    session_for(warehouse& on, Who who, call_identity as)
        : on_(&on), who_(std::move(who)), as_(std::move(as)),
          stop_(std::make_shared<cancel_point>()) {}

    [[nodiscard]] sql::dialect dialect() const noexcept { return sql::dialect::databricks; }

    /// Whom the audit columns name. Lifetime: as long as this session.
    [[nodiscard]] std::string_view actor() const noexcept { return who_.actor(); }

    [[nodiscard]] const weir::caller& caller() const noexcept
        requires std::same_as<Who, weir::caller>
    {
        return who_;
    }

    /// Less than the platform's megabyte, whichever it means. Source: databricks-sql-python,
    /// docs/parameters.md.
    [[nodiscard]] static constexpr std::size_t most_argument_bytes() noexcept { return 1'000'000; }

    /// Executes one statement and waits for its end, or for the first part of its rows.
    ///
    /// A query is tried again after any failure of the network, a write only where the warehouse
    /// cannot have taken it; a write that another was faster than is executed again as a whole.
    ///
    /// Errors: those of throw_failure(), and connection_error, timeout_error; a write that may have
    ///         happened has outcome_unknown(). A result in parts fails in its rows' next() too.
    rows execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return on_->execute(statement, arguments, who_.actor(), as_, *stop_, until);
    }

    /// The same: rows come in parts always, of which at most a few are in memory.
    [[nodiscard]] rows
    stream(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return execute(statement, arguments, until);
    }

    /// The same. Where the result is larger than answers hold and cloud storage is out of reach,
    /// its rows come by `slices`; nullptr: it is refused then.
    [[nodiscard]] rows stream_sliced(
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until,
        std::unique_ptr<query_slices> slices
    ) {
        return on_->execute_sliced(
            statement, arguments, who_.actor(), as_, stop_, until, std::move(slices)
        );
    }

    /// Cancels what is executed now, within about options::wait, and refuses what comes after. From
    /// any thread.
    void cancel() { stop_->cancel(); }

private:
    warehouse* on_;
    Who who_;
    call_identity as_;
    // On the heap, so that sessions can be moved; shared with rows that execute further statements.
    std::shared_ptr<cancel_point> stop_;
};

template <class Who>
session_for<Who> warehouse::session(Who who, call_identity as) {
    return {*this, std::move(who), std::move(as)};
}

static_assert(weir::caller_session<session_for<weir::caller>>);
static_assert(streaming_session<session_for<nobody>>);
static_assert(session<session_for<nobody>> && !weir::caller_session<session_for<nobody>>);
static_assert(!transactional_session<session_for<nobody>>);

} // namespace weir::warehouse
