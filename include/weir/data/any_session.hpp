// SPDX-License-Identifier: Apache-2.0
// A session whose type is known only at run time: one virtual call per statement and per row. The
// edge (HTTP routes) uses it, so that routes compile once per row type. Costs <memory>; weir.hpp
// leaves it out.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/change_unit.hpp>
#include <weir/data/query_slices.hpp>
#include <weir/data/session.hpp>
#include <weir/data/statement_trace.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir {

/// The result of an any_session. Lifetime: its rows may outlive the session's next statement only
/// where the erased session allows that.
class any_result {
public:
    template <class Result>
        requires result<Result> && (!std::same_as<std::remove_cvref_t<Result>, any_result>)
    explicit any_result(Result&& rows)
        : rows_(std::make_unique<held<std::remove_cvref_t<Result>>>(std::forward<Result>(rows))) {}

    /// The next row, absent after the last. Lifetime: until the next call.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        auto found = rows_->next();
        if (found && trace_)
            count(counted_ + 1);
        return found;
    }

    [[nodiscard]] std::uint64_t affected_rows() {
        const auto changed = rows_->affected_rows();
        if (trace_)
            count(changed);
        return changed;
    }

    /// Has its rows added to those of a request.
    void count_for(std::shared_ptr<statement_trace> trace) { trace_ = std::move(trace); }

private:
    // What was changed is read as well where a statement returns it: a row counts once.
    void count(std::uint64_t known) {
        if (known <= counted_)
            return;
        trace_->add_rows(known - counted_);
        counted_ = known;
    }

    struct interface {
        interface() = default;
        interface(const interface&) = delete;
        interface(interface&&) = delete;
        interface& operator=(const interface&) = delete;
        interface& operator=(interface&&) = delete;
        virtual ~interface() = default;

        virtual std::optional<std::span<const text_field>> next() = 0;
        virtual std::uint64_t affected_rows() = 0;
    };

    template <class Result>
    struct held final : interface {
        explicit held(Result&& rows) : rows_(std::move(rows)) {}

        std::optional<std::span<const text_field>> next() override { return rows_.next(); }

        std::uint64_t affected_rows() override { return rows_.affected_rows(); }

        Result rows_;
    };

    std::unique_ptr<interface> rows_;
    std::shared_ptr<statement_trace> trace_{};
    std::uint64_t counted_ = 0;
};

class any_unit_base;

template <class Who>
class any_unit_for;

namespace detail {

/// What a session looks like once its type is gone.
struct session_interface {
    session_interface() = default;
    session_interface(const session_interface&) = delete;
    session_interface(session_interface&&) = delete;
    session_interface& operator=(const session_interface&) = delete;
    session_interface& operator=(session_interface&&) = delete;
    virtual ~session_interface() = default;

    [[nodiscard]] virtual sql::dialect dialect() = 0;
    [[nodiscard]] virtual std::string_view actor() = 0;
    [[nodiscard]] virtual const weir::caller* caller() const = 0;
    [[nodiscard]] virtual std::size_t most_argument_bytes() const = 0;
    [[nodiscard]] virtual bool has_units() const = 0;
    [[nodiscard]] virtual bool is_unit() const = 0;
    virtual any_result
    execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) = 0;
    virtual any_result
    stream(const sql::statement& statement, const sql::arguments& arguments, deadline until) = 0;
    virtual any_result stream_sliced(
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until,
        std::unique_ptr<query_slices> slices
    ) = 0;
    virtual std::unique_ptr<session_interface> begin(deadline until) = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
    virtual void cancel_when(const std::stop_token& requested) = 0;
};

template <class Session>
struct held_session;

} // namespace detail

/// A session of any kind, for a caller or for nobody: who it works for is known only at run time.
/// For code that takes a table's facts at run time too and asks known_caller() where they name
/// `access`; a repository needs any_session_for.
///
/// Errors: those of the session it holds; begin() throws configuration_error on a backend without
/// transactions. Threads: as the session it holds, never two at once.
class any_session_base {
public:
    [[nodiscard]] sql::dialect dialect() const { return session_->dialect(); }

    [[nodiscard]] std::string_view actor() const { return session_->actor(); }

    /// Whom it works for; nullptr: nobody. Lifetime: as this session.
    [[nodiscard]] const weir::caller* known_caller() const { return session_->caller(); }

    /// How many bytes all arguments of one statement may have together.
    [[nodiscard]] std::size_t most_argument_bytes() const {
        return session_->most_argument_bytes();
    }

    /// Whether begin() works.
    [[nodiscard]] bool has_units() const { return session_->has_units(); }

    /// Whether its statements are part of a unit of work already.
    [[nodiscard]] bool is_unit() const { return session_->is_unit(); }

    any_result
    execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return traced(statement, [&] { return session_->execute(statement, arguments, until); });
    }

    /// Rows as they come, in constant memory, where the session held is a streaming_session; else
    /// as execute(). Lifetime: the rows need this session no longer.
    any_result
    stream(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        return traced(statement, [&] { return session_->stream(statement, arguments, until); });
    }

    /// The same, in slices where the session held needs that for a result of this size.
    any_result stream_sliced(
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until,
        std::unique_ptr<query_slices> slices
    ) {
        return traced(statement, [&] {
            return session_->stream_sliced(statement, arguments, until, std::move(slices));
        });
    }

    any_unit_base begin(deadline until);

    /// Adds its statements, and those of the units of work it begins, to a request's.
    void trace_to(std::shared_ptr<statement_trace> trace) { trace_ = std::move(trace); }

    /// Cancels what it executes, and the units of work it begins, as soon as a stop is requested,
    /// where the session held can be cancelled from another thread; whoever requests it waits for
    /// that. Nothing it executes succeeds afterwards.
    void cancel_when(const std::stop_token& requested) { session_->cancel_when(requested); }

protected:
    explicit any_session_base(std::unique_ptr<detail::session_interface> held)
        : session_(std::move(held)) {}

    any_session_base(
        std::unique_ptr<detail::session_interface> held, std::shared_ptr<statement_trace> trace
    )
        : session_(std::move(held)), trace_(std::move(trace)) {}

    [[nodiscard]] detail::session_interface& held() { return *session_; }

    [[nodiscard]] const std::shared_ptr<statement_trace>& trace() const noexcept { return trace_; }

private:
    template <class Run>
    any_result traced(const sql::statement& statement, const Run& run) {
        if (!trace_)
            return run();
        trace_->speak(dialect());
        auto made = trace_->execute(statement, run);
        made.count_for(trace_);
        return made;
    }

    std::unique_ptr<detail::session_interface> session_;
    std::shared_ptr<statement_trace> trace_{};
};

/// A unit of work of an any_session_base.
class any_unit_base : public any_session_base {
public:
    void commit() { held().commit(); }

    void rollback() { held().rollback(); }

private:
    friend any_session_base;

    using any_session_base::any_session_base;
};

inline any_unit_base any_session_base::begin(deadline until) {
    return any_unit_base{session_->begin(until), trace_};
}

/// Owns a session of any kind. `Who` is `weir::caller` or `weir::nobody`, as for the session it
/// holds.
///
/// Errors, threads: as any_session_base.
template <class Who>
class any_session_for : public any_session_base {
public:
    template <session Session>
        requires(!std::derived_from<Session, any_session_for>)
    explicit any_session_for(Session held)
        : any_session_base(std::make_unique<detail::held_session<Session>>(std::move(held))) {
        static_assert(
            !std::same_as<Who, weir::caller> || caller_session<Session>,
            "weir: this session works for nobody; obtain one for a caller"
        );
    }

    [[nodiscard]] const weir::caller& caller() const
        requires std::same_as<Who, weir::caller>
    {
        return *known_caller();
    }

    any_unit_for<Who> begin(deadline until) {
        return any_unit_for<Who>{held().begin(until), trace()};
    }

protected:
    using any_session_base::any_session_base;
};

/// A unit of work of an any_session.
template <class Who>
class any_unit_for : public any_session_for<Who> {
public:
    using any_session_for<Who>::any_session_for;

    void commit() { this->held().commit(); }

    void rollback() { this->held().rollback(); }

private:
    friend any_session_for<Who>;
};

using any_session = any_session_for<nobody>;
using any_caller_session = any_session_for<caller>;

namespace detail {

template <class Session>
struct held_session final : session_interface {
    explicit held_session(Session&& session) : session_(std::move(session)) {}

    [[nodiscard]] sql::dialect dialect() override { return session_.dialect(); }

    [[nodiscard]] std::string_view actor() override { return session_.actor(); }

    [[nodiscard]] const weir::caller* caller() const override {
        if constexpr (caller_session<Session>) {
            return &session_.caller();
        } else {
            return nullptr;
        }
    }

    [[nodiscard]] std::size_t most_argument_bytes() const override {
        return weir::most_argument_bytes(session_);
    }

    [[nodiscard]] bool has_units() const override {
        // An erased session inside another: what that one holds decides.
        if constexpr (requires { session_.has_units(); }) {
            return session_.has_units();
        } else {
            return transactional_session<Session>;
        }
    }

    [[nodiscard]] bool is_unit() const override { return is_in_unit(session_); }

    any_result execute(
        const sql::statement& statement, const sql::arguments& arguments, deadline until
    ) override {
        return any_result{session_.execute(statement, arguments, until)};
    }

    any_result stream(
        const sql::statement& statement, const sql::arguments& arguments, deadline until
    ) override {
        if constexpr (streaming_session<Session>) {
            return any_result{session_.stream(statement, arguments, until)};
        } else {
            return any_result{session_.execute(statement, arguments, until)};
        }
    }

    any_result stream_sliced(
        const sql::statement& statement,
        const sql::arguments& arguments,
        deadline until,
        std::unique_ptr<query_slices> slices
    ) override {
        if constexpr (requires {
                          session_.stream_sliced(statement, arguments, until, std::move(slices));
                      }) {
            return any_result{session_.stream_sliced(statement, arguments, until, std::move(slices))
            };
        } else {
            return stream(statement, arguments, until);
        }
    }

    std::unique_ptr<session_interface> begin(deadline until) override {
        // Whoever does not know the backend cannot know either that one keeps no keys unique among
        // units of work that run side by side.
        if constexpr (requires { session_.begin_writing(until); }) {
            using unit = decltype(session_.begin_writing(until));
            return hold<unit>(session_.begin_writing(until));
        } else if constexpr (transactional_session<Session>) {
            using unit = decltype(session_.begin(until));
            return hold<unit>(session_.begin(until));
        } else {
            throw configuration_error{"This backend has no units of work"};
        }
    }

    void commit() override {
        if constexpr (unit_of_work<Session>)
            session_.commit();
    }

    void rollback() override {
        if constexpr (unit_of_work<Session>)
            session_.rollback();
    }

    void cancel_when(const std::stop_token& requested) override {
        if (!requested.stop_possible())
            return;
        requested_ = requested;
        if constexpr (requires { session_.cancel(); })
            on_request_.emplace(requested, cancelling{&session_});
    }

    struct cancelling {
        Session* what;

        void operator()() const {
            if constexpr (requires { what->cancel(); })
                what->cancel();
        }
    };

    template <class Unit>
    [[nodiscard]] std::unique_ptr<session_interface> hold(Unit&& begun) {
        auto made = std::make_unique<held_session<Unit>>(std::move(begun));
        made->cancel_when(requested_);
        return made;
    }

    Session session_;
    std::stop_token requested_{};
    // After the session: it waits for a cancel that is under way.
    std::optional<std::stop_callback<cancelling>> on_request_{};
};

} // namespace detail

} // namespace weir
