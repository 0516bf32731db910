// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace update_databricks_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::databricks>;

} // namespace

TEST_CASE("a replacement on a warehouse checks that unique values are free") {
    REQUIRE(
        statements<well>::replace ==
        "update @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t set `api14` = "
        ":p1, `wellname` = :p2, `spuddate` = :p3, `firstproddate` = :p4, `compldate` = :p5, "
        "`oileur` = :p6, `gaseur` = :p7, `wellspacing` = :p8, `updated_at` = greatest(:p9, "
        "coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = "
        ":p10 where t.`api10` = :p11 and t.`is_deleted` = false and not exists (select 1 from "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o where not (o.`api10` = "
        "t.`api10`) and o.`is_deleted` = false and o.`api14` = :p1)"
    );
}

TEST_CASE("a replacement on a warehouse writes containers from JSON") {
    REQUIRE(
        statements<order>::replace ==
        "update @{app_data}`orders` as t set `status` = :p2, `total` = :p3, `ship_to` = "
        "from_json(:p4, 'STRUCT<`street`: STRING, `city`: STRING, `zip`: STRING>'), `tags` = "
        "from_json(:p5, 'ARRAY<STRING>'), `extras` = from_json(:p6, 'MAP<STRING, STRING>'), "
        "`placed_at` = :p7, `margin` = :p8, `updated_at` = greatest(:p9, "
        "coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = "
        ":p10 where t.`id` = :p11 and t.`customer` = :p1 and t.`is_deleted` = false"
    );
    REQUIRE(
        statements<order_line>::replace ==
        "update @{app_data}`order_lines` as t set `sku` = :p2, `quantity` = :p3, `unit_price` = "
        ":p4, `discounts` = from_json(:p5, 'ARRAY<STRUCT<`code`: STRING, `amount`: "
        "DECIMAL(12,2)>>'), `updated_at` = greatest(:p6, coalesce(t.`updated_at`, "
        "t.`inserted_at`) + interval 1 microsecond), `updated_by` = :p7 where t.`order_id` = :p8 "
        "and t.`line_no` = :p9 and exists (select 1 from @{app_data}`orders` as a1 where a1.`id` "
        "= t.`order_id` and a1.`is_deleted` = false and a1.`customer` = :p1) and t.`is_deleted` "
        "= false"
    );
}

TEST_CASE("a restore on a warehouse checks that unique values are still free") {
    REQUIRE(
        statements<well>::restore ==
        "update @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t set `is_deleted` "
        "= false, `deleted_at` = null, `deleted_by` = null, `updated_at` = greatest(:p1, "
        "coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = :p2 "
        "where t.`api10` = :p3 and t.`is_deleted` = true and not exists (select 1 from "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o where not (o.`api10` = "
        "t.`api10`) and o.`is_deleted` = false and o.`api14` = t.`api14`)"
    );
    REQUIRE(
        statements<user_preference>::restore ==
        "update @{app_data}`user_preferences` as t set `is_deleted` = false, `deleted_at` = "
        "null, `deleted_by` = null, `updated_at` = greatest(:p2, coalesce(t.`updated_at`, "
        "t.`inserted_at`) + interval 1 microsecond), `updated_by` = :p3 where t.`id` = :p4 and "
        "t.`user_id` = :p1 and t.`is_deleted` = true and not exists (select 1 from "
        "@{app_data}`user_preferences` as o where not (o.`id` = t.`id`) and o.`is_deleted` = "
        "false and o.`user_id` = t.`user_id`)"
    );
}

} // namespace update_databricks_cases
