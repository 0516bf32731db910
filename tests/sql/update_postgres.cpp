// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace update_postgres_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::postgres>;

} // namespace

TEST_CASE("a replacement leaves key, owner, generated and audit columns alone, but for the stamps"
) {
    REQUIRE(
        statements<order>::replace ==
        "update @{app_data}\"orders\" as t set \"status\" = $2, \"total\" = $3, \"ship_to\" = "
        "$4, \"tags\" = $5, \"extras\" = $6, \"placed_at\" = $7, \"margin\" = $8, \"updated_at\" "
        "= greatest($9, coalesce(t.\"updated_at\", t.\"inserted_at\") + interval '1 "
        "microsecond'), \"updated_by\" = $10 where t.\"id\" = $11 and t.\"customer\" = $1 and "
        "t.\"is_deleted\" = false returning t.\"id\", t.\"customer\", t.\"status\", t.\"total\", "
        "t.\"ship_to\", t.\"tags\", t.\"extras\", t.\"placed_at\", t.\"margin\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
    REQUIRE(
        statements<well>::replace ==
        "update @{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as t set \"api14\" "
        "= $1, \"wellname\" = $2, \"spuddate\" = $3, \"firstproddate\" = $4, \"compldate\" = $5, "
        "\"oileur\" = $6, \"gaseur\" = $7, \"wellspacing\" = $8, \"updated_at\" = greatest($9, "
        "coalesce(t.\"updated_at\", t.\"inserted_at\") + interval '1 microsecond'), "
        "\"updated_by\" = $10 where t.\"api10\" = $11 and t.\"is_deleted\" = false returning "
        "t.\"api10\", t.\"api14\", t.\"wellname\", t.\"spuddate\", t.\"firstproddate\", "
        "t.\"compldate\", t.\"oileur\", t.\"gaseur\", t.\"wellspacing\", t.\"record_uuid\", "
        "t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", t.\"updated_at\", "
        "t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
    REQUIRE(
        statements<order_line>::replace ==
        "update @{app_data}\"order_lines\" as t set \"sku\" = $2, \"quantity\" = $3, "
        "\"unit_price\" = $4, \"discounts\" = $5, \"updated_at\" = greatest($6, "
        "coalesce(t.\"updated_at\", t.\"inserted_at\") + interval '1 microsecond'), "
        "\"updated_by\" = $7 where t.\"order_id\" = $8 and t.\"line_no\" = $9 and exists (select "
        "1 from @{app_data}\"orders\" as a1 where a1.\"id\" = t.\"order_id\" and "
        "a1.\"is_deleted\" = false and a1.\"customer\" = $1) and t.\"is_deleted\" = false "
        "returning t.\"order_id\", t.\"line_no\", t.\"sku\", t.\"quantity\", t.\"unit_price\", "
        "t.\"discounts\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\""
    );
    REQUIRE(
        statements<user_preference>::replace ==
        "update @{app_data}\"user_preferences\" as t set \"preferences\" = $2, \"updated_at\" = "
        "greatest($3, coalesce(t.\"updated_at\", t.\"inserted_at\") + interval '1 microsecond'), "
        "\"updated_by\" = $4 where t.\"id\" = $5 and t.\"user_id\" = $1 and t.\"is_deleted\" = "
        "false returning t.\"id\", t.\"user_id\", t.\"preferences\", t.\"created_at\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
}

TEST_CASE("a restore clears the deletion of a deleted row only") {
    REQUIRE(
        statements<order>::restore ==
        "update @{app_data}\"orders\" as t set \"is_deleted\" = false, \"deleted_at\" = null, "
        "\"deleted_by\" = null, \"updated_at\" = greatest($2, coalesce(t.\"updated_at\", "
        "t.\"inserted_at\") + interval '1 microsecond'), \"updated_by\" = $3 where t.\"id\" = $4 "
        "and t.\"customer\" = $1 and t.\"is_deleted\" = true returning t.\"id\", t.\"customer\", "
        "t.\"status\", t.\"total\", t.\"ship_to\", t.\"tags\", t.\"extras\", t.\"placed_at\", "
        "t.\"margin\", t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", "
        "t.\"inserted_by\", t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", "
        "t.\"deleted_by\""
    );
    REQUIRE(
        statements<order_line>::restore ==
        "update @{app_data}\"order_lines\" as t set \"is_deleted\" = false, \"deleted_at\" = "
        "null, \"deleted_by\" = null, \"updated_at\" = greatest($2, coalesce(t.\"updated_at\", "
        "t.\"inserted_at\") + interval '1 microsecond'), \"updated_by\" = $3 where "
        "t.\"order_id\" = $4 and t.\"line_no\" = $5 and exists (select 1 from "
        "@{app_data}\"orders\" as a1 where a1.\"id\" = t.\"order_id\" and a1.\"is_deleted\" = "
        "false and a1.\"customer\" = $1) and t.\"is_deleted\" = true returning t.\"order_id\", "
        "t.\"line_no\", t.\"sku\", t.\"quantity\", t.\"unit_price\", t.\"discounts\", "
        "t.\"record_uuid\", t.\"is_deleted\", t.\"inserted_at\", t.\"inserted_by\", "
        "t.\"updated_at\", t.\"updated_by\", t.\"deleted_at\", t.\"deleted_by\""
    );
}

} // namespace update_postgres_cases
