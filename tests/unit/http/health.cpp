// SPDX-License-Identifier: Apache-2.0
#include <weir/http/health.hpp>

#include <catch.hpp>
#include <fake_session.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace health_cases {

namespace {

using namespace weir;
using namespace weir::http;

response ask(const router& routes, std::string_view target) {
    request asked;
    asked.method = "GET";
    asked.target = target;
    return routes.handle(std::move(asked));
}

timestamp fixed_time() {
    return timestamp{1'714'557'600'000'000};
}

} // namespace

TEST_CASE("a service whose components answer is healthy") {
    router routes;
    add_health(routes, {{"database", [](deadline) {}}}, {.clock = &fixed_time});
    const auto answer = ask(routes, "/api/v1/healthcheck");
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with(
        R"({"status":"healthy","components":{"api":"up","database":"connected"},"timestamp":"2024-05-01T10:00:00Z","milliseconds":{"database":)"
    ));
    CHECK(answer.headers.find("Cache-Control") == "no-store");
}

TEST_CASE("one component that fails degrades the service, and only the log says why") {
    router routes;
    std::string lines;
    const logger log{string_sink(lines)};
    add_health(
        routes,
        {{"database",
          [](deadline) { throw connection_error{"refused", {.server_text = "secret host"}}; }},
         {"warehouse", [](deadline) {}}},
        {.log = &log}
    );
    const auto answer = ask(routes, "/api/v1/healthcheck");
    CHECK(answer.status == 503);
    CHECK(answer.headers.find("Retry-After") == "1");
    CHECK(answer.body.starts_with(R"({"status":"degraded")"));
    CHECK(answer.body.find(R"("database":"error: unreachable")") != std::string::npos);
    CHECK(answer.body.find(R"("warehouse":"connected")") != std::string::npos);
    CHECK(answer.body.find("secret") == std::string::npos);
    CHECK(lines.find("secret host") != std::string::npos);
    CHECK(ask(routes, "/livez").status == 200);
}

TEST_CASE("the log keeps no values of what a server said about a component") {
    router routes;
    std::string lines;
    const logger log{string_sink(lines)};
    add_health(
        routes,
        {{"database",
          [](deadline) {
              throw statement_error{
                  "Database operation failed",
                  {.sqlstate = "23505",
                   .server_text = "duplicate key\nDETAIL:  Key (email)=(canary@example.com) exists"}
              };
          }},
         {"driver", [](deadline) { throw std::runtime_error{"no int: 'canary'\ncanary"}; }}},
        {.log = &log}
    );
    CHECK(ask(routes, "/api/v1/healthcheck").status == 503);
    CHECK(lines.find("canary") == std::string::npos);
    CHECK(lines.find("duplicate key") != std::string::npos);
    CHECK(lines.find("no int: …") != std::string::npos);
}

TEST_CASE("the circuits before components are told, open or not") {
    router routes;
    auto state = breaker_state::closed;
    add_health(
        routes,
        {{.name = "database", .check = [](deadline) {}, .circuit = [&state] { return state; }},
         {.name = "warehouse", .check = [](deadline) {}}}
    );
    CHECK(ask(routes, "/api/v1/healthcheck").body.ends_with(R"(,"circuits":{"database":"closed"}})")
    );
    state = breaker_state::half_open;
    CHECK(ask(routes, "/api/v1/healthcheck")
              .body.ends_with(R"(,"circuits":{"database":"half-open"}})"));
}

TEST_CASE("a database is asked for one row, within the patience") {
    test::fake_database database;
    const http::sessions from{
        [&] {
            return any_session{
                test::fake_session<nobody>{database, nobody{}, sql::dialect::postgres}
            };
        },
        [&](const caller& who) {
            return any_caller_session{
                test::fake_session<caller>{database, who, sql::dialect::postgres}
            };
        },
    };
    const auto component = database_component("database", from);
    database.answers.push_back({.rows = {{"1"}}});
    CHECK_NOTHROW(component.check(deadline{}));
    CHECK(database.statements.at(0).text == "select 1");
    CHECK_THROWS_AS(component.check(deadline{}), decode_error);
}

} // namespace health_cases
