// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/condition.hpp>
#include <weir/sql/related.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string>

#include "field_ops_facts.hpp"
#include "listing.hpp"

namespace related_cases {

using namespace weir::test;
using weir::sql::deleted;
using weir::sql::dialect;
using weir::sql::scope;

namespace {

constexpr std::uint16_t sku_and_quantity[]{2, 3};
constexpr std::uint16_t parent[]{0};
constexpr std::uint16_t whole_key[]{0, 1};
constexpr weir::sql::order_term by_quantity[]{{.column = 3, .descending = true}};

template <class Row>
std::string related(dialect spoken, const weir::sql::related_shape& shape) {
    return weir::sql::written(spoken, [&](weir::sql::writer& out) {
        weir::sql::write_related(out, weir::table_of<Row>, shape);
    });
}

} // namespace

TEST_CASE("rows of many parents come in one statement, ranked per parent and isolated") {
    const auto many = l::quantity > 2;
    REQUIRE(
        related<order_line>(
            dialect::postgres,
            {.columns = sku_and_quantity,
             .by = parent,
             .where = &many.untyped(),
             .order = by_quantity}
        ) ==
        R"(select t."sku", t."quantity" from (select t.*, row_number() over (partition by t."order_id" order by t."quantity" desc, t."order_id", t."line_no") as "row#" from @{app_data}"order_lines" as t where t."order_id" = any($2::uuid[]) and t."quantity" > $3 and exists (select 1 from @{app_data}"orders" as a1 where a1."id" = t."order_id" and a1."is_deleted" = false and a1."customer" = $1) and t."is_deleted" = false) as t where t."row#" > $4 and t."row#" <= $5 order by t."order_id", t."row#" limit $6)"
    );
    REQUIRE(
        related<order_line>(
            dialect::databricks,
            {.columns = sku_and_quantity,
             .by = parent,
             .where = &many.untyped(),
             .order = by_quantity}
        ) == "select t.`sku`, t.`quantity` from (select t.*, row_number() over (partition by "
             "t.`order_id` order by t.`quantity` desc, t.`order_id`, t.`line_no`) as `row#` from "
             "@{app_data}`order_lines` as t where exists (select 1 from (select x.* from (select "
             "explode(from_json(:p2, 'ARRAY<STRUCT<`order_id`: STRING>>')) as x) as e) as k where "
             "k.`order_id` = t.`order_id`) and t.`quantity` > :p3 and exists (select 1 from "
             "@{app_data}`orders` as a1 where a1.`id` = t.`order_id` and a1.`is_deleted` = false "
             "and a1.`customer` = :p1) and t.`is_deleted` = false) as t where t.`row#` > :p4 and "
             "t.`row#` <= :p5 order by t.`order_id`, t.`row#` limit :p6"
    );
}

TEST_CASE("the one row a key names needs no rank") {
    REQUIRE(
        related<order>(
            dialect::postgres, {.columns = id_and_total, .by = parent, .is_many = false}
        ) ==
        R"(select t."id", t."total" from @{app_data}"orders" as t where t."id" = any($2::uuid[]) and t."customer" = $1 and t."is_deleted" = false limit $3)"
    );
}

TEST_CASE("a key of several columns is matched as a whole") {
    REQUIRE(
        related<order_line>(
            dialect::postgres,
            {.columns = sku_and_quantity,
             .by = whole_key,
             .seen = {scope::all, deleted::include},
             .is_many = false}
        ) ==
        R"(select t."sku", t."quantity" from @{app_data}"order_lines" as t where exists (select 1 from (select r."order_id", r."line_no" from unnest($1::uuid[], $2::integer[]) as r("order_id", "line_no")) as k where k."order_id" = t."order_id" and k."line_no" = t."line_no") limit $3)"
    );
}

} // namespace related_cases
