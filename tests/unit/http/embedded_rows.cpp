// SPDX-License-Identifier: Apache-2.0
#include <weir/data/any_session.hpp>
#include <weir/http/embedded_rows.hpp>
#include <weir/http/embedding.hpp>

#include <catch.hpp>
#include <fake_session.hpp>
#include <freight.weir.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace embedded_rows_cases {

using namespace weir;
using http::query_parameter;
using test::fake_database;

namespace {

constexpr const table& shippers = table_of<freight::shipper>;
constexpr std::uint16_t name_only[]{2};

std::vector<http::embedding> embeddings(const std::vector<query_parameter>& query) {
    return http::read_embeddings(shippers, query, [](std::span<const query_parameter>) {});
}

/// Shippers with what they embed, on a database that answers as prepared.
std::string embed(
    fake_database& database,
    sql::dialect spoken,
    const std::vector<query_parameter>& query,
    const std::vector<std::vector<std::string>>& rows
) {
    any_caller_session session{test::fake_session<caller>{database, caller{.id = "ada"}, spoken}};
    const auto embedded = embeddings(query);
    http::embedded_rows whole{
        shippers, name_only, embedded, session, std::nullopt, json::numbers::plain
    };
    for (const auto& row : rows) {
        std::vector<text_field> fields;
        for (const auto& text : row)
            fields.push_back({.text = text});
        whole.add(fields);
    }
    whole.complete();
    std::string out;
    for (std::size_t row = 0; row < whole.size(); ++row)
        whole.append(out, row);
    return out;
}

} // namespace

TEST_CASE("a page of any length costs one statement per relation") {
    fake_database database;
    database.answers.push_back(
        {.rows = {{"first", "DE", "1"}, {"second", "DE", "1"}, {"third", "F\"", "2"}}}
    );
    const auto out = embed(
        database,
        sql::dialect::postgres,
        {{"include", "consignments"}, {"consignments.select", "label"}},
        {{"Nord", "DE", "1"}, {"Sud", "F\"", "2"}, {"West", "US", "3"}}
    );
    CHECK(
        out == R"({"name":"Nord","consignments":[{"label":"first"},{"label":"second"}]})"
               R"({"name":"Sud","consignments":[{"label":"third"}]})"
               R"({"name":"West","consignments":[]})"
    );
    REQUIRE(database.statements.size() == 1);
    const auto& sent = database.statements.front().arguments;
    REQUIRE(sent.size() == 6);
    CHECK(sent[0] == "ada");
    CHECK(sent[1] == R"({DE,"F\"",US})");
    CHECK(sent[2] == "{1,2,3}");
    CHECK(sent[3] == "0");
    CHECK(sent[4] == "100");
    CHECK(sent[5] == "10001");
}

TEST_CASE("a warehouse takes the keys as one JSON parameter") {
    fake_database database;
    const auto out = embed(
        database,
        sql::dialect::databricks,
        {{"include", "consignments"}},
        {{"Nord", "DE", "1"}, {"Sud", "F\"", "2"}}
    );
    CHECK(out == R"({"name":"Nord","consignments":[]}{"name":"Sud","consignments":[]})");
    REQUIRE(database.statements.size() == 1);
    CHECK(
        database.statements.front().arguments[1] ==
        R"([{"country":"DE","code":1},{"country":"F\"","code":2}])"
    );
}

TEST_CASE("where nothing can be found nothing is asked, and keys are asked once") {
    fake_database database;
    CHECK(embed(database, sql::dialect::postgres, {{"include", "consignments"}}, {}).empty());
    CHECK(database.statements.empty());
    embed(
        database,
        sql::dialect::postgres,
        {{"include", "consignments.parcels.product"}},
        {{"Nord", "DE", "1"}, {"Nord", "DE", "1"}}
    );
    REQUIRE(database.statements.size() == 1);
    CHECK(database.statements.front().arguments[2] == "{1}");
}

TEST_CASE("a row under a key nobody asked for is not answered") {
    fake_database database;
    database.answers.push_back({.rows = {{"first", "XX", "9"}}});
    CHECK_THROWS_AS(
        embed(
            database,
            sql::dialect::postgres,
            {{"include", "consignments"}, {"consignments.select", "label"}},
            {{"Nord", "DE", "1"}}
        ),
        decode_error
    );
}

TEST_CASE("paths share what they have in common, and each relation keeps its own query") {
    const auto made = embeddings(
        {{"include", "consignments.parcels, consignments.shipper"},
         {"consignments.parcels.limit", "7"},
         {"consignments.label", "eq.a"}}
    );
    REQUIRE(made.size() == 1);
    CHECK(made[0].which->name == "consignments");
    CHECK(made[0].asked.where.parts.size() + made[0].asked.where.values.size() > 0);
    REQUIRE(made[0].nested.size() == 2);
    CHECK(made[0].nested[0].asked.limit_rows == 7);
    CHECK_FALSE(made[0].nested[1].which->is_many);
    CHECK_THROWS_AS(embeddings({{"include", "consignments.parcels.product.x"}}), validation_error);
}

} // namespace embedded_rows_cases
