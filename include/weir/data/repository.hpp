// SPDX-License-Identifier: Apache-2.0
// A table as a collection of rows: validated, audited, isolated and with an application's hooks, on
// any session. Costs the statements of sql/, the codec and table/validate.hpp; <chrono> for
// deadlines.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/changes.hpp>
#include <weir/data/hook_calls.hpp>
#include <weir/data/row_batches.hpp>
#include <weir/data/row_changes.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/versions.hpp>
#include <weir/sql/condition.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/row.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace weir {

/// The rows of one table, as one session sees them.
///
/// Every statement carries the table's isolation: rows of other callers are absent, not forbidden.
/// Every write is validated before a statement is sent and stamped with the session's actor and the
/// clock's time. What a write does is said where it is made: row_inserts.hpp, row_changes.hpp,
/// row_filters.hpp, row_batches.hpp; here is what hooks add to it, if there are any.
///
/// Errors:   validation_error for broken rules, conflict_error for taken keys and unique values,
///           precondition_error for a row that moved on, and the session's own; each call takes
///           effect wholly or not at all. With hooks the unit of work must be given up after an
///           error.
/// Lifetime: borrows the session; rows own their data.
/// Threads:  as the session, one at a time.
template <class Row, class Session>
class repository : public row_batches<Row, Session> {
    using base = row_batches<Row, Session>;

public:
    using typename base::create;
    using typename base::key;
    using typename base::update_fields;

    explicit repository(Session& session, repository_options options = {})
        : base(session, std::move(options)),
          hooks_(detail::own_hooks<Row, Session>(base::options().hooks)) {}

    /// As row_inserts::insert().
    Row insert(create given) {
        if (hooks_ == nullptr)
            return base::insert(std::move(given));
        calls().prepare({&given, 1}, {calls().at()});
        auto row = base::insert(std::move(given));
        calls().after_create(row, calls().at());
        return row;
    }

    /// As row_inserts::insert_all().
    std::vector<Row> insert_all(std::vector<create> given) {
        if (hooks_ == nullptr)
            return base::insert_all(std::move(given));
        calls().prepare(given, calls().places(given.size()));
        auto stored = base::insert_all(std::move(given));
        for (std::size_t at = 0; at < stored.size(); ++at)
            calls().after_create(stored[at], calls().place(at));
        return stored;
    }

    /// As row_inserts::insert_quietly(); after-hooks are shown the stored rows all the same.
    std::uint64_t insert_quietly(std::vector<create> given) {
        return hooks_ != nullptr ? insert_all(std::move(given)).size()
                                 : base::insert_quietly(std::move(given));
    }

    /// As row_inserts::upsert(). With hooks what is there is updated, the rest inserted, each with
    /// its own.
    Row upsert(create given) {
        if (hooks_ == nullptr)
            return base::upsert(std::move(given));
        return std::move(upsert_one(std::move(given), {}, calls().at()).row);
    }

    /// As row_inserts::upsert_all(); with hooks row by row, as upsert().
    upserted<Row> upsert_all(std::vector<create> given, const upsert_options& options = {}) {
        if (hooks_ == nullptr)
            return base::upsert_all(std::move(given), options);
        refuse_repetitions(given, options);
        upserted<Row> made;
        for (std::size_t at = 0; at < given.size(); ++at) {
            auto one = upsert_one(std::move(given[at]), options, calls().place(at));
            made.created += one.is_new ? 1U : 0U;
            made.rows.push_back(std::move(one.row));
        }
        return made;
    }

    /// As row_inserts::insert_ignoring(); with hooks row by row.
    std::vector<Row>
    insert_ignoring(std::vector<create> given, const upsert_options& options = {}) {
        if (hooks_ == nullptr)
            return base::insert_ignoring(std::move(given), options);
        refuse_repetitions(given, options);
        std::vector<Row> made;
        for (std::size_t at = 0; at < given.size(); ++at) {
            if (!base::find_existing(given[at], options))
                made.push_back(insert_one(std::move(given[at]), calls().place(at)));
        }
        return made;
    }

    /// As row_changes::update().
    std::optional<Row> update(
        const key& wanted, const update_fields& changes, const precondition<Row>& demanded = {}
    ) {
        if (hooks_ == nullptr)
            return base::update(wanted, changes, demanded);
        calls().check(changes, calls().at());
        if (!calls().surround(any_hooks::write::update))
            return base::update(wanted, changes, demanded);
        const auto current = find_to_change(wanted, {}, demanded);
        if (!current)
            return std::nullopt;
        return update_found(*current, changes, calls().at());
    }

    /// As row_changes::replace().
    std::optional<Row>
    replace(const key& wanted, create given, const precondition<Row>& demanded = {}) {
        if (hooks_ == nullptr)
            return base::replace(wanted, std::move(given), demanded);
        calls().check(given, calls().at());
        return update(
            wanted, detail::replacement<Row>(std::move(given), is_update_column), demanded
        );
    }

    /// As row_changes::remove().
    bool remove(const key& wanted, const precondition<Row>& demanded = {}) {
        if (!calls().surround(any_hooks::write::remove))
            return base::remove(wanted, demanded);
        const auto current = find_to_change(wanted, {}, demanded);
        return current && remove_found(*current);
    }

    /// As row_batches::update_all(); with hooks row by row.
    batch_outcome<Row> update_all(std::span<const keyed_update<Row>> given) {
        if (!calls().surround(any_hooks::write::update))
            return base::update_all(given);
        batch_outcome<Row> made;
        for (const auto& each : given) {
            if (update(each.key, each.set)) {
                ++made.count;
            } else {
                made.absent.push_back(each.key);
            }
        }
        return made;
    }

    /// As row_batches::remove_all(); with hooks row by row.
    batch_outcome<Row> remove_all(std::span<const key> given) {
        if (!calls().surround(any_hooks::write::remove))
            return base::remove_all(given);
        batch_outcome<Row> made;
        for (const auto& each : given) {
            if (remove(each)) {
                ++made.count;
            } else {
                made.absent.push_back(each);
            }
        }
        return made;
    }

    /// As row_changes::restore().
    std::optional<Row> restore(const key& wanted, const precondition<Row>& demanded = {})
        requires(sql::keeps_deleted(table_of<Row>))
    {
        if (!calls().surround(any_hooks::write::restore))
            return base::restore(wanted, demanded);
        const auto removed =
            find_to_change(wanted, {sql::scope::caller, sql::deleted::only}, demanded);
        if (!removed)
            return std::nullopt;
        calls().before(any_hooks::write::restore, *removed);
        auto stored = base::restore(wanted);
        if (stored)
            calls().after(any_hooks::write::restore, *stored);
        return stored;
    }

    /// As row_changes::purge().
    bool purge(const key& wanted, const precondition<Row>& demanded = {}) {
        if (!calls().surround(any_hooks::write::purge))
            return base::purge(wanted, demanded);
        const auto rows = detail::purgeable_scope(table_of<Row>, base::known_caller());
        const auto current = find_to_change(wanted, {rows, sql::deleted::include}, demanded);
        if (!current)
            return false;
        calls().before(any_hooks::write::purge, *current);
        if (!base::purge(wanted))
            return false;
        calls().after(any_hooks::write::purge, *current);
        return true;
    }

    /// As row_filters::update_where(); with hooks every row that matches is read and changed by
    /// itself.
    changed_rows<Row> update_where(
        const sql::typed_condition<Row>& where,
        const update_fields& changes,
        const many_options& options = {}
    ) {
        if (hooks_ == nullptr)
            return base::update_where(where, changes, options);
        calls().check(changes, calls().at());
        if (!calls().surround(any_hooks::write::update))
            return base::update_where(where, changes, options);
        base::refuse_unlimited(where.untyped(), detail::changed_members<Row>(changes).empty());
        changed_rows<Row> made;
        for (const auto& current : find_to_change(where.untyped(), options)) {
            auto stored = update_found(current, changes, calls().at());
            made.count += stored ? 1U : 0U;
            if (stored && options.with_rows)
                made.rows.push_back(std::move(*stored));
        }
        return made;
    }

    /// As row_filters::remove_where(); with hooks every row that matches is read and removed by
    /// itself.
    changed_rows<Row>
    remove_where(const sql::typed_condition<Row>& where, const many_options& options = {}) {
        if (!calls().surround(any_hooks::write::remove))
            return base::remove_where(where, options);
        base::refuse_unlimited(where.untyped(), false);
        changed_rows<Row> made;
        for (const auto& current : find_to_change(where.untyped(), options)) {
            if (!remove_found(current))
                continue;
            ++made.count;
            if (!options.with_rows)
                continue;
            auto removed = base::find_seen(
                detail::key_of_row(current), {sql::scope::caller, sql::deleted::only}
            );
            made.rows.push_back(removed ? std::move(*removed) : current);
        }
        return made;
    }

private:
    struct stored_row {
        Row row;
        bool is_new;
    };

    [[nodiscard]] detail::hook_calls<Row, Session> calls() const {
        return {base::session(), base::options(), hooks_};
    }

    /// A row as it stands, locked until the unit of work ends where the database locks rows: what
    /// a hook decides by it still holds when the change is made. The embedded engine's units of
    /// work write one after the other instead.
    ///
    /// Errors: precondition_error when it is not in a version demanded.
    [[nodiscard]] std::optional<Row> find_to_change(
        const key& wanted, sql::visibility seen, const precondition<Row>& demanded = {}
    ) {
        auto arguments = base::caller_arguments(sql::binds_caller(table_of<Row>, seen.rows));
        detail::bind_key<Row>(arguments, wanted, base::format());
        auto found = base::run(
            sql::verb::select,
            [&](sql::writer& out) {
                sql::write_find(out, table_of<Row>, seen);
                sql::write_row_lock(out);
            },
            arguments
        );
        auto current = base::first_of(found);
        if (current && !demanded.untyped().is_met_by(version_of(*current).untyped))
            detail::throw_moved(table_of<Row>);
        return current;
    }

    /// The caller's live rows that match, locked in key order, so that two such changes do not wait
    /// for each other.
    ///
    /// Errors: precondition_error when they are more than may be changed.
    [[nodiscard]] std::vector<Row>
    find_to_change(const sql::condition& where, const many_options& options) {
        auto arguments = base::own_arguments();
        sql::bind_condition(arguments, table_of<Row>, where, base::spoken());
        auto found = base::run(
            sql::verb::select,
            [&](sql::writer& out) {
                sql::write_list(out, table_of<Row>, {.where = &where, .has_limit = false});
                sql::write_row_lock(out);
            },
            arguments
        );
        auto rows = base::rows_of(found);
        if (options.most_rows && rows.size() > *options.most_rows)
            base::throw_too_many();
        return rows;
    }

    /// Checks all rows before the first is written.
    void refuse_repetitions(std::span<const create> given, const upsert_options& options) {
        calls().check_all(given, calls().places(given.size()));
        std::vector<Row> made;
        made.reserve(given.size());
        for (const auto& one : given)
            made.push_back(base::compose(create{one}));
        static_cast<void>(base::places_of(made, base::columns_of(options)));
    }

    Row insert_one(create given, const location& at) {
        calls().prepare({&given, 1}, {at});
        auto row = base::insert(std::move(given));
        calls().after_create(row, at);
        return row;
    }

    stored_row upsert_one(create given, const upsert_options& options, const location& at) {
        calls().check(given, at);
        if (const auto existing = base::find_existing(given, options)) {
            const auto current = find_to_change(detail::key_of_row(*existing), {});
            if (current) {
                auto changed = update_found(
                    *current, detail::replacement<Row>(std::move(given), options.replaces), at
                );
                if (changed)
                    return {std::move(*changed), false};
            }
            base::throw_taken();
        }
        return {insert_one(std::move(given), at), true};
    }

    std::optional<Row>
    update_found(const Row& current, const update_fields& changes, const location& at) {
        auto decided = changes;
        calls().before_update(current, decided, at);
        auto stored = base::update(detail::key_of_row(current), decided);
        if (stored)
            calls().after_update(current, *stored, at);
        return stored;
    }

    bool remove_found(const Row& current) {
        calls().before(any_hooks::write::remove, current);
        if (!base::remove(detail::key_of_row(current)))
            return false;
        calls().after(any_hooks::write::remove, current);
        return true;
    }

    const row_hooks<Row>* hooks_;
};

} // namespace weir
