// SPDX-License-Identifier: Apache-2.0
// Changes of all rows that meet a condition. The base of repository.hpp and no use by itself. Costs
// what row_inserts.hpp and sql/list.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/changes.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/row_inserts.hpp>
#include <weir/data/row_values.hpp>
#include <weir/sql/condition.hpp>
#include <weir/sql/list.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// How many rows a change may touch, and whether it gives them back.
struct many_options {
    /// When more rows match, none is changed; absent: no limit.
    std::optional<std::uint64_t> most_rows{};
    /// On a warehouse dialect this takes a unit of work.
    bool with_rows = false;
};

/// What a change of many rows came to.
template <class Row>
struct changed_rows {
    std::uint64_t count = 0;
    /// As they are now, in no particular order; empty unless asked for.
    std::vector<Row> rows{};
};

/// Changes rows of one table by condition.
template <class Row, class Session>
class row_filters : public row_inserts<Row, Session> {
    using base = row_inserts<Row, Session>;

public:
    using typename base::key;
    using typename base::update_fields;

    using base::base;

    /// Changes the fields that are set in every live row of this caller that matches; one
    /// statement.
    ///
    /// Errors: validation_error for a condition that holds always, for changes that set nothing,
    /// and
    ///         for a column of a unique set; precondition_error when more rows match than
    ///         `options.most_rows`: nothing is changed then.
    changed_rows<Row> update_where(
        const sql::typed_condition<Row>& where,
        const update_fields& changes,
        const many_options& options = {}
    ) {
        violations broken;
        weir::validate<Row>(changes, {}, broken);
        const auto changed = detail::changed_members<Row>(changes);
        if (changed.empty())
            broken.push_back({"missing", {}, "Nothing is to be set"});
        refuse_always(where.untyped(), broken);
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) {
                return rows.update_where(where, changes, options);
            });
        const auto columns = sql::changed_columns(table_of<Row>, changed);
        const auto stamp = stamp_now();
        auto kept = keep_where(where.untyped(), history_operation::update, stamp, options);
        auto arguments = base::change_arguments(kept);
        detail::bind_change<Row>(arguments, changes, stamp, format());
        return change(
            sql::verb::update,
            kept,
            where.untyped(),
            std::move(arguments),
            options,
            sql::deleted::exclude,
            [&](sql::writer& out, sql::returning back, sql::row_limit most) {
                sql::write_update_where(
                    out, table_of<Row>, columns, where.untyped(), {}, back, most
                );
            }
        );
    }

    /// Deletes every live row of this caller that matches, softly where the table keeps deleted
    /// rows; one statement. The rows given back are as deleted.
    ///
    /// Errors: as update_where().
    changed_rows<Row>
    remove_where(const sql::typed_condition<Row>& where, const many_options& options = {}) {
        violations broken;
        refuse_always(where.untyped(), broken);
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) {
                return rows.remove_where(where, options);
            });
        const auto stamp = stamp_now();
        auto kept = keep_where(where.untyped(), history_operation::remove, stamp, options);
        auto arguments = base::change_arguments(kept);
        if constexpr (sql::keeps_deleted(table_of<Row>))
            base::bind_stamp(arguments, audit_role::deleted_at, audit_role::deleted_by, stamp);
        return change(
            sql::verb::remove,
            kept,
            where.untyped(),
            std::move(arguments),
            options,
            sql::deleted::only,
            [&](sql::writer& out, sql::returning back, sql::row_limit most) {
                sql::write_remove_where(
                    out, table_of<Row>, where.untyped(), sql::scope::caller, back, most
                );
            }
        );
    }

    /// How many rows these would change: the live ones of this caller that match.
    [[nodiscard]] std::uint64_t count_where(const sql::typed_condition<Row>& where) {
        return count_where(where.untyped());
    }

protected:
    using base::format;
    using base::is_postgres;
    using base::own_arguments;
    using base::rows_of;
    using base::run;
    using base::spoken;
    using base::stamp_now;
    using typename base::kept_rows;

    /// Errors: validation_error for a condition that holds always, and for changes of nothing.
    static void refuse_unlimited(const sql::condition& where, bool sets_nothing) {
        violations broken;
        if (sets_nothing)
            broken.push_back({"missing", {}, "Nothing is to be set"});
        refuse_always(where, broken);
    }

    [[noreturn]] static void throw_too_many() {
        throw precondition_error{
            "More rows of table '" + base::name() + "' match than may be changed"
        };
    }

private:
    [[nodiscard]] std::uint64_t count_where(const sql::condition& where) {
        auto arguments = own_arguments();
        sql::bind_condition(arguments, table_of<Row>, where, spoken());
        auto counted = run(
            sql::verb::select,
            [&](sql::writer& out) { sql::write_count(out, table_of<Row>, &where); },
            arguments
        );
        return detail::read_count(table_of<Row>, counted, format());
    }

    void refuse_too_many(const sql::condition& where, const many_options& options) {
        if (options.most_rows && count_where(where) > *options.most_rows)
            throw_too_many();
    }

    /// Keeps the rows that match as they are, unless they are too many.
    [[nodiscard]] kept_rows keep_where(
        const sql::condition& where,
        history_operation operation,
        const audit_stamp& stamp,
        const many_options& options
    ) {
        auto kept = base::begin_change(stamp);
        if constexpr (base::keeps_history) {
            refuse_too_many(where, options);
            auto arguments = own_arguments();
            sql::bind_condition(arguments, table_of<Row>, where, spoken());
            kept.keep(
                [&](sql::writer& out) { sql::write_lock(out, table_of<Row>, where, {}); },
                arguments,
                operation
            );
        }
        return kept;
    }

    static void refuse_always(const sql::condition& where, violations& broken) {
        if (where.is_always())
            broken.push_back({"filter_required", {}, "A change of many rows needs a condition"});
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    /// `afterwards`: where the rows changed are found again.
    template <class Write>
    changed_rows<Row> change(
        sql::verb does,
        kept_rows& kept,
        const sql::condition& where,
        sql::arguments arguments,
        const many_options& options,
        sql::deleted afterwards,
        const Write& write
    ) {
        sql::bind_condition(arguments, table_of<Row>, where, spoken());
        auto most = sql::row_limit::none;
        if (options.most_rows) {
            most = sql::row_limit::given;
            sql::bind_condition(arguments, table_of<Row>, where, spoken());
            sql::bind_row_number(arguments, *options.most_rows, spoken());
        }
        const auto statement = [&](sql::returning back) {
            return [&, back](sql::writer& out) { write(out, back, most); };
        };
        changed_rows<Row> made;
        if (!options.with_rows) {
            made.count = run(does, statement(sql::returning::nothing), arguments).affected_rows();
        } else if (is_postgres()) {
            auto changed = run(does, statement(sql::returning::rows), arguments);
            made.rows = rows_of(changed);
            made.count = made.rows.size();
        } else {
            base::in_unit([&](auto& unit) {
                const auto before = rows_where(unit, where);
                auto changed =
                    base::run_on(unit, does, statement(sql::returning::nothing), arguments);
                made.count = changed.affected_rows();
                if (made.count != 0)
                    made.rows = rows_after(unit, before, afterwards);
            });
        }
        // A changing statement has no order, unlike a list.
        std::sort(made.rows.begin(), made.rows.end(), detail::comes_before<Row>);
        kept.holds_for(made.count);
        if (made.count == 0)
            refuse_too_many(where, options);
        return made;
    }

    template <class Unit>
    [[nodiscard]] std::vector<Row> rows_where(Unit& unit, const sql::condition& where) {
        auto arguments = own_arguments();
        sql::bind_condition(arguments, table_of<Row>, where, spoken());
        const auto write = [&](sql::writer& out) {
            sql::write_list(out, table_of<Row>, {.where = &where, .has_limit = false});
        };
        auto found = base::run_on(unit, sql::verb::select, write, arguments);
        return rows_of(found);
    }

    template <class Unit>
    [[nodiscard]] std::vector<Row>
    rows_after(Unit& unit, std::vector<Row> before, sql::deleted afterwards) {
        // What is deleted for good is found no more.
        if (afterwards == sql::deleted::only && !sql::keeps_deleted(table_of<Row>))
            return before;
        std::vector<key> keys;
        keys.reserve(before.size());
        for (const auto& row : before)
            keys.push_back(detail::key_of_row(row));
        auto arguments = own_arguments();
        detail::bind_many<Row>(arguments, std::span<const key>{keys}, detail::any_column, spoken());
        const auto write = [&](sql::writer& out) {
            sql::write_find_many(out, table_of<Row>, {sql::scope::caller, afterwards});
        };
        auto found = base::run_on(unit, sql::verb::select, write, arguments);
        return rows_of(found);
    }
};

} // namespace weir
