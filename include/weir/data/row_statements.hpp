// SPDX-License-Identifier: Apache-2.0
// What every repository does with its session: who asks, when, statements and their rows. The base
// of repository.hpp and no use by itself. Costs the statements of sql/, the codec and <chrono>.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/change_unit.hpp>
#include <weir/data/history_keeper.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

template <class Row, class Session>
class repository;

/// What a repository is told besides its session.
struct repository_options {
    /// Where audit times come from.
    now_function clock = &now;
    /// By when every call must be done, as for the one request a repository is made for; absent:
    /// each call has the default span from its own start.
    std::optional<deadline> until{};
    /// What runs around every write; the session is then a unit of work of an any_session, as
    /// with_hooks() and the routes make it. Lifetime: as the repository. nullptr: nothing.
    const any_hooks* hooks = nullptr;
    /// Where the rows stand in the input, for what hooks and an application's rules refuse.
    location at{};
};

/// Runs the statements of one table on one session.
///
/// Lifetime: borrows the session. Threads: as the session, one at a time.
template <class Row, class Session>
class row_statements {
    static_assert(check_keyed_row<Row>());
    static_assert(
        weir::session<Session>,
        "weir: a repository needs a session: pool.session(who) or database.session(who)"
    );
    static_assert(
        table_of<Row>.access.rule == access_rule::open || caller_session<Session>,
        "weir: this table has `access`; use a session for a caller: pool.session(caller)"
    );

public:
    using create = create_of<Row>;
    using update_fields = update_of<Row>;
    using key = key_of<Row>;

    explicit row_statements(Session& session, repository_options options)
        : session_(&session), options_(std::move(options)) {}

    /// The row with a key, absent when there is none for this caller.
    [[nodiscard]] std::optional<Row>
    find(const key& wanted, sql::deleted removed = sql::deleted::exclude) {
        const auto seen = readable(removed);
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, seen.rows));
        detail::bind_key<Row>(arguments, wanted, format());
        if (seen == sql::visibility{}) {
            auto found = run<fixed::find>(arguments);
            return first_of(found);
        }
        auto found = run(
            sql::verb::select,
            [&](sql::writer& out) { sql::write_find(out, table_of<Row>, seen); },
            arguments
        );
        return first_of(found);
    }

    /// The row with a key. Errors: not_found_error when there is none for this caller.
    [[nodiscard]] Row read(const key& wanted) {
        auto found = find(wanted);
        if (!found)
            throw not_found_error{absent_text()};
        return std::move(*found);
    }

protected:
    using fixed = sql::fixed_statement;

    [[nodiscard]] Session& session() const noexcept { return *session_; }

    [[nodiscard]] const repository_options& options() const noexcept { return options_; }

    [[nodiscard]] sql::dialect spoken() const { return session_->dialect(); }

    [[nodiscard]] bool is_postgres() const { return spoken() == sql::dialect::postgres; }

    [[nodiscard]] text_format format() const { return sql::format_of(spoken()); }

    [[nodiscard]] static std::string name() { return std::string{table_of<Row>.name}; }

    [[nodiscard]] static std::string absent_text() {
        return "No row of table '" + name() + "' has this key";
    }

    [[noreturn]] static void throw_taken() {
        throw conflict_error{
            "A row of table '" + name() + "' has this key or unique value already",
            {.sqlstate = "23505"}
        };
    }

    [[nodiscard]] std::string_view owner() const {
        if constexpr (caller_session<Session>) {
            return session_->caller().id;
        } else {
            return {};
        }
    }

    [[nodiscard]] audit_stamp stamp_now() const { return {options_.clock(), session_->actor()}; }

    /// Whom the session works for; nullptr: nobody.
    [[nodiscard]] const caller* known_caller() const { return detail::caller_of(*session_); }

    [[nodiscard]] table_reader<Session> reader() const {
        return {*session_, table_of<Row>, options_.until};
    }

    [[nodiscard]] sql::visibility readable(sql::deleted removed) const {
        return {detail::readable_scope(table_of<Row>, known_caller()), removed};
    }

    [[nodiscard]] sql::arguments caller_arguments(bool needed) const {
        sql::arguments arguments;
        if (needed)
            arguments.add_text(owner(), sql::text_type);
        return arguments;
    }

    /// The arguments of a statement about the caller's rows, as they begin.
    [[nodiscard]] sql::arguments own_arguments() const {
        return caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
    }

    void bind_stamp(
        sql::arguments& arguments, audit_role at, audit_role by, const audit_stamp& stamp
    ) const {
        if (sql::has_column(table_of<Row>, at))
            add_argument(arguments, stamp.at, audit_column(at).type, format());
        if (sql::has_column(table_of<Row>, by))
            arguments.add_text(stamp.actor, audit_column(by).type);
    }

    template <sql::dialect Spoken, fixed Which>
    static auto fixed_text() {
        return sql::statements<Row, Spoken>::template write<Which>();
    }

    template <fixed Which>
    auto run(const sql::arguments& arguments) {
        const std::string_view text =
            is_postgres() ? std::string_view{fixed_text<sql::dialect::postgres, Which>()}
                          : std::string_view{fixed_text<sql::dialect::databricks, Which>()};
        const sql::statement statement{
            text,
            table_of<Row>.name,
            sql::verb_of(Which),
            sql::reach_of(table_of<Row>),
            Which == fixed::find,
        };
        return session_->execute(statement, arguments, due());
    }

    template <class Write>
    auto run(sql::verb does, Write&& write, const sql::arguments& arguments) {
        return run_on(*session_, does, std::forward<Write>(write), arguments);
    }

    /// The same on a unit of work of the session.
    template <class Where, class Write>
    auto run_on(Where& on, sql::verb does, Write&& write, const sql::arguments& arguments) const {
        const auto text = sql::written(spoken(), std::forward<Write>(write));
        return on.execute(
            {text, table_of<Row>.name, does, sql::reach_of(table_of<Row>)}, arguments, due()
        );
    }

    /// Calls `work(unit)` with a unit of work of its own, or with the one this repository is on.
    template <class Work>
    void in_unit(Work&& work) {
        if constexpr (unit_of_work<Session> || !transactional_session<Session>) {
            std::forward<Work>(work)(*session_);
        } else {
            if (detail::is_in_unit(*session_))
                return std::forward<Work>(work)(*session_);
            auto unit = detail::begin_to_write(*session_, due());
            std::forward<Work>(work)(static_cast<detail::unit_of<Session>&>(unit));
            unit.commit();
        }
    }

    /// Whether changes keep old versions.
    static constexpr bool keeps_history = table_of<Row>.history;

    using kept_rows = detail::change_keeper<Session, keeps_history>;

    /// Whether a change has to be made in a unit of work and is not in one yet.
    [[nodiscard]] bool lacks_unit() const {
        return keeps_history && !detail::is_in_unit(*session_);
    }

    /// Whether row policies hide the rows of other callers from a statement's own look for them.
    [[nodiscard]] bool hides_others() const {
        return sql::is_isolated(table_of<Row>) && is_postgres();
    }

    /// What `work(rows)` gives with a repository in a unit of work of its own.
    ///
    /// Errors: configuration_error on a backend without units of work.
    template <class Work>
    auto change_in_unit(Work&& work) {
        if constexpr ((keeps_history || sql::is_isolated(table_of<Row>)) &&
                      transactional_session<Session>) {
            auto unit = detail::begin_to_write(*session_, due());
            repository<Row, detail::unit_of<Session>> rows{unit, options_};
            auto done = std::forward<Work>(work)(rows);
            unit.commit();
            return done;
        } else {
            if constexpr (!unit_of_work<Session>)
                detail::throw_without_units();
            repository<Row, Session> rows{*session_, options_};
            return std::forward<Work>(work)(rows);
        }
    }

    /// What is about to keep rows of this table as they are.
    [[nodiscard]] kept_rows begin_change(const audit_stamp& stamp) {
        return kept_rows{*session_, table_of<Row>, stamp, due()};
    }

    /// Keeps a row as it is, if it is there for this caller.
    [[nodiscard]] kept_rows keep_row(
        const key& wanted,
        history_operation operation,
        const audit_stamp& stamp,
        sql::visibility seen = {}
    ) {
        auto kept = begin_change(stamp);
        if constexpr (keeps_history) {
            auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, seen.rows));
            detail::bind_key<Row>(arguments, wanted, format());
            kept.keep(
                [&](sql::writer& out) { sql::write_lock(out, table_of<Row>, seen); },
                arguments,
                operation
            );
        }
        return kept;
    }

    /// The arguments of a change, as they begin.
    [[nodiscard]] sql::arguments
    change_arguments(const kept_rows& kept, sql::scope rows = sql::scope::caller) const {
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, rows));
        kept.bind_change(arguments);
        return arguments;
    }

    [[nodiscard]] deadline due() const { return options_.until.value_or(deadline{}); }

    template <class Result>
    [[nodiscard]] std::optional<Row> first_of(Result& rows) const {
        const auto fields = rows.next();
        if (!fields)
            return std::nullopt;
        return detail::read_row<Row>(*fields, format());
    }

    template <class Result>
    [[nodiscard]] std::vector<Row> rows_of(Result& found) const {
        std::vector<Row> rows;
        while (const auto fields = found.next())
            rows.push_back(detail::read_row<Row>(*fields, format()));
        return rows;
    }

private:
    Session* session_;
    repository_options options_;
};

} // namespace weir
