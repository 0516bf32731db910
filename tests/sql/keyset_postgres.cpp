// SPDX-License-Identifier: Apache-2.0
#include <weir/core/error.hpp>
#include <weir/sql/condition.hpp>
#include <weir/sql/keyset.hpp>

#include <catch.hpp>
#include <string>
#include <vector>

#include "paging.hpp"

namespace keyset_postgres_cases {

using namespace weir::test;
using weir::any_value;
using weir::sql::direction;

namespace {

constexpr paging in_postgres{{weir::sql::dialect::postgres}};
const any_value null{};

} // namespace

TEST_CASE("a page begins after the key where nothing else is asked") {
    REQUIRE(
        in_postgres.page({}, {.values = {number(7)}}) ==
        R"(t."api10" > $1 and t."is_deleted" = false order by t."api10" limit $2)"
    );
}

TEST_CASE("one direction over columns that are never NULL is one comparison of rows") {
    REQUIRE(
        in_postgres.page(by_name, {.values = {text("A"), number(7)}}) ==
        R"((t."wellname" collate "C", t."api10") > ($1, $2) and t."is_deleted" = false order by t."wellname" collate "C", t."api10" limit $3)"
    );
    REQUIRE(
        in_postgres.page(
            by_name,
            {.values = {text("A"), number(7)}, .towards = direction::backward, .inclusive = true}
        ) ==
        R"((t."wellname" collate "C", t."api10") <= ($1, $2) and t."is_deleted" = false order by t."wellname" collate "C" desc, t."api10" desc limit $3)"
    );
}

TEST_CASE("mixed directions keep a bound of the first column by itself") {
    REQUIRE(
        in_postgres.page(by_name_down, {.values = {text("A"), number(7)}}) ==
        R"(t."wellname" collate "C" <= $1 and (t."wellname" collate "C" < $1 or t."api10" > $2) and t."is_deleted" = false order by t."wellname" collate "C" desc, t."api10" limit $3)"
    );
}

TEST_CASE("rows without a value follow a page that has values where NULL comes last") {
    REQUIRE(
        in_postgres.page(by_oil, {.values = {any_value{1.5}, number(7)}}) ==
        R"((t."oileur" > $1 or t."oileur" is null or (t."oileur" = $1 and t."api10" > $2)) and t."is_deleted" = false order by t."oileur" nulls last, t."api10" limit $3)"
    );
    REQUIRE(
        in_postgres.page(by_oil, {.values = {null, number(7)}}) ==
        R"((t."oileur" is null and t."api10" > $1) and t."is_deleted" = false order by t."oileur" nulls last, t."api10" limit $2)"
    );
}

TEST_CASE("rows without a value come before a page that has values where NULL comes first") {
    REQUIRE(
        in_postgres.page(by_oil_down, {.values = {any_value{1.5}, number(7)}}) ==
        R"(t."oileur" <= $1 and (t."oileur" < $1 or t."api10" > $2) and t."is_deleted" = false order by t."oileur" desc nulls first, t."api10" limit $3)"
    );
    REQUIRE(
        in_postgres.page(by_oil_nulls_first, {.values = {null, number(7)}}) ==
        R"((t."oileur" is not null or t."api10" > $1) and t."is_deleted" = false order by t."oileur" nulls first, t."api10" limit $2)"
    );
}

TEST_CASE("backwards everything is turned round, the place of NULL too") {
    REQUIRE(
        in_postgres.page(
            by_oil, {.values = {any_value{1.5}, number(7)}, .towards = direction::backward}
        ) ==
        R"(t."oileur" <= $1 and (t."oileur" < $1 or t."api10" < $2) and t."is_deleted" = false order by t."oileur" desc nulls first, t."api10" desc limit $3)"
    );
    REQUIRE(
        in_postgres.page(by_oil, {.values = {null, number(7)}, .towards = direction::backward}) ==
        R"((t."oileur" is not null or t."api10" < $1) and t."is_deleted" = false order by t."oileur" desc nulls first, t."api10" desc limit $2)"
    );
}

TEST_CASE("a column that may be NULL can also come last") {
    static constexpr weir::sql::order_term key_then_oil[]{{.column = 0}, {.column = 6}};
    REQUIRE(
        in_postgres.page(key_then_oil, {.values = {number(7), any_value{1.5}}}) ==
        R"(t."api10" >= $1 and (t."api10" > $1 or (t."oileur" > $2 or t."oileur" is null)) and t."is_deleted" = false order by t."api10", t."oileur" nulls last limit $3)"
    );
    REQUIRE(
        in_postgres.page(key_then_oil, {.values = {number(7), null}}) ==
        R"(t."api10" >= $1 and (t."api10" > $1 or false) and t."is_deleted" = false order by t."api10", t."oileur" nulls last limit $2)"
    );
    REQUIRE(
        in_postgres.page(key_then_oil, {.values = {number(7), null}, .inclusive = true}) ==
        R"(t."api10" >= $1 and (t."api10" > $1 or t."oileur" is null) and t."is_deleted" = false order by t."api10", t."oileur" nulls last limit $2)"
    );
    REQUIRE(
        in_postgres.page(
            key_then_oil,
            {.values = {number(7), null}, .towards = direction::backward, .inclusive = true}
        ) ==
        R"(t."api10" <= $1 and (t."api10" < $1 or true) and t."is_deleted" = false order by t."api10" desc, t."oileur" desc nulls first limit $2)"
    );
}

TEST_CASE("a position stands between condition and isolation, and binds what is not NULL") {
    const auto many = w::api10 > 5;
    const weir::sql::list_position from{.values = {null, number(7)}};
    REQUIRE(
        in_postgres.in.list<well>(
            {.columns = api10_only, .where = &many.untyped(), .order = by_oil, .from = &from}
        ) ==
        R"(select t."api10" from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}"wells" as t where t."api10" > $1 and (t."oileur" is null and t."api10" > $2) and t."is_deleted" = false order by t."oileur" nulls last, t."api10" limit $3)"
    );
    REQUIRE(in_postgres.values(by_oil, from) == std::vector<std::string>{"7"});
    REQUIRE(
        in_postgres.values(by_oil, {.values = {any_value{-1e300}, number(7)}}) ==
        std::vector<std::string>{"-1e+300", "7"}
    );

    const weir::uuid id{};
    const weir::sql::list_position at_order{.values = {any_value{id}}};
    REQUIRE(
        in_postgres.in.list<order>({.columns = id_and_total, .from = &at_order}) ==
        R"(select t."id", t."total" from @{app_data}"orders" as t where t."id" > $2 and t."customer" = $1 and t."is_deleted" = false order by t."id" limit $3)"
    );
}

TEST_CASE("a position of another order is refused, and never written") {
    for (const weir::sql::list_position& wrong : {
             weir::sql::list_position{},
             {.values = {number(7)}},
             {.values = {any_value{1.5}, number(7), number(7)}},
             {.values = {number(1), number(7)}},
             {.values = {any_value{1.5}, null}},
             {.values = {text("1.5"), number(7)}},
         }) {
        REQUIRE_THROWS_AS(in_postgres.page(by_oil, wrong), weir::validation_error);
        REQUIRE_THROWS_AS(in_postgres.values(by_oil, wrong), weir::validation_error);
    }
}

TEST_CASE("text is compared by order as it is ordered, and by equality as it is") {
    REQUIRE(
        in_postgres.in.where(w::wellname < "B" and w::wellname == "A") ==
        R"((t."wellname" collate "C" < $1 and t."wellname" = $2))"
    );
    REQUIRE(
        in_postgres.in.where(w::wellname.ilike("ä%")) ==
        R"(t."wellname" collate "default" ilike $1)"
    );
}

} // namespace keyset_postgres_cases
