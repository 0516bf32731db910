// SPDX-License-Identifier: Apache-2.0
// Sessions and units of work on Lakebase. Costs <libpq-fe.h> and <thread>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/session.hpp>
#include <weir/lakebase/detail/cancel_point.hpp>
#include <weir/lakebase/detail/shared_trips.hpp>
#include <weir/lakebase/detail/told_settings.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/result.hpp>
#include <weir/lakebase/stream.hpp>
#include <weir/lakebase/unit.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <concepts>
#include <exception>
#include <string_view>
#include <utility>

namespace weir::lakebase {

/// Executes statements for `Who`: a `weir::caller`, or `weir::nobody`. From pool::session().
///
/// Each statement takes effect by itself, on whatever connection is free.
/// Threads:  not two at once, but for cancel().
/// Lifetime: must not outlive its pool.
template <class Who>
class session_for {
    static_assert(
        std::same_as<Who, weir::caller> || std::same_as<Who, weir::nobody>,
        "weir: a session works for a weir::caller or for weir::nobody"
    );

public:
    /// Errors: validation_error for a caller whose id or group holds NUL.
    session_for(pool& from, Who who) : from_(&from), who_(std::move(who)), told_(who_) {}

    [[nodiscard]] sql::dialect dialect() const noexcept { return sql::dialect::postgres; }

    /// Whom the audit columns name. Lifetime: as long as this session.
    [[nodiscard]] std::string_view actor() const noexcept { return who_.actor(); }

    [[nodiscard]] const weir::caller& caller() const noexcept
        requires std::same_as<Who, weir::caller>
    {
        return who_;
    }

    /// Executes one statement, in one round trip once it is prepared. The database's row policies
    /// are told the caller in the same trip, for this statement only.
    ///
    /// A connection that died while it lay in the pool is replaced and the statement sent again, if
    /// it cannot have been executed or only reads.
    ///
    /// Errors: the types of core/error.hpp; a connection lost during a write has outcome_unknown().
    rows execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        detail::refuse_nul(arguments);
        cancel_.refuse_if_cancelled();
        if (!statement.is_point)
            return execute_alone(statement, arguments, until);
        const auto* const told = told_.for_statement(who_, statement.reach);
        // Behind another's read, one for which nothing is told would be taken for that caller's.
        if (told == nullptr && statement.reach != sql::reach::open)
            return execute_alone(statement, arguments, until);
        detail::passenger self{statement, arguments, cancel_, until, told};
        detail::shared_trips::trip trip{from_->trips_, self};
        if (trip.party().size() > 1)
            lead(trip);
        if (self.answer)
            return rows{std::move(self.answer)};
        return execute_alone(statement, arguments, until);
    }

    /// Executes a query whose rows are fetched as they are read, in constant memory, all of it by
    /// `until`. The rows hold a connection of their own, not this session.
    ///
    /// Errors: as execute(); the rows' next() too, once they have begun. cancel() does not reach
    ///         them: destroy them.
    [[nodiscard]] row_stream<Who>
    stream(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        cancel_.refuse_if_cancelled();
        return {*from_, who_, statement, arguments, until};
    }

    /// Opens a unit of work on a connection of its own, to be finished by `until`.
    ///
    /// A round trip for each statement, BEGIN with the first, and one for COMMIT.
    [[nodiscard]] unit_for<Who> begin(deadline until, unit_options how = {}) {
        cancel_.refuse_if_cancelled();
        return unit_for<Who>{*from_, who_, until, how};
    }

    /// Cancels what runs or waits now, and refuses what comes after. From any thread; units of work
    /// are on their own.
    void cancel() {
        cancel_.cancel();
        from_->cancel_wait(&cancel_);
        from_->trips_.let_go(cancel_);
    }

private:
    struct leaving {
        detail::cancel_point& point;

        ~leaving() { point.leave(); }
    };

    rows execute_alone(
        const sql::statement& statement, const sql::arguments& arguments, deadline until
    ) {
        cancel_.refuse_if_cancelled();
        detail::lease held{*from_, until, &cancel_};
        const bool writes = statement.verb != sql::verb::select;
        if (writes && held.has_rested() && held.link().has_hung_up())
            held.replace(until);
        const detail::call call{
            .table = statement.table,
            .ambiguous = writes,
            .owner = &cancel_,
            .due = until.at(),
            .told = told_.for_statement(who_, statement.reach),
        };
        cancel_.enter(held.watch());
        const leaving leave{cancel_};
        try {
            cancel_.refuse_if_cancelled();
            return rows{held.link().execute(statement, arguments, call)};
        } catch (const connection_error& lost) {
            if (!held.is_from_idle() || !held.link().is_broken() || lost.outcome_unknown())
                throw;
        }
        held.replace(until);
        cancel_.refuse_if_cancelled();
        return rows{held.link().execute(statement, arguments, call)};
    }

    /// Executes what travels together. Where that fails nobody has lost anything but time: all but
    /// those whose answers came go alone.
    void lead(detail::shared_trips::trip& trip) noexcept {
        try {
            detail::lease held{*from_, trip.due(), &cancel_};
            cancel_.enter(held.watch());
            const leaving leave{cancel_};
            cancel_.refuse_if_cancelled();
            held.link().execute_each(trip, {.owner = &cancel_, .due = trip.due().at()});
        } catch (const std::exception&) {
            // Each goes alone and is told its own error.
        }
        trip.arrive();
    }

    pool* from_;
    Who who_;
    detail::told_settings<Who> told_;
    detail::cancel_point cancel_;
};

using caller_session = session_for<weir::caller>;
using nobody_session = session_for<weir::nobody>;

static_assert(weir::caller_session<caller_session> && transactional_session<caller_session>);
static_assert(streaming_session<nobody_session>);
static_assert(transactional_session<nobody_session> && !weir::caller_session<nobody_session>);

} // namespace weir::lakebase
