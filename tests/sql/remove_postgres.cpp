// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string_view>

#include "field_ops_facts.hpp"

namespace remove_postgres_cases {

using weir::sql::dialect;
using namespace weir::test;

namespace {

template <class Row>
using statements = weir::sql::statements<Row, dialect::postgres>;

} // namespace

TEST_CASE("a removal marks a live row") {
    REQUIRE(
        statements<order>::remove ==
        "update @{app_data}\"orders\" as t set \"is_deleted\" = true, \"deleted_at\" = $2, "
        "\"deleted_by\" = $3 where t.\"id\" = $4 and t.\"customer\" = $1 and t.\"is_deleted\" = "
        "false"
    );
    REQUIRE(
        statements<order_line>::remove ==
        "update @{app_data}\"order_lines\" as t set \"is_deleted\" = true, \"deleted_at\" = $2, "
        "\"deleted_by\" = $3 where t.\"order_id\" = $4 and t.\"line_no\" = $5 and exists (select "
        "1 from @{app_data}\"orders\" as a1 where a1.\"id\" = t.\"order_id\" and "
        "a1.\"is_deleted\" = false and a1.\"customer\" = $1) and t.\"is_deleted\" = false"
    );
    REQUIRE(
        statements<well>::remove ==
        "update @{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as t set "
        "\"is_deleted\" = true, \"deleted_at\" = $1, \"deleted_by\" = $2 where t.\"api10\" = $3 "
        "and t.\"is_deleted\" = false"
    );
}

TEST_CASE("a purge deletes for good, deleted or not") {
    REQUIRE(
        statements<order>::purge ==
        "delete from @{app_data}\"orders\" as t where t.\"id\" = $2 and t.\"customer\" = $1"
    );
    REQUIRE(
        statements<order_line>::purge ==
        "delete from @{app_data}\"order_lines\" as t where t.\"order_id\" = $2 and t.\"line_no\" "
        "= $3 and exists (select 1 from @{app_data}\"orders\" as a1 where a1.\"id\" = "
        "t.\"order_id\" and a1.\"is_deleted\" = false and a1.\"customer\" = $1)"
    );
    REQUIRE(
        statements<well>::purge ==
        "delete from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}\"wells\" as t where "
        "t.\"api10\" = $1"
    );
}

} // namespace remove_postgres_cases
