// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace select_postgres_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::postgres>;

} // namespace

TEST_CASE("a find carries the owner and hides deleted rows") {
    REQUIRE(
        statements<order>::find ==
        "select t.\"id\", t.\"customer\", t.\"status\", t.\"total\", t.\"ship_to\", t.\"tags\", "
        "t.\"extras\", t.\"placed_at\", t.\"margin\", t.\"record_uuid\", t.\"is_deleted\", "
        "t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", "
        "t.\"deleted_at\", t.\"deleted_by\" from @{app_data}\"orders\" as t where t.\"id\" = $2 "
        "and t.\"customer\" = $1 and t.\"is_deleted\" = false"
    );
    REQUIRE(
        statements<user_preference>::find ==
        "select t.\"id\", t.\"user_id\", t.\"preferences\", t.\"created_at\", t.\"record_uuid\", "
        "t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", "
        "t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\" from "
        "@{app_data}\"user_preferences\" as t where t.\"id\" = $2 and t.\"user_id\" = $1 and "
        "t.\"is_deleted\" = false"
    );
}

TEST_CASE("a find without access has the key alone") {
    REQUIRE(
        statements<well>::find ==
        "select t.\"api10\", t.\"api14\", t.\"wellname\", t.\"spuddate\", t.\"firstproddate\", "
        "t.\"compldate\", t.\"oileur\", t.\"gaseur\", t.\"wellspacing\", t.\"record_uuid\", "
        "t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", "
        "t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\" from "
        "@{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as t where t.\"api10\" = "
        "$1 and t.\"is_deleted\" = false"
    );
}

TEST_CASE("a find below a parent asks for the parent's owner") {
    REQUIRE(
        statements<order_line>::find ==
        "select t.\"order_id\", t.\"line_no\", t.\"sku\", t.\"quantity\", t.\"unit_price\", "
        "t.\"discounts\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\" from @{app_data}\"order_lines\" as t where t.\"order_id\" = $2 and "
        "t.\"line_no\" = $3 and exists (select 1 from @{app_data}\"orders\" as a1 where "
        "a1.\"id\" = t.\"order_id\" and a1.\"is_deleted\" = false and a1.\"customer\" = $1) and "
        "t.\"is_deleted\" = false"
    );
}

TEST_CASE("existence selects nothing but a one") {
    REQUIRE(
        statements<order>::exists ==
        "select 1 from @{app_data}\"orders\" as t where t.\"id\" = $2 and t.\"customer\" = $1 "
        "and t.\"is_deleted\" = false"
    );
    REQUIRE(
        statements<order_line>::exists ==
        "select 1 from @{app_data}\"order_lines\" as t where t.\"order_id\" = $2 and "
        "t.\"line_no\" = $3 and exists (select 1 from @{app_data}\"orders\" as a1 where "
        "a1.\"id\" = t.\"order_id\" and a1.\"is_deleted\" = false and a1.\"customer\" = $1) and "
        "t.\"is_deleted\" = false"
    );
}

TEST_CASE("many keys travel as one array per key column") {
    REQUIRE(
        statements<order>::find_many ==
        "select t.\"id\", t.\"customer\", t.\"status\", t.\"total\", t.\"ship_to\", t.\"tags\", "
        "t.\"extras\", t.\"placed_at\", t.\"margin\", t.\"record_uuid\", t.\"is_deleted\", "
        "t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", "
        "t.\"deleted_at\", t.\"deleted_by\" from @{app_data}\"orders\" as t where exists (select "
        "1 from (select r.\"id\" from unnest($2::uuid[]) as r(\"id\")) as k where k.\"id\" = "
        "t.\"id\") and t.\"customer\" = $1 and t.\"is_deleted\" = false"
    );
    REQUIRE(
        statements<order_line>::existing ==
        "select t.\"order_id\", t.\"line_no\" from @{app_data}\"order_lines\" as t where exists "
        "(select 1 from (select r.\"order_id\", r.\"line_no\" from unnest($2::uuid[], "
        "$3::integer[]) as r(\"order_id\", \"line_no\")) as k where k.\"order_id\" = "
        "t.\"order_id\" and k.\"line_no\" = t.\"line_no\") and exists (select 1 from "
        "@{app_data}\"orders\" as a1 where a1.\"id\" = t.\"order_id\" and a1.\"is_deleted\" = "
        "false and a1.\"customer\" = $1) and t.\"is_deleted\" = false"
    );
    REQUIRE(
        statements<well>::existing ==
        "select t.\"api10\" from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as "
        "t where exists (select 1 from (select r.\"api10\" from unnest($1::bigint[]) as "
        "r(\"api10\")) as k where k.\"api10\" = t.\"api10\") and t.\"is_deleted\" = false"
    );
}

} // namespace select_postgres_cases
