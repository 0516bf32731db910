// SPDX-License-Identifier: Apache-2.0
// Creates the tables of a schema where they are absent. Existing ones are left as they are:
// changing them is a migration. Costs sql/ddl.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/ddl.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/idempotency.hpp>
#include <weir/table/table.hpp>
#include <weir/table/table_list.hpp>

#include <algorithm>
#include <concepts>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weir {

namespace detail {

/// Whether a table is there, by asking it for a row.
template <session Session>
[[nodiscard]] bool table_exists(Session& session, const table& of, deadline until) {
    const auto text = sql::written(session.dialect(), [&](sql::writer& out) {
        out.put("select 1 from ").name(of).put(" limit 1");
    });
    try {
        session.execute({.text = text, .table = of.name}, {}, until);
        return true;
    } catch (const statement_error& refused) {
        // No such table; no such schema, as a warehouse and as PostgreSQL says it.
        constexpr std::string_view absent[]{"42P01", "42704", "3F000"};
        if (std::find(std::begin(absent), std::end(absent), refused.sqlstate()) == std::end(absent))
            throw;
        return false;
    }
}

/// Whether a table's row policies are there, as this schema has them.
template <session Session>
[[nodiscard]] bool is_in_place(Session& session, const sql::ddl_statement& step, deadline until) {
    return session.execute({step.in_place, step.table, sql::verb::select}, {}, until)
        .next()
        .has_value();
}

} // namespace detail

/// Creates what is absent: schemas, tables, indexes, constraints, row policies (these are replaced
/// where the schema has others by now); and, beside tables that clients
/// write over HTTP, the one that keeps answers under an Idempotency-Key. `until()` gives each
/// statement its own deadline; one that has passed ends the work.
///
/// Statements: `create … if not exists`, parents before children; each takes effect by itself; none
///             on a warehouse where all tables are there. What only a new table needs (a warehouse
///             adds its checks by ALTER, which reads the table) is left out for others.
/// Errors:     the session's own; permission_error where the role may not create.
template <session Session, std::invocable Until>
void create_tables(Session& session, std::span<const table* const> given, Until until) {
    const auto beside = idempotency_tables(given);
    std::vector<const table*> tables{given.begin(), given.end()};
    for (const auto& each : beside)
        tables.push_back(&each);
    const auto steps = sql::create_tables(tables, session.dialect());
    // On a warehouse, which keeps no histories, tables are often made by others, and the service
    // has no right to make any.
    const bool may_lack_rights =
        session.dialect() == sql::dialect::databricks &&
        std::none_of(tables.begin(), tables.end(), [](const auto* of) { return of->history; });
    std::vector<std::string_view> existing;
    for (const auto* of : tables) {
        const bool matters = std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
            return step.once && step.table == of->name;
        });
        if ((matters || may_lack_rights) && detail::table_exists(session, *of, until()))
            existing.push_back(of->name);
    }
    if (may_lack_rights && existing.size() == tables.size())
        return;
    for (const auto& step : steps) {
        const bool is_done =
            (step.once && std::find(existing.begin(), existing.end(), step.table) != existing.end()
            ) ||
            (!step.in_place.empty() && detail::is_in_place(session, step, until()));
        if (!is_done)
            session.execute({step.text, step.table, sql::verb::ddl}, {}, until());
    }
}

/// The same by one deadline for all of it.
template <session Session>
void create_tables(Session& session, std::span<const table* const> tables, deadline until = {}) {
    create_tables(session, tables, [until] { return until; });
}

/// The same for every table of a generated list.
template <class Tables, session Session>
void create_tables(Session& session, deadline until = {}) {
    std::vector<const table*> tables;
    Tables::for_each([&]<class Row>(std::type_identity<Row> /*unused*/) {
        tables.push_back(&table_of<Row>);
    });
    create_tables(session, tables, until);
}

} // namespace weir
