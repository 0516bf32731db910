// SPDX-License-Identifier: Apache-2.0
// Lists of rows, and changes of one row by its key. The base of repository.hpp and no use by
// itself. Costs what row_filters.hpp and versions.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/changes.hpp>
#include <weir/data/list_options.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/row_filters.hpp>
#include <weir/data/row_inserts.hpp>
#include <weir/data/row_statements.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/data/versions.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace weir {

/// Reads rows of one table, and changes them one by one.
///
/// Where a write takes a precondition, the statement itself compares: of two writers that saw the
/// same version one changes the row, and the other's call throws precondition_error.
template <class Row, class Session>
class row_changes : public row_filters<Row, Session> {
    using base = row_filters<Row, Session>;

public:
    using typename base::create;
    using typename base::key;
    using typename base::update_fields;

    using base::base;
    using base::find;
    using base::read;

    /// Rows that match, at most `limit_rows` of them, in order; ties are broken by the key.
    [[nodiscard]] std::vector<Row> list(const list_options<Row>& options = {}) {
        if (options.from)
            return page(options).rows;
        const auto columns = detail::all_columns<Row>;
        auto found = select(options, columns);
        return rows_of(found);
    }

    /// The same as a page, which knows where the pages beside it begin: `options.from = page.next`.
    ///
    /// Errors: validation_error for a `from` of another order.
    [[nodiscard]] weir::page<Row> page(const list_options<Row>& options = {}) {
        const auto columns = detail::all_columns<Row>;
        auto found = reader().page(to_request(options, columns));
        weir::page<Row> made{.rows = rows_of(found), .next = {}, .previous = {}};
        made.next = found.following();
        made.previous = found.preceding();
        return made;
    }

    /// Rows as text, for writers: some columns, in the order given. From a position backwards, the
    /// last row comes first.
    /// Lifetime: `options` until this returns; the result as the session's.
    [[nodiscard]] auto
    select(const list_options<Row>& options, std::span<const std::uint16_t> columns) {
        return reader().select(to_request(options, columns));
    }

    /// How many rows match.
    [[nodiscard]] std::uint64_t count(const list_options<Row>& options = {}) {
        return reader().count(&options.where.untyped(), options.deleted);
    }

    /// Which of the keys exist, in no particular order; one statement, but for more than a
    /// warehouse takes at once.
    [[nodiscard]] std::vector<key> existing(std::span<const key> wanted) {
        std::vector<key> found;
        if (wanted.empty())
            return found;
        const auto seen = readable(sql::deleted::exclude);
        auto arguments = base::caller_arguments(sql::binds_caller(table_of<Row>, seen.rows));
        detail::bind_many<Row>(arguments, wanted, detail::any_column, spoken());
        if (wanted.size() > 1 && base::is_too_large(arguments)) {
            found = existing(wanted.first(wanted.size() / 2));
            for (auto& each : existing(wanted.subspan(wanted.size() / 2)))
                found.push_back(std::move(each));
            return found;
        }
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
    std::optional<Row> update(
        const key& wanted, const update_fields& changes, const precondition<Row>& demanded = {}
    ) {
        violations broken;
        weir::validate<Row>(changes, {}, broken);
        if (!broken.empty())
            throw validation_error{std::move(broken)};
        const auto changed = detail::changed_members<Row>(changes);
        if (changed.empty())
            return met(find(wanted), demanded.untyped());
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) {
                return rows.update(wanted, changes, demanded);
            });
        const auto states = states_of(wanted, demanded.untyped());
        if (!states)
            return std::nullopt;
        const auto columns = sql::changed_columns(table_of<Row>, changed);
        const auto stamp = stamp_now();
        auto kept = base::keep_row(wanted, history_operation::update, stamp);
        auto arguments = base::change_arguments(kept);
        if (sql::update_binding(table_of<Row>, spoken(), columns.size()) ==
            sql::binding::json_rows) {
            detail::bind_json_change<Row>(arguments, wanted, changes, stamp);
        } else {
            detail::bind_change<Row>(arguments, changes, stamp, format());
            detail::bind_key<Row>(arguments, wanted, format());
        }
        states->bind(arguments, format());
        return changed_row(
            wanted,
            demanded.untyped(),
            run(
                sql::verb::update,
                [&](sql::writer& out) {
                    sql::write_update(
                        out, table_of<Row>, columns, {}, sql::returning::rows, states->count()
                    );
                },
                arguments
            ),
            kept
        );
    }

    /// Sets every column an update may set to what `given` says; absent when there is no such row
    /// for this caller.
    std::optional<Row>
    replace(const key& wanted, create given, const precondition<Row>& demanded = {}) {
        base::require_valid(given);
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) {
                return rows.replace(wanted, std::move(given), demanded);
            });
        const auto states = states_of(wanted, demanded.untyped());
        if (!states)
            return std::nullopt;
        const auto stamp = stamp_now();
        Row made = detail::make_row<Row>(std::move(given), stamp, base::owner());
        detail::stamp_update(made, stamp);
        auto kept = base::keep_row(wanted, history_operation::update, stamp);
        auto arguments = base::change_arguments(kept);
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
        states->bind(arguments, format());
        auto changed =
            states->count().is_any()
                ? this->template run<fixed::replace>(arguments)
                : run(
                      sql::verb::update,
                      [&](sql::writer& out) {
                          sql::write_update(
                              out, table_of<Row>, columns, {}, sql::returning::rows, states->count()
                          );
                      },
                      arguments
                  );
        return changed_row(wanted, demanded.untyped(), std::move(changed), kept);
    }

    /// Deletes a row: softly where the table keeps deleted rows, else for good. False when there is
    /// none.
    bool remove(const key& wanted, const precondition<Row>& demanded = {}) {
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) { return rows.remove(wanted, demanded); });
        const auto states = states_of(wanted, demanded.untyped());
        if (!states)
            return false;
        const auto stamp = stamp_now();
        auto kept = base::keep_row(wanted, history_operation::remove, stamp);
        auto arguments = base::change_arguments(kept);
        if constexpr (sql::keeps_deleted(table_of<Row>))
            base::bind_stamp(arguments, audit_role::deleted_at, audit_role::deleted_by, stamp);
        detail::bind_key<Row>(arguments, wanted, format());
        states->bind(arguments, format());
        auto changed = states->count().is_any()
                           ? this->template run<fixed::remove>(arguments)
                           : run(
                                 sql::verb::remove,
                                 [&](sql::writer& out) {
                                     sql::write_remove(
                                         out, table_of<Row>, sql::scope::caller, states->count()
                                     );
                                 },
                                 arguments
                             );
        if (kept.holds_for(changed.affected_rows()) != 0)
            return true;
        refuse_moved(wanted, demanded.untyped(), {});
        return false;
    }

    /// Undoes a soft delete and gives the row back; absent when no deleted row has the key. The
    /// version of a deleted row is the one it had before.
    ///
    /// Errors: conflict_error when a live row has taken its unique values meanwhile.
    std::optional<Row> restore(const key& wanted, const precondition<Row>& demanded = {})
        requires(sql::keeps_deleted(table_of<Row>))
    {
        constexpr sql::visibility seen{sql::scope::caller, sql::deleted::only};
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) { return rows.restore(wanted, demanded); });
        const auto states = states_of(wanted, demanded.untyped(), seen);
        if (!states)
            return std::nullopt;
        const auto stamp = stamp_now();
        auto kept = base::keep_row(wanted, history_operation::restore, stamp, seen);
        auto arguments = base::change_arguments(kept);
        base::bind_stamp(arguments, audit_role::updated_at, audit_role::updated_by, stamp);
        detail::bind_key<Row>(arguments, wanted, format());
        states->bind(arguments, format());
        auto changed = states->count().is_any() ? this->template run<fixed::restore>(arguments)
                                                : run(
                                                      sql::verb::update,
                                                      [&](sql::writer& out) {
                                                          sql::write_restore(
                                                              out,
                                                              table_of<Row>,
                                                              sql::scope::caller,
                                                              sql::returning::rows,
                                                              states->count()
                                                          );
                                                      },
                                                      arguments
                                                  );
        if (is_postgres()) {
            auto row = base::first_of(changed);
            if (kept.holds_for(row ? 1 : 0) != 0)
                return row;
        } else if (kept.holds_for(changed.affected_rows()) != 0) {
            return find(wanted);
        }
        if (!find_seen(wanted, seen))
            return std::nullopt;
        refuse_moved(wanted, demanded.untyped(), seen);
        base::throw_taken();
    }

    /// Deletes a row for good, deleted or not. False when there is none. For callers in the table's
    /// `purge` groups everybody's rows are there.
    bool purge(const key& wanted, const precondition<Row>& demanded = {}) {
        const sql::visibility seen{
            detail::purgeable_scope(table_of<Row>, base::known_caller()), sql::deleted::include
        };
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) { return rows.purge(wanted, demanded); });
        const auto states = states_of(wanted, demanded.untyped(), seen);
        if (!states)
            return false;
        auto kept = base::keep_row(wanted, history_operation::purge, stamp_now(), seen);
        auto arguments = base::change_arguments(kept, seen.rows);
        detail::bind_key<Row>(arguments, wanted, format());
        states->bind(arguments, format());
        auto changed = run(
            sql::verb::remove,
            [&](sql::writer& out) { sql::write_purge(out, table_of<Row>, seen, states->count()); },
            arguments
        );
        if (kept.holds_for(changed.affected_rows()) != 0)
            return true;
        refuse_moved(wanted, demanded.untyped(), seen);
        return false;
    }

protected:
    using typename base::fixed;

    using base::format;
    using base::is_postgres;
    using base::readable;
    using base::reader;
    using base::rows_of;
    using base::run;
    using base::spoken;
    using base::stamp_now;

    /// The row with a key among those a write sees, as text.
    [[nodiscard]] auto fields_seen(const key& wanted, sql::visibility seen) {
        auto arguments = base::caller_arguments(sql::binds_caller(table_of<Row>, seen.rows));
        detail::bind_key<Row>(arguments, wanted, format());
        return run(
            sql::verb::select,
            [&](sql::writer& out) { sql::write_find(out, table_of<Row>, seen); },
            arguments
        );
    }

    [[nodiscard]] std::optional<Row> find_seen(const key& wanted, sql::visibility seen) {
        auto found = fields_seen(wanted, seen);
        return base::first_of(found);
    }

private:
    [[nodiscard]] static read_request
    to_request(const list_options<Row>& options, std::span<const std::uint16_t> columns) {
        read_request asked{
            .where = &options.where.untyped(),
            .columns = columns,
            .limit_rows = options.limit_rows,
            .offset_rows = options.offset_rows,
            .removed = options.deleted,
            .from = options.from,
        };
        asked.order.reserve(options.order.size());
        for (const auto& by : options.order)
            asked.order.push_back(by.term);
        return asked;
    }

    /// A row that is in a version demanded, or none at all.
    [[nodiscard]] static std::optional<Row>
    met(std::optional<Row> found, const row_demand& demanded) {
        if (found && !demanded.is_met_by(version_of(*found).untyped))
            detail::throw_moved(table_of<Row>);
        return found;
    }

    /// The states a write demands; absent when there is no such row.
    ///
    /// Errors: precondition_error when the row is in none of them.
    [[nodiscard]] std::optional<detail::demanded_states>
    states_of(const key& wanted, const row_demand& demanded, sql::visibility seen = {}) {
        if (demanded.is_any())
            return detail::demanded_states{};
        if constexpr (sql::has_stamped_states(table_of<Row>)) {
            auto made = detail::demanded_states::stamped(demanded);
            if (made.is_possible())
                return made;
            if (!find_seen(wanted, seen))
                return std::nullopt;
        } else {
            auto found = fields_seen(wanted, seen);
            const auto fields = found.next();
            if (!fields)
                return std::nullopt;
            if (demanded.is_met_by(version_of_fields(table_of<Row>, *fields, format())))
                return detail::demanded_states::of_values(table_of<Row>, spoken(), *fields);
        }
        detail::throw_moved(table_of<Row>);
    }

    /// Says why a statement with a precondition changed nothing, unless there is no such row.
    void refuse_moved(const key& wanted, const row_demand& demanded, sql::visibility seen) {
        if (demanded.is_any())
            return;
        // A row in the version demanded was in it again only after the statement.
        const auto found = find_seen(wanted, seen);
        if (found && !(is_refused_otherwise() && demanded.is_met_by(version_of(*found).untyped)))
            detail::throw_moved(table_of<Row>);
    }

    /// Whether a statement changes no row for other reasons than the row itself: a warehouse's
    /// statements keep unique values unique.
    [[nodiscard]] bool is_refused_otherwise() const {
        return !is_postgres() && !table_of<Row>.unique.empty();
    }

    /// The row after a change: PostgreSQL gives it back, a warehouse is asked for it.
    template <class Result>
    [[nodiscard]] std::optional<Row> changed_row(
        const key& wanted,
        const row_demand& demanded,
        Result changed,
        typename base::kept_rows& kept
    ) {
        if (is_postgres()) {
            auto row = base::first_of(changed);
            if (kept.holds_for(row ? 1 : 0) != 0)
                return row;
            refuse_moved(wanted, demanded, {});
            return std::nullopt;
        }
        if (kept.holds_for(changed.affected_rows()) != 0)
            return find(wanted);
        refuse_moved(wanted, demanded, {});
        if (is_refused_otherwise() && find(wanted))
            base::throw_taken();
        return std::nullopt;
    }
};

} // namespace weir
