// SPDX-License-Identifier: Apache-2.0
// New rows on a dialect whose database gives none back and keeps no keys: in parts where they are
// more than one statement takes, and settled where nobody knows what became of one. The base of
// row_inserts.hpp and no use by itself. Costs what row_statements.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/many_rows.hpp>
#include <weir/data/row_statements.hpp>
#include <weir/data/row_values.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/insert.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/select.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// Stores rows that are composed already.
///
/// An insert that checks its keys itself (sql::insert_is_guarded) adds nothing when it is executed
/// again, so that one whose outcome nobody knows is. Any other is only looked for, by the uuids of
/// its rows: it may be on its way yet.
template <class Row, class Session>
class new_rows : public row_statements<Row, Session> {
    using base = row_statements<Row, Session>;

public:
    using base::base;

    /// The live rows of this caller that have the same values as `like` in some columns: one at
    /// most where these are the key or a unique set.
    [[nodiscard]] std::vector<Row>
    find_alike(std::span<const Row> like, std::span<const std::uint16_t> columns) {
        const auto chosen = [columns](const table& /*of*/, std::size_t at) {
            return std::find(columns.begin(), columns.end(), at) != columns.end();
        };
        auto arguments = base::own_arguments();
        detail::bind_many<Row>(arguments, like, chosen, base::spoken());
        if (is_too_large(arguments) && like.size() > 1) {
            auto rows = find_alike(like.first(like.size() / 2), columns);
            for (auto& row : find_alike(like.subspan(like.size() / 2), columns))
                rows.push_back(std::move(row));
            return rows;
        }
        auto found = base::run(
            sql::verb::select,
            [&](sql::writer& out) { sql::write_find_many(out, table_of<Row>, {}, columns); },
            arguments
        );
        return base::rows_of(found);
    }

protected:
    /// Whether arguments are more than one statement of the session takes.
    [[nodiscard]] bool is_too_large(const sql::arguments& arguments) const {
        const auto most = most_argument_bytes(base::session());
        return most != SIZE_MAX && arguments.bytes() > most;
    }

    /// The arguments of an insert of many.
    [[nodiscard]] sql::arguments many_arguments(std::span<const Row> made) const {
        auto arguments = base::caller_arguments(sql::insert_binds_caller(table_of<Row>));
        detail::bind_many<Row>(arguments, made, sql::is_inserted, base::spoken());
        return arguments;
    }

    /// The same on PostgreSQL, for rows that are not composed.
    [[nodiscard]] sql::arguments created_arguments(std::span<const create_of<Row>> given) const {
        auto arguments = base::caller_arguments(sql::insert_binds_caller(table_of<Row>));
        detail::bind_created<Row>(arguments, given, base::stamp_now(), base::owner());
        return arguments;
    }

    /// Stores new rows in as few statements as the session takes; false: refused. What was stored
    /// before a part that is refused, or fails, is taken back.
    ///
    /// Errors: the session's; connection_error with outcome_unknown() where rows could not be taken
    ///         back; statement_error 54000 for rows without audit that are too large.
    [[nodiscard]] bool store_all(std::span<const Row> made) {
        std::size_t stored = 0;
        bool is_refused = false;
        try {
            is_refused = !store_part(made, stored);
        } catch (const error&) {
            take_back(made.first(stored), made.size());
            throw;
        }
        if (is_refused)
            take_back(made.first(stored), made.size());
        return !is_refused;
    }

    /// Whether the rows of an insert are stored in the end. `execute()` executes it and says
    /// whether it stored them.
    ///
    /// Errors: the session's; with outcome_unknown() only where that cannot be found out.
    template <class Execute>
    [[nodiscard]] bool settle(std::span<const Row> made, const Execute& execute) {
        std::exception_ptr lost;
        for (unsigned tries = 1;; ++tries) {
            try {
                return execute() || (lost && are_stored(made, lost));
            } catch (const error& failed) {
                if (!failed.outcome_unknown() || tries == most_tries || base::due().has_passed())
                    throw;
                lost = std::current_exception();
            }
            if (!is_guarded())
                return look_for(made, lost);
        }
    }

    /// Executes what may be executed twice, and again while its outcome is unknown.
    template <class Execute>
    auto repeat(const Execute& execute) {
        for (unsigned tries = 1;; ++tries) {
            try {
                return execute();
            } catch (const error& failed) {
                if (!failed.outcome_unknown() || tries == most_tries || base::due().has_passed())
                    throw;
            }
        }
    }

    /// The values of some columns of a row as one text, for comparing them.
    [[nodiscard]] std::string values_text(const Row& of, column_indexes columns) const {
        std::string text;
        for_each_member(of, [&](std::size_t at, const auto& member) {
            if (std::find(columns.begin(), columns.end(), at) == columns.end())
                return;
            // Quoted, so that no value can look like two.
            text += text.empty() ? '{' : ',';
            detail::append_element(text, member, table_of<Row>.columns[at].type, base::format());
        });
        return text;
    }

private:
    static constexpr unsigned most_tries = 3;

    [[nodiscard]] bool is_guarded() const {
        return sql::insert_is_guarded(table_of<Row>, base::spoken());
    }

    [[nodiscard]] bool store_part(std::span<const Row> made, std::size_t& stored) {
        const auto arguments = many_arguments(made);
        // Rows that cannot be taken back are not divided; the session refuses them.
        if (table_of<Row>.audit && made.size() > 1 && is_too_large(arguments)) {
            const auto parts = arguments.bytes() / most_argument_bytes(base::session()) + 1;
            const auto rows = std::max<std::size_t>(1, made.size() / parts);
            for (std::size_t from = 0; from < made.size(); from += rows) {
                if (!store_part(made.subspan(from, std::min(rows, made.size() - from)), stored))
                    return false;
            }
            return true;
        }
        const auto execute = [&] {
            const auto which = base::fixed::insert_many;
            return this->template run<which>(arguments).affected_rows() != 0;
        };
        if (!settle(made, execute))
            return false;
        stored += made.size();
        return true;
    }

    /// Whether rows that were not inserted, or not now, are there because an earlier try stored
    /// them. Throws `lost`, the failure of that try, where it cannot be told.
    [[nodiscard]] bool are_stored(std::span<const Row> made, const std::exception_ptr& lost) {
        if constexpr (table_of<Row>.audit) {
            return find_own(made).size() == made.size();
        } else {
            const auto found = find_alike(made, table_of<Row>.key);
            // All or none of them were stored.
            if (found.size() != made.size())
                return false;
            const auto texts = [&](std::span<const Row> rows) {
                std::vector<std::string> all;
                for (const auto& row : rows)
                    all.push_back(values_text(row, inserted_columns));
                std::sort(all.begin(), all.end());
                return all;
            };
            if (texts(found) != texts(made))
                std::rethrow_exception(lost);
            return true;
        }
    }

    [[nodiscard]] bool look_for(std::span<const Row> made, const std::exception_ptr& lost) {
        if constexpr (table_of<Row>.audit) {
            if (find_own(made).size() == made.size())
                return true;
        }
        std::rethrow_exception(lost);
    }

    /// The rows that have the uuids of `made`.
    [[nodiscard]] std::vector<Row> find_own(std::span<const Row> made) {
        constexpr std::array<std::uint16_t, 1> by{own_uuid};
        return find_alike(made, by);
    }

    void take_back(std::span<const Row> made, [[maybe_unused]] std::size_t given) {
        if constexpr (table_of<Row>.audit) {
            constexpr std::size_t most = 10'000;
            try {
                for (std::size_t from = 0; from < made.size(); from += most)
                    purge(made.subspan(from, std::min(most, made.size() - from)));
            } catch (const error&) {
                std::throw_with_nested(connection_error{
                    std::to_string(made.size()) + " of " + std::to_string(given) +
                        " rows were stored in table '" + base::name() +
                        "' and could not be taken back",
                    {.outcome_unknown = true}
                });
            }
        }
    }

    void purge(std::span<const Row> made) {
        std::vector<any_value> uuids;
        uuids.reserve(made.size());
        for (const auto& row : made)
            uuids.emplace_back(member_at<own_uuid>(row));
        const auto where = sql::compare(own_uuid, sql::comparison::in, std::move(uuids));
        auto arguments = base::own_arguments();
        sql::bind_condition(arguments, table_of<Row>, where, base::spoken());
        base::run(
            sql::verb::remove,
            [&](sql::writer& out) { sql::write_purge_where(out, table_of<Row>, where); },
            arguments
        );
    }

    static constexpr auto own_uuid =
        static_cast<std::uint16_t>(find_column(table_of<Row>.columns, audit_role::record_uuid));

    static constexpr auto inserted_columns = sql::chosen_columns<Row, sql::is_inserted>;
};

} // namespace weir
