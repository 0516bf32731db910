// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace upsert_databricks_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::databricks>;

} // namespace

TEST_CASE("an upsert on a warehouse refuses deleted rows and taken unique values") {
    REQUIRE(
        statements<well>::upsert ==
        "merge into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t using (with "
        "incoming as (select :p1 as `api10`, :p2 as `api14`, :p3 as `wellname`, :p4 as "
        "`spuddate`, :p5 as `firstproddate`, :p6 as `compldate`, :p7 as `oileur`, :p8 as "
        "`gaseur`, :p9 as `wellspacing`, :p10 as `record_uuid`, :p11 as `is_deleted`, :p12 as "
        "`inserted_at`, :p13 as `inserted_by`, :p14 as `updated_at`, :p15 as `updated_by`, :p16 "
        "as `deleted_at`, :p17 as `deleted_by`) select r.* from incoming as r where not exists "
        "(select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api10` = "
        "r.`api10` where o.`is_deleted` = true) and not exists (select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api14` = "
        "r.`api14` where o.`is_deleted` = false and not (o.`api10` = r.`api10`))) as s on "
        "t.`api10` = s.`api10` when matched and t.`is_deleted` = false then update set `api14` = "
        "s.`api14`, `wellname` = s.`wellname`, `spuddate` = s.`spuddate`, `firstproddate` = "
        "s.`firstproddate`, `compldate` = s.`compldate`, `oileur` = s.`oileur`, `gaseur` = "
        "s.`gaseur`, `wellspacing` = s.`wellspacing`, `updated_at` = greatest(s.`inserted_at`, "
        "coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = "
        "s.`inserted_by` when not matched then insert (`api10`, `api14`, `wellname`, `spuddate`, "
        "`firstproddate`, `compldate`, `oileur`, `gaseur`, `wellspacing`, `record_uuid`, "
        "`is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, `updated_by`, `deleted_at`, "
        "`deleted_by`) values (s.`api10`, s.`api14`, s.`wellname`, s.`spuddate`, "
        "s.`firstproddate`, s.`compldate`, s.`oileur`, s.`gaseur`, s.`wellspacing`, "
        "s.`record_uuid`, s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, "
        "s.`updated_by`, s.`deleted_at`, s.`deleted_by`)"
    );
}

TEST_CASE("an upsert on a warehouse replaces only a live row of the same owner") {
    REQUIRE(
        statements<order>::upsert ==
        "merge into @{app_data}`orders` as t using (with incoming as (select :p1 as `id`, :p2 as "
        "`customer`, :p3 as `status`, :p4 as `total`, from_json(:p5, 'STRUCT<`street`: STRING, "
        "`city`: STRING, `zip`: STRING>') as `ship_to`, from_json(:p6, 'ARRAY<STRING>') as "
        "`tags`, from_json(:p7, 'MAP<STRING, STRING>') as `extras`, :p8 as `placed_at`, :p9 as "
        "`margin`, :p10 as `record_uuid`, :p11 as `is_deleted`, :p12 as `inserted_at`, :p13 as "
        "`inserted_by`, :p14 as `updated_at`, :p15 as `updated_by`, :p16 as `deleted_at`, :p17 "
        "as `deleted_by`) select r.* from incoming as r where not exists (select 1 from incoming "
        "as r join @{app_data}`orders` as o on o.`id` = r.`id` where o.`is_deleted` = true or "
        "o.`customer` is distinct from r.`customer`)) as s on t.`id` = s.`id` when matched and "
        "t.`is_deleted` = false and t.`customer` = s.`customer` then update set `status` = "
        "s.`status`, `total` = s.`total`, `ship_to` = s.`ship_to`, `tags` = s.`tags`, `extras` = "
        "s.`extras`, `placed_at` = s.`placed_at`, `margin` = s.`margin`, `updated_at` = "
        "greatest(s.`inserted_at`, coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 "
        "microsecond), `updated_by` = s.`inserted_by` when not matched then insert (`id`, "
        "`customer`, `status`, `total`, `ship_to`, `tags`, `extras`, `placed_at`, `margin`, "
        "`record_uuid`, `is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, `updated_by`, "
        "`deleted_at`, `deleted_by`) values (s.`id`, s.`customer`, s.`status`, s.`total`, "
        "s.`ship_to`, s.`tags`, s.`extras`, s.`placed_at`, s.`margin`, s.`record_uuid`, "
        "s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, "
        "s.`deleted_at`, s.`deleted_by`)"
    );
}

TEST_CASE("an upsert below a parent checks both parents in the source of the merge") {
    REQUIRE(
        statements<order_line>::upsert ==
        "merge into @{app_data}`order_lines` as t using (with incoming as (select :p2 as "
        "`order_id`, :p3 as `line_no`, :p4 as `sku`, :p5 as `quantity`, :p6 as `unit_price`, "
        "from_json(:p7, 'ARRAY<STRUCT<`code`: STRING, `amount`: DECIMAL(12,2)>>') as "
        "`discounts`, :p8 as `record_uuid`, :p9 as `is_deleted`, :p10 as `inserted_at`, :p11 as "
        "`inserted_by`, :p12 as `updated_at`, :p13 as `updated_by`, :p14 as `deleted_at`, :p15 "
        "as `deleted_by`) select r.* from incoming as r where not exists (select 1 from incoming "
        "as r where not exists (select 1 from @{app_data}`orders` as a1 where a1.`id` = "
        "r.`order_id` and a1.`is_deleted` = false and a1.`customer` = :p1)) and not exists "
        "(select 1 from incoming as r join @{app_data}`order_lines` as o on o.`order_id` = "
        "r.`order_id` and o.`line_no` = r.`line_no` where o.`is_deleted` = true or not exists "
        "(select 1 from @{app_data}`orders` as a1 where a1.`id` = o.`order_id` and "
        "a1.`is_deleted` = false and a1.`customer` = :p1))) as s on t.`order_id` = s.`order_id` "
        "and t.`line_no` = s.`line_no` when matched and t.`is_deleted` = false then update set "
        "`sku` = s.`sku`, `quantity` = s.`quantity`, `unit_price` = s.`unit_price`, `discounts` "
        "= s.`discounts`, `updated_at` = greatest(s.`inserted_at`, coalesce(t.`updated_at`, "
        "t.`inserted_at`) + interval 1 microsecond), `updated_by` = s.`inserted_by` when not "
        "matched then insert (`order_id`, `line_no`, `sku`, `quantity`, `unit_price`, "
        "`discounts`, `record_uuid`, `is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, "
        "`updated_by`, `deleted_at`, `deleted_by`) values (s.`order_id`, s.`line_no`, s.`sku`, "
        "s.`quantity`, s.`unit_price`, s.`discounts`, s.`record_uuid`, s.`is_deleted`, "
        "s.`inserted_at`, s.`inserted_by`, s.`updated_at`, s.`updated_by`, s.`deleted_at`, "
        "s.`deleted_by`)"
    );
}

TEST_CASE("an upsert of many on a warehouse refuses repetitions") {
    REQUIRE(
        statements<well>::upsert_many ==
        "merge into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t using (with "
        "incoming as (select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`api10`: "
        "BIGINT, `api14`: BIGINT, `wellname`: STRING, `spuddate`: STRING, `firstproddate`: "
        "STRING, `compldate`: STRING, `oileur`: DOUBLE, `gaseur`: DOUBLE, `wellspacing`: DOUBLE, "
        "`record_uuid`: STRING, `is_deleted`: BOOLEAN, `inserted_at`: TIMESTAMP, `inserted_by`: "
        "STRING, `updated_at`: TIMESTAMP, `updated_by`: STRING, `deleted_at`: TIMESTAMP, "
        "`deleted_by`: STRING>>')) as x) as e) select r.* from incoming as r where not exists "
        "(select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api10` = "
        "r.`api10` where o.`is_deleted` = true) and not exists (select 1 from incoming as r join "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api14` = "
        "r.`api14` where o.`is_deleted` = false and not (o.`api10` = r.`api10`)) and not exists "
        "(select 1 from incoming as r group by r.`api10` having count(*) > 1) and not exists "
        "(select 1 from incoming as r group by r.`api14` having count(*) > 1)) as s on t.`api10` "
        "= s.`api10` when matched and t.`is_deleted` = false then update set `api14` = "
        "s.`api14`, `wellname` = s.`wellname`, `spuddate` = s.`spuddate`, `firstproddate` = "
        "s.`firstproddate`, `compldate` = s.`compldate`, `oileur` = s.`oileur`, `gaseur` = "
        "s.`gaseur`, `wellspacing` = s.`wellspacing`, `updated_at` = greatest(s.`inserted_at`, "
        "coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = "
        "s.`inserted_by` when not matched then insert (`api10`, `api14`, `wellname`, `spuddate`, "
        "`firstproddate`, `compldate`, `oileur`, `gaseur`, `wellspacing`, `record_uuid`, "
        "`is_deleted`, `inserted_at`, `inserted_by`, `updated_at`, `updated_by`, `deleted_at`, "
        "`deleted_by`) values (s.`api10`, s.`api14`, s.`wellname`, s.`spuddate`, "
        "s.`firstproddate`, s.`compldate`, s.`oileur`, s.`gaseur`, s.`wellspacing`, "
        "s.`record_uuid`, s.`is_deleted`, s.`inserted_at`, s.`inserted_by`, s.`updated_at`, "
        "s.`updated_by`, s.`deleted_at`, s.`deleted_by`)"
    );
}

} // namespace upsert_databricks_cases
