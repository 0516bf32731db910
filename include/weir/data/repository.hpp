// SPDX-License-Identifier: Apache-2.0
// A table as a collection of rows: validated, audited and isolated, on any session. Costs the
// statements of sql/, the codec and table/validate.hpp; <chrono> for deadlines.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/changes.hpp>
#include <weir/data/list_options.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/where.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <algorithm>
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

/// What a repository is told besides its session.
struct repository_options {
    /// Where audit times come from.
    now_function clock = &now;
    /// By when every call must be done, as for the one request a repository is made for; absent:
    /// each call has the default span from its own start.
    std::optional<deadline> until{};
};

/// The rows of one table, as one session sees them.
///
/// Every statement carries the table's isolation: rows of other callers are absent, not forbidden.
/// Every write is validated before a statement is sent and stamped with the session's actor and the
/// clock's time.
///
/// Errors:   validation_error for broken rules, conflict_error for taken keys and unique values,
/// and the session's
///           own; each call takes effect wholly or not at all.
/// Lifetime: borrows the session; rows own their data.
/// Threads:  as the session, one at a time.
template <class Row, class Session>
class repository {
    static_assert(check_keyed_row<Row>());
    static_assert(
        session<Session>,
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

    explicit repository(Session& session, repository_options options = {})
        : session_(&session), options_(options) {}

    /// Stores one row and gives it back as stored.
    Row insert(create given) {
        require_valid(given);
        Row made = compose(std::move(given));
        auto arguments = insert_arguments(made);
        auto stored = run<fixed::insert>(arguments);
        return inserted(std::move(made), stored);
    }

    /// Stores many rows in one statement and gives them back, in the order given; all or none.
    std::vector<Row> insert_all(std::vector<create> given) {
        auto made = compose(std::move(given));
        if (made.empty())
            return made;
        auto arguments = caller_arguments(sql::insert_binds_caller(table_of<Row>));
        detail::bind_many<Row>(arguments, std::span<const Row>{made}, sql::is_inserted, spoken());
        auto stored = run<fixed::insert_many>(arguments);
        if (is_postgres()) {
            auto rows = rows_of(stored);
            if (rows.empty())
                refuse_insert(made);
            return rows;
        }
        if (stored.affected_rows() == 0)
            refuse_insert(made);
        for (auto& row : made)
            complete(row);
        return made;
    }

    /// The same without reading the rows back: how many were stored.
    std::uint64_t insert_quietly(std::vector<create> given) {
        auto made = compose(std::move(given));
        if (made.empty())
            return 0;
        auto arguments = caller_arguments(sql::insert_binds_caller(table_of<Row>));
        detail::bind_many<Row>(arguments, std::span<const Row>{made}, sql::is_inserted, spoken());
        const auto count = run<fixed::insert_many_quietly>(arguments).affected_rows();
        if (count == 0)
            refuse_insert(made);
        return count;
    }

    /// Stores a row, or replaces the live row that has its key.
    ///
    /// Errors: conflict_error when the key belongs to a deleted row or to another caller's.
    Row upsert(create given) {
        require_valid(given);
        Row made = compose(std::move(given));
        auto arguments = insert_arguments(made);
        auto stored = run<fixed::upsert>(arguments);
        if (is_postgres()) {
            if (auto row = first_of(stored))
                return std::move(*row);
            refuse_insert({&made, 1});
        }
        if (stored.affected_rows() == 0)
            refuse_insert({&made, 1});
        return read(detail::key_of_row(made));
    }

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

    /// Rows that match, at most `limit_rows` of them, in order; ties are broken by the key.
    [[nodiscard]] std::vector<Row> list(const list_options<Row>& options = {}) {
        const auto columns = detail::all_columns<Row>;
        auto found = select(options, columns);
        return rows_of(found);
    }

    /// The same as text, for writers: some columns, in the order given.
    /// Lifetime: `options` until this returns; the result as the session's.
    [[nodiscard]] auto
    select(const list_options<Row>& options, std::span<const std::uint16_t> columns) {
        read_request asked{
            .where = &options.where.untyped(),
            .columns = columns,
            .limit_rows = options.limit_rows,
            .offset_rows = options.offset_rows,
            .removed = options.deleted,
        };
        asked.order.reserve(options.order.size());
        for (const auto& by : options.order)
            asked.order.push_back(by.term);
        return reader().select(asked);
    }

    /// How many rows match.
    [[nodiscard]] std::uint64_t count(const list_options<Row>& options = {}) {
        return reader().count(&options.where.untyped(), options.deleted);
    }

    /// Which of the keys exist, in no particular order; one statement.
    [[nodiscard]] std::vector<key> existing(std::span<const key> wanted) {
        std::vector<key> found;
        if (wanted.empty())
            return found;
        const auto seen = readable(sql::deleted::exclude);
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, seen.rows));
        detail::bind_many<Row>(arguments, wanted, detail::any_column, spoken());
        auto rows = run(
            sql::verb::select,
            [&](sql::writer& out) { sql::write_existing(out, table_of<Row>, seen); },
            arguments
        );
        while (const auto fields = rows.next())
            found.push_back(detail::read_key<Row>(*fields, format()));
        return found;
    }

    /// Changes the fields that are set, and gives the changed row back; absent when there is none
    /// for this caller.
    std::optional<Row> update(const key& wanted, const update_fields& changes) {
        violations broken;
        weir::validate<Row>(changes, {}, broken);
        if (!broken.empty())
            throw validation_error{std::move(broken)};
        const auto changed = detail::changed_members<Row>(changes);
        if (changed.empty())
            return find(wanted);
        const auto columns = sql::changed_columns(table_of<Row>, changed);
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
        const auto stamp = stamp_now();
        if (sql::update_binding(table_of<Row>, spoken(), columns.size()) ==
            sql::binding::json_rows) {
            detail::bind_json_change<Row>(arguments, wanted, changes, stamp);
        } else {
            detail::bind_change<Row>(arguments, changes, stamp, format());
            detail::bind_key<Row>(arguments, wanted, format());
        }
        return changed_row(
            wanted,
            run(
                sql::verb::update,
                [&](sql::writer& out) { sql::write_update(out, table_of<Row>, columns); },
                arguments
            )
        );
    }

    /// Sets every column an update may set to what `given` says; absent when there is no such row
    /// for this caller.
    std::optional<Row> replace(const key& wanted, create given) {
        require_valid(given);
        const auto stamp = stamp_now();
        Row made = detail::make_row<Row>(std::move(given), stamp, owner());
        detail::stamp_update(made, stamp);
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
        constexpr auto columns = sql::chosen_columns<Row, sql::is_replaced>;
        if (sql::update_binding(table_of<Row>, spoken(), columns.size()) ==
            sql::binding::json_rows) {
            detail::set_key(made, wanted);
            detail::bind_json_rows<Row>(
                arguments, std::span<const Row>{&made, 1}, detail::is_key_or_replaced
            );
        } else {
            for_each_member(made, [&](std::size_t at, const auto& member) {
                if (sql::is_replaced(table_of<Row>, at))
                    add_argument(arguments, member, table_of<Row>.columns[at].type, format());
            });
            detail::bind_key<Row>(arguments, wanted, format());
        }
        return changed_row(wanted, run<fixed::replace>(arguments));
    }

    /// Deletes a row: softly where the table keeps deleted rows, else for good. False when there is
    /// none.
    bool remove(const key& wanted) {
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
        if constexpr (sql::keeps_deleted(table_of<Row>))
            bind_stamp(arguments, audit_role::deleted_at, audit_role::deleted_by);
        detail::bind_key<Row>(arguments, wanted, format());
        return run<fixed::remove>(arguments).affected_rows() != 0;
    }

    /// Undoes a soft delete and gives the row back; absent when no deleted row has the key.
    ///
    /// Errors: conflict_error when a live row has taken its unique values meanwhile.
    std::optional<Row> restore(const key& wanted)
        requires(sql::keeps_deleted(table_of<Row>))
    {
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
        bind_stamp(arguments, audit_role::updated_at, audit_role::updated_by);
        detail::bind_key<Row>(arguments, wanted, format());
        auto restored = changed_row(wanted, run<fixed::restore>(arguments));
        if (!restored && find(wanted, sql::deleted::only))
            throw_taken();
        return restored;
    }

    /// Deletes a row for good, deleted or not. False when there is none.
    bool purge(const key& wanted) {
        auto arguments = caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
        detail::bind_key<Row>(arguments, wanted, format());
        return run<fixed::purge>(arguments).affected_rows() != 0;
    }

private:
    using fixed = sql::fixed_statement;

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

    [[nodiscard]] table_reader<Session> reader() const {
        return {*session_, table_of<Row>, options_.until};
    }

    [[nodiscard]] sql::visibility readable(sql::deleted removed) const {
        return {detail::readable_scope(table_of<Row>, detail::caller_of(*session_)), removed};
    }

    static void require_valid(const create& given) {
        violations broken;
        weir::validate<Row>(given, {}, broken);
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    [[nodiscard]] Row compose(create given) const {
        return detail::make_row<Row>(std::move(given), stamp_now(), owner());
    }

    [[nodiscard]] std::vector<Row> compose(std::vector<create> given) const {
        violations broken;
        for (std::size_t at = 0; at < given.size(); ++at)
            weir::validate<Row>(given[at], {at}, broken);
        if (!broken.empty())
            throw validation_error{std::move(broken)};
        std::vector<Row> made;
        made.reserve(given.size());
        const auto stamp = stamp_now();
        for (auto& one : given)
            made.push_back(detail::make_row<Row>(std::move(one), stamp, owner()));
        return made;
    }

    [[nodiscard]] sql::arguments caller_arguments(bool needed) const {
        sql::arguments arguments;
        if (needed)
            arguments.add_text(owner(), sql::text_type);
        return arguments;
    }

    [[nodiscard]] sql::arguments insert_arguments(const Row& made) const {
        auto arguments = caller_arguments(sql::insert_binds_caller(table_of<Row>));
        constexpr auto columns = sql::chosen_columns<Row, sql::is_inserted>;
        if (sql::insert_binding(table_of<Row>, spoken(), columns.size()) ==
            sql::binding::json_rows) {
            detail::bind_json_rows<Row>(
                arguments, std::span<const Row>{&made, 1}, sql::is_inserted
            );
        } else {
            detail::bind_row(arguments, made, format());
        }
        return arguments;
    }

    void bind_stamp(sql::arguments& arguments, audit_role at, audit_role by) const {
        const auto stamp = stamp_now();
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
        const sql::statement statement{text, table_of<Row>.name, sql::verb_of(Which)};
        return session_->execute(statement, arguments, options_.until.value_or(deadline{}));
    }

    template <class Write>
    auto run(sql::verb does, Write&& write, const sql::arguments& arguments) {
        const auto text = sql::written(spoken(), std::forward<Write>(write));
        return session_->execute(
            {text, table_of<Row>.name, does}, arguments, options_.until.value_or(deadline{})
        );
    }

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

    template <class Result>
    [[nodiscard]] Row inserted(Row made, Result& stored) {
        if (is_postgres()) {
            if (auto row = first_of(stored))
                return std::move(*row);
            refuse_insert({&made, 1});
        }
        if (stored.affected_rows() == 0)
            refuse_insert({&made, 1});
        complete(made);
        return made;
    }

    /// A warehouse does not give back what it generated: it is found again by the row's own uuid.
    void complete(Row& made) {
        if constexpr (detail::has_identity<Row>) {
            static_assert(
                table_of<Row>.audit,
                "weir: an identity column needs `audit: true`, so that the inserted row is found "
                "again"
            );
            constexpr auto position = find_column(table_of<Row>.columns, audit_role::record_uuid);
            constexpr std::array<std::uint16_t, 1> by{position};
            sql::arguments arguments =
                caller_arguments(sql::binds_caller(table_of<Row>, sql::scope::caller));
            add_argument(
                arguments, member_at<position>(made), table_of<Row>.columns[position].type, format()
            );
            auto found = run(
                sql::verb::select,
                [&](sql::writer& out) { sql::write_find_by(out, table_of<Row>, by); },
                arguments
            );
            auto row = first_of(found);
            if (!row)
                throw not_found_error{absent_text()};
            made = std::move(*row);
        }
    }

    /// Says why nothing was stored: a parent that this caller has not, else a key or unique value
    /// that is taken.
    [[noreturn]] void refuse_insert(std::span<const Row> given) {
        if constexpr (table_of<Row>.access.rule == access_rule::via) {
            const auto& along = table_of<Row>.relations[table_of<Row>.access.via];
            for (std::size_t at = 0; at < given.size(); ++at) {
                // Rows of one parent mostly come together: one question for all of them.
                if (at > 0 && have_same_parent(given[at - 1], given[at]))
                    continue;
                if (!parent_is_visible(given[at]))
                    throw not_found_error{
                        "The row of table '" + std::string{along.target().name} +
                        "' that this one refers to is not there"
                    };
            }
        }
        throw_taken();
    }

    [[nodiscard]] static bool have_same_parent(const Row& left, const Row& right) {
        const auto one = [&]<std::size_t At>() {
            constexpr auto from = table_of<Row>.relations[table_of<Row>.access.via].from;
            constexpr bool is_named = std::find(from.begin(), from.end(), At) != from.end();
            if constexpr (is_named) {
                return member_at<At>(left) == member_at<At>(right);
            } else {
                return true;
            }
        };
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return (... && one.template operator()<At>());
        }(std::make_index_sequence<member_count<Row>>{});
    }

    [[nodiscard]] bool parent_is_visible(const Row& made) {
        const auto& along = table_of<Row>.relations[table_of<Row>.access.via];
        const auto& parent = along.target();
        auto arguments = caller_arguments(sql::binds_caller(parent, sql::scope::caller));
        for (const auto column : along.from) {
            for_each_member(made, [&](std::size_t at, const auto& member) {
                if (at == column)
                    add_argument(arguments, member, table_of<Row>.columns[at].type, format());
            });
        }
        auto found = run(
            sql::verb::select, [&](sql::writer& out) { sql::write_exists(out, parent); }, arguments
        );
        return found.next().has_value();
    }

    /// The row after a change: PostgreSQL gives it back, a warehouse is asked for it.
    template <class Result>
    [[nodiscard]] std::optional<Row> changed_row(const key& wanted, Result changed) {
        if (is_postgres())
            return first_of(changed);
        auto row = find(wanted);
        if (changed.affected_rows() != 0)
            return row;
        // The statement itself keeps unique values unique: a row that is there was refused.
        if (row && !table_of<Row>.unique.empty())
            throw_taken();
        return std::nullopt;
    }

    Session* session_;
    repository_options options_;
};

} // namespace weir
