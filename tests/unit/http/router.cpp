// SPDX-License-Identifier: Apache-2.0
#include <weir/http/router.hpp>

#include <catch.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace router_cases {

namespace {

using namespace weir::http;

handler says(std::string text) {
    return [text = std::move(text)](const request& asked) {
        std::string body = text;
        for (const auto& parameter : asked.parameters)
            body += " " + parameter.name + "=" + parameter.value;
        return json_response(200, body);
    };
}

response ask(const router& routes, std::string_view method, std::string_view target) {
    request asked;
    asked.method = method;
    asked.target = target;
    asked.request_id = "id-1";
    return routes.handle(std::move(asked));
}

router wells() {
    router routes;
    routes.add("GET", "/api/v1/wells", says("list"));
    routes.add("POST", "/api/v1/wells", says("insert"));
    routes.add("GET", "/api/v1/wells/{key}", says("one"));
    routes.add("DELETE", "/api/v1/wells/{key}", says("remove"));
    routes.add("PATCH", "/api/v1/wells/batch", says("batch"));
    routes.add("POST", "/api/v1/wells/{key}/restore", says("restore"));
    routes.add("GET", "/livez", says("alive"));
    return routes;
}

} // namespace

TEST_CASE("requests reach the route of their method and path") {
    const auto routes = wells();
    CHECK(ask(routes, "GET", "/api/v1/wells?limit=2").body == "list");
    CHECK(ask(routes, "POST", "/api/v1/wells").body == "insert");
    CHECK(ask(routes, "GET", "/api/v1/wells/42").body == "one key=42");
    CHECK(ask(routes, "POST", "/api/v1/wells/42/restore").body == "restore key=42");
    CHECK(ask(routes, "GET", "/livez").body == "alive");
}

TEST_CASE("a slash inside an escaped parameter stays in it, decoded and as sent") {
    router routes;
    routes.add("GET", "/t/{key}", [](const request& asked) {
        return json_response(
            200, std::string{asked.parameter("key")} + "|" + std::string{asked.raw_parameter("key")}
        );
    });
    CHECK(ask(routes, "GET", "/t/a%2Fb%2Cc").body == "a/b,c|a%2Fb%2Cc");
}

TEST_CASE("a literal wins over a parameter, which still serves the other methods") {
    const auto routes = wells();
    CHECK(ask(routes, "PATCH", "/api/v1/wells/batch").body == "batch");
    CHECK(ask(routes, "GET", "/api/v1/wells/batch").body == "one key=batch");
}

TEST_CASE("unknown paths are 404, known ones with another method 405 with Allow") {
    const auto routes = wells();
    for (const auto* path :
         {"/",
          "/api",
          "/api/v1/well",
          "/api/v1/wells/",
          "/api/v1/wells/1/2",
          "//api/v1/wells",
          "/api/v1/wells/1/restore/"})
        CHECK(ask(routes, "GET", path).status == 404);
    const auto refused = ask(routes, "PUT", "/api/v1/wells/42");
    CHECK(refused.status == 405);
    CHECK(refused.headers.find("Allow") == "DELETE, GET, HEAD, OPTIONS");
    CHECK(refused.body.find("\"code\":\"method_not_allowed\"") != std::string::npos);
    CHECK(
        ask(routes, "PUT", "/api/v1/wells/batch").headers.find("Allow") ==
        "DELETE, GET, HEAD, OPTIONS, PATCH"
    );
}

TEST_CASE("HEAD is answered by GET, OPTIONS with Allow") {
    const auto routes = wells();
    CHECK(ask(routes, "HEAD", "/api/v1/wells").status == 200);
    const auto options = ask(routes, "OPTIONS", "/api/v1/wells");
    CHECK(options.status == 204);
    CHECK(options.headers.find("Allow") == "GET, HEAD, OPTIONS, POST");
    CHECK(ask(routes, "OPTIONS", "*").status == 204);
    CHECK(ask(routes, "GET", "*").status == 400);
}

TEST_CASE("paths and queries that cannot be decoded are 400") {
    const auto routes = wells();
    CHECK(ask(routes, "GET", "/api/v1/wells/%zz").status == 400);
    CHECK(ask(routes, "GET", "/api/v1/wells/%00").status == 400);
    CHECK(ask(routes, "GET", "/api/v1/wells/%ff").status == 400);
    const auto query = ask(routes, "GET", "/api/v1/wells?limit=%ff");
    CHECK(query.status == 400);
    CHECK(query.body.find(R"("loc":["query","limit"])") != std::string::npos);
}

TEST_CASE("every answer carries the request id") {
    const auto routes = wells();
    CHECK(ask(routes, "GET", "/livez").headers.find("X-Request-ID") == "id-1");
    const auto missing = ask(routes, "GET", "/nowhere");
    CHECK(missing.headers.count("X-Request-ID") == 1);
    CHECK(missing.body.find(R"("request_id":"id-1")") != std::string::npos);
    request asked;
    asked.method = "GET";
    asked.target = "/livez";
    CHECK(routes.handle(asked).headers.find("X-Request-ID")->size() == 36);
}

TEST_CASE("whatever a handler throws becomes an answer, its text goes to the log only") {
    router routes;
    std::string lines;
    const weir::logger log{weir::string_sink(lines)};
    routes.log_to(log);
    routes.add("GET", "/foreign", [](const request&) -> response {
        throw std::runtime_error{"secret-1"};
    });
    routes.add("GET", "/number", [](const request&) -> response { throw 42; });
    routes.add("GET", "/statement", [](const request&) -> response {
        try {
            throw std::runtime_error{"driver said secret-2"};
        } catch (...) {
            std::throw_with_nested(weir::statement_error{
                "select on wells failed", {.sqlstate = "42P01", .server_text = "secret-3"}
            });
        }
    });
    routes.add("GET", "/missing", [](const request&) -> response {
        throw weir::not_found_error{"no such well"};
    });
    for (const auto* path : {"/foreign", "/number", "/statement"}) {
        const auto answer = ask(routes, "GET", path);
        CHECK(answer.status == 500);
        CHECK(answer.body.find("secret") == std::string::npos);
        CHECK(answer.body.find("wells") == std::string::npos);
    }
    for (const auto* detail :
         {"secret-1",
          "secret-2",
          "secret-3",
          "42P01",
          "not a std::exception",
          "id-1",
          "/statement",
          "router.cpp"})
        CHECK(lines.find(detail) != std::string::npos);
    lines.clear();
    CHECK(ask(routes, "GET", "/missing").status == 404);
    CHECK(lines.empty());
}

TEST_CASE("the caller is asked for only when a route was found") {
    router routes;
    int asked_for = 0;
    routes.identify_with([&](const request&) {
        ++asked_for;
        return std::optional<weir::caller>{weir::caller{.id = "ada"}};
    });
    routes.add("GET", "/me", [](const request& asked) {
        return json_response(200, asked.caller ? asked.caller->id : "nobody");
    });
    CHECK(ask(routes, "GET", "/me").body == "ada");
    CHECK(ask(routes, "GET", "/you").status == 404);
    CHECK(asked_for == 1);
}

TEST_CASE("a malformed pattern and a second route for the same path are refused") {
    router routes;
    routes.add("GET", "/a/{b}", says("x"));
    CHECK_THROWS_AS(routes.add("GET", "/a/{c}", says("y")), weir::configuration_error);
    CHECK_THROWS_AS(routes.add("GET", "a", says("y")), weir::configuration_error);
    CHECK_NOTHROW(routes.add("PUT", "/a/{b}", says("z")));
}

TEST_CASE("prefixes name the literal beginnings once") {
    const auto routes = wells();
    CHECK(routes.prefixes() == std::vector<std::string>{"/api/v1/wells", "/livez"});
    router nested;
    nested.add("GET", "/a/b/c", says("x"));
    nested.add("GET", "/a/{k}", says("x"));
    nested.add("GET", "/ab", says("x"));
    CHECK(nested.prefixes() == std::vector<std::string>{"/a", "/ab"});
}

TEST_CASE("a request that is made again keeps its caller, and every other is identified") {
    router routes;
    routes.identify_with([](const request&) { return weir::caller{.id = "of the headers"}; });
    routes.add("GET", "/who", [](const request& asked) {
        return response{.body = asked.caller ? asked.caller->id : "nobody"};
    });
    request again;
    again.method = "GET";
    again.target = "/who";
    CHECK(routes.handle(again).body == "of the headers");
    again.caller = weir::caller{.id = "of the job"};
    CHECK(routes.handle(again).body == "of the job");
}

TEST_CASE("GETs of a route that is answered jointly are known by their path") {
    auto routes = wells();
    request asked{.method = "GET", .target = "/api/v1/wells/42"};
    CHECK_FALSE(routes.is_joint_and_near(asked));
    bool is_near = false;
    routes.answer_jointly("/api/v1/wells/{key}", [&] { return is_near; });
    CHECK(routes.is_joint_and_near(asked) == false);
    is_near = true;
    CHECK(routes.is_joint_and_near(asked) == true);
    for (const char* const other :
         {"/api/v1/wells",
          "/api/v1/wells/42/restore",
          "/api/v1/wells/42?include=lines",
          "/api/v1/springs/42",
          "/api/v1/wells/42/",
          "/livez",
          "*",
          ""}) {
        CAPTURE(other);
        asked.target = other;
        CHECK_FALSE(routes.is_joint_and_near(asked));
    }
    asked.target = "/api/v1/wells/42";
    for (const char* const other : {"HEAD", "DELETE", "get"}) {
        asked.method = other;
        CHECK_FALSE(routes.is_joint_and_near(asked));
    }
}

TEST_CASE("nothing is answered jointly behind what needs its own pace") {
    const request asked{.method = "GET", .target = "/api/v1/wells/42"};
    const auto passes = [](request& given, const middleware::next_handler& next) {
        return next(given);
    };
    const auto admits = [](const request&) { return std::nullopt; };
    const auto nobody = [](const request&) { return std::nullopt; };
    constexpr auto shared = middleware_pace::shared;
    auto routes = wells();
    routes.answer_jointly("/api/v1/wells/{key}", [] { return true; });
    routes.put_around({passes, shared});
    routes.admit_with(admits, shared);
    routes.identify_with(nobody, shared);
    CHECK(routes.is_joint_and_near(asked));

    auto around = wells();
    around.answer_jointly("/api/v1/wells/{key}", [] { return true; });
    around.put_around(passes);
    around.put_around({passes, shared});
    CHECK_FALSE(around.is_joint_and_near(asked));
    auto admitting = wells();
    admitting.answer_jointly("/api/v1/wells/{key}", [] { return true; });
    admitting.admit_with(admits);
    CHECK_FALSE(admitting.is_joint_and_near(asked));
    auto identifying = wells();
    identifying.answer_jointly("/api/v1/wells/{key}", [] { return true; });
    identifying.identify_with(nobody);
    CHECK_FALSE(identifying.is_joint_and_near(asked));
}
} // namespace router_cases
