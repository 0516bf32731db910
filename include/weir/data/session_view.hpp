// SPDX-License-Identifier: Apache-2.0
// Sessions that belong to somebody else, as sessions: for code that wants to own one. Costs
// data/any_session.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/change_unit.hpp>
#include <weir/data/query_slices.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace weir {

/// A session of a known type that is somebody else's, units of work included.
/// Lifetime: must not outlive that session.
template <session Session>
class borrowed_session {
public:
    explicit borrowed_session(Session& from) : from_(&from) {}

    [[nodiscard]] sql::dialect dialect() const { return from_->dialect(); }

    [[nodiscard]] std::string_view actor() const { return from_->actor(); }

    [[nodiscard]] std::size_t most_argument_bytes() const {
        return weir::most_argument_bytes(*from_);
    }

    [[nodiscard]] const weir::caller& caller() const
        requires caller_session<Session>
    {
        return from_->caller();
    }

    auto execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return from_->execute(statement, arguments, until);
    }

    auto stream(const sql::statement& statement, const sql::arguments& arguments, deadline until)
        requires streaming_session<Session>
    {
        return from_->stream(statement, arguments, until);
    }

    /// Whether its statements are part of a unit of work.
    [[nodiscard]] bool is_unit() const { return detail::is_in_unit(*from_); }

    [[nodiscard]] auto begin(deadline until)
        requires transactional_session<Session>
    {
        return detail::begin_to_write(*from_, until);
    }

private:
    Session* from_;
};

template <class Who>
class unit_view;

/// The same for one whose type is known at run time only, as a session for `Who`: weir::caller only
/// where known_caller() is there. Its units of work are that session's.
/// Lifetime: must not outlive that session.
template <class Who>
class session_view {
public:
    explicit session_view(any_session_base& from) : from_(&from) {}

    [[nodiscard]] sql::dialect dialect() const { return from_->dialect(); }

    [[nodiscard]] std::string_view actor() const { return from_->actor(); }

    [[nodiscard]] std::size_t most_argument_bytes() const {
        return weir::most_argument_bytes(*from_);
    }

    [[nodiscard]] const weir::caller& caller() const
        requires std::same_as<Who, weir::caller>
    {
        return *from_->known_caller();
    }

    any_result
    execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return from_->execute(statement, arguments, until);
    }

    any_result
    stream(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return from_->stream(statement, arguments, until);
    }

    any_result stream_sliced(
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until,
        std::unique_ptr<query_slices> slices
    ) {
        return from_->stream_sliced(statement, arguments, until, std::move(slices));
    }

    /// Whether its statements are part of a unit of work.
    [[nodiscard]] bool is_unit() const { return from_->is_unit(); }

    [[nodiscard]] unit_view<Who> begin(deadline until) {
        return unit_view<Who>{from_->begin(until)};
    }

private:
    any_session_base* from_;
};

/// A unit of work of a session_view.
template <class Who>
class unit_view {
public:
    explicit unit_view(any_unit_base held) : held_(std::move(held)) {}

    [[nodiscard]] sql::dialect dialect() const { return held_.dialect(); }

    [[nodiscard]] std::string_view actor() const { return held_.actor(); }

    [[nodiscard]] const weir::caller& caller() const
        requires std::same_as<Who, weir::caller>
    {
        return *held_.known_caller();
    }

    any_result
    execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return held_.execute(statement, arguments, until);
    }

    void commit() { held_.commit(); }

    void rollback() { held_.rollback(); }

private:
    any_unit_base held_;
};

/// A view for a table without `access`: who calls is known to it where somebody does.
[[nodiscard]] inline any_session open_view(any_session_base& from) {
    if (from.known_caller() != nullptr)
        return any_session{session_view<weir::caller>{from}};
    return any_session{session_view<nobody>{from}};
}

} // namespace weir
