// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace insert_postgres_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::postgres>;

} // namespace

TEST_CASE("an insert gives the row back and needs no caller: the owner is a column") {
    REQUIRE(
        statements<order>::insert ==
        "insert into @{app_data}\"orders\" as t (\"id\", \"customer\", \"status\", \"total\", "
        "\"ship_to\", \"tags\", \"extras\", \"placed_at\", \"margin\", \"record_uuid\", "
        "\"is_deleted\", \"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", "
        "\"deleted_at\", \"deleted_by\") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
        "$12, $13, $14, $15, $16, $17) returning t.\"id\", t.\"customer\", t.\"status\", "
        "t.\"total\", t.\"ship_to\", t.\"tags\", t.\"extras\", t.\"placed_at\", t.\"margin\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
}

TEST_CASE("an insert leaves an identity to the database") {
    REQUIRE(
        statements<user_preference>::insert ==
        "insert into @{app_data}\"user_preferences\" as t (\"user_id\", \"preferences\", "
        "\"created_at\", \"record_uuid\", \"is_deleted\", \"inserted_at\", \"inserted_by\", "
        "\"updated_at\", \"updated_by\", \"deleted_at\", \"deleted_by\") values ($1, $2, $3, $4, "
        "$5, $6, $7, $8, $9, $10, $11) returning t.\"id\", t.\"user_id\", t.\"preferences\", "
        "t.\"created_at\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\""
    );
}

TEST_CASE("an insert below a parent checks that the parent is the caller's") {
    REQUIRE(
        statements<order_line>::insert ==
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
        "false and a1.\"customer\" = $1)) returning t.\"order_id\", t.\"line_no\", t.\"sku\", "
        "t.\"quantity\", t.\"unit_price\", t.\"discounts\", t.\"record_uuid\", t.\"is_deleted\", "
        "t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", "
        "t.\"deleted_at\", t.\"deleted_by\""
    );
}

TEST_CASE("an insert of many takes one array per column, arrays and JSON as text") {
    REQUIRE(
        statements<order>::insert_many ==
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
        "\"deleted_by\")) select r.* from incoming as r returning t.\"id\", t.\"customer\", "
        "t.\"status\", t.\"total\", t.\"ship_to\", t.\"tags\", t.\"extras\", t.\"placed_at\", "
        "t.\"margin\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\""
    );
    REQUIRE(
        statements<well>::insert_many_quietly ==
        "insert into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as t "
        "(\"api10\", \"api14\", \"wellname\", \"spuddate\", \"firstproddate\", \"compldate\", "
        "\"oileur\", \"gaseur\", \"wellspacing\", \"record_uuid\", \"is_deleted\", "
        "\"inserted_at\", \"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", "
        "\"deleted_by\") with incoming as (select r.\"api10\", r.\"api14\", r.\"wellname\", "
        "r.\"spuddate\", r.\"firstproddate\", r.\"compldate\", r.\"oileur\", r.\"gaseur\", "
        "r.\"wellspacing\", r.\"record_uuid\", r.\"is_deleted\", r.\"inserted_at\", "
        "r.\"inserted_by\", r.\"updated_at\", r.\"updated_by\", r.\"deleted_at\", "
        "r.\"deleted_by\" from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], "
        "$5::text[], $6::text[], $7::double precision[], $8::double precision[], $9::double "
        "precision[], $10::uuid[], $11::boolean[], $12::timestamptz[], $13::text[], "
        "$14::timestamptz[], $15::text[], $16::timestamptz[], $17::text[]) as r(\"api10\", "
        "\"api14\", \"wellname\", \"spuddate\", \"firstproddate\", \"compldate\", \"oileur\", "
        "\"gaseur\", \"wellspacing\", \"record_uuid\", \"is_deleted\", \"inserted_at\", "
        "\"inserted_by\", \"updated_at\", \"updated_by\", \"deleted_at\", \"deleted_by\")) "
        "select r.* from incoming as r"
    );
}

TEST_CASE("an insert of many below a parent is all or nothing") {
    REQUIRE(
        statements<order_line>::insert_many ==
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
        "r.\"order_id\" and a1.\"is_deleted\" = false and a1.\"customer\" = $1)) returning "
        "t.\"order_id\", t.\"line_no\", t.\"sku\", t.\"quantity\", t.\"unit_price\", "
        "t.\"discounts\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\""
    );
}

} // namespace insert_postgres_cases
