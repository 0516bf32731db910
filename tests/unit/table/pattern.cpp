// SPDX-License-Identifier: Apache-2.0
#include <weir/table/pattern.hpp>

#include <catch.hpp>

namespace pattern_cases {

namespace {

constexpr weir::column columns[]{
    {.name = "free"},
    {.name = "code", .pattern = "^[A-Z]{2,3}$"},
    {.name = "anywhere", .pattern = "b+"},
    {.name = "letters", .pattern = "^\\pL+$"},
};

} // namespace

TEST_CASE("patterns match by column position") {
    const weir::column_patterns patterns{columns};
    CHECK(patterns.match(0, "anything"));
    CHECK(patterns.match(1, "AB"));
    CHECK_FALSE(patterns.match(1, "ABCD"));
    CHECK_FALSE(patterns.match(1, "AB\n"));
    CHECK(patterns.match(2, "abc"));
    CHECK_FALSE(patterns.match(2, "ac"));
    CHECK_FALSE(patterns.match(2, ""));
}

TEST_CASE("patterns see characters, not bytes") {
    const weir::column_patterns patterns{columns};
    CHECK(patterns.match(3, "größe"));
    CHECK_FALSE(patterns.match(3, "größe1"));
}

TEST_CASE("hostile text costs linear time") {
    constexpr weir::column evil[]{{.name = "x", .pattern = "^(a+)+$"}};
    const weir::column_patterns patterns{evil};
    CHECK_FALSE(patterns.match(0, std::string(100'000, 'a') + "b"));
}

TEST_CASE("a pattern that is none names its column") {
    constexpr weir::column broken[]{{.name = "code", .pattern = "["}};
    CHECK_THROWS_AS(weir::column_patterns{broken}, weir::configuration_error);
    CHECK_THROWS_WITH(
        weir::column_patterns{broken}, "The pattern of column 'code' is not RE2 syntax"
    );
}

} // namespace pattern_cases
