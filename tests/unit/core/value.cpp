// SPDX-License-Identifier: Apache-2.0
#include <weir/core/value.hpp>

#include <catch.hpp>
#include <optional>
#include <string>

#include "spelling.hpp"

namespace value_cases {

using weir::any_value;
using weir::to_any_value;
using weir::test::postgres;
using weir::test::statement_api;
using weir::test::written;

TEST_CASE("any scalar becomes an any_value of its family") {
    REQUIRE((to_any_value(true) == any_value{true}));
    REQUIRE((to_any_value(std::int8_t{-5}) == any_value{std::int64_t{-5}}));
    REQUIRE((to_any_value(7) == any_value{std::int64_t{7}}));
    REQUIRE((to_any_value(1.5F) == any_value{1.5}));
    REQUIRE((to_any_value("text") == any_value{std::string{"text"}}));
    REQUIRE((to_any_value(std::string_view{"text"}) == any_value{std::string{"text"}}));
    REQUIRE((to_any_value(std::string{"text"}) == any_value{std::string{"text"}}));
    REQUIRE((to_any_value(weir::decimal<5, 2>{3}) == any_value{weir::scaled_decimal{300, 2}}));
    REQUIRE((to_any_value(weir::timestamp{1}) != to_any_value(weir::timestamp_ntz{1})));
    REQUIRE((to_any_value(weir::json_text{"{}"}) != to_any_value("{}")));
    REQUIRE(weir::is_null(any_value{}));
    REQUIRE(weir::is_null(to_any_value(std::optional<int>{})));
    REQUIRE((to_any_value(std::optional<int>{4}) == any_value{std::int64_t{4}}));
    REQUIRE_FALSE(weir::is_null(to_any_value("")));
    const any_value already = std::int64_t{3};
    REQUIRE((to_any_value(*std::get_if<std::int64_t>(&already)) == already));
}

TEST_CASE("an any_value spells itself as what it holds") {
    const auto both = [](const auto& value) {
        const auto any = to_any_value(value);
        return written(any, postgres) == written(value, postgres) &&
               written(any, statement_api) == written(value, statement_api);
    };
    REQUIRE(both(true));
    REQUIRE(both(std::int16_t{-300}));
    REQUIRE(both(0.1));
    REQUIRE(both(*weir::decimal<38, 10>::parse("-1.5")));
    REQUIRE(both(std::string{"it's"}));
    REQUIRE(both(weir::date{19'000}));
    REQUIRE(both(weir::timestamp{1}));
    REQUIRE(both(weir::timestamp_ntz{1}));
    REQUIRE(both(std::vector<std::byte>{std::byte{0xFF}}));
    REQUIRE(both(weir::uuid::random()));
    REQUIRE(both(weir::json_text{"[1]"}));
}

} // namespace value_cases
