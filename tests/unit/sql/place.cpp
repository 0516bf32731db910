// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/place.hpp>

#include <catch.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace place_cases {

using weir::sql::dialect;
using weir::sql::expand_places;
using weir::sql::resolve_place;

namespace {

std::string resolved(
    std::string_view place,
    dialect spoken = dialect::postgres,
    const std::map<std::string, std::string, std::less<>>& settings = {}
) {
    return resolve_place(place, spoken, [&](std::string_view name) -> std::optional<std::string> {
        const auto found = settings.find(name);
        if (found == settings.end())
            return std::nullopt;
        return found->second;
    });
}

std::string expanded(std::string_view text, dialect spoken = dialect::postgres) {
    return expand_places(text, spoken, [](std::string_view place) {
        return place.empty() ? std::string{} : "<" + std::string{place} + ">.";
    });
}

} // namespace

TEST_CASE("a place is quoted part by part") {
    REQUIRE(resolved("app_data") == R"("app_data".)");
    REQUIRE(resolved("main.sales", dialect::databricks) == "`main`.`sales`.");
    REQUIRE(resolved("").empty());
}

TEST_CASE("variables come from settings, else from their defaults") {
    constexpr auto place = "${UC_CATALOG:-oil_gas_catalog}.production";
    REQUIRE(resolved(place, dialect::databricks) == "`oil_gas_catalog`.`production`.");
    REQUIRE(
        resolved(place, dialect::databricks, {{"UC_CATALOG", "main"}}) == "`main`.`production`."
    );
    REQUIRE(
        resolved(place, dialect::databricks, {{"UC_CATALOG", ""}}) ==
        "`oil_gas_catalog`.`production`."
    );
    REQUIRE(resolved("app_${STAGE}", dialect::postgres, {{"STAGE", "dev"}}) == R"("app_dev".)");
}

TEST_CASE("a variable without value is named") {
    REQUIRE_THROWS_WITH(resolved("${UC_CATALOG}.production"), Catch::Contains("UC_CATALOG"));
}

TEST_CASE("a setting cannot smuggle SQL or another schema into a place") {
    for (const auto* value : {"a.b", "a\".\"b", "a b", "a;", "a`", "1a", "a-b"}) {
        REQUIRE_THROWS_AS(
            resolved("${S}", dialect::postgres, {{"S", value}}), weir::configuration_error
        );
    }
    REQUIRE_THROWS_AS(resolved("a..b"), weir::configuration_error);
    REQUIRE_THROWS_AS(resolved("a."), weir::configuration_error);
    REQUIRE_THROWS_AS(resolved(".a"), weir::configuration_error);
    REQUIRE_THROWS_AS(resolved("${A"), weir::configuration_error);
    REQUIRE_THROWS_AS(resolved("${A:-x.y}"), weir::configuration_error);
}

TEST_CASE("markers become places, with and without their dot") {
    REQUIRE(expanded(R"(select 1 from @{a}"t")") == R"(select 1 from <a>."t")");
    REQUIRE(expanded("create schema @[${A:-b}.c]") == "create schema <${A:-b}.c>");
    REQUIRE(expanded(R"(from @{${A:-b}.c}"t", @{}"u")") == R"(from <${A:-b}.c>."t", "u")");
}

TEST_CASE("what looks like a marker inside a constant stays") {
    REQUIRE(expanded("'@{a}' @{a}") == "'@{a}' <a>.");
    REQUIRE(expanded("'it''s @{a}' @{a}") == "'it''s @{a}' <a>.");
    REQUIRE(expanded(R"('it\'s @{a}' @{a})", dialect::databricks) == R"('it\'s @{a}' <a>.)");
    REQUIRE(expanded(R"('a\' @{a})", dialect::postgres) == R"('a\' <a>.)");
    REQUIRE(expanded("a @> b and @{open") == "a @> b and @{open");
}

} // namespace place_cases
