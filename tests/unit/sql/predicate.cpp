// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/predicate.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string>

#include "field_ops_facts.hpp"

namespace predicate_cases {

using namespace weir::test;
using weir::sql::dialect;
using weir::sql::scope;

namespace {

constexpr weir::column team_columns[]{
    {.name = "id", .nullable = false, .key = true},
    {.name = "lead", .nullable = false},
};
constexpr weir::column project_columns[]{
    {.name = "id", .nullable = false, .key = true},
    {.name = "team", .nullable = false},
};
constexpr weir::column task_columns[]{
    {.name = "id", .nullable = false, .key = true},
    {.name = "project", .nullable = false},
};
constexpr std::uint16_t first[]{0};
constexpr std::uint16_t second[]{1};

constexpr weir::table teams{
    .name = "teams",
    .columns = team_columns,
    .key = first,
    .soft_delete = false,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

constexpr const weir::table& teams_of() {
    return teams;
}

constexpr weir::relation to_team[]{{.name = "team", .target = &teams_of, .from = second}};
constexpr weir::table projects{
    .name = "projects",
    .columns = project_columns,
    .key = first,
    .relations = to_team,
    .soft_delete = false,
    .access = {.rule = weir::access_rule::via, .via = 0},
};

constexpr const weir::table& projects_of() {
    return projects;
}

constexpr weir::relation to_project[]{{.name = "project", .target = &projects_of, .from = second}};
constexpr weir::table tasks{
    .name = "tasks",
    .columns = task_columns,
    .key = first,
    .relations = to_project,
    .soft_delete = false,
    .access = {.rule = weir::access_rule::via, .via = 0},
};

constexpr const weir::table& circle_of();

constexpr weir::relation to_itself[]{{.name = "self", .target = &circle_of, .from = second}};
constexpr weir::table circle{
    .name = "circle",
    .columns = task_columns,
    .key = first,
    .relations = to_itself,
    .soft_delete = false,
    .access = {.rule = weir::access_rule::via, .via = 0},
};

constexpr const weir::table& circle_of() {
    return circle;
}

} // namespace

TEST_CASE("a chain of parents is one exists with joins, which a warehouse allows in an update") {
    REQUIRE(
        weir::sql::written(
            dialect::postgres, [](weir::sql::writer& out) { weir::sql::write_exists(out, tasks); }
        ) ==
        R"(select 1 from @{}"tasks" as t where t."id" = $2 and exists (select 1 from @{}"projects" as a1 join @{}"teams" as a2 on a2."id" = a1."team" and a2."lead" = $1 where a1."id" = t."project"))"
    );
}

TEST_CASE("parents that lead in a circle are refused") {
    REQUIRE_THROWS_AS(
        weir::sql::written(
            dialect::postgres, [](weir::sql::writer& out) { weir::sql::write_exists(out, circle); }
        ),
        weir::configuration_error
    );
}

TEST_CASE("the caller is bound exactly where an owner decides") {
    using weir::table_of;
    using weir::sql::binds_caller;
    using weir::sql::insert_binds_caller;
    STATIC_REQUIRE(binds_caller(table_of<order>, scope::caller));
    STATIC_REQUIRE(binds_caller(table_of<order_line>, scope::caller));
    STATIC_REQUIRE(binds_caller(tasks, scope::caller));
    STATIC_REQUIRE_FALSE(binds_caller(table_of<well>, scope::caller));
    STATIC_REQUIRE_FALSE(binds_caller(table_of<order>, scope::all));
    STATIC_REQUIRE_FALSE(insert_binds_caller(table_of<order>));
    STATIC_REQUIRE(insert_binds_caller(table_of<order_line>));
    STATIC_REQUIRE_FALSE(insert_binds_caller(table_of<well>));
}

} // namespace predicate_cases
