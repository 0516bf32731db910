// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/condition.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <cstdint>

#include "field_ops_facts.hpp"
#include "listing.hpp"

namespace list_databricks_cases {

using namespace weir::test;
using weir::sql::deleted;
using weir::sql::scope;

namespace {

constexpr listing on_warehouse{weir::sql::dialect::databricks};

} // namespace

TEST_CASE("a list on a warehouse orders NULL as PostgreSQL does") {
    REQUIRE(
        on_warehouse.list<well>({.columns = api10_only, .order = by_oil_then_name}) ==
        "select t.`api10` from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t "
        "where t.`is_deleted` = false order by t.`oileur` desc nulls first, t.`wellname`, "
        "t.`api10` limit :p1"
    );
    constexpr weir::sql::order_term ascending[]{{.column = 6}};
    REQUIRE(
        on_warehouse.list<well>(
            {.columns = api10_only,
             .seen = {.removed = deleted::include},
             .order = ascending,
             .has_limit = false}
        ) ==
        "select t.`api10` from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t "
        "order by t.`oileur` nulls last, t.`api10`"
    );
}

TEST_CASE("an order may say where NULL comes") {
    constexpr weir::sql::order_term order[]{
        {.column = 6, .nulls = weir::sql::null_order::first},
        {.column = 7, .descending = true, .nulls = weir::sql::null_order::last},
    };
    REQUIRE(
        on_warehouse.list<well>(
            {.columns = api10_only,
             .seen = {.removed = deleted::include},
             .order = order,
             .has_limit = false}
        ) ==
        "select t.`api10` from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t "
        "order by t.`oileur` nulls first, t.`gaseur` desc nulls last, t.`api10`"
    );
}

TEST_CASE("a list on a warehouse takes its condition's values, then limit and offset") {
    const auto rich = w::oileur > 100'000 and w::wellname.like("SMITH%");
    REQUIRE(
        on_warehouse.list<well>(
            {.columns = api10_only, .where = &rich.untyped(), .has_offset = true}
        ) ==
        "select t.`api10` from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t "
        "where (t.`oileur` > :p1 and t.`wellname` like :p2 escape '!') and t.`is_deleted` = false "
        "order by t.`api10` limit :p3 offset :p4"
    );
}

TEST_CASE("a count on a warehouse carries condition and owner") {
    const auto big = o::total > 100;
    REQUIRE(
        on_warehouse.write([&](weir::sql::writer& out) {
            weir::sql::write_count(out, weir::table_of<order>, &big.untyped());
        }) == "select count(*) from @{app_data}`orders` as t where t.`total` > :p2 and "
              "t.`customer` = :p1 and t.`is_deleted` = false"
    );
}

TEST_CASE("a unique column on a warehouse changes row by row only") {
    const auto all = weir::sql::condition{};
    const std::uint16_t api14[]{1};
    REQUIRE_THROWS_AS(
        on_warehouse.write([&](weir::sql::writer& out) {
            weir::sql::write_update_where(out, weir::table_of<well>, api14, all);
        }),
        weir::validation_error
    );
}

} // namespace list_databricks_cases
