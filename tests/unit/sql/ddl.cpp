// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/ddl.hpp>

#include <catch.hpp>
#include <string>
#include <vector>

#include "field_ops_facts.hpp"

namespace ddl_cases {

using namespace weir::test;
using weir::sql::dialect;

namespace {

struct chicken {};

struct egg {};

constexpr std::uint16_t first[]{0};
constexpr weir::column one_column[]{
    {.name = "id", .type = {.kind = weir::type::int32}, .nullable = false, .key = true},
};

const weir::table& eggs();

const weir::table& chickens() {
    static const weir::relation to_egg[]{{.name = "egg", .target = &eggs, .from = first}};
    static const weir::table made{
        .name = "chickens", .columns = one_column, .key = first, .relations = to_egg
    };
    return made;
}

const weir::table& eggs() {
    static const weir::relation to_chicken[]{{.name = "chicken", .target = &chickens, .from = first}
    };
    static const weir::table made{
        .name = "eggs", .columns = one_column, .key = first, .relations = to_chicken
    };
    return made;
}

} // namespace

TEST_CASE("relations in a circle are refused by name") {
    const weir::table* const both[]{&chickens(), &eggs()};
    REQUIRE_THROWS_WITH(
        weir::sql::create_tables(both, dialect::postgres), Catch::Contains("chickens")
    );
}

TEST_CASE("a parent that is not among the tables is taken to exist") {
    const weir::table* const child[]{&chickens()};
    const auto ddl = weir::sql::create_tables(child, dialect::postgres);
    REQUIRE(ddl.size() == 1);
    REQUIRE(ddl[0].table == "chickens");
}

TEST_CASE("names of constraints stay within the limit and apart from each other") {
    const std::string long_name(60, 'a');
    const auto first_name = weir::sql::detail::object_name(long_name + "_b_key", dialect::postgres);
    const auto second_name =
        weir::sql::detail::object_name(long_name + "_c_key", dialect::postgres);
    REQUIRE(first_name.size() == 63);
    REQUIRE(second_name.size() == 63);
    REQUIRE(first_name != second_name);
    REQUIRE(weir::sql::detail::object_name("wells_pkey", dialect::postgres) == "wells_pkey");
}

TEST_CASE("an identity on a warehouse is a bigint or refused") {
    constexpr weir::column columns[]{
        {.name = "id",
         .type = {.kind = weir::type::int32},
         .nullable = false,
         .key = true,
         .generated = weir::generated_by::identity},
    };
    const weir::table small{.name = "small", .columns = columns, .key = first};
    const weir::table* const tables[]{&small};
    REQUIRE_THROWS_AS(
        weir::sql::create_tables(tables, dialect::databricks), weir::configuration_error
    );
    REQUIRE_NOTHROW(weir::sql::create_tables(tables, dialect::postgres));
}

TEST_CASE("comments and labels cannot leave their constants") {
    constexpr std::string_view labels[]{"it's", R"(b\)"};
    const weir::column columns[]{
        {.name = "kind",
         .type = {.kind = weir::type::enumeration, .labels = labels},
         .description = "'); drop table t; --"},
    };
    const weir::table odd{.name = "odd", .columns = columns, .audit = false, .soft_delete = false};
    const weir::table* const tables[]{&odd};
    const auto postgres = weir::sql::create_tables(tables, dialect::postgres);
    REQUIRE(postgres[0].text.find(R"(check ("kind" in ('it''s', 'b\')))") != std::string::npos);
    REQUIRE(postgres[1].text.ends_with(R"( is '''); drop table t; --')"));
    const auto databricks = weir::sql::create_tables(tables, dialect::databricks);
    REQUIRE(databricks[0].text.find(R"(comment '\'); drop table t; --')") != std::string::npos);
    REQUIRE(databricks.size() == 3);
    REQUIRE_THAT(databricks[2].text, Catch::Contains(R"((`kind` in ('it\'s', 'b\\')))"));
}

} // namespace ddl_cases
