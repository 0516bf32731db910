// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/default.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace default_cases {

using weir::type;
using weir::sql::dialect;

namespace {

constexpr weir::column_type text{.kind = type::string};
constexpr weir::column_type number{.kind = type::int32};
constexpr weir::column_type bytes{.kind = type::binary};

std::string written(dialect spoken, const weir::column_type& of, std::string_view json) {
    const weir::column column{.name = "c", .type = of, .default_json = json};
    return weir::sql::written(spoken, [&](weir::sql::writer& out) {
        weir::sql::write_default(out, column);
    });
}

std::string postgres(const weir::column_type& of, std::string_view json) {
    return written(dialect::postgres, of, json);
}

std::string databricks(const weir::column_type& of, std::string_view json) {
    return written(dialect::databricks, of, json);
}

} // namespace

TEST_CASE("scalar defaults are constants of their type") {
    REQUIRE(postgres({.kind = type::float64}, "640.0") == "640.0");
    REQUIRE(postgres({.kind = type::decimal}, "\"0.00\"") == "0.00");
    REQUIRE(postgres({.kind = type::boolean}, "true") == "true");
    REQUIRE(
        postgres(text, R"("it's \"\u00e9\ud83d\ude00\"")") == "'it''s \"\xC3\xA9\xF0\x9F\x98\x80\"'"
    );
    REQUIRE(postgres(text, "\"42\"") == "'42'");
    REQUIRE(postgres({.kind = type::float64}, "\"NaN\"") == "'NaN'");
    REQUIRE(databricks({.kind = type::float64}, "\"NaN\"") == "CAST('NaN' AS DOUBLE)");
    REQUIRE(postgres({.kind = type::date}, "\"2024-05-01\"") == "'2024-05-01'");
    REQUIRE(databricks({.kind = type::date}, "\"2024-05-01\"") == "CAST('2024-05-01' AS DATE)");
    REQUIRE(postgres(bytes, "\"AQI=\"") == R"('\x0102')");
    REQUIRE(databricks(bytes, "\"AQI=\"") == "X'0102'");
}

TEST_CASE("container defaults are array constants or JSON") {
    REQUIRE(postgres({.kind = type::array, .element = &text}, "[]") == "'{}'");
    REQUIRE(
        postgres({.kind = type::array, .element = &text}, R"([ "a", "b,c", "d'e" ])") ==
        R"('{a,"b,c",d''e}')"
    );
    REQUIRE(postgres({.kind = type::array, .element = &number}, "[1, -2]") == "'{1,-2}'");
    REQUIRE(postgres({.kind = type::array, .element = &bytes}, R"(["AQ=="])") == R"('{"\\x01"}')");
    REQUIRE(postgres({.kind = type::json}, R"({"a": "it's"})") == R"('{"a": "it''s"}')");
    REQUIRE(databricks({.kind = type::json}, R"({"a": "\n"})") == R"('{"a": "\\n"}')");
    REQUIRE(
        postgres({.kind = type::map, .element = &number, .key = &text}, R"({"a":1})") ==
        R"('{"a":1}')"
    );
}

TEST_CASE("a default that does not fit its column is refused") {
    const weir::column_type texts{.kind = type::array, .element = &text};
    for (const auto* json : {"", "draft", "1; drop table t", "\"1; drop\"", "1 2", "\"a"})
        REQUIRE_THROWS_AS(postgres(number, json), weir::configuration_error);
    for (const auto* json : {"[", "[1]", "[\"a\"", "[\"a\"] x", "{}", "[\"\\q\"]", "[\"\\ud800\"]"})
        REQUIRE_THROWS_AS(postgres(texts, json), weir::configuration_error);
    REQUIRE_THROWS_AS(postgres(bytes, "\"?\""), weir::configuration_error);
}

} // namespace default_cases
