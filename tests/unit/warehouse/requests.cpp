// SPDX-License-Identifier: Apache-2.0
// What is sent to execute a statement.
#include <weir/warehouse/execute_body.hpp>

#include <catch.hpp>
#include <chrono>
#include <string>
#include <string_view>

using namespace weir;
using namespace weir::warehouse;
using namespace std::chrono_literals;

namespace {

constexpr column_type integer{.kind = type::int32};
constexpr column_type money{.kind = type::decimal, .precision = 12, .scale = 2};
constexpr column_type short_text{.kind = type::varchar, .length = 3};
constexpr column_type bytes{.kind = type::binary};
constexpr column_type list{.kind = type::array, .element = &integer};
constexpr column_type moment{.kind = type::timestamp};

std::string written(const sql::arguments& arguments) {
    std::string out;
    append_parameters(out, arguments);
    return out;
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("arguments become named parameters with the types of their columns") {
    sql::arguments given;
    given.add_text("-7", integer);
    given.add_text("12.50", money);
    given.add_text("2024-05-01T10:20:30.123456Z", moment);
    CHECK(
        written(given) ==
        R"([{"name":"p1","type":"INT","value":"-7"},)"
        R"json({"name":"p2","type":"DECIMAL(12,2)","value":"12.50"},)json"
        R"({"name":"p3","type":"TIMESTAMP","value":"2024-05-01T10:20:30.123456Z"}])"
    );
}

TEST_CASE("NULL keeps its type and has no value") {
    sql::arguments given;
    given.add_null(integer);
    CHECK(written(given) == R"([{"name":"p1","type":"INT"}])");
}

TEST_CASE("texts of any length, bytes and containers travel as strings") {
    sql::arguments given;
    given.add_text("longer than 3", short_text);
    given.add_text("AAE=", bytes);
    given.add_text("[1,2]", list);
    CHECK(
        written(given) == R"([{"name":"p1","type":"STRING","value":"longer than 3"},)"
                          R"({"name":"p2","type":"STRING","value":"AAE="},)"
                          R"({"name":"p3","type":"STRING","value":"[1,2]"}])"
    );
}

TEST_CASE("a value cannot leave its quotes") {
    sql::arguments given;
    given.add_text("a\"},{\"name\":\"p2\\\n", short_text);
    CHECK(written(given) == R"([{"name":"p1","type":"STRING","value":"a\"},{\"name\":\"p2\\\n"}])");
}

TEST_CASE("the platform holds a call only as long as it answers well before the deadline") {
    CHECK(held_for(10s, 30s) == 10s);
    CHECK(held_for(10s, 8s) == 7s);
    CHECK(held_for(10s, 5500ms) == 0s);
    CHECK(held_for(0s, 30s) == 0s);
    CHECK(held_for(10s, 0s) == 0s);
}

TEST_CASE("a statement is sent with its place of execution, its wait and its tags") {
    const options at{.warehouse_id = "/sql/1.0/warehouses/w1", .catalog = "main"};
    sql::arguments given;
    given.add_text("7", integer);
    const execution of{
        .text = "SELECT :p1",
        .arguments = given,
        .tags = {{{"weir.request_id", "r-1"}, {"weir.table", "wells"}, {"weir.caller", ""}}},
        .held = 5s,
    };
    CHECK(
        execute_body(of, at) ==
        R"({"warehouse_id":"w1","catalog":"main","statement":"SELECT :p1",)"
        R"("parameters":[{"name":"p1","type":"INT","value":"7"}],)"
        R"("wait_timeout":"5s","on_wait_timeout":"CONTINUE",)"
        R"("disposition":"INLINE","format":"JSON_ARRAY",)"
        R"("query_tags":[{"key":"weir.request_id","value":"r-1"},{"key":"weir.table","value":"wells"}]})"
    );
}

TEST_CASE("without a wait there is nothing to do at its end, and tags can be left out") {
    const options at{.warehouse_id = "w1", .tags_queries = false};
    const sql::arguments none;
    const execution of{
        .text = "SELECT 1", .arguments = none, .delivered = disposition::external_links
    };
    CHECK(
        execute_body(of, at) ==
        R"({"warehouse_id":"w1","statement":"SELECT 1","wait_timeout":"0s",)"
        R"("disposition":"EXTERNAL_LINKS","format":"JSON_ARRAY"})"
    );
}

TEST_CASE("long tags are cut between characters") {
    const std::string name(127, 'a');
    std::string out;
    append_query_tags(out, {{{"k", name + "\xC3\xA4" + "b"}, {}, {}}});
    CHECK(out == R"([{"key":"k","value":")" + name + "\"}]");
}

TEST_CASE("options that cannot work are refused by name") {
    const auto refusal = [](const options& given) -> std::string {
        try {
            weir::warehouse::detail::check_options(given);
        } catch (const configuration_error& refused) {
            return refused.what();
        }
        return "accepted";
    };
    CHECK(refusal({.warehouse_id = "abc1"}) == "accepted");
    CHECK(refusal({.warehouse_id = "/sql/1.0/warehouses/abc1/"}) == "accepted");
    CHECK(holds(refusal({}), "DATABRICKS_WAREHOUSE_ID"));
    CHECK(holds(refusal({.warehouse_id = "a?b"}), "id"));
    CHECK(holds(refusal({.warehouse_id = "a", .wait = 2s}), "wait"));
    CHECK(holds(refusal({.warehouse_id = "a", .first_poll = 0ms}), "poll"));
    CHECK(holds(refusal({.warehouse_id = "a", .conflict_tries = 0}), "try"));
}
