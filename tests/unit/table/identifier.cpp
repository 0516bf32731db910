// SPDX-License-Identifier: Apache-2.0
#include <weir/table/column.hpp>
#include <weir/table/identifier.hpp>

#include <catch.hpp>
#include <string>

namespace identifier_cases {

using weir::is_valid_identifier;
using weir::nearest_name;

TEST_CASE("identifiers are letters, digits and underscores") {
    for (const auto* const name : {"a", "_", "_x9", "Wells", "order_lines", "a1"}) {
        CHECK(is_valid_identifier(name, weir::postgres_identifier_limit));
    }
    for (const auto* const name :
         {"", "1a", "a-b", "a b", "a\"b", "a;drop table x", "a.b", "caf\u00e9", "a`", "a'", "a\n"
         }) {
        CHECK_FALSE(is_valid_identifier(name, weir::postgres_identifier_limit));
    }
    CHECK_FALSE(is_valid_identifier(std::string_view{"a\0b", 3}, 63));
}

TEST_CASE("identifiers have a length by backend") {
    CHECK(is_valid_identifier(std::string(63, 'x'), weir::postgres_identifier_limit));
    CHECK_FALSE(is_valid_identifier(std::string(64, 'x'), weir::postgres_identifier_limit));
    CHECK(is_valid_identifier(std::string(255, 'x'), weir::databricks_identifier_limit));
    CHECK_FALSE(is_valid_identifier(std::string(256, 'x'), weir::databricks_identifier_limit));
}

TEST_CASE("the nearest name is guessed, case aside") {
    constexpr std::string_view names[]{"wellname", "oileur", "gaseur", "spuddate", "id"};
    STATIC_REQUIRE(nearest_name("welname", names) == "wellname");
    STATIC_REQUIRE(nearest_name("WELLNAME", names) == "wellname");
    STATIC_REQUIRE(nearest_name("oileru", names) == "oileur");
    STATIC_REQUIRE(nearest_name("spudate", names) == "spuddate");
    STATIC_REQUIRE(nearest_name("di", names) == "id");
    STATIC_REQUIRE(nearest_name("i", names) == "id");
    STATIC_REQUIRE(nearest_name("wellname", names) == "wellname");
}

TEST_CASE("far names are not guessed") {
    constexpr std::string_view names[]{"wellname", "oileur"};
    STATIC_REQUIRE(nearest_name("zzz", names).empty());
    STATIC_REQUIRE(nearest_name("", names).empty());
    STATIC_REQUIRE(nearest_name("well", names).empty());
    CHECK(nearest_name(std::string(65, 'w'), names).empty());
    CHECK(nearest_name(std::string(1'000'000, 'w'), names).empty());
}

TEST_CASE("equally near names give the first") {
    constexpr std::string_view names[]{"cat", "car", "cap"};
    STATIC_REQUIRE(nearest_name("cab", names) == "cat");
}

TEST_CASE("things with a name are guessed by it") {
    constexpr weir::column columns[]{{.name = "total"}, {.name = "status"}};
    STATIC_REQUIRE(nearest_name("totl", columns) == "total");
}

} // namespace identifier_cases
