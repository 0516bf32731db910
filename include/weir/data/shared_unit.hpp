// SPDX-License-Identifier: Apache-2.0
// One unit of work that several pieces of code take part in without knowing of each other. Costs
// data/any_session.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/session_view.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>

#include <concepts>
#include <string_view>
#include <utility>

namespace weir {

template <class Who>
class joined_session;

/// A unit of work whose participants get sessions of their own. What a participant begins is part
/// of it; what one rolls back cannot be undone alone, so that the whole can no longer commit.
///
/// Errors:   those of the session it comes from.
/// Threads:  not two at once, participants included.
/// Lifetime: must outlive its participants.
class shared_unit {
public:
    shared_unit(any_session_base& from, deadline until) : unit_(from.begin(until)) {}

    shared_unit(const shared_unit&) = delete;
    shared_unit(shared_unit&&) = delete;
    shared_unit& operator=(const shared_unit&) = delete;
    shared_unit& operator=(shared_unit&&) = delete;
    ~shared_unit() = default;

    /// The unit itself.
    [[nodiscard]] any_session_base& unit() noexcept { return unit_; }

    /// A participant that knows its caller.
    /// Errors: authentication_error when the unit is nobody's.
    [[nodiscard]] any_caller_session join_as_caller();

    /// A participant; it knows its caller where there is one.
    [[nodiscard]] any_session join();

    /// Makes everything take effect.
    ///
    /// Errors: conflict_error where a participant has rolled back what it wrote.
    void commit() {
        if (is_undone_)
            throw conflict_error{"A part of the unit of work was undone, so that all of it is"};
        unit_.commit();
    }

    void rollback() { unit_.rollback(); }

private:
    template <class Who>
    friend class joined_unit;

    any_unit_base unit_;
    bool is_undone_ = false;
};

/// What a participant of a shared unit begins: committed, it waits for the whole; left without, it
/// takes the whole with it if it wrote something.
template <class Who>
class joined_unit : public session_view<Who> {
public:
    explicit joined_unit(shared_unit& in) : session_view<Who>(in.unit()), in_(&in) {}

    joined_unit(joined_unit&& other) noexcept
        : session_view<Who>(other), in_(std::exchange(other.in_, nullptr)),
          has_written_(other.has_written_) {}

    joined_unit(const joined_unit&) = delete;
    joined_unit& operator=(const joined_unit&) = delete;
    joined_unit& operator=(joined_unit&&) = delete;

    ~joined_unit() { rollback(); }

    [[nodiscard]] joined_unit begin(deadline /*until*/) {
        if (in_ == nullptr)
            throw statement_error{"The unit of work is over"};
        return joined_unit{*in_};
    }

    any_result
    execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        if (in_ == nullptr)
            throw statement_error{"The unit of work is over"};
        has_written_ = has_written_ || statement.verb != sql::verb::select;
        return session_view<Who>::execute(statement, arguments, until);
    }

    void commit() {
        if (in_ == nullptr)
            throw statement_error{"The unit of work is over"};
        in_ = nullptr;
    }

    void rollback() noexcept {
        if (in_ != nullptr && has_written_)
            in_->is_undone_ = true;
        in_ = nullptr;
    }

private:
    shared_unit* in_;
    bool has_written_ = false;
};

/// A participant's session.
template <class Who>
class joined_session : public session_view<Who> {
public:
    explicit joined_session(shared_unit& in) : session_view<Who>(in.unit()), in_(&in) {}

    [[nodiscard]] joined_unit<Who> begin(deadline /*until*/) { return joined_unit<Who>{*in_}; }

private:
    shared_unit* in_;
};

inline any_caller_session shared_unit::join_as_caller() {
    if (unit_.known_caller() == nullptr)
        throw authentication_error{"This table is for known callers only"};
    return any_caller_session{joined_session<caller>{*this}};
}

inline any_session shared_unit::join() {
    if (unit_.known_caller() != nullptr)
        return any_session{joined_session<caller>{*this}};
    return any_session{joined_session<nobody>{*this}};
}

} // namespace weir
