// SPDX-License-Identifier: Apache-2.0
// A unit of work on Lakebase: a transaction on a connection of its own. Costs <libpq-fe.h> and
// <thread>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/caller.hpp>
#include <weir/lakebase/detail/cancel_point.hpp>
#include <weir/lakebase/detail/told_settings.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/result.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::lakebase {

template <class Who>
class row_stream;

/// How much of other transactions a unit of work sees.
enum class isolation : std::uint8_t { read_committed, repeatable_read, serializable };

/// How a unit of work begins.
struct unit_options {
    isolation level = isolation::read_committed;
    bool read_only = false;
};

/// Statements that take effect together at commit(), or not at all. Holds one connection; destroyed
/// without commit it rolls back.
///
/// The first failure ends it: PostgreSQL refuses what follows.
/// Threads:  not two at once, but for cancel().
/// Lifetime: must not outlive its pool.
template <class Who>
class unit_for {
public:
    /// Takes a connection; the server is told with the first statement.
    unit_for(pool& from, Who who, deadline until, unit_options how = {})
        : who_(std::move(who)), told_(who_), until_(until),
          held_(std::in_place, from, until, nullptr), begin_(begin_text(how)) {}

    unit_for(unit_for&& other) noexcept
        : who_(std::move(other.who_)), told_(std::move(other.told_)), until_(other.until_),
          held_(std::move(other.held_)), begin_(other.begin_), failed_(other.failed_),
          cancel_(std::move(other.cancel_)) {
        other.held_.reset();
    }

    unit_for(const unit_for&) = delete;
    unit_for& operator=(const unit_for&) = delete;
    unit_for& operator=(unit_for&&) = delete;

    ~unit_for() {
        try {
            rollback();
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): the connection is closed
                                          // then
        }
    }

    [[nodiscard]] sql::dialect dialect() const noexcept { return sql::dialect::postgres; }

    /// Whom the audit columns name. Lifetime: as long as this unit.
    [[nodiscard]] std::string_view actor() const noexcept { return who_.actor(); }

    [[nodiscard]] const weir::caller& caller() const noexcept
        requires std::same_as<Who, weir::caller>
    {
        return who_;
    }

    /// Executes one statement as part of this unit, within its own deadline and the unit's.
    ///
    /// Errors: the types of core/error.hpp; statement_error after commit(), rollback() or a
    /// failure.
    rows execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        refuse_if_over();
        detail::refuse_nul(arguments);
        const auto due = std::min(until.at(), until_.at());
        // The others go by what was told at the beginning.
        const bool all = statement.reach == sql::reach::everybody;
        if (all || statement.verb == sql::verb::ddl)
            begin();
        detail::call call{
            .table = statement.table,
            .ambiguous = false,
            .in_unit = true,
            .owner = &cancel_,
            .due = due,
            .begin = std::exchange(begin_, nullptr),
            .told = all ? told_.for_statement(who_, statement.reach) : nullptr,
            .told_after = all ? told_.after_statement(who_) : nullptr,
        };
        if (call.begin != nullptr)
            call.told = told_.for_unit(who_);
        return watched([&] {
            return first_again(call.begin != nullptr, [&] {
                return rows{held_->link().execute(statement, arguments, call)};
            });
        });
    }

    /// Makes everything take effect.
    ///
    /// Errors: statement_error if a statement failed; conflict_error where the server finds one
    /// only now; connection_error with outcome_unknown() if the connection breaks meanwhile.
    void commit() {
        refuse_if_over();
        watched([&] { return begin_ == nullptr ? run("COMMIT", true) : detail::pq_answer{}; });
        held_.reset();
    }

    /// Undoes everything. Nothing happens when the unit is over.
    void rollback() {
        if (!held_)
            return;
        // Gives the connection back whatever happens; one that could not roll back is closed.
        const giving_back end{*this};
        if (begin_ != nullptr || held_->link().is_broken())
            return;
        try {
            held_->link().run(
                "ROLLBACK", {.in_unit = true, .due = deadline::in(std::chrono::seconds{5}).at()}
            );
        } catch (...) {
            held_->link().distrust();
            throw;
        }
    }

    /// Cancels the statement that runs now, and refuses what comes after; commit() too. From any
    /// thread.
    void cancel() { cancel_.cancel(); }

private:
    friend class row_stream<Who>;

    struct giving_back {
        unit_for& unit;

        ~giving_back() { unit.held_.reset(); }
    };

    static const char* begin_text(unit_options how) noexcept {
        switch (how.level) {
        case isolation::repeatable_read:
            return how.read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                 : "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE";
        case isolation::serializable:
            return how.read_only ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"
                                 : "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
        case isolation::read_committed:
            break;
        }
        return how.read_only ? "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
                             : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    }

    /// Begins where nothing has yet, for what cannot be the first statement.
    void begin() {
        const auto* const text = std::exchange(begin_, nullptr);
        if (text == nullptr)
            return;
        watched([&] {
            return first_again(true, [&] { return run(text, false, told_.for_unit(who_)); });
        });
    }

    /// Runs `action`, and once more on another connection where nothing has happened before it and
    /// the connection had died while it lay in the pool.
    template <class Action>
    auto first_again(bool is_first, const Action& action) {
        try {
            return action();
        } catch (const connection_error&) {
            if (!is_first || !held_->is_from_idle() || !held_->link().is_broken())
                throw;
        }
        held_->replace(until_);
        cancel_.refuse_if_cancelled();
        return action();
    }

    detail::pq_answer run(const char* text, bool ambiguous, const sql::arguments* told = nullptr) {
        return held_->link().run(
            text,
            {.ambiguous = ambiguous,
             .in_unit = true,
             .owner = &cancel_,
             .due = until_.at(),
             .told = told}
        );
    }

    /// Runs text that takes no arguments and is not worth preparing, as part of this unit.
    detail::pq_answer run_plainly(const std::string& text, std::string_view table) {
        refuse_if_over();
        begin();
        return watched([&] {
            return held_->link().run(
                text.c_str(),
                {.table = table, .in_unit = true, .owner = &cancel_, .due = until_.at()}
            );
        });
    }

    void refuse_if_over() const {
        if (!held_)
            throw statement_error{"The unit of work is over"};
        if (failed_) {
            throw statement_error{"The unit of work failed; roll it back", {.sqlstate = "25P02"}};
        }
        if (until_.has_passed())
            throw timeout_error{"The deadline of the unit of work passed"};
    }

    /// Runs `action` where cancel() can reach it; a failure ends the unit.
    template <class Action>
    auto watched(Action&& action) {
        cancel_.enter(held_->watch());
        try {
            cancel_.refuse_if_cancelled();
            auto result = action();
            cancel_.leave();
            return result;
        } catch (...) {
            cancel_.leave();
            failed_ = true;
            throw;
        }
    }

    Who who_;
    detail::told_settings<Who> told_;
    deadline until_;
    std::optional<detail::lease> held_;
    /// What begins it; nullptr: it may have begun.
    const char* begin_;
    bool failed_ = false;
    detail::cancel_point cancel_;
};

} // namespace weir::lakebase
