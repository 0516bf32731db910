// SPDX-License-Identifier: Apache-2.0
// The other examples, run as their readers run them.
#include <catch.hpp>
#include <csignal>
#include <raw_http.hpp>
#include <string>

#include "fixture.hpp"

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
