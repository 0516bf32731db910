// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/keyset.hpp>

#include <catch.hpp>
#include <string>
#include <vector>

#include "paging.hpp"

namespace keyset_databricks_cases {

using namespace weir::test;
using weir::any_value;
using weir::sql::direction;

namespace {

constexpr paging in_databricks{{weir::sql::dialect::databricks}};

} // namespace

TEST_CASE("a warehouse compares column by column, in one direction too") {
    REQUIRE(
        in_databricks.page(by_name, {.values = {text("A"), number(7)}}) ==
        R"(t.`wellname` >= :p1 and (t.`wellname` > :p1 or t.`api10` > :p2) and t.`is_deleted` = false order by t.`wellname`, t.`api10` limit :p3)"
    );
    REQUIRE(
        in_databricks.values(by_name, {.values = {text("A"), number(7)}}) ==
        std::vector<std::string>{"A", "7"}
    );
}

TEST_CASE("a warehouse is told where NULL comes, backwards too") {
    REQUIRE(
        in_databricks.page(by_oil, {.values = {any_value{}, number(7)}}) ==
        R"((t.`oileur` is null and t.`api10` > :p1) and t.`is_deleted` = false order by t.`oileur` nulls last, t.`api10` limit :p2)"
    );
    REQUIRE(
        in_databricks.page(
            by_oil, {.values = {any_value{1.5}, number(7)}, .towards = direction::backward}
        ) ==
        R"(t.`oileur` <= :p1 and (t.`oileur` < :p1 or t.`api10` < :p2) and t.`is_deleted` = false order by t.`oileur` desc nulls first, t.`api10` desc limit :p3)"
    );
}

} // namespace keyset_databricks_cases
