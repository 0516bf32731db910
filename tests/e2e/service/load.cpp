// SPDX-License-Identifier: Apache-2.0
// Many clients at once: nothing is lost, nothing is doubled, and the service lives.
#include <atomic>
#include <catch.hpp>
#include <optional>
#include <raw_http.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fixture.hpp"

namespace load_cases {

using namespace e2e;
using weir::test::raw_client;

TEST_CASE("200 clients at once insert rows, and each is there exactly once") {
    on_all([](const backend& on) {
        const auto user = fresh_user("load-" + on.name);
        constexpr int clients = 200;
        constexpr int turns = 5;
        std::atomic<int> stored{0};
        std::atomic<int> busy{0};
        std::atomic<int> other{0};
        std::vector<std::thread> running;
        running.reserve(clients);
        for (int client = 0; client < clients; ++client) {
            running.emplace_back([&, client] {
                std::optional<raw_client> link;
                for (int turn = 0; turn < turns; ++turn) {
                    const auto tag = std::to_string(client) + "." + std::to_string(turn);
                    if (!link)
                        link.emplace(on.on->port(), std::chrono::seconds{60});
                    const auto answer = link->exchange(bytes_of(
                        {.method = "POST",
                         .target = "/api/v1/orders",
                         .body = R"({"tags": [")" + tag + R"("]})",
                         .user = user},
                        "keep-alive"
                    ));
                    if (answer && answer->status == 201) {
                        ++stored;
                    } else if (answer && answer->status == 503 &&
                               answer->headers.find("Retry-After")) {
                        ++busy;
                    } else {
                        ++other;
                    }
                    if (!answer || answer->headers.find("Connection") == "close")
                        link.reset();
                }
            });
        }
        for (auto& each : running)
            each.join();
        CHECK(other == 0);
        CHECK(stored + busy == clients * turns);
        CHECK(stored >= clients);
        CAPTURE(stored.load(), busy.load());
        std::set<std::string> tags;
        std::size_t rows = 0;
        for (int offset = 0; offset < clients * turns; offset += 100) {
            const auto page =
                on({.target = "/api/v1/orders?select=tags&order=id&limit=100&count=exact&offset=" +
                              std::to_string(offset),
                    .user = user});
            REQUIRE(page.status == 200);
            CHECK(page.parsed.at("total") == stored.load());
            for (const auto& row : page.parsed.at("data")) {
                ++rows;
                tags.insert(row.at("tags")[0].get<std::string>());
            }
        }
        CHECK(rows == static_cast<std::size_t>(stored.load()));
        CHECK(tags.size() == rows);
        CHECK(on({.target = "/api/v1/healthcheck"}).status == 200);
    });
}

TEST_CASE("readers of single rows at once are each answered about their own, whatever it is") {
    on_all([](const backend& on) {
        const auto user = fresh_user("read-" + on.name);
        const auto stranger = fresh_user("stranger-" + on.name);
        constexpr int clients = 32;
        constexpr int turns = 10;
        std::vector<std::string> places;
        for (int row = 0; row < clients; ++row) {
            const auto made =
                on({.method = "POST",
                    .target = "/api/v1/orders",
                    .body = R"({"total": )" + std::to_string(row) + "}",
                    .user = user});
            REQUIRE(made.status == 201);
            places.push_back(made.header("Location"));
        }
        std::atomic<int> wrong{0};
        std::vector<std::thread> running;
        for (int client = 0; client < clients; ++client) {
            running.emplace_back([&, client] {
                raw_client link{on.on->port(), std::chrono::seconds{60}};
                const auto status = [&](const std::string& target, const std::string& by) {
                    const auto got =
                        link.exchange(bytes_of({.target = target, .user = by}, "keep-alive"));
                    return got ? got->status : 0;
                };
                for (int turn = 0; turn < turns; ++turn) {
                    const auto row = (client + turn) % clients;
                    const auto& place = places[static_cast<std::size_t>(row)];
                    const auto found =
                        link.exchange(bytes_of({.target = place, .user = user}, "keep-alive"));
                    if (!found || found->status != 200 ||
                        nlohmann::json::parse(found->body).at("total").get<double>() != row)
                        ++wrong;
                    if (status(place, stranger) != 404 ||
                        status("/api/v1/orders/00000000-0000-0000-0000-000000000000", user) !=
                            404 ||
                        status("/api/v1/orders/none", user) != 400 || status(place, {}) != 401)
                        ++wrong;
                }
            });
        }
        for (auto& each : running)
            each.join();
        CHECK(wrong == 0);
    });
}

TEST_CASE("many clients change one row, and one of them is the last") {
    on_all([](const backend& on) {
        const auto user = fresh_user("race-" + on.name);
        const auto made =
            on({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
        REQUIRE(made.status == 201);
        const auto location = made.header("Location");
        std::atomic<int> changed{0};
        std::atomic<int> conflicts{0};
        std::atomic<int> other{0};
        std::vector<std::thread> running;
        for (int client = 0; client < 40; ++client) {
            running.emplace_back([&, client] {
                raw_client link{on.on->port(), std::chrono::seconds{60}};
                const auto number = std::to_string(client);
                const auto answer = link.exchange(bytes_of(
                    {.method = "PATCH",
                     .target = location,
                     .body = R"({"total": )" + number + R"(, "tags": [")" + number + R"("]})",
                     .user = user}
                ));
                if (answer && answer->status == 200) {
                    ++changed;
                } else if (answer && (answer->status == 409 || answer->status == 503)) {
                    ++conflicts;
                } else {
                    ++other;
                }
            });
        }
        for (auto& each : running)
            each.join();
        CHECK(other == 0);
        CHECK(changed >= 1);
        const auto last = on({.target = location, .user = user});
        CHECK(
            std::to_string(static_cast<int>(last.parsed.at("total").get<double>())) ==
            last.parsed.at("tags")[0].get<std::string>()
        );
    });
}

TEST_CASE("many clients claim one key, and one gets it") {
    on_all([](const backend& on) {
        const auto user = fresh_user("claim-" + on.name);
        const auto order =
            on({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
        const auto id = order.parsed.at("id").get<std::string>();
        std::atomic<int> stored{0};
        std::atomic<int> refused{0};
        std::vector<std::thread> running;
        for (int client = 0; client < 40; ++client) {
            running.emplace_back([&] {
                raw_client link{on.on->port(), std::chrono::seconds{60}};
                const auto answer = link.exchange(bytes_of(
                    {.method = "POST",
                     .target = "/api/v1/order-lines",
                     .body = R"({"order_id": ")" + id +
                             R"(", "line_no": 1, "sku": "x", "quantity": 1, "unit_price": 1})",
                     .user = user}
                ));
                if (answer && answer->status == 201)
                    ++stored;
                if (answer && (answer->status == 409 || answer->status == 503))
                    ++refused;
            });
        }
        for (auto& each : running)
            each.join();
        CHECK(stored == 1);
        CHECK(stored + refused == 40);
        CHECK(
            on({.target = "/api/v1/order-lines?count=exact", .user = user}).parsed.at("total") == 1
        );
    });
}

} // namespace load_cases
