// SPDX-License-Identifier: Apache-2.0
// Sessions on both backends, and raw SQL on PostgreSQL, for tests of statement text.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>

#include <chains.weir.hpp>
#include <field_ops.weir.hpp>
#include <postgres_fixture.hpp>
#include <specimens.weir.hpp>
#include <string>
#include <string_view>
#include <tutorial.weir.hpp>
#include <vector>

namespace weir::test {

/// Parents first. The tables of one schema share a place with those of the others, and no name is
/// used twice. field_ops::well is left out: PostgreSQL has no places of two parts.
using stored_tables = table_list<
    field_ops::order,
    field_ops::order_line,
    field_ops::user_preference,
    tutorial::well,
    specimens::specimen,
    specimens::counter,
    specimens::bare_note,
    chains::site,
    chains::visit,
    chains::note,
    chains::draft>;

inline std::vector<const table*> tables_stored() {
    std::vector<const table*> tables;
    stored_tables::for_each([&]<class Row>(std::type_identity<Row> /*unused*/) {
        tables.push_back(&table_of<Row>);
    });
    return tables;
}

/// A schema on PostgreSQL of the test's own, its tables made.
class postgres_backend {
public:
    postgres_backend() { create_tables<stored_tables>(session); }

    [[nodiscard]] const std::string& schema() const noexcept { return schema_.name(); }

private:
    ::test::own_schema schema_{::test::postgres_server::shared(), "sql"};
    lakebase::pool pool_{schema_.options()};

public:
    any_session_for<nobody> session{pool_.session(nobody{})};
};

class embedded_backend {
public:
    embedded_backend() { create_tables<stored_tables>(session); }

private:
    embedded::database database_{{.path = ":memory:"}};

public:
    any_session_for<nobody> session{database_.session(nobody{})};
};

/// The SQLSTATE a statement without parameters is refused with; `accepted` otherwise.
inline std::string refusal(any_session_for<nobody>& session, std::string_view text) {
    try {
        session.execute(
            {.text = text, .table = "t", .verb = sql::verb::insert, .reach = sql::reach::everybody},
            {},
            {}
        );
    } catch (const error& refused) {
        return std::string{refused.sqlstate()};
    }
    return "accepted";
}

/// The first field of the first row; `NULL` when it is, nothing when there is no row.
inline std::string one(any_session_for<nobody>& session, std::string_view text) {
    auto found =
        session.execute({.text = text, .table = "t", .reach = sql::reach::everybody}, {}, {});
    const auto fields = found.next();
    if (!fields)
        return {};
    return fields->front().is_null ? "NULL" : std::string{fields->front().text};
}

} // namespace weir::test
