// SPDX-License-Identifier: Apache-2.0
// Sessions and units of work on the embedded engine. Costs database.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/session.hpp>
#include <weir/embedded/database.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace weir::embedded {

/// Statements that take effect together at commit(), or not at all; destroyed without commit it
/// rolls back. It holds one connection. Only the tables of one catalog may be written in it.
///
/// Lifetime: must not outlive its database.
/// Threads:  not two at once.
template <class Who>
class unit_for {
public:
    unit_for(database& in, Who who, deadline until, std::unique_lock<std::timed_mutex> turn = {})
        : in_(&in), who_(std::move(who)), until_(until), turn_(std::move(turn)),
          held_(std::in_place, in, until) {
        (*held_)->begin();
    }

    unit_for(unit_for&& other) noexcept
        : in_(other.in_), who_(std::move(other.who_)), until_(other.until_),
          turn_(std::move(other.turn_)), held_(std::move(other.held_)) {
        other.held_.reset();
    }

    unit_for(const unit_for&) = delete;
    unit_for& operator=(const unit_for&) = delete;
    unit_for& operator=(unit_for&&) = delete;

    ~unit_for() {
        try {
            rollback();
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): nobody is left to tell
        }
    }

    [[nodiscard]] sql::dialect dialect() const noexcept { return sql::dialect::databricks; }

    /// Whom the audit columns name. Lifetime: as long as this unit.
    [[nodiscard]] std::string_view actor() const noexcept { return who_.actor(); }

    [[nodiscard]] const weir::caller& caller() const noexcept
        requires std::same_as<Who, weir::caller>
    {
        return who_;
    }

    /// Executes one statement as part of this unit, within its own deadline and the unit's.
    /// Errors: as session_for::execute(); statement_error after commit() or rollback().
    rows execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        refuse_if_over();
        return in_->execute(
            **held_, statement, arguments, who_.actor(), until.at() < until_.at() ? until : until_
        );
    }

    /// Makes everything take effect.
    /// Errors: conflict_error 40001 where the engine finds a conflict only now; everything is then
    /// undone.
    void commit() {
        refuse_if_over();
        const closing end{*this};
        in_->commit(**held_, until_);
    }

    /// Undoes everything. Nothing happens when the unit is over.
    void rollback() {
        if (!held_)
            return;
        const closing end{*this};
        if ((*held_)->in_transaction())
            (*held_)->rollback();
    }

private:
    /// Gives the connection back whatever happens.
    struct closing {
        unit_for& unit;

        ~closing() {
            unit.held_.reset();
            if (unit.turn_)
                unit.turn_.unlock();
        }
    };

    void refuse_if_over() const {
        if (!held_)
            throw statement_error{
                "This unit of work is over; begin another", {.sqlstate = "25P01"}
            };
    }

    database* in_;
    Who who_;
    deadline until_;
    std::unique_lock<std::timed_mutex> turn_;
    std::optional<database::lease> held_;
};

/// The rows of one query as the engine makes them, of one snapshot. Satisfies `weir::result`; needs
/// its session no longer, but holds a connection until the last row or its own end.
///
/// The engine keeps about 1 MB ready; a sort it cannot avoid is in its own memory.
/// Errors:   next() throws as session_for::execute() does.
/// Lifetime: must not outlive its database.
/// Threads:  not two at once.
class row_stream {
public:
    row_stream(
        database& in,
        std::string_view actor,
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until
    )
        : in_(&in), until_(until), held_(std::in_place, in, until),
          rows_(in.execute(**held_, statement, arguments, actor, until, delivery::streamed)) {}

    /// The next row, absent after the last. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        if (!held_)
            return std::nullopt;
        auto row = in_->next(**held_, rows_, until_);
        if (!row) {
            rows_ = rows{};
            held_.reset();
        }
        return row;
    }

    [[nodiscard]] static constexpr std::uint64_t affected_rows() noexcept { return 0; }

private:
    database* in_;
    deadline until_;
    std::optional<database::lease> held_;
    // After held_: the engine still has to do with the connection while it makes them.
    rows rows_;
};

/// Executes statements for `Who`: a `weir::caller`, or `weir::nobody`. From database::session().
///
/// Each statement takes effect by itself, on whatever connection is free. Writes take turns: a
/// statement that inserts only what is not there yet would not see what another is about to commit.
/// Lifetime: must not outlive its database.
/// Threads:  not two at once.
template <class Who>
class session_for {
    static_assert(
        std::same_as<Who, weir::caller> || std::same_as<Who, weir::nobody>,
        "weir: a session works for a weir::caller or for weir::nobody"
    );

public:
    session_for(database& in, Who who) : in_(&in), who_(std::move(who)) {}

    [[nodiscard]] sql::dialect dialect() const noexcept { return sql::dialect::databricks; }

    /// Whom the audit columns name. Lifetime: as long as this session.
    [[nodiscard]] std::string_view actor() const noexcept { return who_.actor(); }

    [[nodiscard]] const weir::caller& caller() const noexcept
        requires std::same_as<Who, weir::caller>
    {
        return who_;
    }

    /// Executes one statement of Databricks SQL. Markers `:p1, :p2, …` stand for the arguments in
    /// order; `current_user()` is actor().
    ///
    /// Errors: statement_error for SQL the engine does not know, conflict_error, validation_error,
    /// timeout_error and
    ///         connection_error as engine_error.hpp says; nothing of the engine's.
    rows execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        const auto turn = in_->turn_to_write(statement, until);
        const database::lease held{*in_, until};
        return in_->execute(*held, statement, arguments, who_.actor(), until);
    }

    /// Executes a query whose rows are made as they are read, all of them by `until`. The rows hold
    /// a connection of their own, not this session. Errors: as execute(); the rows' next() too.
    [[nodiscard]] row_stream
    stream(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return {*in_, who_.actor(), statement, arguments, until};
    }

    /// Opens a unit of work on a connection of its own, to be finished by `until`.
    [[nodiscard]] unit_for<Who> begin(deadline until) { return {*in_, who_, until}; }

    /// The same as the only writer until it is over: keys and unique values, which the engine does
    /// not keep, stay unique, and nothing it reads is changed meanwhile. Ends on the thread it
    /// began on; other writes of that thread would wait for it in vain.
    ///
    /// Errors: timeout_error when other writers do not finish by `until`.
    [[nodiscard]] unit_for<Who> begin_writing(deadline until) {
        auto turn = in_->turn_to_write({.text = {}, .table = {}, .verb = sql::verb::insert}, until);
        return {*in_, who_, until, std::move(turn)};
    }

private:
    database* in_;
    Who who_;
};

template <class Who>
session_for<Who> database::session(Who who) {
    return {*this, std::move(who)};
}

static_assert(caller_session<session_for<weir::caller>>);
static_assert(streaming_session<session_for<nobody>>);
static_assert(session<session_for<nobody>> && !caller_session<session_for<nobody>>);
static_assert(unit_of_work<unit_for<weir::caller>>);

} // namespace weir::embedded
