// SPDX-License-Identifier: Apache-2.0
// One statement from its call to its end: waiting, asking, cancelling at the deadline. Costs
// errors.hpp and execute_body.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/sql/statement.hpp>
#include <weir/warehouse/answer.hpp>
#include <weir/warehouse/cancel_point.hpp>
#include <weir/warehouse/errors.hpp>
#include <weir/warehouse/execute_body.hpp>
#include <weir/warehouse/options.hpp>
#include <weir/warehouse/transport.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace weir::warehouse {

/// As whom, and for which request, calls are made.
struct call_identity {
    /// A user's token; empty: the workspace client's own.
    std::string bearer{};
    std::string request_id{};
    /// The trace it is part of: a W3C `traceparent`, or nothing.
    std::string traceparent{};
    /// Absent: what is not over at its deadline is cancelled. Else queries may go on, and one of
    /// before may be waited for. Not together with `bearer`, which nobody keeps.
    std::shared_ptr<statement_deferral> deferral{};
};

/// Executes statements and sees each to its end. Lifetime: everything given must outlive it.
class statement_call {
public:
    statement_call(transport& over, const options& how, const call_identity& as, cancel_point& stop)
        : over_(&over), how_(&how), as_(&as), stop_(&stop) {}

    /// The answer of a statement that is over: succeeded, failed, cancelled by others or closed.
    ///
    /// Errors: timeout_error when the deadline passes: the statement is cancelled then, and a write
    ///         whose fate stays unknown says outcome_unknown(); connection_error (retryable) when
    ///         the warehouse had not begun by then; those of transport::send().
    ///
    /// `position`: which of its request's statements it is, as its deferral counts them.
    [[nodiscard]] answer
    run(const sql::statement& statement,
        const execution& of,
        deadline until,
        std::size_t position = 0) {
        stop_->refuse_if_cancelled();
        position_ = position;
        table_ = statement.table;
        writes_ = statement.verb != sql::verb::select;
        if (until.has_passed())
            throw timeout_error{
                detail::about(table_) + "the deadline passed before the statement began",
                {.sqlstate = "57014"}
            };
        const auto before = take_resumed();
        auto now = before.empty() ? execute(of, until) : ask(before, until);
        auto pause = how_->first_poll;
        while (!is_over(now.state)) {
            if (now.statement_id.empty())
                detail::throw_unreadable("it has no statement_id");
            if (stop_->wait(std::min(pause, until.left())) || until.left().count() == 0)
                return abandon(std::move(now));
            pause = std::min(pause * 2, how_->longest_poll);
            now = ask_again(std::move(now), until);
        }
        return now;
    }

private:
    static constexpr std::string_view statements = "/api/2.0/sql/statements";

    [[nodiscard]] answer execute(const execution& of, deadline until) {
        const auto body = execute_body(of, *how_);
        try {
            return read_answer(over_->send({
                .method = "POST",
                .path = std::string{statements},
                .body = body,
                .until = until,
                .is_repeatable = !writes_,
                .bearer = as_->bearer,
                .request_id = as_->request_id,
                .traceparent = as_->traceparent,
            }));
        } catch (const authentication_error&) {
            // A user's own token is theirs to renew; with words of the platform it would be ours.
            if (as_->bearer.empty())
                throw;
            std::throw_with_nested(
                authentication_error{"The platform refused the user's token; sign in again"}
            );
        } catch (const permission_error& refused) {
            throw_refused(refused);
        } catch (const not_found_error& missing) {
            // To those who asked for a row it is not that row that is missing.
            throw_for(missing, "there is no such warehouse; check its id");
        } catch (const error& failed) {
            if (writes_ && failed.kind() == error_kind::decode)
                throw_lost(failed);
            if (writes_ || !failed.outcome_unknown())
                throw;
            throw_read(failed);
        }
    }

    [[nodiscard]] answer ask(const std::string& id, deadline until) {
        return read_answer(over_->send({
            .method = "GET",
            .path = std::string{statements} + "/" + id,
            .until = until,
            .is_repeatable = true,
            .bearer = as_->bearer,
            .request_id = as_->request_id,
            .traceparent = as_->traceparent,
        }));
    }

    [[nodiscard]] answer ask_again(answer before, deadline until) {
        try {
            return ask(before.statement_id, until);
        } catch (const error& failed) {
            // Less than a millisecond is no time for a call.
            if (until.left().count() == 0 || failed.kind() == error_kind::timeout)
                return abandon(std::move(before));
            cancel(before.statement_id);
            if (writes_)
                throw_lost(failed);
            if (failed.kind() == error_kind::not_found)
                throw_for(failed, "the warehouse has forgotten the statement");
            throw;
        }
    }

    /// The id under which the statement is there already; empty: it is not.
    [[nodiscard]] std::string take_resumed() const {
        if (!as_->deferral || !as_->deferral->resumed ||
            as_->deferral->resumed->position != position_)
            return {};
        return std::exchange(as_->deferral->resumed, std::nullopt)->statement_id;
    }

    /// Nobody waits for its answer, and it may come too late.
    void cancel(const std::string& id) {
        try {
            static_cast<void>(over_->send({
                .method = "POST",
                .path = std::string{statements} + "/" + id + "/cancel",
                .until = deadline::in(how_->cancel_grace),
                .is_repeatable = true,
                .bearer = as_->bearer,
                .request_id = as_->request_id,
                .traceparent = as_->traceparent,
            }));
        } catch (const error&) { // NOLINT(bugprone-empty-catch): there is nothing left to try
        }
    }

    /// Cancels, and finds out what became of a write: that it was over already is an answer like
    /// any other.
    [[nodiscard]] answer abandon(answer last) {
        const auto id = last.statement_id;
        if (as_->deferral && !writes_ && !stop_->is_cancelled()) {
            as_->deferral->left = statement_deferral::place{position_, id};
            throw timeout_error{
                detail::about(table_) + "the deadline passed, and the statement goes on",
                {.sqlstate = "57014"}
            };
        }
        const bool had_begun = last.state != statement_state::pending;
        cancel(id);
        if (writes_) {
            last = watch_end(std::move(last));
            if (is_over(last.state) && last.state != statement_state::canceled)
                return last;
        }
        const bool is_unknown = writes_ && last.state != statement_state::canceled;
        const auto on = detail::about(table_);
        if (stop_->is_cancelled()) {
            throw timeout_error{
                on + "the session was cancelled",
                {.sqlstate = "57014", .outcome_unknown = is_unknown}
            };
        }
        if (!had_begun && !is_unknown) {
            throw connection_error{
                on + "the warehouse had not begun with the statement by the deadline; it may be "
                     "starting",
                {.sqlstate = "57P03", .retryable = true}
            };
        }
        throw timeout_error{
            on + (is_unknown ? "the deadline passed, and what became of the statement is unknown"
                             : "the deadline passed, and the statement was cancelled"),
            {.sqlstate = "57014", .outcome_unknown = is_unknown}
        };
    }

    [[nodiscard]] answer watch_end(answer last) {
        const auto id = last.statement_id;
        const auto grace = deadline::in(how_->cancel_grace);
        auto pause = how_->first_poll;
        try {
            for (;;) {
                last = ask(id, grace);
                if (is_over(last.state) || grace.has_passed())
                    return last;
                // Not the cancel point's wait: it is cancelled already, mostly.
                std::this_thread::sleep_for(std::min(pause, grace.left()));
                pause = std::min(pause * 2, how_->longest_poll);
            }
        } catch (const error&) {
            return last;
        }
    }

    /// Errors: connection_error.
    [[noreturn]] void throw_lost(const error& cause) const {
        std::throw_with_nested(connection_error{
            detail::about(table_) + "the warehouse took the statement, and what became of it is "
                                    "unknown",
            {.sqlstate = "08007",
             .server_text = std::string{cause.server_text()},
             .outcome_unknown = true}
        });
    }

    /// Paths and codes of the platform are for the log. Errors: permission_error.
    [[noreturn]] void throw_refused(const error& cause) const {
        std::throw_with_nested(permission_error{
            detail::about(table_) + "the warehouse may not be used; grant CAN USE on it, or the "
                                    "scope that the token lacks",
            {.sqlstate = "42501", .server_text = std::string{cause.server_text()}}
        });
    }

    /// The transport cannot know that a POST only reads. Errors: timeout_error, connection_error.
    [[noreturn]] void throw_read(const error& cause) const {
        const auto message = detail::about(table_) + "the warehouse gave no answer";
        error_detail told{
            .sqlstate = std::string{cause.sqlstate()},
            .server_text = std::string{cause.server_text()},
            .retryable = true,
        };
        if (cause.kind() == error_kind::timeout)
            std::throw_with_nested(timeout_error{message, std::move(told)});
        std::throw_with_nested(connection_error{message, std::move(told)});
    }

    /// Errors: configuration_error.
    [[noreturn]] void throw_for(const error& cause, std::string_view what) const {
        std::throw_with_nested(configuration_error{
            detail::about(table_) + std::string{what},
            {.server_text = std::string{cause.server_text()}}
        });
    }

    transport* over_;
    const options* how_;
    const call_identity* as_;
    cancel_point* stop_;
    std::string_view table_{};
    bool writes_ = false;
    std::size_t position_ = 0;
};

} // namespace weir::warehouse
