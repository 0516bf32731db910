// SPDX-License-Identifier: Apache-2.0
#include <weir/core/error.hpp>
#include <weir/http/request_log.hpp>

#include <nlohmann/json.hpp>

#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace request_log_cases {

namespace {

using namespace weir;
using namespace weir::http;
using line_of_log = nlohmann::json;

constexpr std::string_view trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct logged_service {
    explicit logged_service(request_log_options how = {.backends = {.postgres = "a database"}}) {
        routes.identify_with([](const request&) {
            return caller{.id = "u-7", .email = "lena@example.com"};
        });
        routes.add("POST", "/orders/{key}", [](const request& asked) {
            const sql::statement seen{.text = "select 1", .table = "orders"};
            const sql::statement update{
                .text = "update orders set a = $1", .table = "orders", .verb = sql::verb::update
            };
            asked.trace->speak(sql::dialect::postgres);
            asked.trace->add_rows(2);
            asked.trace->execute(seen, [] { return 1; });
            asked.trace->execute(update, [] { return 1; });
            asked.trace->execute(update, [] { return 1; });
            if (asked.parameter("key") == "refused")
                throw conflict_error{"refused"};
            return json_response(200, R"({"note": "canary-row"})");
        });
        routes.add("POST", "/orders", [](const request& asked) {
            asked.trace->execute({.table = "orders", .verb = sql::verb::insert}, [] { return 1; });
            auto made = json_response(201, "{}");
            made.headers.add("Location", "/orders/4711");
            return made;
        });
        routes.add("GET", "/orders", [](const request& asked) {
            asked.trace->execute({.table = "orders"}, [] { return 1; });
            return json_response(200, "[]");
        });
        log_requests(routes, log, how);
    }

    response
    ask(std::string_view method, std::string_view target, std::vector<header> fields = {}) {
        request asked;
        asked.method = method;
        asked.target = target;
        asked.body = R"({"note": "canary-body"})";
        for (const auto& [name, value] : fields)
            asked.headers.add(name, value);
        return routes.handle(std::move(asked));
    }

    // The lines of a message.
    [[nodiscard]] std::vector<line_of_log> lines(std::string_view message) const {
        std::vector<line_of_log> found;
        for (std::size_t begin = 0; begin < text.size();) {
            const auto end = text.find('\n', begin);
            auto line = line_of_log::parse(text.substr(begin, end - begin));
            if (line.at("message") == message)
                found.push_back(std::move(line));
            begin = end + 1;
        }
        return found;
    }

    std::string text;
    logger log{string_sink(text)};
    router routes;
};

} // namespace

TEST_CASE("an answer is a line with its route and cost; a write another, with its key") {
    logged_service on;
    const auto answer = on.ask(
        "POST",
        "/orders/4711?where=canary-query",
        {{"X-Request-ID", "r-1"},
         {"traceparent", std::string{trace}},
         {"Authorization", "Bearer canary-token"}}
    );
    REQUIRE(answer.status == 200);
    const auto answers = on.lines("request");
    REQUIRE(answers.size() == 1);
    const auto& line = answers.front();
    CHECK(line.at("level") == "info");
    CHECK(line.at("request_id") == "r-1");
    CHECK(line.at("trace_id") == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(line.at("user") == "u-7");
    CHECK(line.at("method") == "POST");
    CHECK(line.at("route") == "/orders/{key}");
    CHECK(line.at("status") == 200);
    CHECK(line.at("duration_ms").is_number());
    CHECK(line.at("rows") == 2);
    CHECK(line.at("statements") == 3);
    CHECK(line.at("statement") == "select orders, update orders");
    CHECK(line.at("database_ms").is_number());
    CHECK(line.at("bytes") == answer.body.size());
    CHECK(line.at("backend") == "a database");
    const auto writes = on.lines("write");
    REQUIRE(writes.size() == 1);
    CHECK(writes.front().at("request_id") == "r-1");
    CHECK(writes.front().at("user") == "u-7");
    CHECK(writes.front().at("writes") == "update orders");
    CHECK(writes.front().at("key") == "4711");
    CHECK(on.text.find("canary") == std::string::npos);
    CHECK(on.text.find("example.com") == std::string::npos);
}

TEST_CASE("a row that was made is named by its Location; a read and a refusal write nothing") {
    logged_service on;
    on.ask("GET", "/orders");
    on.ask("POST", "/orders/refused");
    on.ask("GET", "/canary-path");
    CHECK(on.lines("write").empty());
    CHECK(on.lines("request").size() == 3);
    CHECK(on.lines("request").back().at("route") == "");
    CHECK(on.text.find("canary") == std::string::npos);
    on.ask("POST", "/orders");
    REQUIRE(on.lines("write").size() == 1);
    CHECK(on.lines("write").front().at("key") == "4711");
    CHECK(on.lines("write").front().at("writes") == "insert orders");
}

TEST_CASE("lines may be switched off, and e-mails on") {
    logged_service off{{.answers = false, .writes = false}};
    off.ask("POST", "/orders");
    CHECK(off.text.empty());
    logged_service on{{.emails = true}};
    on.ask("POST", "/orders");
    CHECK(on.lines("request").front().at("email") == "lena@example.com");
    CHECK(on.lines("write").front().at("email") == "lena@example.com");
}

TEST_CASE("a slow statement is a warning with its text, which holds no values") {
    std::string text;
    const logger log{string_sink(text)};
    const statement_trace of{"r-1"};
    const sql::statement what{.text = "select $1", .table = "orders", .verb = sql::verb::remove};
    weir::http::detail::log_slow(log, {what, std::chrono::milliseconds{1'500}, true, of});
    const auto line = line_of_log::parse(text);
    CHECK(line.at("level") == "warning");
    CHECK(line.at("request_id") == "r-1");
    CHECK(line.at("table") == "orders");
    CHECK(line.at("verb") == "delete");
    CHECK(line.at("duration_ms") == 1'500);
    CHECK(line.at("failed") == true);
    CHECK(line.at("text") == "select $1");

    logged_service every{{.slow_statement = std::chrono::milliseconds{3'600'000}}};
    every.ask("GET", "/orders");
    CHECK(every.lines("slow statement").empty());
}

TEST_CASE("the line of a failure holds no path and no value, but why it failed") {
    logged_service on;
    on.routes.log_to(on.log);
    std::string state;
    std::string said;
    on.routes.add("GET", "/fails/{key}", [&](const request&) -> response {
        try {
            throw std::runtime_error{said};
        } catch (...) {
            std::throw_with_nested(
                statement_error{"orders: it failed", {.sqlstate = state, .server_text = said}}
            );
        }
    });
    const auto line_of = [&](std::string sqlstate, std::string text) {
        on.text.clear();
        state = std::move(sqlstate);
        said = std::move(text);
        CHECK(on.ask("GET", "/fails/canary-key?note=canary-query").status >= 500);
        CHECK(on.text.find("canary") == std::string::npos);
        const auto found = on.lines("request failed");
        REQUIRE(found.size() == 1);
        CHECK(found[0].at("route") == "/fails/{key}");
        CHECK(found[0].at("what") == "orders: it failed");
        CHECK(found[0].at("driver") == found[0].at("server_text"));
        return found[0].at("server_text").get<std::string>();
    };
    CHECK(
        line_of("XX000", R"(invalid input in column "total": "canary" (canary, 4711) there)") ==
        R"(invalid input in column "total": … … there)"
    );
    CHECK(
        line_of("", "Could not convert string 'canary' to INT32") ==
        "Could not convert string … to INT#"
    );
    CHECK(
        line_of("38000", "\n[CAST_INVALID_INPUT] `canary` is no 4711.5") ==
        "[CAST_INVALID_INPUT] … is no #.#"
    );
    // Values hold what they like: quotes, brackets, lines.
    CHECK(line_of("XX000", "no \"a\"canary\" here") == "no … here");
    CHECK(line_of("XX000", "row (1, f(x), canary) here\nDETAIL:  canary") == "row … here");
    CHECK(line_of("XX000", "never closed: 'a\ncanary'") == "never closed: …");
    CHECK(line_of("P0001", "no room for canary").empty());
    // About names it is told whole: what is missing has to be found.
    CHECK(
        line_of("42P01", R"(relation "app_data.orders" does not exist)") ==
        R"(relation "app_data.orders" does not exist)"
    );
}

TEST_CASE("Server-Timing tells the whole and the part of the statements") {
    logged_service on;
    on.routes.put_around(server_timing());
    const auto answer = on.ask("GET", "/orders");
    const auto told = answer.headers.find("Server-Timing");
    REQUIRE(told);
    CHECK(told->starts_with("total;dur="));
    CHECK(told->find(", db;dur=") != std::string_view::npos);
}

TEST_CASE("a traceparent is read where it is sound, as far as it is understood") {
    CHECK(parse_traceparent(trace).text == trace);
    CHECK(parse_traceparent(trace).trace_id == "4bf92f3577b34da6a3ce929d0e0e4736");
    const std::string sound{trace};
    CHECK(parse_traceparent("01" + sound.substr(2) + "-more").text == "01" + sound.substr(2));
    for (const auto& wrong : {
             std::string{},
             sound.substr(1),
             sound + "-more",
             "01" + sound.substr(2) + "more",
             "ff" + sound.substr(2),
             "00-00000000000000000000000000000000" + sound.substr(35),
             sound.substr(0, 36) + "0000000000000000-01",
             "00-4BF92F3577B34DA6A3CE929D0E0E4736" + sound.substr(35),
             "00-4bf92f3577b34da6a3ce929d0e0e473g" + sound.substr(35),
             sound.substr(0, 53) + "0x",
         }) {
        INFO(wrong);
        CHECK(parse_traceparent(wrong).text.empty());
    }
    const auto child = child_traceparent("01" + sound.substr(2));
    CHECK(child.substr(0, 36) == sound.substr(0, 36));
    CHECK(parse_traceparent(child).text == child);
    CHECK(child != sound);
    headers twice;
    twice.add("traceparent", trace);
    CHECK(trace_context_of(twice).text == trace);
    twice.add("traceparent", trace);
    CHECK(trace_context_of(twice).text.empty());
}

} // namespace request_log_cases
