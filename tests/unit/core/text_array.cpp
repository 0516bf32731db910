// SPDX-License-Identifier: Apache-2.0
#include <weir/core/text_array.hpp>

#include <catch.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "spelling.hpp"

namespace text_array_cases {

using weir::test::below;
using weir::test::generator;
using weir::test::postgres;
using weir::test::read;
using weir::test::survives;
using weir::test::written;

using texts = std::vector<std::string>;
using integers = std::vector<std::int32_t>;

TEST_CASE("arrays are written as PostgreSQL prints them") {
    REQUIRE(written(texts{}, postgres) == "{}");
    REQUIRE(written(texts{"a", "b"}, postgres) == "{a,b}");
    REQUIRE(written(texts{""}, postgres) == R"({""})");
    REQUIRE(
        written(texts{"a b", "a,b", "{", "}", "\t"}, postgres) ==
        "{\"a b\",\"a,b\",\"{\",\"}\",\"\t\"}"
    );
    REQUIRE(written(texts{R"(q"uo\te)"}, postgres) == R"({"q\"uo\\te"})");
    REQUIRE(
        written(texts{"NULL", "null", "Null", "nulls"}, postgres) ==
        R"({"NULL","null","Null",nulls})"
    );
    REQUIRE(written(texts{"\xE2\x82\xAC", "it's"}, postgres) == "{\xE2\x82\xAC,it's}");
    REQUIRE(written(integers{1, -2, 3}, postgres) == "{1,-2,3}");
    REQUIRE(written(std::vector<bool>{true, false}, postgres) == "{t,f}");
    REQUIRE(
        written(std::vector<double>{0.5, std::numeric_limits<double>::quiet_NaN()}, postgres) ==
        "{0.5,NaN}"
    );
    REQUIRE(written(std::vector<weir::decimal<12, 2>>{1, -2}, postgres) == "{1.00,-2.00}");
    REQUIRE(written(std::vector{weir::timestamp{0}}, postgres) == R"({"1970-01-01 00:00:00+00"})");
    REQUIRE(written(std::vector{weir::date{0}}, postgres) == "{1970-01-01}");
    REQUIRE(
        written(std::vector<std::vector<std::byte>>{{std::byte{0xFF}}, {}}, postgres) ==
        R"({"\\xff","\\x"})"
    );
}

TEST_CASE("arrays are read as PostgreSQL prints them") {
    REQUIRE(read<texts>("{}", postgres) == texts{});
    REQUIRE(
        read<texts>(R"({a,"b c","","NULL","q\"\\"})", postgres) ==
        texts{"a", "b c", "", "NULL", R"(q"\)"}
    );
    REQUIRE(read<texts>(R"({"\a\,"})", postgres) == texts{"a,"});
    REQUIRE(read<integers>("{1,-2,3}", postgres) == integers{1, -2, 3});
    REQUIRE(read<integers>(R"({"1"})", postgres) == integers{1});
    REQUIRE(read<std::vector<bool>>("{t,f,t}", postgres) == std::vector<bool>{true, false, true});
}

TEST_CASE("lower bounds other than 1 are accepted when they add up") {
    REQUIRE(read<integers>("[0:1]={1,2}", postgres) == integers{1, 2});
    REQUIRE(read<integers>("[-3:-3]={1}", postgres) == integers{1});
    for (const std::string_view text : {
             "[0:1]={1}",
             "[0:1]={1,2,3}",
             "[0:1]={}",
             "[1:0]={1}",
             "[0:1]{1,2}",
             "[0:1]=",
             "[0:1]",
             "[0:]={1}",
             "[:1]={1}",
             "[1]={1}",
             "[a:b]={1}",
             "[",
             "[0",
             "[0:",
             "[0:1",
             "[1:1][1:2]={{1,2}}",
             "[-2147483648:2147483647]={1}",
             "[0:99999999999]={1}",
         }) {
        CAPTURE(text);
        CHECK(read<integers>(text, postgres) == std::nullopt);
    }
}

TEST_CASE("NULL elements, nested arrays and malformed text are refused") {
    for (const std::string_view text : {
             "",         "{",         "}",        "a",          "{a",     "a}",      "{a}}",
             "{a}b",     "{a,}",      "{,a}",     "{,}",        "{a,,b}", "{NULL}",  "{null}",
             "{a,Null}", "{{a},{b}}", "{{}}",     "{\"a}",      "{\"a\\", "{\"a\\}", "{\"a\"b}",
             "{a\"b\"}", "{\"a\" }",  "{ a}",     "{a b}",      "{a }",   " {a}",    "{a} ",
             "{a\\,b}",  "{\"a\"",    "{\"a\",",  "{\"\"\"\"}", "{a;b}x", "{}{}",    "{}}",
             "{a\n}",    "[a]",       R"(["a"])",
         }) {
        CAPTURE(text);
        CHECK(read<texts>(text, postgres) == std::nullopt);
    }
    for (const std::string_view text :
         {"{a}", "{1,b}", "{1.5}", "{\"\"}", "{2147483648}", "{1, 2}"}) {
        CAPTURE(text);
        CHECK(read<integers>(text, postgres) == std::nullopt);
    }
}

TEST_CASE("the Statement Execution API has no such arrays") {
    REQUIRE(read<integers>("{1}", weir::text_format::statement_api) == std::nullopt);
    REQUIRE(read<integers>("[1]", weir::text_format::statement_api) == std::nullopt);
}

TEST_CASE("arrays of awkward text survive being written and read") {
    generator random{11};
    constexpr std::string_view alphabet = "\"\\{},. \t\nnulNUL\xC3\xA9'x";
    for (int round = 0; round < 5'000; ++round) {
        texts value(below(random, 5));
        for (auto& text : value) {
            for (auto left = below(random, 6); left > 0; --left) {
                text += alphabet[below(random, alphabet.size())];
            }
        }
        INFO(written(value, postgres));
        REQUIRE(survives(value, postgres));
    }
}

TEST_CASE("arrays of every scalar survive being written and read") {
    generator random{12};
    for (int round = 0; round < 300; ++round) {
        const auto size = below(random, 6);
        std::vector<bool> truths;
        std::vector<std::int64_t> numbers;
        std::vector<double> reals;
        std::vector<weir::decimal<20, 4>> decimals;
        std::vector<weir::date> days;
        std::vector<weir::timestamp> moments;
        std::vector<weir::timestamp_ntz> walls;
        std::vector<std::vector<std::byte>> blobs;
        std::vector<weir::uuid> uuids;
        for (std::size_t i = 0; i < size; ++i) {
            const auto number = static_cast<std::int64_t>(random()) >> 8;
            truths.push_back(number % 2 == 0);
            numbers.push_back(number);
            reals.push_back(static_cast<double>(number) / 7);
            decimals.push_back(weir::decimal<20, 4>::from_unscaled(number));
            days.push_back(weir::date{static_cast<std::int32_t>(number % 700'000)});
            moments.push_back(weir::timestamp{number});
            walls.push_back(weir::timestamp_ntz{number});
            blobs.push_back(std::vector<std::byte>(below(random, 4), std::byte{0x5C}));
            uuids.push_back(weir::uuid::random());
        }
        REQUIRE(survives(truths, postgres));
        REQUIRE(survives(numbers, postgres));
        REQUIRE(survives(reals, postgres));
        REQUIRE(survives(decimals, postgres));
        REQUIRE(survives(days, postgres));
        REQUIRE(survives(moments, postgres));
        REQUIRE(survives(walls, postgres));
        REQUIRE(survives(blobs, postgres));
        REQUIRE(survives(uuids, postgres));
    }
}

TEST_CASE("appending an array leaves what was there alone") {
    std::string out = R"(a "b" {c})";
    weir::append_text(out, texts{"d e", "f"}, postgres);
    REQUIRE(out == R"(a "b" {c}{"d e",f})");
}

} // namespace text_array_cases
