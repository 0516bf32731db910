// SPDX-License-Identifier: Apache-2.0
// Reads of tables that no schema file knows, on a warehouse that executes them.
#include <weir/json/row_writer.hpp>
#include <weir/warehouse/catalog.hpp>

#include <boost/describe/class.hpp>

#include <numeric>

#include "support.hpp"

namespace {

using namespace test;
namespace wh = weir::warehouse;

struct on_catalog {
    on_catalog() { make_wells(house); }

    weir::workspace::client client{config_of(workspace_process::shared())};
    wh::workspace_transport over{client};
    wh::warehouse house{over, {.warehouse_id = "local"}};
    wh::catalog tables{client, house};
};

// A struct of vectors: what is read is what it names.
struct production {
    std::vector<std::int64_t> api10{};
    std::vector<double> oil{};
    weir::nullable_vector<weir::decimal<10, 2>> rate{};
    std::vector<std::optional<weir::date>> spud{};
};

BOOST_DESCRIBE_STRUCT(production, (), (api10, oil, rate, spud))

struct impossible {
    std::vector<std::int32_t> oil{};
    std::vector<double> gas{};
};

BOOST_DESCRIBE_STRUCT(impossible, (), (oil, gas))

} // namespace

TEST_CASE("rows of any table become JSON with exact values") {
    on_catalog at;
    auto found = at.tables.query(
        "oil_gas.production.wells", {.order = {{.column = "api10"}}, .limit_rows = 2}
    );
    const weir::json::row_writer writer{
        found.of->facts().columns, found.columns, weir::text_format::statement_api
    };
    std::string json;
    while (const auto row = found.next())
        writer.append(json, *row);
    CHECK(
        json ==
        R"({"api10":1,"wellname":"SMITH 1","oil":120000.5,"spud":"2024-05-01","rate":1.50,"seen":"2024-05-01T10:20:30.123456Z","tags":["a","b"]})"
        R"({"api10":2,"wellname":"DOE 3","oil":90000,"spud":null,"rate":null,"seen":null,"tags":null})"
    );
}

TEST_CASE("columns, condition and order are the table's, values are parameters") {
    on_catalog at;
    auto found = at.tables.query(
        "oil_gas.production.wells",
        {.columns = {"WELLNAME", "oil"},
         .where =
             [](const wh::catalog_table& of) {
                 return weir::sql::compare(
                     of.column("oil"), weir::sql::comparison::greater, {100'000.0}
                 );
             },
         .order = {{.column = "oil", .descending = true}}}
    );
    std::vector<std::string> names;
    while (const auto row = found.next()) {
        REQUIRE(row->size() == 2);
        names.emplace_back((*row)[0].text);
    }
    CHECK(names == std::vector<std::string>{"ROE 2", "SMITH 1"});
    CHECK_THROWS_AS(
        at.tables.query("oil_gas.production.wells", {.columns = {"oi"}}), weir::validation_error
    );
    CHECK_THROWS_AS(at.tables.query("oil_gas.production.none"), weir::not_found_error);
}

TEST_CASE("a table comes by column, in batches") {
    on_catalog at;
    auto found = at.tables.query_columns<production>(
        "oil_gas.production.wells", {.order = {{.column = "api10"}}, .limit_rows = std::nullopt}
    );
    production got;
    REQUIRE(found.next(got, 3));
    CHECK(got.api10 == std::vector<std::int64_t>{1, 2, 3});
    CHECK(std::accumulate(got.oil.begin(), got.oil.end(), 0.0) == 460'000.5);
    CHECK(got.rate.is_null == std::vector<std::uint8_t>{0, 1, 0});
    CHECK_FALSE(got.spud[1]);
    REQUIRE(found.next(got, 3));
    CHECK(got.api10 == std::vector<std::int64_t>{4});
    CHECK_FALSE(found.next(got, 3));
    CHECK_THROWS_WITH(
        at.tables.query_columns<impossible>("oil_gas.production.wells"),
        "Columns of table 'wells': 'oil' (of another type), 'gas' (no such column)"
    );
}
