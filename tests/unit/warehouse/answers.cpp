// SPDX-License-Identifier: Apache-2.0
// What the API answers, and the rows in it.
#include <weir/warehouse/row_reader.hpp>

#include <catch.hpp>
#include <string>
#include <vector>

using namespace weir;
using namespace weir::warehouse;

namespace {

using table_text = std::vector<std::vector<std::string>>;

table_text rows_of(chunk from, std::size_t columns) {
    table_text all;
    row_reader reader{std::move(from), columns};
    while (const auto row = reader.next()) {
        auto& texts = all.emplace_back();
        for (const auto& field : *row)
            texts.push_back(field.is_null ? "NULL" : std::string{field.text});
    }
    return all;
}

constexpr auto two_rows = R"json({"statement_id":"01f0","status":{"state":"SUCCEEDED"},
 "manifest":{"format":"JSON_ARRAY","schema":{"column_count":2,"columns":[
   {"name":"id","type_text":"BIGINT","type_name":"LONG","position":0},
   {"name":"amt","type_text":"DECIMAL(10,2)","type_name":"DECIMAL","position":1,"type_precision":10}]},
  "total_chunk_count":1,"chunks":[{"chunk_index":0,"row_offset":0,"row_count":2}],
  "total_row_count":2,"truncated":false},
 "result":{"chunk_index":0,"row_offset":0,"row_count":2,"data_array":[["1","9.50"],["2",null]]}})json";

} // namespace

TEST_CASE("an answer tells its state, its columns and its rows") {
    auto given = read_answer(two_rows);
    CHECK(given.statement_id == "01f0");
    CHECK(given.state == statement_state::succeeded);
    REQUIRE(given.shape.has_value());
    CHECK(given.shape->chunks == 1);
    CHECK(given.shape->rows == 2);
    CHECK_FALSE(given.shape->is_truncated);
    REQUIRE(given.shape->columns.size() == 2);
    CHECK(given.shape->columns[1].name == "amt");
    CHECK(given.shape->columns[1].type_text == "DECIMAL(10,2)");
    CHECK(rows_of(std::move(given.first), 2) == table_text{{"1", "9.50"}, {"2", "NULL"}});
}

TEST_CASE("members may come in any order") {
    auto given = read_answer(
        R"({"result":{"data_array":[["x"]],"row_count":1},"manifest":{"total_row_count":"1",)"
        R"("schema":{"columns":[{"name":"a"}]}},"status":{"state":"SUCCEEDED"},"statement_id":"s"})"
    );
    CHECK(given.statement_id == "s");
    CHECK(given.shape->rows == 1);
    CHECK(rows_of(std::move(given.first), 1) == table_text{{"x"}});
}

TEST_CASE("DDL has a result without columns, and an empty query one without rows") {
    auto ddl = read_answer(
        R"({"statement_id":"s","status":{"state":"SUCCEEDED"},"manifest":{"format":"JSON_ARRAY",)"
        R"("schema":{"column_count":0},"total_chunk_count":0,"total_row_count":0},"result":{}})"
    );
    CHECK(ddl.shape->columns.empty());
    CHECK(rows_of(std::move(ddl.first), 0).empty());
    auto none = read_answer(
        R"({"statement_id":"s","status":{"state":"SUCCEEDED"},"manifest":{"schema":{"column_count":1,)"
        R"("columns":[{"name":"a","type_text":"INT"}]},"total_chunk_count":0},"result":{}})"
    );
    CHECK(none.shape->columns.size() == 1);
    CHECK(rows_of(std::move(none.first), 1).empty());
}

TEST_CASE("a failure has its code, its text and its SQLSTATE") {
    const auto failed = read_answer(
        R"({"statement_id":"s","status":{"state":"FAILED","error":{"error_code":"BAD_REQUEST",)"
        R"("message":"\n[PARSE_SYNTAX_ERROR] Syntax"},"sql_state":"42601"}})"
    );
    CHECK(failed.state == statement_state::failed);
    CHECK(failed.failure.error_code == "BAD_REQUEST");
    CHECK(failed.failure.message == "\n[PARSE_SYNTAX_ERROR] Syntax");
    CHECK(failed.failure.sql_state == "42601");
}

TEST_CASE("only pending, running and unheard-of states go on") {
    const auto state = [](std::string name) {
        return read_answer(R"({"statement_id":"s","status":{"state":")" + name + "\"}}").state;
    };
    CHECK_FALSE(is_over(state("PENDING")));
    CHECK_FALSE(is_over(state("RUNNING")));
    CHECK_FALSE(is_over(state("QUEUED")));
    CHECK(is_over(state("SUCCEEDED")));
    CHECK(is_over(state("CANCELED")));
    CHECK(is_over(state("CLOSED")));
}

TEST_CASE("texts with escapes are unescaped, others stay where they are") {
    auto rows = chunk_of_rows(R"([["a\"b","plain","\u00e4\n"],["\\","",null]])");
    CHECK(
        rows_of(std::move(rows), 3) ==
        table_text{{"a\"b", "plain", "\xC3\xA4\n"}, {"\\", "", "NULL"}}
    );
}

TEST_CASE("rows that are cut or do not fit are an error, never fewer rows") {
    for (const auto* text : {
             R"([["1"],["2")",
             R"([["1"],["2"])",
             R"([["1","2"]])",
             R"([[]])",
             R"([["1"],{}])",
             R"({"a":1})",
             R"([["1"]] [["2"]])",
             "[[\"\xFF\"]]",
         }) {
        CAPTURE(text);
        CHECK_THROWS_AS(rows_of(chunk_of_rows(text), 1), decode_error);
    }
    std::string cut{two_rows};
    for (std::size_t size = 0; size < cut.size(); ++size) {
        CAPTURE(size);
        CHECK_THROWS_AS(
            [&] {
                auto given = read_answer(cut.substr(0, size));
                return rows_of(std::move(given.first), 2);
            }(),
            decode_error
        );
    }
}

TEST_CASE("a chunk is a result by itself, or links to one") {
    CHECK(
        rows_of(read_chunk(R"({"chunk_index":1,"data_array":[["3"]],"next_chunk_index":2})"), 1) ==
        table_text{{"3"}}
    );
    const auto linked =
        read_chunk(R"({"external_links":[{"chunk_index":4,"external_link":"https://s/x?sig=1",)"
                   R"("expiration":"2024-11-08T15:25:18.134Z","http_headers":{"x-ms":"1"}}]})");
    REQUIRE(linked.links.size() == 1);
    CHECK(linked.links[0].chunk_index == 4);
    CHECK(linked.links[0].at.url == "https://s/x?sig=1");
    CHECK(linked.links[0].at.fields.at(0).first == "x-ms");
    CHECK_FALSE(linked.rows.has_value());
}
