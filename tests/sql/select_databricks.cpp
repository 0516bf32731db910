// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace select_databricks_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::databricks>;

} // namespace

TEST_CASE("a find on a warehouse selects text: containers as JSON, times with all digits") {
    REQUIRE(
        statements<order>::find ==
        "select t.`id`, t.`customer`, t.`status`, t.`total`, to_json(t.`ship_to`) as `ship_to`, "
        "to_json(t.`tags`) as `tags`, to_json(t.`extras`) as `extras`, CAST(t.`placed_at` AS "
        "STRING) as `placed_at`, t.`margin`, t.`record_uuid`, t.`is_deleted`, "
        "CAST(t.`inserted_at` AS STRING) as `inserted_at`, t.`inserted_by`, CAST(t.`updated_at` "
        "AS STRING) as `updated_at`, t.`updated_by`, CAST(t.`deleted_at` AS STRING) as "
        "`deleted_at`, t.`deleted_by` from @{app_data}`orders` as t where t.`id` = :p2 and "
        "t.`customer` = :p1 and t.`is_deleted` = false"
    );
    REQUIRE(
        statements<well>::find ==
        "select t.`api10`, t.`api14`, t.`wellname`, t.`spuddate`, t.`firstproddate`, "
        "t.`compldate`, t.`oileur`, t.`gaseur`, t.`wellspacing`, t.`record_uuid`, "
        "t.`is_deleted`, CAST(t.`inserted_at` AS STRING) as `inserted_at`, t.`inserted_by`, "
        "CAST(t.`updated_at` AS STRING) as `updated_at`, t.`updated_by`, CAST(t.`deleted_at` AS "
        "STRING) as `deleted_at`, t.`deleted_by` from "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t where t.`api10` = :p1 "
        "and t.`is_deleted` = false"
    );
}

TEST_CASE("a find below a parent asks for the parent's owner on a warehouse") {
    REQUIRE(
        statements<order_line>::find ==
        "select t.`order_id`, t.`line_no`, t.`sku`, t.`quantity`, t.`unit_price`, "
        "to_json(t.`discounts`) as `discounts`, t.`record_uuid`, t.`is_deleted`, "
        "CAST(t.`inserted_at` AS STRING) as `inserted_at`, t.`inserted_by`, CAST(t.`updated_at` "
        "AS STRING) as `updated_at`, t.`updated_by`, CAST(t.`deleted_at` AS STRING) as "
        "`deleted_at`, t.`deleted_by` from @{app_data}`order_lines` as t where t.`order_id` = "
        ":p2 and t.`line_no` = :p3 and exists (select 1 from @{app_data}`orders` as a1 where "
        "a1.`id` = t.`order_id` and a1.`is_deleted` = false and a1.`customer` = :p1) and "
        "t.`is_deleted` = false"
    );
}

TEST_CASE("existence selects nothing but a one on a warehouse") {
    REQUIRE(
        statements<order>::exists ==
        "select 1 from @{app_data}`orders` as t where t.`id` = :p2 and t.`customer` = :p1 and "
        "t.`is_deleted` = false"
    );
}

TEST_CASE("many keys travel as one JSON parameter on a warehouse") {
    REQUIRE(
        statements<well>::find_many ==
        "select t.`api10`, t.`api14`, t.`wellname`, t.`spuddate`, t.`firstproddate`, "
        "t.`compldate`, t.`oileur`, t.`gaseur`, t.`wellspacing`, t.`record_uuid`, "
        "t.`is_deleted`, CAST(t.`inserted_at` AS STRING) as `inserted_at`, t.`inserted_by`, "
        "CAST(t.`updated_at` AS STRING) as `updated_at`, t.`updated_by`, CAST(t.`deleted_at` AS "
        "STRING) as `deleted_at`, t.`deleted_by` from "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t where exists (select 1 "
        "from (select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`api10`: BIGINT>>')) "
        "as x) as e) as k where k.`api10` = t.`api10`) and t.`is_deleted` = false"
    );
    REQUIRE(
        statements<order_line>::existing ==
        "select t.`order_id`, t.`line_no` from @{app_data}`order_lines` as t where exists "
        "(select 1 from (select x.* from (select explode(from_json(:p2, "
        "'ARRAY<STRUCT<`order_id`: STRING, `line_no`: INT>>')) as x) as e) as k where "
        "k.`order_id` = t.`order_id` and k.`line_no` = t.`line_no`) and exists (select 1 from "
        "@{app_data}`orders` as a1 where a1.`id` = t.`order_id` and a1.`is_deleted` = false and "
        "a1.`customer` = :p1) and t.`is_deleted` = false"
    );
}

} // namespace select_databricks_cases
