// SPDX-License-Identifier: Apache-2.0
// Background jobs as rows: asked for, claimed by one instance of a service at a time, kept while it
// shows that it lives, ended once. Costs data/any_session.hpp and <chrono>.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/sql/sink.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/jobs.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A job that is asked for.
struct new_job {
    std::string_view kind{};
    /// JSON.
    std::string_view input{};
    std::string_view request_id{};
    /// What the job is to go on from, as JSON; absent: from its beginning.
    std::optional<std::string> saved{};
    /// When it may begin, from now.
    std::chrono::milliseconds delay{0};
};

/// A job that an instance has claimed, as it then was.
struct claimed_job {
    std::string id{};
    /// Which claim this is: whoever claims the job later has another, and this one may no longer
    /// write.
    std::string holder{};
    std::string kind{};
    std::string owner{};
    std::string actor{};
    std::string request_id{};
    std::string input{};
    std::optional<std::string> saved{};
    /// This one counted.
    std::int32_t attempts = 0;
    bool cancel_requested = false;
};

/// How a job ended.
struct job_end {
    /// completed, failed or cancelled.
    job_state state = job_state::completed;
    std::optional<std::string> result{};
    std::optional<std::string> link{};
    std::optional<std::string> error{};
};

namespace detail {

/// One statement on the jobs table, written together with its arguments.
class job_statement {
public:
    job_statement(const table& of, sql::dialect spoken, timestamp now)
        : of_(&of), format_(sql::format_of(spoken)), now_(now), out_(sink_, spoken) {}

    job_statement(const job_statement&) = delete;
    job_statement(job_statement&&) = delete;
    job_statement& operator=(const job_statement&) = delete;
    job_statement& operator=(job_statement&&) = delete;
    ~job_statement() = default;

    job_statement& put(std::string_view words) {
        out_.put(words);
        return *this;
    }

    job_statement& name(job_column which) {
        out_.name(facts(which).name);
        return *this;
    }

    job_statement& table_name() {
        out_.name(*of_);
        return *this;
    }

    template <class T>
    job_statement& value(job_column which, const T& given) {
        add_argument(arguments_, given, facts(which).type, format_);
        return parameter();
    }

    job_statement& value(job_column which, std::string_view given) {
        arguments_.add_text(given, facts(which).type);
        return parameter();
    }

    job_statement& value(job_column which, const std::optional<std::string>& given) {
        if (given)
            return value(which, std::string_view{*given});
        arguments_.add_null(facts(which).type);
        return parameter();
    }

    /// A moment from now: by PostgreSQL's clock, which all instances share, so that no difference
    /// of theirs ends a lease; else by the process's own.
    job_statement& moment(std::chrono::milliseconds after = {}) {
        if (!out_.is_postgres()) {
            const auto micros = std::chrono::microseconds{after}.count();
            return value(job_column::due_at, timestamp{now_.microseconds + micros});
        }
        put("statement_timestamp()");
        if (after.count() == 0)
            return *this;
        static constexpr column_type milliseconds{.kind = type::int64};
        add_argument(arguments_, std::int64_t{after.count()}, milliseconds, format_);
        return put(" + ").parameter().put("::bigint * interval '1 millisecond'");
    }

    /// ` where id = … and holder = …`: the claim must be the last one.
    job_statement& where_held(const claimed_job& by) {
        put(" where ").name(job_column::id).put(" = ").value(job_column::id, by.id).put(" and ");
        return name(job_column::holder).put(" = ").value(job_column::holder, by.holder);
    }

    job_statement& state(job_state which) { return value(job_column::state, name_of(which)); }

    [[nodiscard]] bool is_postgres() const noexcept { return out_.is_postgres(); }

    any_result run(any_session_base& on, sql::verb does, deadline until, sql::reach reach) const {
        return on.execute({text_, of_->name, does, reach}, arguments_, until);
    }

private:
    [[nodiscard]] const column& facts(job_column which) const noexcept {
        return of_->columns[static_cast<std::size_t>(which)];
    }

    job_statement& parameter() {
        out_.parameter(out_.take());
        return *this;
    }

    const table* of_;
    text_format format_;
    timestamp now_;
    std::string text_{};
    sql::sink sink_{text_};
    sql::writer out_;
    sql::arguments arguments_{};
};

} // namespace detail

/// The jobs of a service.
///
/// What a caller does — add(), cancel() — reaches the caller's own jobs alone, in the statement and
/// by the database's row policies. What an instance does for all of them goes by the claim.
///
/// Errors:   the session's. Lifetime: the facts outlive it. Threads: safe.
class job_records {
public:
    /// `kept`: how long a job is there after its end.
    explicit job_records(
        const table& of,
        std::chrono::milliseconds kept = std::chrono::hours{7 * 24},
        now_function clock = &now
    )
        : of_(&of), kept_(kept), clock_(clock) {}

    [[nodiscard]] const table& facts() const noexcept { return *of_; }

    /// Adds a job of the session's caller; its id. In a unit of work it is there when that commits.
    ///
    /// Errors: authentication_error on a session for nobody.
    [[nodiscard]] std::string
    add(any_session_base& on, const new_job& asked, deadline until = {}) const {
        const auto& who = owner_on(on);
        std::string id;
        append_uuid(id, uuid::random());
        auto made = write(on);
        made.put("insert into ").table_name().put(" (");
        sql::separator comma;
        for (const auto each :
             {job_column::id,
              job_column::kind,
              job_column::state,
              job_column::attempts,
              job_column::cancel_requested,
              job_column::owner,
              job_column::actor,
              job_column::request_id,
              job_column::input,
              job_column::saved,
              job_column::created_at,
              job_column::due_at})
            made.put(comma.next()).name(each);
        made.put(") values (").value(job_column::id, id).put(", ");
        made.value(job_column::kind, asked.kind).put(", ").state(job_state::pending).put(", ");
        made.value(job_column::attempts, std::int32_t{0}).put(", ");
        made.value(job_column::cancel_requested, false).put(", ");
        made.value(job_column::owner, std::string_view{who.id}).put(", ");
        made.value(job_column::actor, who.actor()).put(", ");
        made.value(job_column::request_id, asked.request_id).put(", ");
        made.value(job_column::input, asked.input).put(", ");
        made.value(job_column::saved, asked.saved).put(", ");
        made.moment().put(", ").moment(asked.delay).put(")");
        made.run(on, sql::verb::insert, until, sql::reach::caller);
        return id;
    }

    /// How many jobs of the session's caller wait or run.
    ///
    /// Errors: authentication_error on a session for nobody.
    [[nodiscard]] std::uint64_t open_of_caller(any_session_base& on, deadline until) const {
        const auto& who = owner_on(on);
        auto made = write(on);
        made.put("select count(*) from ").table_name().put(" where ").name(job_column::owner);
        made.put(" = ").value(job_column::owner, std::string_view{who.id}).put(" and ");
        made.name(job_column::state).put(" in (").state(job_state::pending).put(", ");
        made.state(job_state::running).put(")");
        auto counted = made.run(on, sql::verb::select, until, sql::reach::caller);
        return detail::read_count(*of_, counted, sql::format_of(on.dialect()));
    }

    /// Ends a job of the session's caller that has not begun, and asks for the end of one that
    /// runs; false where it is over, or there is none.
    [[nodiscard]] bool cancel(any_session_base& on, std::string_view id, deadline until) const {
        const auto& who = owner_on(on);
        auto made = write(on);
        made.put("update ").table_name().put(" set ").name(job_column::cancel_requested);
        made.put(" = ").value(job_column::cancel_requested, true);
        const auto if_pending = [&](job_column which, const auto& then) {
            made.put(", ").name(which).put(" = case when ").name(job_column::state).put(" = ");
            made.state(job_state::pending).put(" then ");
            then();
            made.put(" else ").name(which).put(" end");
        };
        if_pending(job_column::due_at, [&] { made.put("null"); });
        if_pending(job_column::finished_at, [&] { made.moment(); });
        if_pending(job_column::expires_at, [&] { made.moment(kept_); });
        if_pending(job_column::state, [&] { made.state(job_state::cancelled); });
        made.put(" where ").name(job_column::id).put(" = ").value(job_column::id, id);
        made.put(" and ").name(job_column::owner).put(" = ");
        made.value(job_column::owner, std::string_view{who.id}).put(" and ");
        made.name(job_column::state).put(" in (").state(job_state::pending).put(", ");
        made.state(job_state::running).put(")");
        return made.run(on, sql::verb::update, until, sql::reach::caller).affected_rows() != 0;
    }

    /// Claims the job of one of the kinds that has waited longest: one that is pending, or whose
    /// instance has not shown in time that it lives. Instances that claim at once get different
    /// ones.
    ///
    /// Statements: a look; where there is one, a unit of work that locks, passing over what others
    ///             have locked, and writes.
    [[nodiscard]] std::optional<claimed_job> claim(
        any_session_base& on,
        std::span<const std::string> kinds,
        std::chrono::milliseconds lease,
        deadline until
    ) const {
        if (kinds.empty() || !find_due(on, kinds, false, until))
            return std::nullopt;
        auto unit = on.begin(until);
        auto found = find_due(unit, kinds, true, until);
        if (!found)
            return std::nullopt;
        append_uuid(found->holder, uuid::random());
        ++found->attempts;
        auto made = write(unit);
        made.put("update ").table_name().put(" set ").name(job_column::state).put(" = ");
        made.state(job_state::running).put(", ").name(job_column::holder).put(" = ");
        made.value(job_column::holder, found->holder).put(", ").name(job_column::due_at);
        made.put(" = ").moment(lease).put(", ").name(job_column::attempts).put(" = ");
        made.value(job_column::attempts, found->attempts).put(", ").name(job_column::started_at);
        made.put(" = coalesce(").name(job_column::started_at).put(", ").moment().put(") where ");
        made.name(job_column::id).put(" = ").value(job_column::id, found->id);
        made.run(unit, sql::verb::update, until, sql::reach::everybody);
        unit.commit();
        return found;
    }

    /// Shows that a claimed job is worked on, and how far it is; false where the claim is lost.
    [[nodiscard]] bool renew(
        any_session_base& on,
        const claimed_job& of,
        std::chrono::milliseconds lease,
        std::optional<std::int32_t> progress,
        const std::optional<std::string>& message,
        deadline until
    ) const {
        auto made = write(on);
        made.put("update ").table_name().put(" set ").name(job_column::due_at).put(" = ");
        made.moment(lease).put(", ").name(job_column::progress).put(" = ");
        made.value(job_column::progress, progress).put(", ").name(job_column::message).put(" = ");
        made.value(job_column::message, message).where_held(of);
        return did(on, made, until);
    }

    /// Those of some claimed jobs whose end was asked for, by id.
    [[nodiscard]] std::vector<std::string>
    cancelled_among(any_session_base& on, std::span<const std::string> ids, deadline until) const {
        std::vector<std::string> found;
        if (ids.empty())
            return found;
        auto made = write(on);
        made.put("select ").name(job_column::id).put(" from ").table_name().put(" where ");
        made.name(job_column::cancel_requested).put(" = ");
        made.value(job_column::cancel_requested, true).put(" and ").name(job_column::id);
        write_list(made, job_column::id, ids);
        auto rows = made.run(on, sql::verb::select, until, sql::reach::everybody);
        while (const auto fields = rows.next())
            found.emplace_back(fields->front().text);
        return found;
    }

    /// Keeps what a job notes down for whoever goes on with it; false where the claim is lost.
    [[nodiscard]] bool save(
        any_session_base& on, const claimed_job& of, std::string_view saved, deadline until
    ) const {
        auto made = write(on);
        made.put("update ").table_name().put(" set ").name(job_column::saved).put(" = ");
        made.value(job_column::saved, saved).where_held(of);
        return did(on, made, until);
    }

    /// Ends a claimed job; false where the claim is lost, and nothing happened.
    [[nodiscard]] bool
    finish(any_session_base& on, const claimed_job& of, const job_end& how, deadline until) const {
        auto made = write(on);
        made.put("update ").table_name().put(" set ").name(job_column::state).put(" = ");
        made.state(how.state).put(", ").name(job_column::result).put(" = ");
        made.value(job_column::result, how.result).put(", ").name(job_column::link).put(" = ");
        made.value(job_column::link, how.link).put(", ").name(job_column::error).put(" = ");
        made.value(job_column::error, how.error).put(", ").name(job_column::finished_at);
        made.put(" = ").moment().put(", ").name(job_column::expires_at).put(" = ").moment(kept_);
        if (how.state == job_state::completed)
            made.put(", ")
                .name(job_column::progress)
                .put(" = ")
                .value(job_column::progress, std::int32_t{100});
        made.put(", ").name(job_column::due_at).put(" = null, ").name(job_column::holder);
        made.put(" = null").where_held(of);
        return did(on, made, until);
    }

    /// Has a claimed job begin again, here or elsewhere, after a pause; one whose end was asked for
    /// is cancelled instead. `counts`: whether this attempt is one. False where the claim is lost.
    [[nodiscard]] bool give_back(
        any_session_base& on,
        const claimed_job& of,
        std::chrono::milliseconds pause,
        bool counts,
        deadline until
    ) const {
        auto made = write(on);
        made.put("update ").table_name().put(" set ").name(job_column::attempts).put(" = ");
        made.value(job_column::attempts, of.attempts - (counts ? 0 : 1)).put(", ");
        made.name(job_column::holder).put(" = null");
        const auto set = [&](job_column which, const auto& cancelled, const auto& otherwise) {
            made.put(", ").name(which).put(" = case when ").name(job_column::cancel_requested);
            made.put(" = ").value(job_column::cancel_requested, true).put(" then ");
            cancelled();
            made.put(" else ");
            otherwise();
            made.put(" end");
        };
        const auto absent = [&] { made.put("null"); };
        set(
            job_column::state,
            [&] { made.state(job_state::cancelled); },
            [&] { made.state(job_state::pending); }
        );
        set(job_column::due_at, absent, [&] { made.moment(pause); });
        set(job_column::finished_at, [&] { made.moment(); }, absent);
        set(job_column::expires_at, [&] { made.moment(kept_); }, absent);
        made.where_held(of);
        return did(on, made, until);
    }

    /// Deletes jobs that are over and have been kept long enough, at most `limit_rows` of them.
    std::uint64_t
    purge_expired(any_session_base& on, std::size_t limit_rows, deadline until) const {
        auto made = write(on);
        made.put("delete from ").table_name().put(" where ").name(job_column::id).put(" in (");
        made.put("select ").name(job_column::id).put(" from ").table_name().put(" where ");
        made.name(job_column::expires_at).put(" <= ").moment().put(" limit ");
        made.put(std::to_string(limit_rows)).put(")");
        return made.run(on, sql::verb::remove, until, sql::reach::everybody).affected_rows();
    }

private:
    [[nodiscard]] static const caller& owner_on(const any_session_base& on) {
        const auto* const who = on.known_caller();
        if (who == nullptr)
            throw authentication_error{"Jobs are for known callers only"};
        return *who;
    }

    [[nodiscard]] detail::job_statement write(any_session_base& on) const {
        return {*of_, on.dialect(), clock_()};
    }

    static bool did(any_session_base& on, const detail::job_statement& made, deadline until) {
        return made.run(on, sql::verb::update, until, sql::reach::everybody).affected_rows() != 0;
    }

    static void
    write_list(detail::job_statement& to, job_column which, std::span<const std::string> values) {
        to.put(" in (");
        sql::separator comma;
        for (const auto& each : values)
            to.put(comma.next()).value(which, std::string_view{each});
        to.put(")");
    }

    [[nodiscard]] std::optional<claimed_job> find_due(
        any_session_base& on, std::span<const std::string> kinds, bool locks, deadline until
    ) const {
        static constexpr std::array read{
            job_column::id,
            job_column::kind,
            job_column::owner,
            job_column::actor,
            job_column::request_id,
            job_column::input,
            job_column::saved,
            job_column::attempts,
            job_column::cancel_requested,
        };
        auto made = write(on);
        made.put("select ");
        sql::separator comma;
        for (const auto each : read)
            made.put(comma.next()).name(each);
        made.put(" from ").table_name().put(" where ").name(job_column::due_at).put(" <= ");
        made.moment().put(" and ").name(job_column::kind);
        write_list(made, job_column::kind, kinds);
        made.put(" order by ").name(job_column::due_at).put(" limit 1");
        // The embedded engine has one writer at a time instead.
        if (locks && made.is_postgres())
            made.put(" for update skip locked");
        auto rows = made.run(on, sql::verb::select, until, sql::reach::everybody);
        const auto fields = rows.next();
        if (!fields)
            return std::nullopt;
        claimed_job found;
        const auto format = sql::format_of(on.dialect());
        std::size_t at = 0;
        const auto take = [&](auto& to) {
            const auto which = static_cast<std::size_t>(read[at]);
            return parse_field((*fields)[at++], to, of_->columns[which].type, format);
        };
        if (fields->size() != read.size() || !take(found.id) || !take(found.kind) ||
            !take(found.owner) || !take(found.actor) || !take(found.request_id) ||
            !take(found.input) || !take(found.saved) || !take(found.attempts) ||
            !take(found.cancel_requested))
            throw decode_error{"A row of table 'weir_jobs' does not fit its columns"};
        return found;
    }

    const table* of_;
    std::chrono::milliseconds kept_;
    now_function clock_;
};

} // namespace weir
