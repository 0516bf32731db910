// SPDX-License-Identifier: Apache-2.0
// What stands around routes: origins, security headers, rates.
#include <weir/http/cors.hpp>
#include <weir/http/gzip.hpp>
#include <weir/http/rate_limit.hpp>
#include <weir/http/security_headers.hpp>
#include <weir/http/token_buckets.hpp>

#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace middleware_cases {

namespace {

using namespace weir::http;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view page = "https://app.example.com";

struct served {
    served() {
        routes.add("GET", "/orders", [](const request&) {
            auto made = json_response(200, "[]");
            made.headers.add("ETag", "\"v1\"");
            made.headers.add("Vary", "Accept");
            return made;
        });
        routes.add("POST", "/orders", [this](const request&) {
            ++writes;
            return json_response(201, "{}");
        });
        routes.add("DELETE", "/orders/{key}", [this](const request&) {
            ++writes;
            return response{.status = 204};
        });
        routes.add("GET", "/both", [](const request& asked) {
            auto inner = asked;
            inner.target = "/orders";
            return asked.routes->handle(std::move(inner));
        });
        routes.add("GET", "/fails", [](const request&) -> response {
            throw std::runtime_error{"canary"};
        });
        routes.add("GET", "/page", [](const request&) {
            response made{.status = 200};
            made.headers.add("Content-Security-Policy", "default-src 'self'");
            made.headers.add("Cache-Control", "public, max-age=60");
            return made;
        });
        routes.identify_with([](const request& asked) -> std::optional<weir::caller> {
            const auto user = asked.headers.find("X-Forwarded-User");
            return user ? std::optional{weir::caller{.id = std::string{*user}}} : std::nullopt;
        });
    }

    response
    ask(std::string_view method, std::string_view target, std::vector<header> fields = {}) const {
        request asked;
        asked.method = method;
        asked.target = target;
        asked.remote_address = "192.0.2.7";
        for (const auto& [name, value] : fields)
            asked.headers.add(name, value);
        return routes.handle(std::move(asked));
    }

    response preflight(std::string_view target, std::string_view origin) const {
        return ask(
            "OPTIONS",
            target,
            {{"Origin", std::string{origin}}, {"Access-Control-Request-Method", "DELETE"}}
        );
    }

    router routes;
    int writes = 0;
};

std::string field(const response& of, std::string_view name) {
    CHECK(of.headers.count(name) <= 1);
    return std::string{of.headers.find(name).value_or("")};
}

// A clock that stands still until it is moved.
struct moved_clock {
    token_buckets::clock::time_point now{std::chrono::hours{1}};

    [[nodiscard]] auto function() const {
        return [this] { return now; };
    }
};

} // namespace

TEST_CASE("a page of an allowed origin may read an answer and what its fields tell") {
    served on;
    on.routes.put_around(cors({.origins = {"https://other.example.com", std::string{page}}}));
    const auto answer = on.ask("GET", "/orders", {{"Origin", std::string{page}}});
    REQUIRE(answer.status == 200);
    CHECK(field(answer, "Access-Control-Allow-Origin") == page);
    CHECK(field(answer, "Vary") == "Accept, Origin");
    CHECK(field(answer, "Access-Control-Allow-Credentials").empty());
    const auto exposed = field(answer, "Access-Control-Expose-Headers");
    for (const auto* each : {"ETag", "Link", "Location", "X-Request-ID", "Content-Range"})
        CHECK(exposed.find(each) != std::string::npos);
    // Failures too: their shape tells what was wrong.
    const auto absent = on.ask("GET", "/nothing", {{"Origin", std::string{page}}});
    CHECK(absent.status == 404);
    CHECK(field(absent, "Access-Control-Allow-Origin") == page);
}

TEST_CASE("other origins are told nothing, and caches that answers differ") {
    served on;
    on.routes.put_around(cors({.origins = {std::string{page}}}));
    for (const auto* origin :
         {"https://app.example.com.evil.test",
          "http://app.example.com",
          "https://app.example.com:8443",
          "null",
          ""}) {
        const auto answer = on.ask("GET", "/orders", {{"Origin", origin}});
        CHECK(answer.status == 200);
        CHECK(field(answer, "Access-Control-Allow-Origin").empty());
        CHECK(field(answer, "Vary") == "Accept, Origin");
        const auto told = on.preflight("/orders", origin);
        CHECK(field(told, "Access-Control-Allow-Methods").empty());
    }
    const auto without = on.ask("GET", "/orders");
    CHECK(field(without, "Access-Control-Allow-Origin").empty());
    CHECK(field(without, "Vary") == "Accept, Origin");
    const auto twice =
        on.ask("GET", "/orders", {{"Origin", std::string{page}}, {"Origin", "https://evil.test"}});
    CHECK(field(twice, "Access-Control-Allow-Origin").empty());
}

TEST_CASE("a preflight is told the methods of its path, and the fields weir reads") {
    served on;
    on.routes.put_around(
        cors({.origins = {std::string{page}}, .credentials = true, .headers = {"X-Tenant"}})
    );
    const auto told = on.preflight("/orders", page);
    CHECK(told.status == 204);
    CHECK(field(told, "Access-Control-Allow-Origin") == page);
    CHECK(field(told, "Access-Control-Allow-Credentials") == "true");
    CHECK(field(told, "Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS, POST");
    CHECK(field(told, "Access-Control-Max-Age") == "600");
    const auto fields = field(told, "Access-Control-Allow-Headers");
    for (const auto* each : {"Content-Type", "If-Match", "Idempotency-Key", "Prefer", "X-Tenant"})
        CHECK(fields.find(each) != std::string::npos);
    CHECK(fields.find("X-Forwarded") == std::string::npos);
    CHECK(
        field(on.preflight("/orders/7", page), "Access-Control-Allow-Methods") == "DELETE, OPTIONS"
    );
    const auto absent = on.preflight("/nothing", page);
    CHECK(absent.status == 404);
    CHECK(field(absent, "Access-Control-Allow-Methods").empty());
    CHECK(on.writes == 0);
}

TEST_CASE("any origin may be allowed, but never with credentials") {
    served on;
    on.routes.put_around(cors({.origins = {"*"}}));
    const auto answer = on.ask("GET", "/orders", {{"Origin", "https://anywhere.test"}});
    CHECK(field(answer, "Access-Control-Allow-Origin") == "*");
    CHECK(field(answer, "Vary") == "Accept");
    CHECK_THROWS_AS(cors({.origins = {"*"}, .credentials = true}), weir::configuration_error);
    CHECK_THROWS_AS(cors({.origins = {"*", std::string{page}}}), weir::configuration_error);
}

TEST_CASE("origins are what browsers send, whatever their spelling; what is none is refused") {
    served on;
    on.routes.put_around(cors({.origins = {"HTTPS://App.Example.com:443", "http://[::1]:3000"}}));
    for (const auto* origin : {"https://app.example.com", "http://[::1]:3000"})
        CHECK(
            field(on.ask("GET", "/orders", {{"Origin", origin}}), "Access-Control-Allow-Origin") ==
            origin
        );
    for (const auto* wrong :
         {"app.example.com",
          "https://app.example.com/",
          "https://*.example.com",
          "https://",
          "://a",
          "null",
          "https://a b"})
        CHECK_THROWS_AS(cors({.origins = {wrong}}), weir::configuration_error);
}

TEST_CASE("what a browser writes for a page of another origin is refused unless it is allowed") {
    served on;
    on.routes.put_around(cors({.origins = {std::string{page}}}));
    for (const auto* site : {"cross-site", "same-site"}) {
        const auto refused =
            on.ask("POST", "/orders", {{"Sec-Fetch-Site", site}, {"Origin", "https://evil.test"}});
        CHECK(refused.status == 403);
        CHECK(refused.body.find("\"cross_origin\"") != std::string::npos);
        CHECK(on.ask("DELETE", "/orders/7", {{"Sec-Fetch-Site", site}}).status == 403);
        CHECK(on.ask("GET", "/orders", {{"Sec-Fetch-Site", site}}).status == 200);
    }
    CHECK(on.writes == 0);
    for (const auto* site : {"same-origin", "none"})
        CHECK(on.ask("POST", "/orders", {{"Sec-Fetch-Site", site}}).status == 201);
    CHECK(on.ask("POST", "/orders").status == 201);
    CHECK(
        on.ask(
              "POST", "/orders", {{"Sec-Fetch-Site", "cross-site"}, {"Origin", std::string{page}}}
        ).status == 201
    );
    CHECK(on.writes == 4);
}

TEST_CASE("answers say what browsers and caches may not do with them") {
    served on;
    on.routes.put_around(security_headers());
    const auto read = on.ask("GET", "/orders");
    CHECK(field(read, "X-Content-Type-Options") == "nosniff");
    CHECK(field(read, "Referrer-Policy") == "no-referrer");
    CHECK(field(read, "Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
    CHECK(field(read, "Cross-Origin-Resource-Policy") == "same-origin");
    // Kept by its reader, who asks whether it still holds.
    CHECK(field(read, "Cache-Control") == "private, no-cache");
    CHECK(field(read, "Strict-Transport-Security").empty());
    for (const auto* target : {"/fails", "/nothing"})
        CHECK(field(on.ask("GET", target), "Cache-Control") == "no-store");
    CHECK(field(on.ask("POST", "/orders"), "Cache-Control") == "no-store");
    CHECK(field(on.ask("GET", "/fails"), "X-Content-Type-Options") == "nosniff");
    // What an answer says itself stands.
    const auto own = on.ask("GET", "/page");
    CHECK(field(own, "Content-Security-Policy") == "default-src 'self'");
    CHECK(field(own, "Cache-Control") == "public, max-age=60");
}

TEST_CASE("browsers are told to come by TLS alone where that is known") {
    served on;
    on.routes.put_around(security_headers({.strict_transport = true}));
    CHECK(field(on.ask("GET", "/orders"), "Strict-Transport-Security") == "max-age=31536000");
}

TEST_CASE("a bucket gives its burst at once, then so many a second") {
    token_buckets buckets{{.per_second = 10, .burst = 3}};
    const auto start = token_buckets::clock::time_point{seconds{5}};
    for (const std::uint32_t left : {2U, 1U, 0U}) {
        const auto state = buckets.take("ada", start);
        CHECK(state.is_admitted);
        CHECK(state.remaining == left);
    }
    const auto refused = buckets.take("ada", start);
    CHECK_FALSE(refused.is_admitted);
    CHECK(refused.remaining == 0);
    CHECK(refused.wait == milliseconds{100});
    CHECK(refused.refill == milliseconds{300});
    // Nobody else's.
    CHECK(buckets.take("bob", start).is_admitted);
    // A refusal costs nothing.
    CHECK_FALSE(buckets.take("ada", start + milliseconds{99}).is_admitted);
    CHECK(buckets.take("ada", start + milliseconds{100}).is_admitted);
    CHECK_FALSE(buckets.take("ada", start + milliseconds{100}).is_admitted);
    // Full again, not more.
    CHECK(buckets.left("ada", start + seconds{60}).remaining == 3);
    CHECK(buckets.left("ada", start + seconds{60}).remaining == 3);
    CHECK(token_buckets{{.per_second = 7}}.burst() == 70);
    CHECK(token_buckets{{}}.take("ada", start).is_admitted);
}

TEST_CASE("names without end do not make buckets grow, nor those in use be forgotten") {
    token_buckets buckets{{.per_second = 1, .burst = 4}, 8};
    const auto start = token_buckets::clock::time_point{seconds{5}};
    for (int at = 0; at < 4; ++at)
        CHECK(buckets.take("ada", start).is_admitted);
    for (int at = 0; at < 10'000; ++at)
        CHECK(buckets.take("n" + std::to_string(at), start).is_admitted);
    // There is room for eight, and those that asked once gave way to each other.
    CHECK_FALSE(buckets.take("ada", start).is_admitted);
}

TEST_CASE("a caller beyond its rate is refused before its handler, and told when to come back") {
    served on;
    const moved_clock at;
    rate_limits limits{
        {.per_caller = {.per_second = 1, .burst = 2}, .unlimited = {"/page"}, .clock = at.function()
        }
    };
    limits.watch(on.routes);
    const std::vector<header> ada{{"X-Forwarded-User", "ada"}};
    const auto first = on.ask("POST", "/orders", ada);
    CHECK(first.status == 201);
    CHECK(field(first, "RateLimit-Limit") == "2");
    CHECK(field(first, "RateLimit-Remaining") == "1");
    CHECK(field(first, "RateLimit-Reset") == "1");
    // One request, though it asks another route.
    CHECK(field(on.ask("GET", "/both", ada), "RateLimit-Remaining") == "0");
    const auto refused = on.ask("POST", "/orders", ada);
    CHECK(refused.status == 429);
    CHECK(refused.body.find("\"rate_limited\"") != std::string::npos);
    CHECK(refused.body.find("\"title\":\"Too Many Requests\"") != std::string::npos);
    CHECK(field(refused, "Retry-After") == "1");
    CHECK(field(refused, "RateLimit-Remaining") == "0");
    CHECK(field(refused, "RateLimit-Reset") == "2");
    CHECK(on.writes == 1);
    CHECK(limits.refused_by_caller() == 1);
    CHECK(limits.refused_by_address() == 0);
    CHECK(on.ask("GET", "/page?x=1", ada).status == 200);
    // Others, and nobody, are not concerned.
    CHECK(on.ask("POST", "/orders", {{"X-Forwarded-User", "bob"}}).status == 201);
    CHECK(on.ask("POST", "/orders").status == 201);
}

TEST_CASE("an address beyond its rate is refused, whoever asks, before anything is looked for") {
    served on;
    moved_clock at;
    rate_limits limits{
        {.per_caller = {.per_second = 100},
         .per_address = {.per_second = 1, .burst = 2},
         .clock = at.function()}
    };
    limits.watch(on.routes);
    CHECK(on.ask("GET", "/nothing").status == 404);
    const auto second = on.ask("GET", "/orders", {{"X-Forwarded-User", "ada"}});
    // The tighter of the two.
    CHECK(field(second, "RateLimit-Limit") == "2");
    CHECK(on.ask("GET", "/nothing").status == 429);
    CHECK(on.ask("GET", "/orders", {{"X-Forwarded-User", "ada"}}).status == 429);
    // A header is no address unless a proxy is trusted to set it.
    CHECK(on.ask("GET", "/orders", {{"X-Real-Ip", "198.51.100.1"}}).status == 429);
    CHECK(limits.refused_by_address() == 3);
    at.now += seconds{1};
    CHECK(on.ask("GET", "/orders").status == 200);
}

TEST_CASE("behind a trusted proxy the address is the reader's; one network of IPv6 is one reader") {
    served on;
    const moved_clock at;
    rate_limits limits{
        {.per_address = {.per_second = 1, .burst = 1}, .trusts_proxy = true, .clock = at.function()}
    };
    limits.watch(on.routes);
    const auto status = [&](const char* address) {
        return on.ask("GET", "/orders", {{"X-Real-Ip", address}}).status;
    };
    CHECK(status("198.51.100.1") == 200);
    CHECK(status("::ffff:198.51.100.1") == 429);
    CHECK(status("198.51.100.2") == 200);
    CHECK(status("2001:db8:1:2::1") == 200);
    CHECK(status("2001:db8:1:2:ffff::9") == 429);
    CHECK(status("2001:db8:1:3::1") == 200);
}

TEST_CASE("who is refused by one layer is answered through those around it") {
    served on;
    on.routes.put_around(gzip_answers());
    rate_limits limits{{.per_address = {.per_second = 1, .burst = 1}}}; // outlives the requests
    limits.watch(on.routes);
    on.routes.put_around(cors({.origins = {"https://app.example.com"}}));
    on.routes.put_around(security_headers());
    // One request or another is the second within a second, however slow the machine is.
    response refused;
    for (int at = 0; at < 1'000 && refused.status != 429; ++at)
        refused = on.ask("GET", "/orders", {{"Origin", std::string{page}}});
    REQUIRE(refused.status == 429);
    CHECK(field(refused, "Access-Control-Allow-Origin") == page);
    CHECK(field(refused, "Access-Control-Expose-Headers").find("Retry-After") != std::string::npos);
    CHECK(field(refused, "Cache-Control") == "no-store");
    const auto foreign = on.ask("POST", "/orders", {{"Sec-Fetch-Site", "cross-site"}});
    CHECK(foreign.status == 403);
    CHECK(field(foreign, "X-Content-Type-Options") == "nosniff");
}

TEST_CASE("what stands around routes may fail: clients are told as little as of a handler") {
    served on;
    on.routes.put_around([](request&, const auto&) -> response {
        throw std::runtime_error{"canary of a middleware"};
    });
    on.routes.observe_answers([](const answered_request&) { throw std::runtime_error{"x"}; });
    const auto answer = on.ask("GET", "/orders");
    CHECK(answer.status == 500);
    CHECK(answer.body.find("canary") == std::string::npos);
    CHECK(field(answer, "X-Request-ID").size() == 36);
}

} // namespace middleware_cases
