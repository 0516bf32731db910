// SPDX-License-Identifier: Apache-2.0
// Sessions whose statements a watch reads (statement_watch.hpp) before they are executed.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/statement.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

#include "statement_watch.hpp"

namespace test {

/// What sessions and units of work have in common. Opens no units of work, whatever `Held` can.
template <class Held>
class watched_calls {
protected:
    // First: what a session can depends on it.
    Held held_;
    statement_watch* watch_;

public:
    watched_calls(Held held, statement_watch& watch) : held_(std::move(held)), watch_(&watch) {}

    [[nodiscard]] weir::sql::dialect dialect() const { return held_.dialect(); }

    [[nodiscard]] std::string_view actor() const { return held_.actor(); }

    [[nodiscard]] const weir::caller& caller() const
        requires weir::caller_session<Held>
    {
        return held_.caller();
    }

    auto execute(
        const weir::sql::statement& text, const weir::sql::arguments& with, weir::deadline until
    ) {
        return watch_->pass(text, [&](const weir::sql::statement& sent) {
            return held_.execute(sent, with, until);
        });
    }

    auto
    stream(const weir::sql::statement& text, const weir::sql::arguments& with, weir::deadline until)
        requires requires { held_.stream(text, with, until); }
    {
        return watch_->pass(text, [&](const weir::sql::statement& sent) {
            return held_.stream(sent, with, until);
        });
    }

    [[nodiscard]] std::size_t most_argument_bytes() const {
        return weir::most_argument_bytes(held_);
    }
};

template <class Unit>
class watched_unit : public watched_calls<Unit> {
public:
    watched_unit(Unit held, statement_watch& watch) : watched_calls<Unit>(std::move(held), watch) {}

    void commit() { this->held_.commit(); }

    void rollback() { this->held_.rollback(); }
};

/// Opens the units of work that routes write in.
template <class Session>
class watched_session : public watched_calls<Session> {
public:
    watched_session(Session held, statement_watch& watch)
        : watched_calls<Session>(std::move(held), watch) {}

    auto begin(weir::deadline until) {
        if constexpr (requires { this->held_.begin_writing(until); }) {
            return watched_unit{this->held_.begin_writing(until), *this->watch_};
        } else {
            return watched_unit{this->held_.begin(until), *this->watch_};
        }
    }
};

} // namespace test
