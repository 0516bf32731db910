// SPDX-License-Identifier: Apache-2.0
// What people who run a service see of it: /metrics, log lines about requests, Server-Timing.
#include <catch.hpp>
#include <raw_http.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fixture.hpp"

namespace operations_cases {

using namespace e2e;

namespace {

// The lines of a service's log with that message.
std::vector<json> lines_of(const std::string& said, std::string_view message) {
    std::vector<json> found;
    for (std::size_t begin = 0; begin < said.size();) {
        const auto end = said.find('\n', begin);
        auto line = json::parse(said.substr(begin, end - begin), nullptr, false);
        if (line.is_object() && line.at("message") == message)
            found.push_back(std::move(line));
        if (end == std::string::npos)
            break;
        begin = end + 1;
    }
    return found;
}

void require_format(const std::string& text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = text.find('\n', begin);
        REQUIRE(end != std::string::npos);
        const auto line = text.substr(begin, end - begin);
        INFO(line);
        const bool is_sample = line.starts_with("weir_") && line.find(' ') != std::string::npos;
        REQUIRE((is_sample || line.starts_with("# HELP weir_") || line.starts_with("# TYPE weir_"))
        );
        begin = end + 1;
    }
}

} // namespace

TEST_CASE("/metrics tells requests by route, statements by table, and what the service holds") {
    service on{embedded_settings({{"WEIR_LOCAL_USER", "lena"}})};
    const auto made = on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"});
    REQUIRE(made.status == 201);
    for (int at = 0; at < 3; ++at)
        REQUIRE(on.send({.target = made.header("Location")}).status == 200);
    REQUIRE(on.send({.target = "/no/such/canary-4711"}).status == 404);
    const auto text = metrics_of(on);
    INFO(text);
    require_format(text);
    const auto requests = [&](std::string_view labels) {
        return value_of(text, "weir_http_requests_total{" + std::string{labels} + "}");
    };
    CHECK(requests(R"(method="POST",route="/api/v1/orders",status="201")") == 1);
    CHECK(requests(R"(method="GET",route="/api/v1/orders/{key}",status="200")") == 3);
    CHECK(requests(R"(method="any",route="none",status="404")") == 1);
    const std::string took = "weir_statement_duration_seconds_count";
    CHECK(value_of(text, took + R"({table="orders",verb="insert"})") >= 1);
    CHECK(value_of(text, took + R"({table="orders",verb="select"})") >= 3);
    CHECK(value_of(text, "weir_api_log_lost_total") == 0);
    CHECK(value_of(text, "weir_http_connections") >= 1);
    CHECK(value_of(text, R"(weir_http_workers{state="busy"})") >= 1);
    CHECK(value_of(text, "weir_http_waiting_requests") == 0);
    CHECK(value_of(text, "weir_http_waiting_bytes") == 0);
    CHECK(value_of(text, "weir_http_longest_wait_seconds") == 0);
    CHECK(text.find("canary") == std::string::npos);
    CHECK(text.find(made.parsed.at("id").get<std::string>()) == std::string::npos);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("/metrics tells the connections of a pool, and calls and tokens of a workspace") {
    const auto& on = shared_local();
    REQUIRE(on.send({.target = "/api/v1/wells", .user = "lena"}).status == 200);
    const auto text = metrics_of(on);
    INFO(text);
    require_format(text);
    CHECK(value_of(text, "weir_pool_opened_total") >= 1);
    CHECK(value_of(text, R"(weir_pool_connections{state="idle"})") >= 1);
    CHECK(value_of(text, "weir_lakebase_password_fetches_total") >= 1);
    CHECK(value_of(text, "weir_workspace_token_fetches_total") >= 1);
    CHECK(value_of(text, "weir_workspace_tries_total") >= 2);
    for (const std::string backend : {"database", "warehouse"}) {
        const auto circuit = "weir_circuit{backend=\"" + backend + "\",state=";
        CHECK(value_of(text, circuit + "\"closed\"}") == 1);
        CHECK(value_of(text, circuit + "\"open\"}") == 0);
    }
    CHECK(
        value_of(text, R"(weir_statement_duration_seconds_count{table="wells",verb="select"})") >= 1
    );
}

TEST_CASE("a statement that fails is logged without what it was about") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_operations"};
    service on{postgres_settings(schema.server(), schema.name(), {{"WEIR_LOCAL_USER", "lena"}})};
    REQUIRE(on.send({.target = "/api/v1/orders"}).status == 200);
    const auto place = schema.name();
    schema.server().as_superuser(
        "create function " + place +
        ".refuse() returns trigger language plpgsql as $$ begin raise exception using errcode = "
        "'XX001', message = format('no order \"%s\" for %L', new.id, new.customer), detail = "
        "format('Row (%s) is too much', new); end $$; create trigger refuse before insert on " +
        place + ".orders for each row execute function " + place + ".refuse()"
    );
    const auto refused =
        on.send({.method = "POST", .target = "/api/v1/orders", .body = R"({"tags":["canary"]})"});
    CHECK(refused.status == 500);
    CHECK(refused.body.find("canary") == std::string::npos);
    CHECK(on.process().stop() == 0);
    const auto said = on.process().output();
    INFO(said);
    const auto lines = lines_of(said, "request failed");
    REQUIRE(lines.size() == 1);
    const auto text = lines.front().at("server_text").get<std::string>();
    CHECK(text.find("no order … for …") != std::string::npos);
    CHECK(text.find("Row") == std::string::npos);
    CHECK(lines.front().at("route") == "/api/v1/orders");
    CHECK(said.find("canary") == std::string::npos);
    CHECK(said.find("\"lena\"") == std::string::npos);
}

TEST_CASE("answers and writes are log lines that hold no secret, e-mail, path, query or row") {
    service on{embedded_settings(
        {{"WEIR_TRUST_FORWARDED_HEADERS", "true"},
         {"WEIR_ACCESS_LOG", "true"},
         {"WEIR_AUDIT_LOG", "true"},
         {"WEIR_SERVER_TIMING", "true"},
         {"WEIR_CURSOR_KEY", "canary-cursor-key-0123456789-0123456789"},
         {"LOG_LEVEL", "debug"}}
    )};
    const std::vector<std::pair<std::string, std::string>> secrets{
        {"X-Forwarded-Access-Token", "canary-token"},
        {"Authorization", "Bearer canary-bearer"},
        {"Cookie", "session=canary-cookie"},
        {"X-Request-ID", "r-4711"},
        {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
    };
    const auto made = on.send(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"({"tags": ["canary-value"]})",
         .user = "lena",
         .headers = secrets}
    );
    REQUIRE(made.status == 201);
    CHECK(made.header("Server-Timing").find("db;dur=") != std::string::npos);
    const auto id = made.parsed.at("id").get<std::string>();
    for (const auto* target :
         {"/api/v1/orders?tags=cs.%5B%22canary-filter%22%5D",
          "/api/v1/orders/canary-key",
          "/canary-path",
          "/api/v1/orders?canary-parameter=1"})
        static_cast<void>(on.send({.target = target, .user = "lena", .headers = secrets}));
    static_cast<void>(on.send(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"({"canary-column": 1})",
         .user = "lena"}
    ));
    CHECK(
        on.send({.method = "DELETE", .target = made.header("Location"), .user = "lena"}).status ==
        204
    );
    CHECK(on.process().stop() == 0);

    const auto said = on.process().output();
    INFO(said);
    const auto answers = lines_of(said, "request");
    REQUIRE(answers.size() == 7);
    CHECK(answers.front().at("request_id") == "r-4711");
    CHECK(answers.front().at("trace_id") == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(answers.front().at("user") == "lena");
    CHECK(answers.front().at("method") == "POST");
    CHECK(answers.front().at("route") == "/api/v1/orders");
    CHECK(answers.front().at("status") == 201);
    CHECK(answers.front().at("statements") >= 1);
    CHECK(answers.front().at("rows") >= 1);
    CHECK(answers.front().at("statement").get<std::string>().starts_with("insert orders"));
    CHECK(answers.front().at("backend") == "embedded engine");
    const auto writes = lines_of(said, "write");
    REQUIRE(writes.size() == 2);
    CHECK(writes.front().at("user") == "lena");
    CHECK(writes.front().at("key") == id);
    CHECK(writes.front().at("writes").get<std::string>().starts_with("insert orders"));
    CHECK(writes.back().at("key") == id);
    CHECK(writes.back().at("method") == "DELETE");
    CHECK(said.find("canary") == std::string::npos);
    CHECK(said.find("example.com") == std::string::npos);
}

} // namespace operations_cases
