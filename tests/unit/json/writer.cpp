// SPDX-License-Identifier: Apache-2.0
#include <weir/json/writer.hpp>

#include <nlohmann/json.hpp>

#include <catch.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.hpp"
#include "random_json.hpp"

namespace writer_cases {

using weir::json::append_json;
using weir::json::numbers;

namespace {

template <class T>
std::string json_of(const T& value, numbers spelled = numbers::plain) {
    std::string out;
    append_json(out, value, spelled);
    return out;
}

std::string json_string(std::string_view text) {
    std::string out;
    weir::json::append_json_string(out, text);
    return out;
}

} // namespace

TEST_CASE("strings are escaped only where JSON asks for it") {
    CHECK(json_string("") == "\"\"");
    CHECK(json_string("plain é 漢字 😀 / ' \x7f") == "\"plain é 漢字 😀 / ' \x7f\"");
    CHECK(json_string("a\"b\\c") == R"("a\"b\\c")");
    CHECK(json_string("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(json_string(std::string("\0\x01\x1f", 3)) == R"("\u0000\u0001\u001f")");
}

TEST_CASE("an escape is found at every position of a text") {
    for (std::size_t before = 0; before < 20; ++before) {
        for (std::size_t after = 0; after < 20; ++after) {
            for (const char special : {'"', '\\', '\n', '\x1f', '\0'}) {
                const auto text = std::string(before, 'x') + special + std::string(after, 'y');
                const auto written = json_string(text);
                CHECK(nlohmann::json::parse(written).get<std::string>() == text);
            }
        }
    }
}

TEST_CASE("random text survives writing and the oracle's reading") {
    random_json::source from{99};
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        for (auto count = from.below(40); count > 0; --count) {
            constexpr std::string_view pieces[]{
                "a", "\"", "\\", "\n", "é", "漢", "😀", "\x01", "0123456789"
            };
            text += pieces[from.below(std::size(pieces))];
        }
        REQUIRE(nlohmann::json::parse(json_string(text)).get<std::string>() == text);
    }
}

TEST_CASE("scalars are spelled as the type table says") {
    CHECK(json_of(true) == "true");
    CHECK(json_of(std::int8_t{-128}) == "-128");
    CHECK(json_of(std::int32_t{7}) == "7");
    CHECK(json_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(json_of(std::size_t{3}) == "3");
    CHECK(json_of(0.1) == "0.1");
    CHECK(json_of(0.1F) == "0.1");
    CHECK(json_of(1e300) == "1e+300");
    CHECK(json_of(-0.0) == "-0");
    CHECK(json_of(640.0) == "640");
    CHECK(json_of(std::numeric_limits<double>::quiet_NaN()) == "\"NaN\"");
    CHECK(json_of(std::numeric_limits<float>::infinity()) == "\"Infinity\"");
    CHECK(json_of(-std::numeric_limits<double>::infinity()) == "\"-Infinity\"");
    CHECK(json_of(weir::decimal<12, 2>::from_unscaled(-1050)) == "-10.50");
    CHECK(json_of(std::string{"x\ty"}) == R"("x\ty")");
    CHECK(json_of("literal") == "\"literal\"");
    CHECK(json_of(weir::date{19'844}) == "\"2024-05-01\"");
    CHECK(json_of(weir::timestamp{1'714'558'830'123'456}) == "\"2024-05-01T10:20:30.123456Z\"");
    CHECK(json_of(weir::timestamp{1'714'558'830'000'000}) == "\"2024-05-01T10:20:30Z\"");
    CHECK(json_of(weir::timestamp_ntz{1'714'558'830'000'001}) == "\"2024-05-01T10:20:30.000001\"");
    CHECK(json_of(std::vector{std::byte{0}, std::byte{255}}) == "\"AP8=\"");
    CHECK(json_of(weir::uuid{}) == "\"00000000-0000-0000-0000-000000000000\"");
    CHECK(json_of(weir::json_text{R"({"a": [1.50]})"}) == R"({"a": [1.50]})");
    CHECK(json_of(weir::json_text{}) == "null");
    CHECK(json_of(shop::order_status::shipped) == "\"shipped\"");
    CHECK(json_of(std::optional<int>{}) == "null");
    CHECK(json_of(std::optional{std::string{"v"}}) == "\"v\"");
}

TEST_CASE("numbers JavaScript cannot hold become strings on request") {
    CHECK(
        json_of(std::int64_t{9'007'199'254'740'993}, numbers::as_string) == "\"9007199254740993\""
    );
    CHECK(json_of(weir::decimal<4, 2>::from_unscaled(150), numbers::as_string) == "\"1.50\"");
    CHECK(json_of(std::int32_t{5}, numbers::as_string) == "5");
    CHECK(json_of(1.5, numbers::as_string) == "1.5");
    CHECK(json_of(std::vector<std::int64_t>{1, 2}, numbers::as_string) == R"(["1","2"])");
    const std::map<std::int64_t, std::int64_t> map{{1, 2}};
    CHECK(json_of(map, numbers::as_string) == R"({"1":"2"})");
}

TEST_CASE("containers and structures nest") {
    CHECK(json_of(std::vector<std::string>{}) == "[]");
    CHECK(json_of(std::vector<bool>{true, false}) == "[true,false]");
    CHECK(json_of(std::map<std::string, std::string>{}) == "{}");
    CHECK(json_of(std::map<std::string, int>{{"a\"", 1}, {"b", 2}}) == R"({"a\"":1,"b":2})");
    CHECK(json_of(std::map<std::int32_t, double>{{-1, 0.5}, {2, 1}}) == R"({"-1":0.5,"2":1})");
    CHECK(json_of(std::map<bool, int>{{false, 0}}) == R"({"false":0})");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(json_of(std::map<double, int>{{nan, 1}}) == R"({"NaN":1})");
    CHECK(json_of(std::map<double, int>{{0.5, 1}}) == R"({"0.5":1})");
    CHECK(json_of(std::map<weir::date, int>{{weir::date{0}, 1}}) == R"({"1970-01-01":1})");
    CHECK(
        json_of(std::map<shop::order_status, int>{{shop::order_status::draft, 1}}) ==
        R"({"draft":1})"
    );
    const shop::address home{.street = "1 Main", .city = "Austin"};
    CHECK(json_of(home) == R"({"street":"1 Main","city":"Austin","zip":null})");
    CHECK(
        json_of(std::vector<shop::discount>{
            {.code = "A", .amount = weir::decimal<12, 2>::from_unscaled(150)}
        }) == R"([{"code":"A","amount":1.50,"until":null}])"
    );
}

TEST_CASE("a row is written without its private columns") {
    shop::order row{.customer = "c"};
    row.margin = weir::decimal<6, 4>::from_unscaled(1);
    const auto read = nlohmann::json::parse(json_of(row));
    CHECK_FALSE(read.contains("margin"));
    CHECK(read.size() == 16);
    CHECK(read["customer"] == "c");
    CHECK(read["total"] == 0);
    CHECK(read["deleted_by"].is_null());
}

TEST_CASE("times outside the calendar are refused, not misspelled") {
    std::string out;
    CHECK_THROWS_AS(append_json(out, weir::date{5'000'000}), weir::validation_error);
}

} // namespace writer_cases
