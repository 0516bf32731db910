// SPDX-License-Identifier: Apache-2.0
// OAuth of a service principal: discovery, one fetch for many, renewal, refused tokens.
#include <atomic>
#include <cstddef>
#include <thread>
#include <workspace.hpp>

namespace tokens_cases {

namespace {

using namespace test;
using namespace std::chrono_literals;
namespace ws = weir::workspace;

/// A workspace that gives tokens tok1, tok2, … and takes those it is told to.
struct oauth {
    std::atomic<int> given{0};
    std::atomic<int> oldest_good{1};
    std::string life = "3600";
    int refusal_status = 403;
    std::atomic<bool> is_down{false};

    stand_in server{[this](const asked& request) { return reply(request); }};

    std::string reply(const asked& request) {
        if (request.target == "/oidc/.well-known/oauth-authorization-server")
            return answer(200, R"({"token_endpoint":")" + server.origin() + R"(/oidc/v1/token"})");
        if (request.target == "/oidc/v1/token") {
            if (is_down)
                return answer(503, "{}");
            std::this_thread::sleep_for(20ms);
            return answer(
                200,
                R"({"access_token":"tok)" + std::to_string(++given) +
                    R"(","token_type":"Bearer","expires_in":)" + life + "}"
            );
        }
        const auto token = request.field("authorization");
        const int number = token.starts_with("Bearer tok") ? std::stoi(token.substr(10)) : 0;
        if (number < oldest_good)
            return answer(
                refusal_status, R"({"error_code":403,"message":"Invalid access token."})"
            );
        return answer(200, "{}");
    }
};

} // namespace

TEST_CASE("a service principal logs in once, by discovery, with its secret in the header alone") {
    oauth workspace;
    ws::client client{with_client(workspace.server)};
    CHECK(client.send(get("/x")).status == 200);
    CHECK(client.send(get("/y")).status == 200);
    const auto seen = workspace.server.requests();
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].target == "/oidc/.well-known/oauth-authorization-server");
    CHECK(seen[0].field("authorization").empty());
    CHECK(seen[1].method == "POST");
    CHECK(seen[1].field("authorization") == "Basic Y2lkOmMtc2VjcmV0");
    CHECK(seen[1].field("content-type") == "application/x-www-form-urlencoded");
    CHECK(seen[1].body == "grant_type=client_credentials&scope=all-apis");
    CHECK(seen[2].field("authorization") == "Bearer tok1");
    CHECK(seen[2].field("user-agent").ends_with("auth/oauth-m2m"));
}

TEST_CASE("many threads at once share one login") {
    oauth workspace;
    workspace.life = R"("3600")";
    ws::client client{with_client(workspace.server)};
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int at = 0; at < 16; ++at)
        threads.emplace_back([&] { good += client.send(get("/x")).status == 200 ? 1 : 0; });
    for (auto& each : threads)
        each.join();
    CHECK(good == 16);
    CHECK(workspace.server.count("/oidc/v1/token") == 1);
}

TEST_CASE("a refused token is fetched anew and the call made once more, for 401 and for 403") {
    for (const int status : {401, 403}) {
        oauth workspace;
        workspace.refusal_status = status;
        ws::client client{with_client(workspace.server)};
        CHECK(client.send(get("/x")).status == 200);
        workspace.oldest_good = 2;
        CHECK(client.send(post("/x")).status == 200);
        CHECK(workspace.given == 2);
        workspace.oldest_good = 1000;
        CHECK_THROWS_AS(client.send(post("/x")), weir::authentication_error);
        // Once: the new token was refused too.
        CHECK(workspace.given == 3);
    }
}

TEST_CASE("a refused secret is final and told without it") {
    const stand_in server{[](const asked& request) {
        return request.method == "GET"
                   ? answer(
                         200, R"({"token_endpoint":"http://)" + request.field("host") + R"(/t"})"
                     )
                   : answer(
                         401,
                         R"({"error":"invalid_client","error_description":"Client authentication failed"})"
                     );
    }};
    pauses waited;
    ws::client client{with_client(server), waited.options()};
    const auto failed =
        failure_of<weir::authentication_error>([&] { static_cast<void>(client.send(get("/x"))); });
    CHECK(
        std::string_view{failed.what()} ==
        "OAuth token for cid: refused with 401 invalid_client (check DATABRICKS_CLIENT_ID and "
        "DATABRICKS_CLIENT_SECRET)"
    );
    CHECK(waited.taken.empty());
    CHECK(server.count("/x") == 0);
}

TEST_CASE("a login that is told to come later comes later") {
    std::atomic<int> asked_for{0};
    const stand_in server{[&](const asked& request) {
        if (request.method == "GET")
            return answer(200, R"({"token_endpoint":"http://)" + request.field("host") + R"(/t"})");
        if (request.target != "/t")
            return answer(200, "{}");
        return ++asked_for == 1 ? answer(429, "{}", "Retry-After: 2\r\n")
                                : answer(200, R"({"access_token":"t","expires_in":3600})");
    }};
    pauses waited;
    ws::client client{with_client(server), waited.options(0.0)};
    CHECK(client.send(post("/x")).status == 200);
    CHECK(waited.taken == std::vector<std::chrono::milliseconds>{2s});
}

TEST_CASE("discovery that leads nowhere is told with the host") {
    const stand_in server{[](const asked&) { return answer(404, "not here"); }};
    ws::client client{with_client(server)};
    const auto failed =
        failure_of<weir::not_found_error>([&] { static_cast<void>(client.send(get("/x"))); });
    CHECK(
        std::string{failed.what()} ==
        "OAuth discovery at " + server.origin() + ": the workspace answered 404"
    );
}

TEST_CASE("while tokens live for a second only, no call fails") {
    oauth workspace;
    workspace.life = "1";
    ws::client client{with_client(workspace.server)};
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    const auto ends = std::chrono::steady_clock::now() + 3s;
    for (int at = 0; at < 4; ++at)
        threads.emplace_back([&] {
            while (std::chrono::steady_clock::now() < ends) {
                try {
                    static_cast<void>(client.send(get("/x")));
                } catch (const weir::error&) {
                    ++failed;
                }
                std::this_thread::sleep_for(2ms);
            }
        });
    for (auto& each : threads)
        each.join();
    CHECK(failed == 0);
    CHECK(workspace.given >= 3);
}

} // namespace tokens_cases
