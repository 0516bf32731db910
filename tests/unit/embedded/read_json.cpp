// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/read_json.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace read_json_cases {

using namespace weir::embedded;

namespace {

/// The rewritten text; `~` before it: not everything fitted.
std::string read(std::string_view schema, std::string_view text) {
    std::string made;
    switch (rewrite_json(made, text, parse_schema(schema))) {
    case json_rewrite::whole:
        return made;
    case json_rewrite::partly:
        return "~" + made;
    case json_rewrite::malformed:
        break;
    }
    return "malformed";
}

} // namespace

TEST_CASE("numbers keep every digit") {
    CHECK(
        read("array<decimal(38,0)>", "[12345678901234567890123456789012345678]") ==
        R"(["12345678901234567890123456789012345678"])"
    );
    CHECK(
        read("array<decimal(38,10)>", R"([0.1, "2.5", 1e3, -0.00000000001])") ==
        R"(["0.1000000000","2.5000000000","1000.0000000000","0.0000000000"])"
    );
    CHECK(
        read("array<bigint>", "[9223372036854775807, -9223372036854775808]") ==
        "[9223372036854775807,-9223372036854775808]"
    );
    CHECK(
        read("array<double>", R"([0.1, 1e300, "NaN", "-Infinity"])") ==
        R"(["0.1","1e+300","NaN","-Infinity"])"
    );
}

TEST_CASE("structures have all their fields, in their order") {
    CHECK(read("a int, b string", R"({"b": "x", "a": 1})") == R"({"a":1,"b":"x"})");
    CHECK(read("a int, b string", R"({"b": "x", "z": [1, {"q": 2}]})") == R"({"a":null,"b":"x"})");
    CHECK(read("a int", R"({"a": 1, "a": 2})") == R"({"a":2})");
    CHECK(
        read("array<struct<a: int>>", R"([{"a": 1}, null, {}])") == R"([{"a":1},null,{"a":null}])"
    );
    CHECK(read("map<string, int>", R"({"x y": 1, "z": null})") == R"({"x y":1,"z":null})");
}

TEST_CASE("times, dates, bytes and text travel") {
    CHECK(
        read("array<timestamp>", R"(["2024-05-01T10:20:30.123456+02:00"])") ==
        R"(["2024-05-01T08:20:30.123456Z"])"
    );
    CHECK(
        read("array<timestamp_ntz>", R"(["2024-05-01 10:20:30"])") == R"(["2024-05-01T10:20:30"])"
    );
    CHECK(
        read("array<date>", R"(["0001-01-01", "9999-12-31"])") == R"(["0001-01-01","9999-12-31"])"
    );
    CHECK(read("array<binary>", R"(["AP9h", ""])") == R"(["\\x00\\xff\\x61",""])");
    CHECK(
        read("array<string>", R"(["a\u00e9\n", 1.50, {"k": [1]}, true])") ==
        "[\"a\u00e9\\n\",\"1.50\",\"{\\\"k\\\": [1]}\",\"true\"]"
    );
    CHECK(read("array<variant>", R"([{"k": 1.50}, "x", null])") == R"([{"k": 1.50},"x",null])");
    CHECK(read("array<boolean>", "[true, false]") == "[true,false]");
}

TEST_CASE("a value that does not fit becomes NULL and says so") {
    CHECK(read("array<tinyint>", "[127, 128]") == "~[127,null]");
    CHECK(read("array<int>", R"([1.5, "1", true, [2]])") == "~[null,null,null,null]");
    CHECK(read("array<decimal(4,2)>", "[123.45]") == "~[null]");
    CHECK(read("array<boolean>", R"(["true", 1])") == "~[null,null]");
    CHECK(read("array<date>", R"(["2024-02-30", 5])") == "~[null,null]");
    CHECK(read("array<binary>", R"(["not base64"])") == "~[null]");
    CHECK(read("array<double>", R"(["1.5", true])") == "~[null,null]");
    CHECK(read("a int", "[1]") == "~null");
    CHECK(read("array<int>", R"({"a": 1})") == "~null");
    CHECK(read("map<string,int>", "[1]") == "~null");
}

TEST_CASE("text that is no JSON is malformed") {
    for (const std::string_view text : {"", "[1", "{\"a\":}", "[1] x", "{'a': 1}", "[01]"}) {
        INFO(text);
        CHECK(read("array<int>", text) == "malformed");
    }
    CHECK(read("a int", R"({"a": 1)") == "malformed");
    CHECK(read("a array<int>", R"({"a": [1})") == "malformed");
}

} // namespace read_json_cases
