// SPDX-License-Identifier: Apache-2.0
// New rows: inserts and upserts, of one row or of many at once. The base of repository.hpp and no
// use by itself. Costs what row_statements.hpp and table/validate.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/changes.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/new_rows.hpp>
#include <weir/data/row_values.hpp>
#include <weir/sql/insert.hpp>
#include <weir/sql/select.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// How an upsert finds the rows that exist, and what it replaces in them.
struct upsert_options {
    /// The columns of the key or of one of the table's unique sets, by position; empty: the key.
    /// Deleted rows do not count for a unique set. Lifetime: until the call returns.
    column_indexes by{};
    /// Every column an update may set, unless told otherwise.
    sql::column_choice replaces = is_update_column;
};

/// What an upsert came to.
template <class Row>
struct upserted {
    /// The rows as they are stored now, in the order given.
    std::vector<Row> rows{};
    /// How many of them are new. Of a table without audit: as far as a look just before the
    /// statement can tell.
    std::size_t created = 0;
};

/// Inserts rows of one table.
template <class Row, class Session>
class row_inserts : public new_rows<Row, Session> {
    using base = new_rows<Row, Session>;

public:
    using typename base::create;
    using typename base::key;

    using base::base;

    /// Stores one row and gives it back as stored.
    Row insert(create given) {
        require_valid(given);
        Row made = compose(std::move(given));
        const std::span<const Row> one{&made, 1};
        const auto arguments = insert_arguments(made);
        if (is_postgres()) {
            auto stored = this->template run<fixed::insert>(arguments);
            if (auto row = first_of(stored))
                return std::move(*row);
            refuse_insert(one);
        }
        const auto execute = [&] {
            return this->template run<fixed::insert>(arguments).affected_rows() != 0;
        };
        if (!base::settle(one, execute))
            refuse_insert(one);
        if constexpr (detail::has_identity<Row>) {
            std::vector<Row> stored;
            stored.push_back(std::move(made));
            complete_all(stored);
            made = std::move(stored.front());
        }
        return made;
    }

    /// Stores many rows and gives them back, in the order given; all or none. One statement, but
    /// for what is more than a warehouse takes at once: see new_rows.hpp.
    std::vector<Row> insert_all(std::vector<create> given) {
        require_valid(given);
        if (given.empty())
            return {};
        if (is_postgres()) {
            const auto arguments = base::created_arguments(given);
            auto stored = this->template run<fixed::insert_many>(arguments);
            auto rows = rows_of(stored);
            if (rows.empty())
                refuse_insert(compose(std::move(given), stamp_now()));
            return rows;
        }
        auto made = compose(std::move(given), stamp_now());
        if (!base::store_all(made))
            refuse_insert(made);
        complete_all(made);
        return made;
    }

    /// The same without reading the rows back: how many were stored.
    std::uint64_t insert_quietly(std::vector<create> given) {
        require_valid(given);
        if (given.empty())
            return 0;
        const auto count = given.size();
        if (is_postgres()) {
            const auto arguments = base::created_arguments(given);
            if (this->template run<fixed::insert_many_quietly>(arguments).affected_rows() == 0)
                refuse_insert(compose(std::move(given), stamp_now()));
            return count;
        }
        const auto made = compose(std::move(given), stamp_now());
        if (!base::store_all(made))
            refuse_insert(made);
        return count;
    }

    /// Stores a row, or replaces the live row that has its key.
    ///
    /// Errors: conflict_error when the key belongs to a deleted row or to another caller's.
    Row upsert(create given) {
        require_valid(given);
        if (base::lacks_unit())
            return base::change_in_unit([&](auto& rows) { return rows.upsert(std::move(given)); });
        const auto stamp = stamp_now();
        const Row made = detail::make_row<Row>(std::move(given), stamp, owner());
        auto kept = base::begin_change(stamp);
        keep_existing(kept, {&made, 1}, {});
        auto arguments = insert_arguments(made, &kept);
        auto stored = this->template run<fixed::upsert>(arguments);
        if (is_postgres()) {
            if (auto row = first_of(stored))
                return std::move(*row);
        } else if (stored.affected_rows() != 0) {
            return read(detail::key_of_row(made));
        }
        kept.forget();
        refuse_insert({&made, 1});
    }

    /// Stores rows, or replaces the live rows that have their keys: one statement, all or none. In
    /// a unit of work on PostgreSQL, a conflict with another caller's row obliges to roll it back.
    ///
    /// Errors: conflict_error when a key belongs to a deleted row or to another caller's, or a
    ///         unique value to another row; validation_error when two of the rows given are one;
    ///         configuration_error when `options.by` is neither the key nor a unique set.
    upserted<Row> upsert_all(std::vector<create> given, const upsert_options& options = {}) {
        return store(std::move(given), sql::on_conflict::update, options);
    }

    /// Stores the rows that do not exist, and leaves those that do as they are: one statement.
    /// Gives the new rows.
    ///
    /// Errors: as upsert_all(); nothing is stored then.
    std::vector<Row>
    insert_ignoring(std::vector<create> given, const upsert_options& options = {}) {
        return store(std::move(given), sql::on_conflict::ignore, options).rows;
    }

    /// The live row of this caller that `given` would be about; absent when it would be a new one.
    [[nodiscard]] std::optional<Row>
    find_existing(create given, const upsert_options& options = {}) {
        const auto columns = columns_of(options);
        const Row made = compose(std::move(given));
        auto found = base::find_alike({&made, 1}, columns);
        if (found.empty())
            return std::nullopt;
        return std::move(found.front());
    }

protected:
    using typename base::fixed;
    using typename base::kept_rows;

    using base::absent_text;
    using base::bind_stamp;
    using base::caller_arguments;
    using base::first_of;
    using base::format;
    using base::is_postgres;
    using base::owner;
    using base::read;
    using base::rows_of;
    using base::run;
    using base::spoken;
    using base::stamp_now;
    using base::throw_taken;

    static void require_valid(const create& given) {
        violations broken;
        weir::validate<Row>(given, {}, broken);
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    static void require_valid(std::span<const create> given) {
        violations broken;
        location place{std::size_t{0}};
        for (std::size_t at = 0; at < given.size(); ++at) {
            place.back() = at;
            weir::validate<Row>(given[at], place, broken);
        }
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    [[nodiscard]] Row compose(create given) const {
        return detail::make_row<Row>(std::move(given), stamp_now(), owner());
    }

    /// Of valid ones.
    [[nodiscard]] std::vector<Row>
    compose(std::vector<create> given, const audit_stamp& stamp) const {
        std::vector<Row> made;
        made.reserve(given.size());
        for (auto& one : given)
            made.push_back(detail::make_row<Row>(std::move(one), stamp, owner()));
        return made;
    }

    /// The columns rows exist by, in the table's order.
    [[nodiscard]] static std::vector<std::uint16_t> columns_of(const upsert_options& options) {
        const auto sorted = [](column_indexes columns) {
            std::vector<std::uint16_t> made{columns.begin(), columns.end()};
            std::sort(made.begin(), made.end());
            return made;
        };
        auto wanted = sorted(options.by.empty() ? table_of<Row>.key : options.by);
        if (wanted == sorted(table_of<Row>.key))
            return wanted;
        for (const auto& set : table_of<Row>.unique) {
            if (wanted == sorted(set.columns))
                return wanted;
        }
        throw configuration_error{
            "weir: rows of table '" + base::name() + "' exist by the key or by a unique set"
        };
    }

    using positions = std::map<std::string, std::size_t, std::less<>>;

    /// Where each row stands among those given.
    ///
    /// Errors: validation_error for each that is there twice.
    [[nodiscard]] positions places_of(std::span<const Row> made, column_indexes columns) const {
        positions places;
        violations broken;
        for (std::size_t at = 0; at < made.size(); ++at) {
            if (places.emplace(base::values_text(made[at], columns), at).second)
                continue;
            const std::string column{table_of<Row>.columns[columns.front()].name};
            broken.push_back(
                {"repeated", {at, column}, "Another row of this request is the same row"}
            );
        }
        if (!broken.empty())
            throw validation_error{std::move(broken)};
        return places;
    }

private:
    /// The columns an insert names; of those an upsert replaces some.
    static constexpr auto inserted_columns = sql::chosen_columns<Row, sql::is_inserted>;

    /// Keeps the rows as they are that an upsert finds, by the columns of its shape.
    void keep_existing(kept_rows& kept, std::span<const Row> made, const sql::insert_shape& shape) {
        if constexpr (base::keeps_history) {
            const auto named = shape.target.empty() ? table_of<Row>.key : shape.target;
            // In the table's order, as they are bound.
            std::vector<std::uint16_t> target{named.begin(), named.end()};
            std::sort(target.begin(), target.end());
            const auto chosen = [&target](const table& /*of*/, std::size_t at) {
                return std::find(target.begin(), target.end(), at) != target.end();
            };
            auto arguments = base::own_arguments();
            detail::bind_many<Row>(arguments, made, chosen, spoken());
            kept.keep(
                [&](sql::writer& out) { sql::write_lock_many(out, table_of<Row>, target); },
                arguments,
                history_operation::update
            );
        }
    }

    /// `kept`: given where the insert may change rows.
    [[nodiscard]] sql::arguments
    insert_arguments(const Row& made, const kept_rows* kept = nullptr) const {
        auto arguments = caller_arguments(sql::insert_binds_caller(table_of<Row>));
        if (kept != nullptr &&
            sql::upsert_changes_rows(
                table_of<Row>, inserted_columns, {.existing = sql::on_conflict::update}
            ))
            kept->bind_change(arguments);
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

    /// A warehouse does not give back what it generated: rows are found again by their own uuids.
    void complete_all(std::vector<Row>& made) {
        if constexpr (detail::has_identity<Row>) {
            static_assert(
                table_of<Row>.audit,
                "weir: an identity column needs `audit: true`, so that the inserted row is found "
                "again"
            );
            constexpr auto uuid = find_column(table_of<Row>.columns, audit_role::record_uuid);
            constexpr std::array<std::uint16_t, 1> by{uuid};
            const auto places = places_of(made, by);
            auto found = base::find_alike(made, by);
            if (found.size() != made.size())
                throw not_found_error{absent_text()};
            for (auto& row : found)
                made[places.find(base::values_text(row, by))->second] = std::move(row);
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

    upserted<Row>
    store(std::vector<create> given, sql::on_conflict existing, const upsert_options& options) {
        if ((base::lacks_unit() && existing == sql::on_conflict::update) ||
            (base::hides_others() && !detail::is_in_unit(base::session())))
            return base::change_in_unit([&](auto& rows) -> upserted<Row> {
                if (existing == sql::on_conflict::update)
                    return rows.upsert_all(std::move(given), options);
                auto added = rows.insert_ignoring(std::move(given), options);
                const auto created = added.size();
                return {.rows = std::move(added), .created = created};
            });
        const auto columns = columns_of(options);
        require_valid(given);
        if (given.empty())
            return {};
        const auto stamp = stamp_now();
        const auto made = compose(std::move(given), stamp);
        const auto places = places_of(made, columns);
        const bool is_by_key = std::is_permutation(
            columns.begin(), columns.end(), table_of<Row>.key.begin(), table_of<Row>.key.end()
        );
        const sql::insert_shape shape{
            .rows = sql::row_count::many,
            .existing = existing,
            .target = is_by_key ? column_indexes{} : column_indexes{columns},
            .merged = options.replaces,
        };
        std::vector<Row> before;
        if constexpr (!table_of<Row>.audit)
            before = base::find_alike(made, columns);
        auto arguments = caller_arguments(sql::insert_binds_caller(table_of<Row>));
        auto kept = base::begin_change(stamp);
        if (existing == sql::on_conflict::update &&
            sql::upsert_changes_rows(table_of<Row>, inserted_columns, shape)) {
            keep_existing(kept, made, shape);
            kept.bind_change(arguments);
        }
        detail::bind_many<Row>(arguments, std::span<const Row>{made}, sql::is_inserted, spoken());
        const auto execute = [&] {
            return run(
                sql::verb::insert,
                [&](sql::writer& out) {
                    sql::write_insert(out, table_of<Row>, inserted_columns, shape);
                },
                arguments
            );
        };
        // What only adds rows that are not there does nothing more when it is executed again.
        auto stored = !is_postgres() && existing == sql::on_conflict::ignore ? base::repeat(execute)
                                                                             : execute();
        auto rows = is_postgres() ? rows_of(stored) : std::vector<Row>{};
        const bool has_written = is_postgres() ? !rows.empty() : stored.affected_rows() != 0;
        if (existing == sql::on_conflict::update ? !has_written
                                                 : !has_written && !are_all_there(made, columns)) {
            kept.forget();
            refuse_insert(made);
        }
        // Another caller's row was passed over: the unit of work is not to be committed.
        if (base::hides_others() && rows.size() != made.size() &&
            (existing == sql::on_conflict::update || !are_all_there(made, columns))) {
            kept.forget();
            refuse_insert(made);
        }
        // A row that came to be there after the others were kept.
        if (base::keeps_history && existing == sql::on_conflict::update &&
            (is_postgres() ? rows.size() : stored.affected_rows()) != made.size())
            detail::throw_meanwhile(table_of<Row>);
        if (!is_postgres() && has_written)
            rows = base::find_alike(made, columns);
        return sorted_out(std::move(rows), before, existing, made, columns, places);
    }

    /// Whether rows that were not inserted are there: else something refused them.
    [[nodiscard]] bool are_all_there(std::span<const Row> made, column_indexes columns) {
        return base::find_alike(made, columns).size() == made.size();
    }

    /// The rows an upsert gives, in the order of those given, and how many are new. Of an audited
    /// table a new row has the uuid made for it.
    [[nodiscard]] upserted<Row> sorted_out(
        std::vector<Row> rows,
        std::span<const Row> before,
        sql::on_conflict existing,
        std::span<const Row> made,
        column_indexes columns,
        const positions& places
    ) const {
        std::vector<Row*> in_order(made.size(), nullptr);
        for (auto& row : rows) {
            const auto at = places.find(base::values_text(row, columns));
            if (at != places.end())
                in_order[at->second] = &row;
        }
        positions known;
        for (const auto& row : before)
            known.emplace(base::values_text(row, columns), 0);
        upserted<Row> sorted;
        for (std::size_t at = 0; at < made.size(); ++at) {
            if (in_order[at] == nullptr)
                continue;
            bool is_new = false;
            if constexpr (table_of<Row>.audit) {
                constexpr auto uuid = find_column(table_of<Row>.columns, audit_role::record_uuid);
                is_new = member_at<uuid>(*in_order[at]) == member_at<uuid>(made[at]);
            } else {
                is_new = !known.contains(base::values_text(made[at], columns));
            }
            if (existing == sql::on_conflict::ignore && !is_new)
                continue;
            sorted.created += is_new ? 1U : 0U;
            sorted.rows.push_back(std::move(*in_order[at]));
        }
        return sorted;
    }
};

} // namespace weir
