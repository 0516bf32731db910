// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace insert_databricks_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::databricks>;

} // namespace

TEST_CASE("an insert on a warehouse merges, because nothing else keeps keys and unique values free"
) {
    REQUIRE(
        statements<well>::insert ==
        "merge into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t using (with "
        "incoming as (select :p1 as `api10`, :p2 as `api14`, :p3 as `wellname`, :p4 as "
        "`spuddate`, :p5 as `firstproddate`, :p6 as `compldate`, :p7 as `oileur`, :p8 as "
        "`gaseur`, :p9 as `wellspacing`, :p10 as `record_uuid`, :p11 as `is_deleted`, :p12 as "
        "`inserted_at`, :p13 as `inserted_by`, :p14 as `updated_at`, :p15 as `updated_by`, :p16 "
        "as `deleted_at`, :p17 as `deleted_by`) select r.* from incoming as r where not exists "
        "(select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api14` = "
        "r.`api14` where o.`is_deleted` = false)) as s on t.`api10` = s.`api10` when not matched "
        "then insert (`api10`, `api14`, `wellname`, `spuddate`, `firstproddate`, `compldate`, "
        "`oileur`, `gaseur`, `wellspacing`, `record_uuid`, `is_deleted`, `inserted_at`, "
        "`inserted_by`, `updated_at`, `updated_by`, `deleted_at`, `deleted_by`) values "
        "(s.`api10`, s.`api14`, s.`wellname`, s.`spuddate`, s.`firstproddate`, s.`compldate`, "
        "s.`oileur`, s.`gaseur`, s.`wellspacing`, s.`record_uuid`, s.`is_deleted`, "
        "s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, s.`deleted_at`, "
        "s.`deleted_by`)"
    );
    REQUIRE(
        statements<order>::insert ==
        "merge into @{app_data}`orders` as t using (with incoming as (select :p1 as `id`, :p2 as "
        "`customer`, :p3 as `status`, :p4 as `total`, from_json(:p5, 'STRUCT<`street`: STRING, "
        "`city`: STRING, `zip`: STRING>') as `ship_to`, from_json(:p6, 'ARRAY<STRING>') as "
        "`tags`, from_json(:p7, 'MAP<STRING, STRING>') as `extras`, :p8 as `placed_at`, :p9 as "
        "`margin`, :p10 as `record_uuid`, :p11 as `is_deleted`, :p12 as `inserted_at`, :p13 as "
        "`inserted_by`, :p14 as `updated_at`, :p15 as `updated_by`, :p16 as `deleted_at`, :p17 "
        "as `deleted_by`) select r.* from incoming as r) as s on t.`id` = s.`id` when not "
        "matched then insert (`id`, `customer`, `status`, `total`, `ship_to`, `tags`, `extras`, "
        "`placed_at`, `margin`, `record_uuid`, `is_deleted`, `inserted_at`, `inserted_by`, "
        "`updated_at`, `updated_by`, `deleted_at`, `deleted_by`) values (s.`id`, s.`customer`, "
        "s.`status`, s.`total`, s.`ship_to`, s.`tags`, s.`extras`, s.`placed_at`, s.`margin`, "
        "s.`record_uuid`, s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, "
        "s.`updated_by`, s.`deleted_at`, s.`deleted_by`)"
    );
}

TEST_CASE("an insert with an identity key guards its unique values alone") {
    REQUIRE(
        statements<user_preference>::insert ==
        "merge into @{app_data}`user_preferences` as t using (with incoming as (select :p1 as "
        "`user_id`, :p2 as `preferences`, :p3 as `created_at`, :p4 as `record_uuid`, :p5 as "
        "`is_deleted`, :p6 as `inserted_at`, :p7 as `inserted_by`, :p8 as `updated_at`, :p9 as "
        "`updated_by`, :p10 as `deleted_at`, :p11 as `deleted_by`) select r.* from incoming as r "
        "where not exists (select 1 from incoming as r join @{app_data}`user_preferences` as o "
        "on o.`user_id` = r.`user_id` where o.`is_deleted` = false)) as s on false when not "
        "matched then insert (`user_id`, `preferences`, `created_at`, `record_uuid`, "
        "`is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, `updated_by`, `deleted_at`, "
        "`deleted_by`) values (s.`user_id`, s.`preferences`, s.`created_at`, s.`record_uuid`, "
        "s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, "
        "s.`deleted_at`, s.`deleted_by`)"
    );
}

TEST_CASE("an insert below a parent checks that the parent is the caller's on a warehouse") {
    REQUIRE(
        statements<order_line>::insert ==
        "merge into @{app_data}`order_lines` as t using (with incoming as (select :p2 as "
        "`order_id`, :p3 as `line_no`, :p4 as `sku`, :p5 as `quantity`, :p6 as `unit_price`, "
        "from_json(:p7, 'ARRAY<STRUCT<`code`: STRING, `amount`: DECIMAL(12,2)>>') as "
        "`discounts`, :p8 as `record_uuid`, :p9 as `is_deleted`, :p10 as `inserted_at`, :p11 as "
        "`inserted_by`, :p12 as `updated_at`, :p13 as `updated_by`, :p14 as `deleted_at`, :p15 "
        "as `deleted_by`) select r.* from incoming as r where not exists (select 1 from incoming "
        "as r where not exists (select 1 from @{app_data}`orders` as a1 where a1.`id` = "
        "r.`order_id` and a1.`is_deleted` = false and a1.`customer` = :p1))) as s on "
        "t.`order_id` = s.`order_id` and t.`line_no` = s.`line_no` when not matched then insert "
        "(`order_id`, `line_no`, `sku`, `quantity`, `unit_price`, `discounts`, `record_uuid`, "
        "`is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, `updated_by`, `deleted_at`, "
        "`deleted_by`) values (s.`order_id`, s.`line_no`, s.`sku`, s.`quantity`, s.`unit_price`, "
        "s.`discounts`, s.`record_uuid`, s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, "
        "s.`updated_at`, s.`updated_by`, s.`deleted_at`, s.`deleted_by`)"
    );
}

TEST_CASE("an insert of many on a warehouse travels as one JSON parameter, all or nothing") {
    REQUIRE(
        statements<well>::insert_many ==
        "merge into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t using (with "
        "incoming as (select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`api10`: "
        "BIGINT, `api14`: BIGINT, `wellname`: STRING, `spuddate`: STRING, `firstproddate`: "
        "STRING, `compldate`: STRING, `oileur`: DOUBLE, `gaseur`: DOUBLE, `wellspacing`: DOUBLE, "
        "`record_uuid`: STRING, `is_deleted`: BOOLEAN, `inserted_at`: TIMESTAMP, `inserted_by`: "
        "STRING, `updated_at`: TIMESTAMP, `updated_by`: STRING, `deleted_at`: TIMESTAMP, "
        "`deleted_by`: STRING>>')) as x) as e) select r.* from incoming as r where not exists "
        "(select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api10` = "
        "r.`api10`) and not exists (select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api14` = "
        "r.`api14` where o.`is_deleted` = false) and not exists (select 1 from incoming as r "
        "group by r.`api10` having count(*) > 1) and not exists (select 1 from incoming as r "
        "group by r.`api14` having count(*) > 1)) as s on t.`api10` = s.`api10` when not matched "
        "then insert (`api10`, `api14`, `wellname`, `spuddate`, `firstproddate`, `compldate`, "
        "`oileur`, `gaseur`, `wellspacing`, `record_uuid`, `is_deleted`, `inserted_at`, "
        "`inserted_by`, `updated_at`, `updated_by`, `deleted_at`, `deleted_by`) values "
        "(s.`api10`, s.`api14`, s.`wellname`, s.`spuddate`, s.`firstproddate`, s.`compldate`, "
        "s.`oileur`, s.`gaseur`, s.`wellspacing`, s.`record_uuid`, s.`is_deleted`, "
        "s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, s.`deleted_at`, "
        "s.`deleted_by`)"
    );
    REQUIRE(
        statements<user_preference>::insert_many ==
        "merge into @{app_data}`user_preferences` as t using (with incoming as (select x.* from "
        "(select explode(from_json(:p1, 'ARRAY<STRUCT<`user_id`: STRING, `preferences`: STRING, "
        "`created_at`: TIMESTAMP, `record_uuid`: STRING, `is_deleted`: BOOLEAN, `inserted_at`: "
        "TIMESTAMP, `inserted_by`: STRING, `updated_at`: TIMESTAMP, `updated_by`: STRING, "
        "`deleted_at`: TIMESTAMP, `deleted_by`: STRING>>')) as x) as e) select r.* from incoming "
        "as r where not exists (select 1 from incoming as r join @{app_data}`user_preferences` "
        "as o on o.`user_id` = r.`user_id` where o.`is_deleted` = false) and not exists (select "
        "1 from incoming as r group by r.`user_id` having count(*) > 1)) as s on false when not "
        "matched then insert (`user_id`, `preferences`, `created_at`, `record_uuid`, "
        "`is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, `updated_by`, `deleted_at`, "
        "`deleted_by`) values (s.`user_id`, s.`preferences`, s.`created_at`, s.`record_uuid`, "
        "s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, "
        "s.`deleted_at`, s.`deleted_by`)"
    );
    REQUIRE(
        statements<order_line>::insert_many ==
        "merge into @{app_data}`order_lines` as t using (with incoming as (select x.* from "
        "(select explode(from_json(:p2, 'ARRAY<STRUCT<`order_id`: STRING, `line_no`: INT, `sku`: "
        "STRING, `quantity`: INT, `unit_price`: DECIMAL(12,2), `discounts`: ARRAY<STRUCT<`code`: "
        "STRING, `amount`: DECIMAL(12,2)>>, `record_uuid`: STRING, `is_deleted`: BOOLEAN, "
        "`inserted_at`: TIMESTAMP, `inserted_by`: STRING, `updated_at`: TIMESTAMP, `updated_by`: "
        "STRING, `deleted_at`: TIMESTAMP, `deleted_by`: STRING>>')) as x) as e) select r.* from "
        "incoming as r where not exists (select 1 from incoming as r where not exists (select 1 "
        "from @{app_data}`orders` as a1 where a1.`id` = r.`order_id` and a1.`is_deleted` = false "
        "and a1.`customer` = :p1)) and not exists (select 1 from incoming as r join "
        "@{app_data}`order_lines` as o on o.`order_id` = r.`order_id` and o.`line_no` = "
        "r.`line_no`) and not exists (select 1 from incoming as r group by r.`order_id`, "
        "r.`line_no` having count(*) > 1)) as s on t.`order_id` = s.`order_id` and t.`line_no` = "
        "s.`line_no` when not matched then insert (`order_id`, `line_no`, `sku`, `quantity`, "
        "`unit_price`, `discounts`, `record_uuid`, `is_deleted`, `inserted_at`, `inserted_by`, "
        "`updated_at`, `updated_by`, `deleted_at`, `deleted_by`) values (s.`order_id`, "
        "s.`line_no`, s.`sku`, s.`quantity`, s.`unit_price`, s.`discounts`, s.`record_uuid`, "
        "s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, "
        "s.`deleted_at`, s.`deleted_by`)"
    );
}

} // namespace insert_databricks_cases
