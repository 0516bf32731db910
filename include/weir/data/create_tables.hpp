// SPDX-License-Identifier: Apache-2.0
// Creates the tables of a schema where they are absent. Existing ones are left as they are:
// changing them is a migration. Costs sql/ddl.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/data/session.hpp>
#include <weir/sql/ddl.hpp>
#include <weir/table/table.hpp>
#include <weir/table/table_list.hpp>

#include <span>
#include <type_traits>
#include <vector>

namespace weir {

/// Creates what is absent: schemas, tables, indexes, constraints.
///
/// Statements: `create … if not exists`, parents before children; each takes effect by itself.
/// Errors:     the session's own; permission_error where the role may not create.
template <session Session>
void create_tables(Session& session, std::span<const table* const> tables, deadline until = {}) {
    for (const auto& step : sql::create_tables(tables, session.dialect()))
        session.execute({step.text, step.table, sql::verb::ddl}, {}, until);
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
