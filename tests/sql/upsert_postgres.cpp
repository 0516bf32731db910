// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace upsert_postgres_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::postgres>;

} // namespace

TEST_CASE("an upsert replaces only a live row of the same owner") {
    REQUIRE(
        statements<order>::upsert ==
        "insert into @{app_data}\"orders\" as t (\"id\", \"customer\", \"status\", \"total\", "
        "\"ship_to\", \"tags\", \"extras\", \"placed_at\", \"margin\", \"record_uuid\", "
        "\"is_deleted\", \"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", "
        "\"deleted_at\", \"deleted_by\") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
        "$12, $13, $14, $15, $16, $17) on conflict (\"id\") do update set \"status\" = "
        "excluded.\"status\", \"total\" = excluded.\"total\", \"ship_to\" = "
        "excluded.\"ship_to\", \"tags\" = excluded.\"tags\", \"extras\" = excluded.\"extras\", "
        "\"placed_at\" = excluded.\"placed_at\", \"margin\" = excluded.\"margin\", "
        "\"updated_at\" = greatest(excluded.\"inserted_at\", coalesce(t.\"updated_at\", "
        "t.\"inserted_at\") + interval '1 microsecond'), \"updated_by\" = "
        "excluded.\"inserted_by\" where t.\"is_deleted\" = false and t.\"customer\" = "
        "excluded.\"customer\" returning t.\"id\", t.\"customer\", t.\"status\", t.\"total\", "
        "t.\"ship_to\", t.\"tags\", t.\"extras\", t.\"placed_at\", t.\"margin\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
}

TEST_CASE("an upsert below a parent checks the parents of the new and of the existing row") {
    REQUIRE(
        statements<order_line>::upsert ==
        "insert into @{app_data}\"order_lines\" as t (\"order_id\", \"line_no\", \"sku\", "
        "\"quantity\", \"unit_price\", \"discounts\", \"record_uuid\", \"is_deleted\", "
        "\"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", "
        "\"deleted_by\") with incoming as (select $2::uuid as \"order_id\", $3::integer as "
        "\"line_no\", $4::text as \"sku\", $5::integer as \"quantity\", $6::numeric as "
        "\"unit_price\", $7::jsonb as \"discounts\", $8::uuid as \"record_uuid\", $9::boolean as "
        "\"is_deleted\", $10::timestamptz as \"inserted_at\", $11::text as \"inserted_by\", "
        "$12::timestamptz as \"updated_at\", $13::text as \"updated_by\", $14::timestamptz as "
        "\"deleted_at\", $15::text as \"deleted_by\") select r.* from incoming as r where not "
        "exists (select 1 from incoming as r where not exists (select 1 from "
        "@{app_data}\"orders\" as a1 where a1.\"id\" = r.\"order_id\" and a1.\"is_deleted\" = "
        "false and a1.\"customer\" = $1)) on conflict (\"order_id\", \"line_no\") do update set "
        "\"sku\" = excluded.\"sku\", \"quantity\" = excluded.\"quantity\", \"unit_price\" = "
        "excluded.\"unit_price\", \"discounts\" = excluded.\"discounts\", \"updated_at\" = "
        "greatest(excluded.\"inserted_at\", coalesce(t.\"updated_at\", t.\"inserted_at\") + "
        "interval '1 microsecond'), \"updated_by\" = excluded.\"inserted_by\" where "
        "t.\"is_deleted\" = false and exists (select 1 from @{app_data}\"orders\" as a1 where "
        "a1.\"id\" = t.\"order_id\" and a1.\"is_deleted\" = false and a1.\"customer\" = $1) "
        "returning t.\"order_id\", t.\"line_no\", t.\"sku\", t.\"quantity\", t.\"unit_price\", "
        "t.\"discounts\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\""
    );
}

TEST_CASE("an upsert of many refuses all when one row is not the caller's") {
    REQUIRE(
        statements<order>::upsert_many ==
        "insert into @{app_data}\"orders\" as t (\"id\", \"customer\", \"status\", \"total\", "
        "\"ship_to\", \"tags\", \"extras\", \"placed_at\", \"margin\", \"record_uuid\", "
        "\"is_deleted\", \"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", "
        "\"deleted_at\", \"deleted_by\") with incoming as (select r.\"id\", r.\"customer\", "
        "r.\"status\", r.\"total\", r.\"ship_to\"::jsonb as \"ship_to\", r.\"tags\"::text[] as "
        "\"tags\", r.\"extras\"::jsonb as \"extras\", r.\"placed_at\", r.\"margin\", "
        "r.\"record_uuid\", r.\"is_deleted\", r.\"inserted_at\", r.\"inserted_by\", "
        "r.\"updated_at\", r.\"updated_by\", r.\"deleted_at\", r.\"deleted_by\" from "
        "unnest($1::uuid[], $2::text[], $3::text[], $4::numeric[], $5::text[], $6::text[], "
        "$7::text[], $8::timestamptz[], $9::numeric[], $10::uuid[], $11::boolean[], "
        "$12::timestamptz[], $13::text[], $14::timestamptz[], $15::text[], $16::timestamptz[], "
        "$17::text[]) as r(\"id\", \"customer\", \"status\", \"total\", \"ship_to\", \"tags\", "
        "\"extras\", \"placed_at\", \"margin\", \"record_uuid\", \"is_deleted\", "
        "\"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", "
        "\"deleted_by\")) select r.* from incoming as r where not exists (select 1 from incoming "
        "as r join @{app_data}\"orders\" as o on o.\"id\" = r.\"id\" where o.\"is_deleted\" = "
        "true or o.\"customer\" is distinct from r.\"customer\") on conflict (\"id\") do update "
        "set \"status\" = excluded.\"status\", \"total\" = excluded.\"total\", \"ship_to\" = "
        "excluded.\"ship_to\", \"tags\" = excluded.\"tags\", \"extras\" = excluded.\"extras\", "
        "\"placed_at\" = excluded.\"placed_at\", \"margin\" = excluded.\"margin\", "
        "\"updated_at\" = greatest(excluded.\"inserted_at\", coalesce(t.\"updated_at\", "
        "t.\"inserted_at\") + interval '1 microsecond'), \"updated_by\" = "
        "excluded.\"inserted_by\" where t.\"is_deleted\" = false and t.\"customer\" = "
        "excluded.\"customer\" returning t.\"id\", t.\"customer\", t.\"status\", t.\"total\", "
        "t.\"ship_to\", t.\"tags\", t.\"extras\", t.\"placed_at\", t.\"margin\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
    REQUIRE(
        statements<order_line>::upsert_many ==
        "insert into @{app_data}\"order_lines\" as t (\"order_id\", \"line_no\", \"sku\", "
        "\"quantity\", \"unit_price\", \"discounts\", \"record_uuid\", \"is_deleted\", "
        "\"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", "
        "\"deleted_by\") with incoming as (select r.\"order_id\", r.\"line_no\", r.\"sku\", "
        "r.\"quantity\", r.\"unit_price\", r.\"discounts\"::jsonb as \"discounts\", "
        "r.\"record_uuid\", r.\"is_deleted\", r.\"inserted_at\", r.\"inserted_by\", "
        "r.\"updated_at\", r.\"updated_by\", r.\"deleted_at\", r.\"deleted_by\" from "
        "unnest($2::uuid[], $3::integer[], $4::text[], $5::integer[], $6::numeric[], $7::text[], "
        "$8::uuid[], $9::boolean[], $10::timestamptz[], $11::text[], $12::timestamptz[], "
        "$13::text[], $14::timestamptz[], $15::text[]) as r(\"order_id\", \"line_no\", \"sku\", "
        "\"quantity\", \"unit_price\", \"discounts\", \"record_uuid\", \"is_deleted\", "
        "\"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", "
        "\"deleted_by\")) select r.* from incoming as r where not exists (select 1 from incoming "
        "as r where not exists (select 1 from @{app_data}\"orders\" as a1 where a1.\"id\" = "
        "r.\"order_id\" and a1.\"is_deleted\" = false and a1.\"customer\" = $1)) and not exists "
        "(select 1 from incoming as r join @{app_data}\"order_lines\" as o on o.\"order_id\" = "
        "r.\"order_id\" and o.\"line_no\" = r.\"line_no\" where o.\"is_deleted\" = true or not "
        "exists (select 1 from @{app_data}\"orders\" as a1 where a1.\"id\" = o.\"order_id\" and "
        "a1.\"is_deleted\" = false and a1.\"customer\" = $1)) on conflict (\"order_id\", "
        "\"line_no\") do update set \"sku\" = excluded.\"sku\", \"quantity\" = "
        "excluded.\"quantity\", \"unit_price\" = excluded.\"unit_price\", \"discounts\" = "
        "excluded.\"discounts\", \"updated_at\" = greatest(excluded.\"inserted_at\", "
        "coalesce(t.\"updated_at\", t.\"inserted_at\") + interval '1 microsecond'), "
        "\"updated_by\" = excluded.\"inserted_by\" where t.\"is_deleted\" = false and exists "
        "(select 1 from @{app_data}\"orders\" as a1 where a1.\"id\" = t.\"order_id\" and "
        "a1.\"is_deleted\" = false and a1.\"customer\" = $1) returning t.\"order_id\", "
        "t.\"line_no\", t.\"sku\", t.\"quantity\", t.\"unit_price\", t.\"discounts\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
}

TEST_CASE("an upsert of a table without access stamps the change") {
    REQUIRE(
        statements<well>::upsert ==
        "insert into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as t "
        "(\"api10\", \"api14\", \"wellname\", \"spuddate\", \"firstproddate\", \"compldate\", "
        "\"oileur\", \"gaseur\", \"wellspacing\", \"record_uuid\", \"is_deleted\", "
        "\"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", "
        "\"deleted_by\") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
        "$15, $16, $17) on conflict (\"api10\") do update set \"api14\" = excluded.\"api14\", "
        "\"wellname\" = excluded.\"wellname\", \"spuddate\" = excluded.\"spuddate\", "
        "\"firstproddate\" = excluded.\"firstproddate\", \"compldate\" = excluded.\"compldate\", "
        "\"oileur\" = excluded.\"oileur\", \"gaseur\" = excluded.\"gaseur\", \"wellspacing\" = "
        "excluded.\"wellspacing\", \"updated_at\" = greatest(excluded.\"inserted_at\", "
        "coalesce(t.\"updated_at\", t.\"inserted_at\") + interval '1 microsecond'), "
        "\"updated_by\" = excluded.\"inserted_by\" where t.\"is_deleted\" = false returning "
        "t.\"api10\", t.\"api14\", t.\"wellname\", t.\"spuddate\", t.\"firstproddate\", "
        "t.\"compldate\", t.\"oileur\", t.\"gaseur\", t.\"wellspacing\", t.\"record_uuid\", "
        "t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", "
        "t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
}

} // namespace upsert_postgres_cases
