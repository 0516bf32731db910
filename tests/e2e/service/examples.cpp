// SPDX-License-Identifier: Apache-2.0
// The other examples, run as their readers run them.
#include <catch.hpp>
#include <csignal>
#include <raw_http.hpp>
#include <string>

#include "fixture.hpp"

namespace examples_cases {

using namespace e2e;
using weir::test::service_process;

namespace {

std::string example(const std::string& path) {
    const char* folder = std::getenv("WEIR_EXAMPLES");
    REQUIRE(folder != nullptr);
    return std::string{folder} + "/" + path;
}

} // namespace

TEST_CASE("step 1 of the tutorial prints every rule that is broken") {
    service_process step{example("1_tutorial/1_validate"), {}};
    CHECK(step.wait() == 0);
    const auto said = step.output();
    CHECK(said.find("greater_than_equal: ") != std::string::npos);
    CHECK(said.find("string_too_short: ") != std::string::npos);
    CHECK(said.find("api10") != std::string::npos);
    CHECK(said.find("wellname") != std::string::npos);
    CHECK(said.find("oileur") != std::string::npos);
    CHECK(std::count(said.begin(), said.end(), '\n') == 3);
}

TEST_CASE("step 2 of the tutorial stores rows and finds them again") {
    service_process step{
        example("1_tutorial/2_repository"), {{"WEIR_DUCKDB_LIBRARY", duckdb_library()}}
    };
    CHECK(step.wait() == 0);
    CHECK(step.output() == "SMITH 1-15H, changed by tutorial\n");
}

TEST_CASE("step 3 of the tutorial is a whole service") {
    service on{embedded_settings(), example("1_tutorial/3_serve")};
    const auto made = on.send(
        {.method = "POST",
         .target = "/api/v1/wells",
         .body = R"({"api10": 4201234567, "wellname": "SMITH 1-15H"})"}
    );
    CHECK(made.status == 201);
    CHECK(on.send({.target = made.header("Location")}).parsed == made.parsed);
    CHECK(on.send({.target = "/api/v1/healthcheck"}).status == 200);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("as a guest, weir serves its table and the host its own routes") {
    // The example takes a fixed port: one that was free a moment ago.
    int port = 0;
    {
        service one{embedded_settings(), example("1_tutorial/3_serve")};
        port = one.port();
        CHECK(one.process().stop() == 0);
    }
    service_process guest{
        example("2_recipes/guest"),
        {{"WEIR_DUCKDB_LIBRARY", duckdb_library()}, {"PORT", std::to_string(port)}}
    };
    REQUIRE(guest.wait_until_listening() == port);
    weir::test::raw_client client{port};
    const auto hello = client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(hello);
    CHECK(hello->status == 200);
    CHECK(hello->body == "hello from the host\n");
    const auto made = send(
        port,
        {.method = "POST",
         .target = "/api/v1/wells",
         .body = R"({"api10": 4201234567, "wellname": "SMITH 1-15H"})"}
    );
    CHECK(made.status == 201);
    CHECK(made.parsed.at("inserted_by") == "weir");
    CHECK(send(port, {.target = made.header("Location")}).parsed == made.parsed);
    CHECK(
        send(port, {.target = "/api/v1/wells?wellname=like.SMITH*&count=exact"})
            .parsed.at("total") == 1
    );
    CHECK(send(port, {.method = "PUT", .target = "/api/v1/wells", .body = "{}"}).status == 405);
    CHECK(send(port, {.method = "POST", .target = "/api/v1/wells", .body = "{"}).status == 400);
    const auto elsewhere = client.exchange("GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(elsewhere);
    CHECK(elsewhere->status == 404);
    CHECK(guest.stop() != 1);
}

TEST_CASE("the recipe of hooks fills in, refuses and writes elsewhere") {
    service on{
        embedded_settings({{"WEIR_TRUST_FORWARDED_HEADERS", "true"}}), example("2_recipes/hooks")
    };
    const std::string user = "ada";
    const auto made =
        on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(made.status == 201);
    CHECK(made.parsed.at("extras").at("made_by") == "ada@example.com");
    const auto lines = on.send({.target = "/api/v1/order-lines", .user = user});
    CHECK(lines.parsed.at("data").at(0).at("sku") == "WELCOME");
    const auto order = made.header("Location");
    const auto set = [&](const char* body) {
        return on.send({.method = "PATCH", .target = order, .body = body, .user = user});
    };
    const auto placed = set(R"({"status":"placed"})");
    REQUIRE(placed.status == 200);
    CHECK(placed.parsed.at("placed_at").is_string());
    CHECK(on.send({.method = "DELETE", .target = order, .user = user}).status == 403);
    REQUIRE(set(R"({"status":"shipped"})").status == 200);
    const auto late = set(R"({"status":"draft"})");
    CHECK(late.status == 400);
    CHECK(late.parsed.at("details").at("errors").at(0).at("type") == "shipped");
    CHECK(on.process().stop() == 0);
}

TEST_CASE("the recipe of validators reports its rules with the schema's") {
    service_process recipe{
        example("2_recipes/validators"), {{"WEIR_DUCKDB_LIBRARY", duckdb_library()}}
    };
    CHECK(recipe.wait() == 0);
    const auto said = recipe.output();
    CHECK(said.find(R"("type":"greater_than_equal","loc":["body","api10"])") != std::string::npos);
    CHECK(said.find(R"("type":"trailing_space","loc":["body","wellname"])") != std::string::npos);
    CHECK(said.find(R"("type":"dry_hole","loc":["body","oileur"])") != std::string::npos);
    CHECK(said.find("Validation failed: A dry hole gives no oil\n") != std::string::npos);
}

TEST_CASE("the recipe of a custom route writes two tables, or none") {
    service on{
        embedded_settings({{"WEIR_TRUST_FORWARDED_HEADERS", "true"}}),
        example("2_recipes/custom_route")
    };
    const std::string user = "ada";
    const auto made =
        on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(made.status == 201);
    CHECK(on.send({.target = "/api/v1/drafts", .user = user}).parsed.at("count") == 1);
    const auto place = [&](const std::string& order) {
        return on.send({.method = "POST", .target = order + "/place", .user = user});
    };
    const auto placed = place(made.header("Location"));
    REQUIRE(placed.status == 200);
    CHECK(placed.parsed.at("status") == "placed");
    // The line is there already: the second time nothing changes at all.
    const auto changed = placed.parsed.at("updated_at");
    CHECK(place(made.header("Location")).status == 409);
    CHECK(
        on.send({.target = made.header("Location"), .user = user}).parsed.at("updated_at") ==
        changed
    );
    CHECK(on.send({.target = "/api/v1/drafts", .user = user}).parsed.at("count") == 0);
    CHECK(place("/api/v1/orders/00000000-0000-4000-8000-000000000000").status == 404);
    CHECK(place("/api/v1/orders/no-uuid").status == 400);
    CHECK(on.send({.target = "/api/v1/drafts"}).status == 401);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("the recipe of an idempotency key stores one row") {
    service on{embedded_settings(), example("1_tutorial/3_serve")};
    service_process client{
        example("2_recipes/idempotency.sh"),
        {{"WEIR", "http://127.0.0.1:" + std::to_string(on.port())},
         {"PATH", "/usr/local/bin:/usr/bin:/bin"}}
    };
    CHECK(client.wait() == 0);
    const auto said = client.output();
    CHECK(said.find("dempotent-") != std::string::npos);
    CHECK(said.find("201\n") != std::string::npos);
    CHECK(said.find("422\n") != std::string::npos);
    CHECK(on.send({.target = "/api/v1/wells?count=exact"}).parsed.at("total") == 1);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("the recipe of the records API makes a table, changes it and reads it") {
    service on{embedded_settings(
        {{"WEIR_DYNAMIC_TABLES", "*.sandbox.*"}, {"WEIR_DYNAMIC_CREATE", "*.sandbox.*"}}
    )};
    service_process client{
        example("2_recipes/records.sh"),
        {{"WEIR", "http://127.0.0.1:" + std::to_string(on.port())},
         {"PATH", "/usr/local/bin:/usr/bin:/bin"}}
    };
    CHECK(client.wait() == 0);
    const auto said = client.output();
    CAPTURE(said);
    CHECK(
        said.find(
            R"({"message":"Inserted 2 record(s) into oil_gas_catalog.sandbox.customers","count":2})"
        ) != std::string::npos
    );
    CHECK(said.find(R"("not_found":[7]}],"count":1,"total":null})") != std::string::npos);
    CHECK(
        said.find(R"({"data":[{"id":2,"name":"Bob","balance":0.01}],"count":1,"total":1})") !=
        std::string::npos
    );
    // Failures are kept beside the declared tables, where this API does not reach.
    const auto read = [&](const std::string& table) {
        return on
            .send(
                {.target =
                     "/api/v1/records/read?catalog=databricks_postgres&schema=app_data&table=" +
                     table}
            )
            .status;
    };
    CHECK(read("api_log") == 403);
    CHECK(read("orders") == 403);
    CHECK(on.process().stop() == 0);
}

} // namespace examples_cases
