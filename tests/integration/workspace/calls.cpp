// SPDX-License-Identifier: Apache-2.0
// What a call sends, when it is tried again, and what its failures become.
#include <atomic>
#include <stdexcept>
#include <workspace.hpp>

namespace calls_cases {

namespace {

using namespace test;
using namespace std::chrono_literals;
namespace ws = weir::workspace;

constexpr std::string_view busy = R"({"error_code":"TEMPORARILY_UNAVAILABLE","message":"later"})";

/// Answers `first` that many times, then 200.
stand_in::replier after(int failures, std::string first) {
    auto left = std::make_shared<std::atomic<int>>(failures);
    return [left, first = std::move(first)](const asked&) {
        return left->fetch_sub(1) > 0 ? first : answer(200, R"({"ok":true})");
    };
}

/// Always the same.
stand_in::replier always(std::string reply) {
    return [reply = std::move(reply)](const asked&) { return reply; };
}

} // namespace

TEST_CASE("a call carries token, agent, request id and content type over one kept connection") {
    const stand_in server{always(answer(200, "{}", "x-request-id: srv-1\r\n"))};
    ws::client client{with_token(server), {.product = "wells/1.2.0"}};
    auto asked = post("/api/2.0/x?a=b%20c", R"({"n":1})");
    asked.request_id = "req-7";
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    asked.traceparent = trace;
    const auto got = client.send(asked);
    static_cast<void>(client.send(get("/api/2.0/y")));
    CHECK(got.status == 200);
    CHECK(got.fields.find("X-Request-Id") == "srv-1");
    const auto seen = server.requests();
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].target == "/api/2.0/x?a=b%20c");
    CHECK(seen[0].field("authorization") == "Bearer dapi-secret");
    CHECK(seen[0].field("user-agent") == "wells/1.2.0 weir/0.1.0 cpp/20 os/linux auth/pat");
    CHECK(seen[0].field("x-request-id") == "req-7");
    // The same trace and flags, a parent of the client's own.
    const auto passed_on = seen[0].field("traceparent");
    CHECK(passed_on.substr(0, 36) == trace.substr(0, 36));
    CHECK(weir::parse_traceparent(passed_on).text == passed_on);
    CHECK(passed_on != trace);
    CHECK(passed_on.ends_with("-01"));
    CHECK(seen[1].field("traceparent").empty());
    CHECK(seen[0].field("content-type") == "application/json");
    CHECK(seen[0].body == R"({"n":1})");
    CHECK(seen[1].field("content-type").empty());
    CHECK(server.connections() == 1);
}

TEST_CASE("a user's token goes instead of the client's and is not refreshed") {
    const stand_in server{
        always(answer(403, R"({"error_code":403,"message":"Invalid access token."})"))
    };
    ws::client client{with_client(server)};
    auto asked = get("/me");
    asked.bearer = "user-token";
    const auto failed =
        failure_of<weir::authentication_error>([&] { static_cast<void>(client.send(asked)); });
    CHECK(server.requests().size() == 1);
    CHECK(server.requests()[0].field("authorization") == "Bearer user-token");
    CHECK(std::string_view{failed.what()}.find("user-token") == std::string_view::npos);
}

TEST_CASE("429 and 503 are tried again after the time the server asks for") {
    for (const int status : {429, 503}) {
        const stand_in server{after(2, answer(status, busy, "Retry-After: 7\r\n"))};
        pauses waited;
        ws::client client{with_token(server), waited.options(0.0)};
        CHECK(client.send(post("/x")).status == 200);
        CHECK(server.requests().size() == 3);
        CHECK(waited.taken == std::vector<std::chrono::milliseconds>{7s, 7s});
    }
}

TEST_CASE("without Retry-After pauses double up to a limit, with full jitter") {
    const stand_in server{after(5, answer(503, busy))};
    pauses waited;
    ws::client client{with_token(server), waited.options(0.9)};
    auto asked = get("/x");
    asked.until = weir::deadline::in(100s);
    CHECK(client.send(asked).status == 200);
    CHECK(
        waited.taken ==
        std::vector<std::chrono::milliseconds>{900ms, 1800ms, 3600ms, 7200ms, 9000ms}
    );
}

TEST_CASE("a pause that outlasts the deadline is not begun") {
    const stand_in server{always(answer(503, busy, "Retry-After: 60\r\n"))};
    pauses waited;
    ws::client client{with_token(server), waited.options()};
    const auto failed =
        failure_of<weir::connection_error>([&] { static_cast<void>(client.send(post("/x"))); });
    CHECK(failed.retryable());
    CHECK_FALSE(failed.outcome_unknown());
    CHECK(waited.taken.empty());
    CHECK(
        std::string_view{failed.what()} ==
        "POST /x: the workspace answered 503 TEMPORARILY_UNAVAILABLE"
    );
}

TEST_CASE("what may have been done is tried again only where twice is as good as once") {
    for (const auto& fault :
         {std::string{},
          answer(500, "{}"),
          answer(504, "{}"),
          std::string{"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"cut\":"} +
              std::string{stand_in::close_mark}}) {
        INFO(fault);
        const stand_in server{after(1, fault)};
        pauses waited;
        ws::client client{with_token(server), waited.options()};
        bool failed = false;
        try {
            static_cast<void>(client.send(post("/x")));
        } catch (const weir::error& thrown) {
            failed = true;
            CHECK(thrown.outcome_unknown());
            CHECK_FALSE(thrown.retryable());
        }
        CHECK(failed);
        CHECK(server.requests().size() == 1);
    }
    for (const bool is_post : {true, false}) {
        const stand_in server{after(1, "")};
        pauses waited;
        ws::client client{with_token(server), waited.options()};
        auto asked = is_post ? post("/x") : get("/x");
        asked.retries_when_ambiguous = is_post;
        CHECK(client.send(asked).status == 200);
        CHECK(server.requests().size() == 2);
    }
}

TEST_CASE("an outcome that stays unknown is given up after three tries") {
    const stand_in server{
        always(answer(500, R"({"error_code":"INTERNAL_ERROR","message":"secret words"})"))
    };
    pauses waited;
    ws::client client{with_token(server), waited.options()};
    const auto failed =
        failure_of<weir::statement_error>([&] { static_cast<void>(client.send(get("/x"))); });
    CHECK(server.requests().size() == 3);
    CHECK(failed.server_text() == "secret words");
    CHECK(std::string_view{failed.what()}.find("secret words") == std::string_view::npos);
    CHECK_FALSE(failed.outcome_unknown());
}

TEST_CASE("a refusal becomes the error of its code and status") {
    struct row {
        int status;
        std::string body;
        weir::error_kind kind;
    };

    const std::vector<row> rows{
        {400, R"({"error_code":"BAD_REQUEST","message":"no"})", weir::error_kind::statement},
        {400,
         R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Run 9 does not exist."})",
         weir::error_kind::not_found},
        {401,
         R"({"error_code":401,"message":"Credential was not sent"})",
         weir::error_kind::authentication},
        {403, R"({"error_code":"PERMISSION_DENIED","message":"no"})", weir::error_kind::permission},
        {403,
         R"({"error_code":403,"message":"Invalid access token."})",
         weir::error_kind::authentication},
        {404, "", weir::error_kind::not_found},
        {400,
         R"({"error_code":"RESOURCE_ALREADY_EXISTS","message":"x"})",
         weir::error_kind::conflict},
        {409, R"({"message":"File already exists"})", weir::error_kind::conflict},
        {501, "{}", weir::error_kind::statement},
    };
    for (const auto& each : rows) {
        INFO(each.status << " " << each.body);
        const stand_in server{always(answer(each.status, each.body, "x-request-id: r\r\n"))};
        ws::client client{with_token(server)};
        bool thrown = false;
        try {
            static_cast<void>(client.send(post("/x")));
        } catch (const weir::error& failed) {
            thrown = true;
            CHECK(failed.kind() == each.kind);
            CHECK_FALSE(failed.outcome_unknown());
            const auto* why = ws::refusal_of(failed);
            REQUIRE(why != nullptr);
            CHECK(why->status == each.status);
            CHECK(why->request_id == "r");
        }
        CHECK(thrown);
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("a server that is not there is told, and nothing has happened") {
    std::string origin;
    {
        const stand_in gone{always("")};
        origin = gone.origin();
    }
    ws::config how;
    how.host = origin;
    how.token = weir::secret{"dapi-secret"};
    how.auth_type = "pat";
    pauses waited;
    auto options = waited.options();
    ws::client client{how, options};
    auto asked = post("/x");
    asked.until = weir::deadline::in(3s);
    const auto failed =
        failure_of<weir::connection_error>([&] { static_cast<void>(client.send(asked)); });
    CHECK(failed.retryable());
    CHECK_FALSE(failed.outcome_unknown());
    CHECK_FALSE(waited.taken.empty());
}

TEST_CASE("a workspace that cannot be reached is left alone, and found again by one call") {
    std::atomic<bool> is_away{true};
    std::atomic<int> seen{0};
    const stand_in server{[&](const asked&) {
        ++seen;
        return is_away ? std::string{} : answer(200, "{}");
    }};
    std::chrono::steady_clock::time_point now{};
    auto options = pauses{}.options();
    options.retry.pause = [](std::chrono::milliseconds) {};
    options.http.breaker = {.failures = 3, .pause = 1s, .now = [&] { return now; }};
    ws::client client{with_token(server), options};
    const auto fail = [&] {
        return failure_of<weir::connection_error>([&] { static_cast<void>(client.send(get("/x"))); }
        );
    };
    CHECK(client.circuit() == weir::breaker_state::closed);
    CHECK(fail().retryable());
    CHECK(client.circuit() == weir::breaker_state::open);
    CHECK(seen == 3);
    for (int at = 0; at < 100; ++at)
        CHECK_FALSE(fail().outcome_unknown());
    CHECK(seen == 3);
    now += 1s;
    static_cast<void>(fail());
    CHECK(seen == 4);
    CHECK(client.circuit() == weir::breaker_state::open);
    // The next pause is twice as long.
    is_away = false;
    now += 1s;
    static_cast<void>(fail());
    CHECK(seen == 4);
    now += 1s;
    CHECK(client.send(get("/x")).status == 200);
    CHECK(client.circuit() == weir::breaker_state::closed);
}

TEST_CASE("a workspace that answers, however badly, is not left alone") {
    for (const auto& reply : {answer(503, busy), answer(500, "{}"), answer(404, "{}")}) {
        const stand_in server{always(reply)};
        auto options = pauses{}.options();
        options.retry.pause = [](std::chrono::milliseconds) {};
        options.retry.budget = 20s;
        options.http.breaker = {.failures = 1};
        ws::client client{with_token(server), options};
        for (int at = 0; at < 3; ++at) {
            auto asked = get("/x");
            asked.until = weir::deadline::in(100ms);
            asked.most_tries = 3;
            CHECK_THROWS(client.send(asked));
        }
        CHECK(client.circuit() == weir::breaker_state::closed);
    }
}

TEST_CASE("silence until the deadline is a timeout with an unknown outcome") {
    std::atomic<bool> done{false};
    const stand_in server{[&](const asked&) {
        while (!done)
            std::this_thread::sleep_for(5ms);
        return std::string{};
    }};
    ws::client client{with_token(server)};
    auto asked = post("/x");
    asked.until = weir::deadline::in(100ms);
    const auto failed =
        failure_of<weir::timeout_error>([&] { static_cast<void>(client.send(asked)); });
    done = true;
    CHECK(failed.outcome_unknown());
}

TEST_CASE("a receiver gets a good answer piece by piece and may end it; a refusal is thrown") {
    const stand_in server{[](const asked& request) {
        return request.target == "/no" ? answer(404, R"({"message":"gone"})")
                                       : answer(200, std::string(100'000, 'x'));
    }};
    ws::client client{with_token(server)};
    std::size_t got = 0;
    auto asked = get("/x");
    asked.receive = [&](std::string_view piece) {
        got += piece.size();
        return true;
    };
    CHECK(client.send(asked).body.empty());
    CHECK(got == 100'000);
    asked.receive = [&](std::string_view) { return false; };
    CHECK(client.send(asked).body.empty());
    asked.path = "/no";
    CHECK_THROWS_AS(client.send(asked), weir::not_found_error);
}

TEST_CASE("what a receiver was given in part is not fetched again, what nobody was given is") {
    std::atomic<int> asked_for{0};
    const stand_in server{[&](const asked& request) {
        ++asked_for;
        const std::string part = request.target == "/part" ? "0123" : "";
        return "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + part +
               std::string{stand_in::close_mark};
    }};
    pauses waited;
    ws::client client{with_token(server), waited.options()};
    std::string got;
    auto asked = get("/part");
    asked.receive = [&](std::string_view piece) {
        got += piece;
        return true;
    };
    CHECK_THROWS_AS(client.send(asked), weir::connection_error);
    CHECK(got == "0123");
    CHECK(asked_for == 1);
    asked.path = "/nothing";
    CHECK_THROWS_AS(client.send(asked), weir::connection_error);
    CHECK(asked_for == 4);
}

TEST_CASE("log lines name call, status and both request ids, and no token, query or body") {
    const stand_in server{always(answer(404, R"({"message":"gone"})", "x-request-id: srv-9\r\n"))};
    std::string lines;
    const weir::logger log{weir::string_sink(lines), weir::log_level::debug};
    ws::client_options options;
    options.log = &log;
    ws::client client{with_token(server), options};
    auto asked = post("/x?key=hidden", R"({"password":"hidden"})");
    asked.request_id = "req-1";
    CHECK_THROWS_AS(client.send(asked), weir::not_found_error);
    CHECK(lines.find("POST /x") != std::string::npos);
    CHECK(lines.find("req-1") != std::string::npos);
    CHECK(lines.find("srv-9") != std::string::npos);
    CHECK(lines.find("404") != std::string::npos);
    CHECK(lines.find("hidden") == std::string::npos);
    CHECK(lines.find("dapi-secret") == std::string::npos);
}

} // namespace calls_cases
