// SPDX-License-Identifier: Apache-2.0
// Tokens that expire while requests run: none of them notices. WEIR_TEST_LOAD_SECONDS sets how long
// the load lasts; tokens then live 5 s, else 1 s.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>
#include <workspace_process.hpp>

#include "service.hpp"

namespace token_expiry_cases {

using namespace test;

namespace {

/// Tokens of this workspace live so long while this object does.
class short_tokens {
public:
    explicit short_tokens(int seconds) { change(seconds); }

    short_tokens(const short_tokens&) = delete;
    short_tokens(short_tokens&&) = delete;
    short_tokens& operator=(const short_tokens&) = delete;
    short_tokens& operator=(short_tokens&&) = delete;

    ~short_tokens() { change(3'600); }

private:
    // Those that live longer end now.
    static void change(int seconds) {
        workspace_process::shared().change_identities(
            R"({"expire_all":true,"token_life":)" + std::to_string(seconds) + "}"
        );
    }
};

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

} // namespace

TEST_CASE("tokens expire under load, and no request fails") {
    const char* const asked = std::getenv("WEIR_TEST_LOAD_SECONDS");
    const int seconds = asked != nullptr ? std::max(1, std::atoi(asked)) : 4;
    service on;
    const int life_seconds = asked != nullptr ? 5 : 1;
    const short_tokens life{life_seconds};
    static_cast<void>(workspace_process::shared().take_requests());
    const auto begin = std::chrono::steady_clock::now();
    const auto end = begin + std::chrono::seconds{seconds};
    std::atomic<std::int64_t> stored{0};
    std::mutex guard;
    std::vector<std::string> failed;
    constexpr int clients = 4;
    {
        std::vector<std::jthread> running;
        for (int client = 0; client < clients; ++client)
            running.emplace_back([&, client] {
                const auto send = [&](std::string method, std::string target, std::string body) {
                    weir::http::request request;
                    request.method = std::move(method);
                    request.target = "/api/v1" + std::move(target);
                    request.body = body;
                    if (!body.empty())
                        request.headers.add("Content-Type", "application/json");
                    const auto answer = on.ask_as(std::nullopt, std::move(request));
                    if (answer.status / 100 != 2) {
                        const std::lock_guard lock{guard};
                        failed.push_back(std::to_string(answer.status) + " " + answer.body);
                    }
                };
                for (std::int64_t turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
                    const auto key = std::to_string(4'200'000'000 + client * 10'000'000 + turn);
                    send("POST", "/wells", R"({"api10":)" + key + R"(,"wellname":"A"})");
                    send("PATCH", "/wells/" + key, R"({"wellname":"B"})");
                    send("GET", "/wells/" + key, "");
                    ++stored;
                }
            });
    }
    for (const auto& each : failed)
        FAIL_CHECK(each);
    CHECK(stored > 0);
    const auto listed = on.ask("GET", "/wells?count=exact&limit=1&wellname=eq.B");
    INFO(listed.body);
    CHECK(holds(listed.body, R"("total":)" + std::to_string(stored) + ","));
    // One fetch serves all who wait: a token is renewed at half of its life, and not before.
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto fetches =
        count_of(workspace_process::shared().take_requests(), R"("target":"/oidc/v1/token")");
    CAPTURE(stored.load(), fetches, took.count());
    CHECK(fetches >= 2);
    CHECK(static_cast<double>(fetches) <= 2 * took.count() / life_seconds + 4);
}

} // namespace token_expiry_cases
