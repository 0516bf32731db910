// SPDX-License-Identifier: Apache-2.0
#include <weir/core/error.hpp>
#include <weir/http/metrics.hpp>

#include <array>
#include <catch.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace metrics_cases {

namespace {

using namespace weir;
using namespace weir::http;

response ask(const router& routes, std::string_view method, std::string_view target) {
    request asked;
    asked.method = method;
    asked.target = target;
    return routes.handle(std::move(asked));
}

bool has_line(const std::string& text, std::string_view line) {
    return ("\n" + text).find("\n" + std::string{line} + "\n") != std::string::npos;
}

constexpr table wells{.name = "wells"};

struct counted_service {
    counted_service() {
        routes.add("GET", "/wells/{key}", [](const request& asked) {
            if (asked.parameter("key") == "0")
                throw not_found_error{"none"};
            return json_response(200, "{}");
        });
        routes.add("POST", "/wells", [](const request& asked) {
            const sql::statement insert{.table = "wells", .verb = sql::verb::insert};
            const sql::statement other{.table = "made_at_run_time_4711"};
            asked.trace->execute(insert, [] { return 1; });
            asked.trace->execute(other, []() -> int { throw statement_error{"refused"}; });
            return json_response(201, "{}");
        });
        routes.add("GET", "/again/{key}", [](const request& asked) {
            request inner;
            inner.method = "GET";
            inner.target = "/wells/" + std::string{asked.parameter("key")};
            inner.routes = asked.routes;
            return asked.routes->handle(std::move(inner));
        });
        routes.add("GET", "/odd", [](const request&) { return response{.status = 299}; });
        add_metrics(routes, kept);
    }

    std::array<const table*, 1> tables{&wells};
    router routes;
    metrics kept{tables};
};

} // namespace

TEST_CASE("requests are counted by the pattern of their route, never by their path") {
    counted_service on;
    for (const auto* path : {"/wells/1", "/wells/4711", "/wells/0", "/nowhere/4711"})
        static_cast<void>(ask(on.routes, "GET", path));
    static_cast<void>(ask(on.routes, "BREW-4711", "/wells/1"));
    static_cast<void>(ask(on.routes, "GET", "/odd"));
    const auto answer = ask(on.routes, "GET", "/metrics");
    CHECK(answer.status == 200);
    CHECK(answer.headers.find("Content-Type")->starts_with("text/plain; version=0.0.4"));
    const auto& text = answer.body;
    for (const auto* line :
         {R"(weir_http_requests_total{method="GET",route="/wells/{key}",status="200"} 2)",
          R"(weir_http_requests_total{method="GET",route="/wells/{key}",status="404"} 1)",
          R"(weir_http_requests_total{method="any",route="none",status="404"} 1)",
          R"(weir_http_requests_total{method="any",route="none",status="405"} 1)",
          R"(weir_http_requests_total{method="GET",route="/odd",status="other"} 1)",
          R"(weir_http_request_duration_seconds_count{method="GET",route="/wells/{key}"} 3)",
          R"(weir_http_request_duration_seconds_bucket{method="GET",route="/wells/{key}",le="+Inf"} 3)"
         }) {
        INFO(line << "\n" << text);
        CHECK(has_line(text, line));
    }
    CHECK(text.find("4711") == std::string::npos);
}

TEST_CASE("a route that asks another one is one request") {
    counted_service on;
    CHECK(ask(on.routes, "GET", "/again/0").status == 404);
    const auto text = on.kept.text();
    CHECK(has_line(
        text, R"(weir_http_requests_total{method="GET",route="/again/{key}",status="404"} 1)"
    ));
    CHECK(text.find(R"(route="/wells/{key}")") == std::string::npos);
}

TEST_CASE("statements are counted by table and verb; tables nobody declared are counted together") {
    counted_service on;
    CHECK(ask(on.routes, "POST", "/wells").status == 500);
    const auto text = on.kept.text();
    INFO(text);
    CHECK(has_line(text, R"(weir_statement_duration_seconds_count{table="wells",verb="insert"} 1)")
    );
    CHECK(has_line(text, R"(weir_statement_failures_total{table="wells",verb="insert"} 0)"));
    CHECK(has_line(text, R"(weir_statement_failures_total{table="other",verb="select"} 1)"));
    CHECK(text.find("4711") == std::string::npos);
}

TEST_CASE("a histogram counts what took as long as a bound below it, in seconds") {
    latency_histogram of;
    CHECK(of.is_empty());
    of.add(std::chrono::microseconds{500});
    of.add(std::chrono::microseconds{501});
    of.add(std::chrono::minutes{2});
    std::string text;
    metrics_writer to{text};
    of.write(to, "x", {"a", "1"}, {"b", "2"});
    INFO(text);
    CHECK(has_line(text, R"(x_bucket{a="1",b="2",le="0.0005"} 1)"));
    CHECK(has_line(text, R"(x_bucket{a="1",b="2",le="0.001"} 2)"));
    CHECK(has_line(text, R"(x_bucket{a="1",b="2",le="30"} 2)"));
    CHECK(has_line(text, R"(x_bucket{a="1",b="2",le="+Inf"} 3)"));
    CHECK(has_line(text, R"(x_count{a="1",b="2"} 3)"));
}

TEST_CASE("the values of labels are escaped") {
    std::string text;
    metrics_writer{text}.sample("x", {{"a", "b\\c\"d\ne"}}, 1);
    CHECK(text == "x{a=\"b\\\\c\\\"d\\ne\"} 1\n");
}

TEST_CASE("what an application adds stands behind what is counted") {
    counted_service on;
    on.kept.add_source([](metrics_writer& to) { to.single("mine", "gauge", "Mine.", 3); });
    CHECK(on.kept.text().ends_with("# HELP mine Mine.\n# TYPE mine gauge\nmine 3\n"));
}

} // namespace metrics_cases
