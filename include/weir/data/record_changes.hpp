// SPDX-License-Identifier: Apache-2.0
// Changes of rows whose table is known at run time: inserts, and updates and deletions of rows
// found by the values of any column or by conditions, each in one statement and at most one read.
// Costs data/table_reader.hpp, data/history_keeper.hpp and data/record_batch.hpp.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/value.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/history_keeper.hpp>
#include <weir/data/record_batch.hpp>
#include <weir/data/record_keys.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/json/record_reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/history.hpp>
#include <weir/sql/insert.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/update_each.hpp>
#include <weir/sql/update_many.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// The columns that a change sets, and to what, as arguments of their own.
struct record_change {
    std::vector<std::uint16_t> columns{};
    std::vector<json::record_value> values{};
};

/// What a change of rows found by keys came to.
struct record_outcome {
    /// Rows changed.
    std::uint64_t count = 0;
    /// Positions of the keys that no row had.
    std::vector<std::size_t> missing{};
};

/// What a deletion does with a row.
enum class record_removal : std::uint8_t { mark, purge };

/// Changes rows of one table on one session, with the table's isolation in every statement.
///
/// Errors:   the session's; authentication_error for a table with `access` on a session for nobody.
/// Lifetime: borrows the session and the facts.
/// Threads:  as the session, one at a time.
class record_changes {
    /// Calls `work(session)` in a unit of work of its own, where the backend has them.
    template <class Work>
    auto in_turn(Work&& work) {
        if (session_->is_unit() || !session_->has_units())
            return std::forward<Work>(work)(*session_);
        auto unit = session_->begin(due());
        auto done = std::forward<Work>(work)(unit);
        unit.commit();
        return done;
    }

public:
    record_changes(
        any_session_base& session,
        const table& of,
        std::optional<deadline> until = {},
        now_function clock = &now
    )
        : session_(&session), of_(&of), until_(until), who_(session.known_caller()),
          stamp_{clock(), session.actor()} {
        if (of.access.rule != access_rule::open && who_ == nullptr)
            throw authentication_error{"This table is for known callers only"};
    }

    /// Who makes these changes, and when.
    [[nodiscard]] const audit_stamp& stamp() const noexcept { return stamp_; }

    [[nodiscard]] record_batch begin_batch() const {
        return {*of_, session_->dialect(), stamp_, caller_id()};
    }

    /// Stores every row of a batch, or none.
    ///
    /// Statements: one; more where the session takes no more at once, and what was stored is taken
    ///             back by their uuids where a later one fails.
    /// Errors:     conflict_error for keys that are taken; not_found_error for a parent that is not
    ///             the caller's; statement_error 54000 for more than the session takes of a table
    ///             without uuids.
    std::uint64_t insert(record_batch& rows) {
        if (sql::has_column(*of_, audit_role::record_uuid))
            rows.identify();
        if (is_postgres()) {
            if (store(rows, 0, rows.size()) == 0)
                refuse_insert();
            return rows.size();
        }
        std::size_t stored = 0;
        try {
            const auto step = rows_at_once(rows);
            for (; stored < rows.size(); stored += std::min(step, rows.size() - stored)) {
                if (!settle(rows, stored, std::min(stored + step, rows.size())))
                    refuse_insert();
            }
        } catch (...) {
            take_back(rows, stored);
            throw;
        }
        return rows.size();
    }

    /// Updates the rows that have one of the keys.
    record_outcome update(const record_keys& keys, const record_change& change) {
        if (keys.size() == 1 && is_key(keys.by()) && sets_unique(change))
            return update_by_key(keys, change);
        return change_keys(
            keys,
            sql::deleted::exclude,
            sql::verb::update,
            history_operation::update,
            [&](sql::arguments& to) { bind(to, change); },
            [&](sql::writer& out, const sql::condition& where) {
                sql::write_update_where(out, *of_, set_columns(change), where);
            }
        );
    }

    /// Updates the rows that match; how many there were. `removed`: whether deleted ones are among
    /// them.
    std::uint64_t
    update(const sql::condition& where, const record_change& change, sql::deleted removed) {
        return change_where(
            where,
            removed,
            sql::verb::update,
            history_operation::update,
            [&](sql::arguments& to) { bind(to, change); },
            [&](sql::writer& out) {
                sql::write_update_where(
                    out, *of_, set_columns(change), where, {sql::scope::caller, removed}
                );
            }
        );
    }

    /// Updates the rows of each key in the way of that key; `changes` are spelled as
    /// spelling_of_rows() says, one for each key, none of them empty.
    record_outcome update_each(const record_keys& keys, std::span<const record_change> changes) {
        const auto columns = columns_of(changes);
        if (!sql::has_update_each(*of_, session_->dialect(), columns))
            throw validation_error{
                {{"unsupported",
                  {"body", "bulk_updates"},
                  "What these updates set is changed row by row: send key_value and updates"}}
            };
        if (!is_postgres() || of_->history)
            return in_turn([&](any_session_base& on) {
                return each_in_unit(on, keys, changes, columns);
            });
        sql::arguments arguments = own_arguments();
        bind_each(arguments, keys, changes, columns);
        record_outcome made;
        auto done = run_each(*session_, keys, columns, arguments);
        note_changed(done, keys, made);
        return made;
    }

    /// Deletes the rows that have one of the keys: those not deleted yet, or for good whatever they
    /// are.
    record_outcome remove(const record_keys& keys, record_removal how) {
        if (how == record_removal::purge)
            return change_keys(
                keys,
                sql::deleted::include,
                sql::verb::remove,
                history_operation::purge,
                [](sql::arguments&) {},
                [&](sql::writer& out, const sql::condition& where) {
                    sql::write_purge_where(out, *of_, where);
                }
            );
        return change_keys(
            keys,
            sql::deleted::exclude,
            sql::verb::remove,
            history_operation::remove,
            [&](sql::arguments& to) { bind_removal(to); },
            [&](sql::writer& out, const sql::condition& where) {
                sql::write_update_where(out, *of_, removal_columns(), where);
            }
        );
    }

    /// Deletes the rows that match; how many there were. `removed`: whether those marked before are
    /// among them.
    std::uint64_t remove(const sql::condition& where, record_removal how, sql::deleted removed) {
        if (how == record_removal::purge)
            return change_where(
                where,
                sql::deleted::include,
                sql::verb::remove,
                history_operation::purge,
                [](sql::arguments&) {},
                [&](sql::writer& out) { sql::write_purge_where(out, *of_, where); }
            );
        return change_where(
            where,
            removed,
            sql::verb::remove,
            history_operation::remove,
            [&](sql::arguments& to) { bind_removal(to); },
            [&](sql::writer& out) {
                sql::write_update_where(
                    out, *of_, removal_columns(), where, {sql::scope::caller, removed}
                );
            }
        );
    }

private:
    using keeper = history_keeper<any_session_base>;

    [[nodiscard]] bool is_postgres() const { return session_->dialect() == sql::dialect::postgres; }

    [[nodiscard]] text_format format() const { return sql::format_of(session_->dialect()); }

    [[nodiscard]] deadline due() const { return until_.value_or(deadline{}); }

    [[nodiscard]] std::string_view caller_id() const {
        return who_ != nullptr ? std::string_view{who_->id} : std::string_view{};
    }

    [[nodiscard]] sql::arguments own_arguments() const {
        return detail::arguments_for(*of_, sql::scope::caller, caller_id());
    }

    template <class Write>
    any_result
    run(any_session_base& on, sql::verb does, const Write& write, const sql::arguments& arguments) {
        const auto text = sql::written(on.dialect(), write);
        return on.execute({text, of_->name, does}, arguments, due());
    }

    // ------------------------------------------------------------ inserts

    std::uint64_t store(const record_batch& rows, std::size_t first, std::size_t last) {
        sql::arguments arguments;
        if (sql::insert_binds_caller(*of_))
            arguments.add_text(caller_id(), sql::text_type);
        rows.bind(arguments, first, last);
        const auto columns = rows.columns();
        return run(
                   *session_,
                   sql::verb::insert,
                   [&](sql::writer& out) {
                       sql::write_insert(
                           out,
                           *of_,
                           columns,
                           {.rows = sql::row_count::many, .back = sql::returning::nothing}
                       );
                   },
                   arguments
        )
            .affected_rows();
    }

    /// As many rows as the session takes in one statement; all of them where they could not be
    /// taken back.
    [[nodiscard]] std::size_t rows_at_once(const record_batch& rows) const {
        const auto most = session_->most_argument_bytes();
        if (most == SIZE_MAX || !sql::has_column(*of_, audit_role::record_uuid))
            return rows.size();
        // What weir adds to each row: the audit columns, and their names.
        const auto bytes = rows.bytes() + rows.size() * (200 + stamp_.actor.size());
        const auto parts = bytes / most + 1;
        return std::max<std::size_t>(1, rows.size() / parts);
    }

    /// Whether rows are stored in the end, also where nobody knows what became of the statement.
    [[nodiscard]] bool settle(const record_batch& rows, std::size_t first, std::size_t last) {
        try {
            return store(rows, first, last) != 0;
        } catch (const error& failed) {
            if (!failed.outcome_unknown() || !sql::has_column(*of_, audit_role::record_uuid) ||
                due().has_passed())
                throw;
            const auto where = of_uuids(rows.uuids().subspan(first, last - first));
            if (table_reader{*session_, *of_, until_}.count(&where, sql::deleted::include) !=
                last - first)
                throw;
            return true;
        }
    }

    [[nodiscard]] sql::condition of_uuids(std::span<const uuid> wanted) const {
        const auto at = find_column(of_->columns, audit_role::record_uuid);
        const bool is_text = of_->columns[at].type.kind != type::uuid;
        std::vector<any_value> values;
        values.reserve(wanted.size());
        for (const auto& each : wanted) {
            if (is_text) {
                std::string text;
                append_uuid(text, each);
                values.emplace_back(std::move(text));
            } else {
                values.emplace_back(each);
            }
        }
        return sql::compare(static_cast<std::uint16_t>(at), sql::comparison::in, std::move(values));
    }

    void take_back(const record_batch& rows, std::size_t stored) {
        constexpr std::size_t most = 10'000;
        try {
            for (std::size_t from = 0; from < stored; from += most) {
                const auto where =
                    of_uuids(rows.uuids().subspan(from, std::min(most, stored - from)));
                auto arguments = own_arguments();
                sql::bind_condition(arguments, *of_, where, session_->dialect());
                run(
                    *session_,
                    sql::verb::remove,
                    [&](sql::writer& out) { sql::write_purge_where(out, *of_, where); },
                    arguments
                );
            }
        } catch (const error&) {
            std::throw_with_nested(connection_error{
                std::to_string(stored) + " of " + std::to_string(rows.size()) +
                    " rows were stored in table '" + std::string{of_->name} +
                    "' and could not be taken back",
                {.outcome_unknown = true}
            });
        }
    }

    [[noreturn]] void refuse_insert() const {
        if (of_->access.rule == access_rule::via && is_postgres()) {
            const auto& along = of_->relations[of_->access.via];
            throw not_found_error{
                "A row of table '" + std::string{along.target().name} +
                "' that one of these refers to is not there"
            };
        }
        throw conflict_error{
            "A row of table '" + std::string{of_->name} + "' has this key or unique value already",
            {.sqlstate = "23505"}
        };
    }

    // ------------------------------------------------------------ arguments

    [[nodiscard]] std::vector<std::uint16_t> set_columns(const record_change& change) const {
        return sql::changed_columns(*of_, change.columns);
    }

    void bind_stamp(sql::arguments& to, const column& of) const {
        if (of.audit == audit_role::updated_by || of.audit == audit_role::deleted_by) {
            to.add_text(stamp_.actor, of.type);
        } else {
            to.add_written(of.type, [&](std::string& out) {
                detail::append_moment(out, stamp_.at, of.type, format());
            });
        }
    }

    void bind(sql::arguments& to, const record_change& change) const {
        for (std::size_t at = 0; at < change.columns.size(); ++at) {
            const auto& type = of_->columns[change.columns[at]].type;
            if (change.values[at].is_null) {
                to.add_null(type);
            } else {
                to.add_text(change.values[at].text, type);
            }
        }
        for (const auto& column : of_->columns) {
            if (column.audit == audit_role::updated_at || column.audit == audit_role::updated_by)
                bind_stamp(to, column);
        }
    }

    /// What a deletion sets that keeps the row.
    [[nodiscard]] std::vector<std::uint16_t> removal_columns() const {
        std::vector<std::uint16_t> columns;
        for (const auto role :
             {audit_role::is_deleted,
              audit_role::deleted_at,
              audit_role::deleted_by,
              audit_role::updated_at,
              audit_role::updated_by}) {
            const auto at = find_column(of_->columns, role);
            if (at != of_->columns.size())
                columns.push_back(static_cast<std::uint16_t>(at));
        }
        return columns;
    }

    void bind_removal(sql::arguments& to) const {
        for (const auto at : removal_columns()) {
            const auto& column = of_->columns[at];
            if (column.audit == audit_role::is_deleted) {
                to.add_text("true", column.type);
            } else {
                bind_stamp(to, column);
            }
        }
    }

    // ------------------------------------------------------------ by condition

    /// `write(out)` writes the statement, `bind(arguments)` adds what it sets.
    template <class Bind, class Write>
    std::uint64_t change_where(
        const sql::condition& where,
        sql::deleted removed,
        sql::verb does,
        history_operation operation,
        const Bind& bind_values,
        const Write& write
    ) {
        if (!of_->history)
            return changed(*session_, where, does, nullptr, bind_values, write).affected_rows();
        return in_turn([&](any_session_base& on) {
            keeper kept{on, *of_, stamp_, due()};
            keep(kept, where, removed, operation);
            return kept.holds_for(
                changed(on, where, does, &kept, bind_values, write).affected_rows()
            );
        });
    }

    void keep(
        keeper& kept, const sql::condition& where, sql::deleted removed, history_operation operation
    ) {
        auto arguments = own_arguments();
        sql::bind_condition(arguments, *of_, where, session_->dialect());
        kept.keep(
            [&](sql::writer& out) {
                sql::write_lock(out, *of_, where, {sql::scope::caller, removed});
            },
            arguments,
            operation
        );
    }

    template <class Bind, class Write>
    any_result changed(
        any_session_base& on,
        const sql::condition& where,
        sql::verb does,
        const keeper* kept,
        const Bind& bind_values,
        const Write& write
    ) {
        auto arguments = own_arguments();
        if (kept != nullptr)
            kept->bind_change(arguments);
        bind_values(arguments);
        sql::bind_condition(arguments, *of_, where, on.dialect());
        return run(on, does, write, arguments);
    }

    // ------------------------------------------------------------ by keys

    /// The same for rows with one of the keys. PostgreSQL tells which it changed; elsewhere they
    /// are read first, and only those are changed.
    template <class Bind, class Write>
    record_outcome change_keys(
        const record_keys& keys,
        sql::deleted removed,
        sql::verb does,
        history_operation operation,
        const Bind& bind_values,
        const Write& write
    ) {
        if (is_postgres() && !of_->history)
            return change_and_tell(*session_, keys, does, nullptr, bind_values, write);
        return in_turn([&](any_session_base& on) {
            if (!of_->history)
                return look_and_change(on, keys, removed, does, nullptr, bind_values, write);
            keeper kept{on, *of_, stamp_, due()};
            const auto where = keys.condition();
            keep(kept, where, removed, operation);
            auto made = is_postgres()
                            ? change_and_tell(on, keys, does, &kept, bind_values, write)
                            : look_and_change(on, keys, removed, does, &kept, bind_values, write);
            kept.holds_for(made.count);
            return made;
        });
    }

    template <class Bind, class Write>
    record_outcome change_and_tell(
        any_session_base& on,
        const record_keys& keys,
        sql::verb does,
        const keeper* kept,
        const Bind& bind_values,
        const Write& write
    ) {
        const auto where = keys.condition();
        record_outcome made;
        auto done = changed(on, where, does, kept, bind_values, [&](sql::writer& out) {
            write(out, where);
            out.put(" returning ").name("t", of_->columns[keys.by()]);
        });
        note_changed(done, keys, made);
        return made;
    }

    void note_changed(any_result& done, const record_keys& keys, record_outcome& made) const {
        auto seen = keys.nothing_seen();
        while (const auto fields = done.next()) {
            ++made.count;
            keys.see(fields->front(), format(), seen);
        }
        made.missing = keys.not_in(seen);
    }

    template <class Bind, class Write>
    record_outcome look_and_change(
        any_session_base& on,
        const record_keys& keys,
        sql::deleted removed,
        sql::verb does,
        const keeper* kept,
        const Bind& bind_values,
        const Write& write
    ) {
        record_outcome made;
        std::uint64_t rows = 0;
        const auto present = keys_there(on, keys, removed, rows);
        if (present.size() != 0) {
            const auto where = present.condition();
            made.count = changed(on, where, does, kept, bind_values, [&](sql::writer& out) {
                             write(out, where);
                         }).affected_rows();
        }
        made.missing = keys.not_in(present);
        return made;
    }

    /// Those of the keys that rows have; how many rows, too.
    [[nodiscard]] record_keys keys_there(
        any_session_base& on, const record_keys& keys, sql::deleted removed, std::uint64_t& rows
    ) {
        const auto where = keys.condition();
        const sql::visibility seen{sql::scope::caller, removed};
        const std::uint16_t column[]{keys.by()};
        auto arguments = own_arguments();
        sql::bind_condition(arguments, *of_, where, on.dialect());
        auto found = run(
            on,
            sql::verb::select,
            [&](sql::writer& out) {
                sql::write_list(
                    out,
                    *of_,
                    {.columns = column,
                     .where = &where,
                     .seen = seen,
                     .is_ordered = false,
                     .has_limit = false}
                );
            },
            arguments
        );
        auto there = keys.nothing_seen();
        for (; const auto fields = found.next(); ++rows)
            keys.see(fields->front(), format(), there);
        return keys.only(there);
    }

    // ------------------------------------------------------------ by the table's key

    [[nodiscard]] bool is_key(std::uint16_t by) const {
        return of_->key.size() == 1 && of_->key.front() == by;
    }

    [[nodiscard]] bool sets_unique(const record_change& change) const {
        return std::any_of(of_->unique.begin(), of_->unique.end(), [&](const auto& set) {
            return sql::detail::share(set.columns, change.columns);
        });
    }

    /// One row gets a unique value: by its key, where the statement looks whether it is free.
    record_outcome update_by_key(const record_keys& keys, const record_change& change) {
        const auto columns = set_columns(change);
        return in_turn([&](any_session_base& on) {
            keeper kept{on, *of_, stamp_, due()};
            const auto where = keys.condition();
            auto arguments = own_arguments();
            if (of_->history) {
                keep(kept, where, sql::deleted::exclude, history_operation::update);
                kept.bind_change(arguments);
            }
            bind(arguments, change);
            keys.bind_first(arguments, *of_, format());
            record_outcome made;
            made.count = run(
                             on,
                             sql::verb::update,
                             [&](sql::writer& out) {
                                 sql::write_update(out, *of_, columns, {}, sql::returning::nothing);
                             },
                             arguments
            )
                             .affected_rows();
            if (of_->history)
                kept.holds_for(made.count);
            if (made.count != 0)
                return made;
            std::uint64_t rows = 0;
            if (keys_there(on, keys, sql::deleted::exclude, rows).size() != 0)
                refuse_insert();
            made.missing.push_back(0);
            return made;
        });
    }

    // ------------------------------------------------------------ each in its own way

    [[nodiscard]] std::vector<sql::each_column> columns_of(std::span<const record_change> changes
    ) const {
        std::vector<std::size_t> setting(of_->columns.size(), 0);
        for (const auto& each : changes)
            for (const auto position : each.columns)
                ++setting[position];
        std::vector<sql::each_column> columns;
        for (std::size_t at = 0; at < setting.size(); ++at) {
            if (setting[at] != 0)
                columns.push_back({static_cast<std::uint16_t>(at), setting[at] != changes.size()});
        }
        return columns;
    }

    any_result run_each(
        any_session_base& on,
        const record_keys& keys,
        std::span<const sql::each_column> columns,
        const sql::arguments& arguments
    ) {
        return run(
            on,
            sql::verb::update,
            [&](sql::writer& out) { sql::write_update_each(out, *of_, keys.by(), columns); },
            arguments
        );
    }

    record_outcome each_in_unit(
        any_session_base& on,
        const record_keys& keys,
        std::span<const record_change> changes,
        std::span<const sql::each_column> columns
    ) {
        record_outcome made;
        if (is_postgres()) {
            keeper kept{on, *of_, stamp_, due()};
            keep(kept, keys.condition(), sql::deleted::exclude, history_operation::update);
            auto arguments = own_arguments();
            kept.bind_change(arguments);
            bind_each(arguments, keys, changes, columns);
            auto done = run_each(on, keys, columns, arguments);
            note_changed(done, keys, made);
            kept.holds_for(made.count);
            return made;
        }
        std::uint64_t rows = 0;
        const auto present = keys_there(on, keys, sql::deleted::exclude, rows);
        made.missing = keys.not_in(present);
        if (present.size() == 0)
            return made;
        auto arguments = own_arguments();
        std::vector<record_change> theirs;
        for (std::size_t at = 0; at < keys.size(); ++at) {
            if (!std::binary_search(made.missing.begin(), made.missing.end(), at))
                theirs.push_back(changes[at]);
        }
        bind_each(arguments, present, theirs, columns);
        made.count = run_each(on, keys, columns, arguments).affected_rows();
        return made;
    }

    void bind_each(
        sql::arguments& to,
        const record_keys& keys,
        std::span<const record_change> changes,
        std::span<const sql::each_column> columns
    ) const {
        if (is_postgres()) {
            bind_arrays(to, keys, changes, columns);
        } else {
            to.add_written(sql::text_type, [&](std::string& out) {
                append_objects(out, keys, changes);
            });
        }
    }

    [[nodiscard]] static const json::record_value*
    find_value(const record_change& in, std::uint16_t position) {
        for (std::size_t at = 0; at < in.columns.size(); ++at) {
            if (in.columns[at] == position)
                return &in.values[at];
        }
        return nullptr;
    }

    void bind_arrays(
        sql::arguments& to,
        const record_keys& keys,
        std::span<const record_change> changes,
        std::span<const sql::each_column> columns
    ) const {
        to.add_written(sql::text_type, [&](std::string& out) { keys.append_array(out); });
        for (const auto& column : columns) {
            to.add_written(sql::text_type, [&](std::string& out) {
                sql::separator comma{",", "{"};
                for (const auto& change : changes) {
                    out.append(comma.next());
                    const auto* const value = find_value(change, column.position);
                    const auto from = out.size();
                    if (value == nullptr || value->is_null) {
                        out.append("NULL");
                    } else {
                        out.append(value->text);
                        detail::quote_array_element(out, from);
                    }
                }
                out.push_back('}');
            });
            if (!column.is_partial)
                continue;
            to.add_written(sql::text_type, [&](std::string& out) {
                sql::separator comma{",", "{"};
                for (const auto& change : changes) {
                    out.append(comma.next());
                    out.push_back(find_value(change, column.position) != nullptr ? 't' : 'f');
                }
                out.push_back('}');
            });
        }
        for (const auto role : {audit_role::updated_at, audit_role::updated_by}) {
            const auto at = find_column(of_->columns, role);
            if (at != of_->columns.size())
                bind_stamp(to, of_->columns[at]);
        }
    }

    void append_objects(
        std::string& out, const record_keys& keys, std::span<const record_change> changes
    ) const {
        sql::separator comma{",", "["};
        for (std::size_t row = 0; row < changes.size(); ++row) {
            const auto& change = changes[row];
            out.append(comma.next()).append("{");
            append_member(out, keys.by());
            keys.append_json(out, row, of_->columns[keys.by()].type);
            for (std::size_t at = 0; at < change.columns.size(); ++at) {
                append_member(out.append(","), change.columns[at]);
                const auto& value = change.values[at];
                append_json_member(
                    out,
                    value.is_null ? nullptr : &value.text,
                    of_->columns[change.columns[at]].type
                );
            }
            for (std::size_t at = 0; at < of_->columns.size(); ++at) {
                if (!sql::is_update_stamp(*of_, at))
                    continue;
                append_member(out.append(","), at);
                std::string text;
                if (of_->columns[at].audit == audit_role::updated_by) {
                    text = stamp_.actor;
                } else {
                    detail::append_moment(text, stamp_.at, of_->columns[at].type, format());
                }
                json::append_json_string(out, text);
            }
            out.append(",\"").append(sql::set_member).append("\":");
            sql::separator between{",", "["};
            for (const auto position : change.columns)
                out.append(between.next()).append(std::to_string(position));
            out.append("]}");
        }
        out.push_back(']');
    }

    void append_member(std::string& out, std::size_t position) const {
        out.append("\"").append(of_->columns[position].name).append("\":");
    }

    any_session_base* session_;
    const table* of_;
    std::optional<deadline> until_;
    const caller* who_;
    audit_stamp stamp_;
};

} // namespace weir
