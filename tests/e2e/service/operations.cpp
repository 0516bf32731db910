// SPDX-License-Identifier: Apache-2.0
// What people who run a service see of it: /metrics.
#include <catch.hpp>
#include <raw_http.hpp>
#include <string>
#include <string_view>

#include "fixture.hpp"

using namespace e2e;

namespace {

std::string metrics_of(const service& on) {
    weir::test::raw_client client{on.port()};
    const auto answer = client.exchange(bytes_of({.target = "/metrics"}));
    REQUIRE(answer);
    REQUIRE(answer->status == 200);
    return answer->body;
}

// The value of a sample, -1 where it is not there.
double value_of(const std::string& text, const std::string& sample) {
    const auto at = ("\n" + text).find("\n" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + sample.size() + 1));
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
    CHECK(
        value_of(text, R"(weir_statement_duration_seconds_count{table="wells",verb="select"})") >= 1
    );
}
