// SPDX-License-Identifier: Apache-2.0
// The api_log: what it keeps of requests that failed, and what it never does.
#include <catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "record_service.hpp"
#include "records_fixture.hpp"

using namespace test;

namespace {

std::string everything(const record_service& on) {
    const std::string mark = record_service::is_lakebase() ? "\"" : "`";
    std::string names;
    for (const auto* name :
         {"log_id",
          "level",
          "endpoint",
          "method",
          "status_code",
          "error_type",
          "error_message",
          "stack_trace",
          "request_body",
          "user",
          "catalog",
          "schema",
          "table_name",
          "execution_time_ms"})
        names += (names.empty() ? "" : ", ") + mark + name + mark;
    return "select " + names + " from " + on.place() + "api_log order by " + mark + "timestamp" +
           mark;
}

} // namespace

TEST_CASE("a request that failed is a row of the api_log, with what was tried and why not") {
    record_service on{{.has_log = true}};
    on.as(weir::caller{.id = "ada", .email = "ada@example.com"});
    REQUIRE(on.write("t", well_definition + ",\"auto_create\":true," + one_well).status == 200);
    REQUIRE(on.write("t", R"("data":[{"api10":"x"}])").status == 400);
    on.as(std::nullopt);
    REQUIRE(on.ask("GET", "nothing").status == 404);
    CHECK(on.end_log() == 0);
    const auto rows = on.select(everything(on));
    REQUIRE(rows.size() == 2);
    const auto& first = rows.front();
    CHECK(first[0]->size() == 36);
    CHECK(first[1] == "WARNING");
    CHECK(first[2] == "/api/v1/records/write");
    CHECK(first[3] == "POST");
    CHECK(first[4] == "400");
    CHECK(first[5] == "validation_error");
    CHECK(first[6]->starts_with("Schema validation failed: Record 0: "));
    CHECK(first[7]->find("records/") != std::string::npos);
    CHECK(first[8]->find(R"("data":[{"api10":"x"}])") != std::string::npos);
    CHECK(first[9] == "ada@example.com");
    CHECK(first[10] == on.catalog());
    CHECK(first[11] == on.schema());
    CHECK(first[12] == "t");
    CHECK(std::stod(*first[13]) > 0);
    CHECK(rows[1][4] == "404");
    CHECK(rows[1][5] == "not_found");
    CHECK_FALSE(rows[1][9]);
}

TEST_CASE("the api_log keeps no secrets, and no more than 5,000 characters of a body") {
    record_service on{{.has_log = true}};
    const auto bodies = {
        R"({"catalog":"c","password":"hunter2-1","nested":{"access_token":["hunter2-2"]}})",
        R"({"catalog":"c","filters":[{"column":"api_secret","op":"=","value":"hunter2-3"}]})",
        R"({"key_values":["hunter2-4"],"key_column":"my_token"})",
        R"(password=hunter2-5)",
    };
    for (const auto* body : bodies)
        REQUIRE(on.ask("PUT", "update", body).status == 400);
    std::string wide = R"({"catalog":")";
    for (int at = 0; at < 4'000; ++at)
        wide += "\u00e4\u00e4";
    REQUIRE(on.ask("PUT", "update", wide + "\"}").status == 400);
    CHECK(on.end_log() == 0);
    const auto rows = on.select(everything(on));
    REQUIRE(rows.size() == 5);
    for (const auto& row : rows) {
        for (const auto& field : row)
            CHECK((!field || field->find("hunter2") == std::string::npos));
    }
    std::size_t characters = 0;
    for (const char c : *rows[4][8])
        characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
    CHECK(characters == 5'000);
    CHECK(rows[0][8]->find(R"("password":"***")") != std::string::npos);
    CHECK(rows[3][8] == "(18 bytes that are not kept)");
}

TEST_CASE("many failing requests at once lose nothing while there is room") {
    record_service on{{.has_log = true}};
    {
        std::vector<std::jthread> clients;
        for (int at = 0; at < 8; ++at)
            clients.emplace_back([&] {
                for (int request = 0; request < 25; ++request)
                    static_cast<void>(on.ask("GET", "nothing"));
            });
    }
    CHECK(on.end_log() == 0);
    CHECK(on.rows_of("api_log") == 200);
}
