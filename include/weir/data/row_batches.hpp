// SPDX-License-Identifier: Apache-2.0
// Changes of many rows by key, each in its own way. The base of repository.hpp and no use by
// itself. Costs what row_changes.hpp and sql/update_many.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/change_unit.hpp>
#include <weir/data/changes.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/row_changes.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/update_many.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// One row's change among many.
template <class Row>
struct keyed_update {
    key_of<Row> key{};
    update_of<Row> set{};
};

/// What a change of many rows by key came to.
template <class Row>
struct batch_outcome {
    /// Rows changed.
    std::uint64_t count = 0;
    /// The keys that no live row of this caller has, in the order given.
    std::vector<key_of<Row>> absent{};
};

/// Changes rows of one table, many at a time.
///
/// On PostgreSQL, and for a table with history, row by row in one unit of work; on a warehouse one
/// MERGE, but for more than a statement takes (1 MB of values): then several, each by itself.
template <class Row, class Session>
class row_batches : public row_changes<Row, Session> {
    using base = row_changes<Row, Session>;

public:
    using typename base::key;

    using base::base;

    /// Changes each row in its own way; fields may be set to NULL.
    ///
    /// Errors: validation_error for broken rules, for changes that set nothing, and for a key given
    ///         twice; conflict_error when a unique value is taken: nothing is changed then.
    batch_outcome<Row> update_all(std::span<const keyed_update<Row>> given) {
        refuse_unsound(given);
        if (given.empty())
            return {};
        if (!base::is_postgres() && !base::keeps_history)
            return merge_updates(given);
        return row_by_row(given, [](auto& rows, const one_update& each) {
            return rows.update(each.key, each.set).has_value();
        });
    }

    /// Deletes the rows with these keys: softly where the table keeps deleted rows, else for good.
    ///
    /// Errors: validation_error for a key given twice.
    batch_outcome<Row> remove_all(std::span<const key> given) {
        refuse_repetitions(given);
        if (given.empty())
            return {};
        if (!base::is_postgres() && !base::keeps_history)
            return merge_removals(given);
        return row_by_row(given, [](auto& rows, const key& each) { return rows.remove(each); });
    }

private:
    using one_update = keyed_update<Row>;
    using outcome = batch_outcome<Row>;

    [[nodiscard]] static const key& key_of_item(const one_update& each) { return each.key; }

    // NOLINTNEXTLINE(bugprone-return-const-ref-from-parameter): items outlive their batch
    [[nodiscard]] static const key& key_of_item(const key& each) { return each; }

    /// Keys that are equal have the same text.
    [[nodiscard]] std::string text_of(const key& of) const {
        std::string text;
        for_each_member(of, [&](std::size_t part, const auto& member) {
            const auto column = columns_of_members<Row, key>[part];
            text += ',';
            detail::append_element(
                text, member, table_of<Row>.columns[column].type, base::format()
            );
        });
        return text;
    }

    template <class Item>
    void refuse_repetitions(std::span<const Item> given) const {
        std::set<std::string> seen;
        violations broken;
        for (std::size_t at = 0; at < given.size(); ++at) {
            if (!seen.insert(text_of(key_of_item(given[at]))).second)
                broken.push_back({"repeated", {at}, "Another change is about the same row"});
        }
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    void refuse_unsound(std::span<const one_update> given) const {
        violations broken;
        for (std::size_t at = 0; at < given.size(); ++at) {
            weir::validate<Row>(given[at].set, {at}, broken);
            if (detail::changed_members<Row>(given[at].set).empty())
                broken.push_back({"missing", {at}, "Nothing is to be set"});
        }
        if (!broken.empty())
            throw validation_error{std::move(broken)};
        refuse_repetitions(given);
    }

    /// `change(repository, item)` for each, in one unit of work.
    template <class Item, class Change>
    outcome row_by_row(std::span<const Item> given, const Change& change) {
        const auto run_all = [&](auto& rows) {
            outcome made;
            for (const auto& each : given) {
                if (change(rows, each)) {
                    ++made.count;
                } else {
                    made.absent.push_back(key_of_item(each));
                }
            }
            return made;
        };
        if constexpr (transactional_session<Session> && !unit_of_work<Session>) {
            if (!detail::is_in_unit(base::session())) {
                auto unit = detail::begin_to_write(base::session(), base::due());
                repository<Row, detail::unit_of<Session>> rows{unit, base::options()};
                auto made = run_all(rows);
                unit.commit();
                return made;
            }
        }
        return run_all(static_cast<base&>(*this));
    }

    outcome merge_updates(std::span<const one_update> given) {
        const auto stamp = base::stamp_now();
        std::vector<std::uint16_t> changed;
        for (const auto& each : given) {
            for (const auto position : detail::changed_members<Row>(each.set))
                changed.push_back(position);
        }
        const auto columns = sql::columns_of_updates(table_of<Row>, changed);
        return in_parts(
            given,
            [&](std::span<const one_update> part) {
                auto arguments = base::own_arguments();
                arguments.add_written(sql::text_type, [&](std::string& out) {
                    append_updates(out, part, stamp);
                });
                return arguments;
            },
            [&](std::span<const one_update> part, const sql::arguments& arguments) {
                const auto write = [&](sql::writer& out) {
                    sql::write_update_many(out, table_of<Row>, columns);
                };
                outcome made;
                made.count = base::run(sql::verb::update, write, arguments).affected_rows();
                if (made.count == part.size())
                    return made;
                const auto keys = keys_of(part);
                const auto found = base::existing(keys);
                if (made.count == 0 && !found.empty())
                    base::throw_taken();
                made.absent = missing(keys, found);
                return made;
            }
        );
    }

    outcome merge_removals(std::span<const key> given) {
        const auto stamp = base::stamp_now();
        return in_parts(
            given,
            [&](std::span<const key> part) {
                auto arguments = base::own_arguments();
                detail::bind_many<Row>(arguments, part, detail::any_column, base::spoken());
                if constexpr (sql::keeps_deleted(table_of<Row>))
                    base::bind_stamp(
                        arguments, audit_role::deleted_at, audit_role::deleted_by, stamp
                    );
                return arguments;
            },
            [&](std::span<const key> part, const sql::arguments& arguments) {
                const auto write = [](sql::writer& out) {
                    sql::write_remove_many(out, table_of<Row>);
                };
                outcome made;
                // What is deleted for good cannot be looked for afterwards.
                if constexpr (!sql::keeps_deleted(table_of<Row>))
                    made.absent = missing(part, base::existing(part));
                made.count = base::run(sql::verb::remove, write, arguments).affected_rows();
                if constexpr (sql::keeps_deleted(table_of<Row>)) {
                    if (made.count != part.size())
                        made.absent = missing(part, removed_at(part, stamp));
                }
                return made;
            }
        );
    }

    /// Those of the keys whose rows were soft-deleted with a stamp.
    [[nodiscard]] std::vector<key>
    removed_at(std::span<const key> given, const audit_stamp& stamp) {
        constexpr auto at = find_column(table_of<Row>.columns, audit_role::deleted_at);
        auto arguments = base::own_arguments();
        detail::bind_many<Row>(arguments, given, detail::any_column, base::spoken());
        const auto write = [](sql::writer& out) {
            sql::write_find_many(out, table_of<Row>, {sql::scope::caller, sql::deleted::only});
        };
        auto found = base::run(sql::verb::select, write, arguments);
        std::vector<key> removed;
        for (const auto& row : base::rows_of(found)) {
            if (member_at<at>(row) == stamp.at)
                removed.push_back(detail::key_of_row(row));
        }
        return removed;
    }

    template <class Item>
    [[nodiscard]] static std::vector<key> keys_of(std::span<const Item> given) {
        std::vector<key> keys;
        keys.reserve(given.size());
        for (const auto& each : given)
            keys.push_back(key_of_item(each));
        return keys;
    }

    /// Those of the keys that are not among the rows found, in their order.
    [[nodiscard]] std::vector<key>
    missing(std::span<const key> given, std::span<const key> found) const {
        std::set<std::string> there;
        for (const auto& each : found)
            there.insert(text_of(each));
        std::vector<key> absent;
        for (const auto& each : given) {
            if (!there.contains(text_of(each)))
                absent.push_back(each);
        }
        return absent;
    }

    static void
    append_updates(std::string& out, std::span<const one_update> given, const audit_stamp& stamp) {
        char before = '[';
        for (const auto& each : given) {
            out += before;
            before = ',';
            detail::append_json_change<Row>(out, each.key, each.set, stamp);
            out.append(",\"").append(sql::set_member).append("\":");
            char comma = '[';
            for (const auto position : detail::changed_members<Row>(each.set)) {
                out += comma;
                out += std::to_string(position);
                comma = ',';
            }
            out += "]}";
        }
        out += ']';
    }

    /// `run(items, arguments)` for all of them, or for each half of them if their arguments are too
    /// large for one statement.
    template <class Item, class Bind, class Run>
    outcome in_parts(std::span<const Item> given, const Bind& bind, const Run& run) {
        const auto arguments = bind(given);
        if (given.size() == 1 || !base::is_too_large(arguments))
            return run(given, arguments);
        const auto half = given.size() / 2;
        auto made = in_parts(given.first(half), bind, run);
        auto rest = in_parts(given.subspan(half), bind, run);
        made.count += rest.count;
        for (auto& each : rest.absent)
            made.absent.push_back(std::move(each));
        return made;
    }
};

} // namespace weir
