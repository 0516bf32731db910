// SPDX-License-Identifier: Apache-2.0
// Random tables, rows and lists, on PostgreSQL and on the embedded engine: the answers are the same
// byte for byte. What may differ is listed in docs/capabilities.md, and nothing else is left out.
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/read_routes.hpp>
#include <weir/http/router.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/sql/insert.hpp>

#include <catch.hpp>
#include <cstdlib>
#include <memory>
#include <postgres_fixture.hpp>
#include <string>
#include <vector>

#include "random_table.hpp"

using namespace test;

namespace {

/// A table on one backend, behind its routes.
template <class Backend>
class served {
public:
    served(Backend& on, const weir::table& of, const std::vector<std::vector<cell>>& rows)
        : reads_(
              weir::http::sessions_of(on),
              of,
              [](const weir::http::request&, weir::sql::arguments&, weir::text_format) {},
              options()
          ) {
        auto session = on.session(weir::nobody{});
        const weir::table* const tables[]{&of};
        weir::create_tables(session, tables);
        const auto columns = weir::sql::choose_columns(of, weir::sql::is_inserted);
        const auto text = weir::sql::written(session.dialect(), [&](weir::sql::writer& out) {
            weir::sql::write_insert(out, of, columns, {.back = weir::sql::returning::nothing});
        });
        for (const auto& row : rows) {
            weir::sql::arguments arguments;
            for (const auto position : columns)
                add_cell(arguments, row[position], of.columns[position].type, session.dialect());
            session.execute({text, of.name, weir::sql::verb::insert}, arguments, weir::deadline{});
        }
        routes_.add("GET", "/rows", [this](const weir::http::request& asked) {
            return reads_.list(asked);
        });
    }

    [[nodiscard]] weir::http::response ask(std::string_view query, std::string_view accept) const {
        weir::http::request asked;
        asked.method = "GET";
        asked.target = "/rows?" + std::string{query};
        asked.request_id = "same";
        asked.headers.add("Accept", accept);
        return routes_.handle(std::move(asked));
    }

private:
    static weir::http::table_options options() { return {}; }

    weir::http::detail::read_handlers reads_;
    weir::http::router routes_{};
};

std::size_t setting(const char* name, std::size_t otherwise) {
    const char* const text = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace

TEST_CASE("a list of a random table is the same on PostgreSQL and on the embedded engine") {
    const own_schema schema{postgres_server::shared(), "differential"};
    weir::lakebase::pool pool{schema.options()};
    weir::embedded::database database;
    const auto seed = setting("WEIR_TEST_SEED", 20261124);
    const auto tables = setting("WEIR_TEST_TABLES", 60);
    const auto lists = setting("WEIR_TEST_LISTS", 60);
    std::size_t with_rows = 0;
    std::size_t refused = 0;
    for (std::size_t number = 0; number < tables; ++number) {
        chance with{seed + number};
        const random_table made{with, number};
        std::vector<std::vector<cell>> rows;
        for (auto count = with.below(25); count > 0; --count)
            rows.push_back(made.row(with, rows.size()));
        const served on_lakebase{pool, made.facts(), rows};
        const served on_embedded{database, made.facts(), rows};
        for (std::size_t list = 0; list < lists; ++list) {
            const auto query = random_query(with, made.facts(), rows);
            const auto expected = on_lakebase.ask(query, "application/json");
            const auto answer = on_embedded.ask(query, "application/json");
            INFO("WEIR_TEST_SEED=" << seed << ", table " << number << ": " << query);
            REQUIRE(answer.status == expected.status);
            REQUIRE(answer.body == expected.body);
            REQUIRE(expected.status < 500);
            with_rows += expected.body.starts_with("{\"data\":[{") ? 1U : 0U;
            refused += expected.status == 200 ? 0U : 1U;
        }
    }
    // Mostly sound questions, many of them with answers: else nothing was compared.
    CHECK(refused * 10 < tables * lists);
    CHECK(with_rows * 4 > tables * lists);
}
