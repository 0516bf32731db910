// SPDX-License-Identifier: Apache-2.0
// The watch over the statements of every test of this executable (statement_watch.hpp), watched
// itself.
#include <catch.hpp>
#include <field_ops.weir.hpp>
#include <string_view>

#include "statement_watch.hpp"

TEST_CASE("the watch over statements finds every word a request may have brought") {
    const weir::table* const tables[]{&weir::table_of<field_ops::order>};
    for (const std::string_view good :
         {R"(select t."id" from @{app_data}"orders" as t where t."total" > $1 and t."tags" @> $2)",
          "select t.`id` from @{app_data}`orders` as t where t.`total` = CAST(:p1 AS STRING)",
          "select from_json(:p1, 'ARRAY<STRUCT<`zip`: STRING, `total`: DECIMAL(12,2)>>')"}) {
        test::statement_watch watch{tables};
        watch.see(good);
        CAPTURE(good, watch.strange());
        CHECK(watch.strange().empty());
    }
    for (const std::string_view bad :
         {R"(select t."id" from @{app_data}"orders" as t where t."customer" = 'zq7')",
          R"(select t."id" from @{app_data}"orders" as t where t."total" > 7481)",
          R"(select t."id" from @{app_data}"orders" as t limit 50)",
          R"(select t."id" from @{app_data}"orders" as t order by t."zq7")",
          R"(select t."id" from @{app_data}"orders" as t order by zq7)",
          R"(select t."id" from @{app_data}"orders" as t where t."customer" = 'it''s')",
          "select t.`id` from @{app_data}`orders` as t where t.`customer` = 'it\\'s'",
          "select from_json(:p1, 'ARRAY<STRUCT<`zq7`: STRING>>')",
          "select from_json('[1]', 'ARRAY<INT>')"}) {
        test::statement_watch watch{tables};
        watch.see(bad);
        CAPTURE(bad, watch.strange());
        CHECK(watch.strange().size() == 1);
    }
}
