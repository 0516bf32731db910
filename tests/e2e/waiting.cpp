// SPDX-License-Identifier: Apache-2.0
// Requests that wait for a worker of weir's listener: how many, how long, in which order.
#include <weir/http/server.hpp>

#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <http2_client.hpp>
#include <raw_http.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "listeners.hpp"

namespace waiting_cases {

namespace {

using namespace weir::http;
using namespace e2e;
using std::chrono::milliseconds;
using std::chrono::seconds;
using weir::test::http2_client;
using weir::test::raw_client;

// A listener whose one worker is held up until the gate opens.
struct held_listener : own_listener {
    explicit held_listener(server_options options = {}, const std::string& by = "/wait")
        : own_listener([&] {
              options.usual_workers = options.max_workers = 1;
              return options;
          }()),
          first(port, seconds{60}) {
        first.send(get(by));
        held.await(1);
    }

    void await_waiting(std::size_t count) const {
        while (server.statistics().waiting != count)
            std::this_thread::yield();
    }

    // Asks from a connection of its own, and returns once that waits.
    raw_client& ask(const std::string& bytes) {
        auto& added = clients.emplace_back(port, seconds{60});
        added.send(bytes);
        await_waiting(clients.size());
        return added;
    }

    raw_client first;
    std::vector<raw_client> clients{};
};

} // namespace

TEST_CASE("requests of a joint route that wait go on together, one that fails by itself") {
    held_listener running;
    running.is_near = GENERATE(true, false);
    for (const char* const key : {"1", "2", "none", "3", "4"})
        running.ask(get("/met/" + std::string{key}));
    running.held.open();
    CHECK(running.first.receive()->status == 200);
    for (std::size_t at = 0; at < running.clients.size(); ++at) {
        const auto got = running.clients[at].receive();
        REQUIRE(got);
        CHECK(got->status == (at == 2 ? 404 : 200));
        if (at != 2)
            CHECK(got->body == "4");
    }
    CHECK(running.clients[2].exchange(get("/ping"))->status == 200);
}

TEST_CASE("a client that leaves before joint requests go on keeps no other waiting") {
    held_listener running;
    running.ask(get("/met/1"));
    {
        raw_client leaving{running.port};
        leaving.send(get("/met/2"));
        running.await_waiting(2);
    }
    running.clients.emplace_back(running.port, seconds{60}).send(get("/met/3"));
    running.await_waiting(3);
    running.held.open();
    for (auto& client : running.clients)
        CHECK(client.receive()->status == 200);
}

TEST_CASE("joint requests of one HTTP/2 connection go on together, and answer each its stream") {
    held_listener running;
    http2_client client{running.port};
    std::vector<http2_client::stream_id> streams;
    for (int at = 0; at < 40; ++at)
        streams.push_back(client.ask("GET", at == 5 ? "/met/none" : "/met/" + std::to_string(at)));
    running.await_waiting(streams.size());
    running.held.open();
    std::set<std::string> met;
    for (std::size_t at = 0; at < streams.size(); ++at) {
        const auto& got = client.await(streams[at]);
        CHECK(got.status == (at == 5 ? 404 : 200));
        if (at != 5)
            met.insert(got.body);
    }
    // 32 at once at most.
    CHECK(met == std::set<std::string>{"31", "39"});
}

TEST_CASE("what one of joint requests waits for does not keep others than these waiting") {
    own_listener running;
    raw_client held{running.port, seconds{60}};
    held.send(get("/met/held"));
    running.held.await(1);
    std::vector<raw_client> others;
    for (int at = 0; at < 20; ++at) {
        others.emplace_back(running.port, seconds{60}).send(get("/met/" + std::to_string(at)));
        others.emplace_back(running.port, seconds{60}).send(get("/ping"));
    }
    for (auto& client : others)
        CHECK(client.receive()->status == 200);
    running.held.open();
    CHECK(held.receive()->status == 200);
}

TEST_CASE("who waits for a worker is served in the order it came, however many there are") {
    held_listener running{{.longest_wait = seconds{60}}};
    constexpr std::size_t in_order = 20;
    // More than ever waited where what waited was counted.
    constexpr std::size_t all = 1'500;
    running.clients.reserve(all);
    for (std::size_t at = 0; at < in_order; ++at)
        running.ask(get("/turn"));
    while (running.clients.size() < all)
        running.clients.emplace_back(running.port, seconds{60}).send(get("/turn"));
    running.await_waiting(all);
    // What is said at once stands in no line, by either HTTP.
    raw_client watcher{running.port};
    for (int at = 0; at < 3; ++at) {
        const auto alive = watcher.exchange(get("/alive", "X-Request-ID: w-1\r\n"));
        REQUIRE(alive);
        CHECK(alive->status == 200);
        CHECK(alive->body == R"({"status":"alive"})");
        CHECK(alive->headers.find("X-Request-ID") == "w-1");
    }
    http2_client other{running.port};
    CHECK(other.exchange("GET", "/alive").body == R"({"status":"alive"})");
    CHECK(other.exchange("HEAD", "/alive").body.empty());
    CHECK(own_answers_of(running.server).at("200") == 5);
    // What is wanted soon stands in a line of its own.
    watcher.send(get("/soon?now"));
    running.await_waiting(all + 1);
    running.held.open();
    const auto soon = watcher.receive();
    REQUIRE(soon);
    CHECK((soon->body == "1" || soon->body == "2"));
    int before = 0;
    std::size_t served = 0;
    for (std::size_t at = 0; at < all; ++at) {
        const auto answer = running.clients[at].receive();
        REQUIRE(answer);
        served += answer->status == 200 ? 1U : 0U;
        if (at >= in_order)
            continue;
        CHECK(std::stoi(answer->body) > before);
        before = std::stoi(answer->body);
    }
    CHECK(served == all);
    CHECK(before <= static_cast<int>(in_order) + 1);
    CHECK(running.first.receive()->body == "waited");
    CHECK(running.server.statistics().turned_away == 0);
    CHECK(running.server.statistics().waiting_bytes == 0);
}

TEST_CASE("what has begun goes on by turns with those that wait") {
    held_listener running{{.longest_wait = seconds{60}}, "/pieces"};
    constexpr std::size_t all = 200;
    running.clients.reserve(all);
    while (running.clients.size() < all)
        running.clients.emplace_back(running.port, seconds{60}).send(get("/turn"));
    running.await_waiting(all);
    running.held.open();
    const auto made = running.first.receive();
    REQUIRE(made);
    CHECK(made->is_whole);
    // A hundred pieces, and one of the others after each few.
    const auto turns = std::stoi(made->body.substr(made->body.find_last_of('.') + 1));
    CHECK(turns > 0);
    CHECK(turns < 100);
    for (auto& client : running.clients)
        CHECK(client.receive()->status == 200);
}

TEST_CASE("who waits for a worker too long gets 503, and keeps the connection") {
    held_listener running{{.longest_wait = milliseconds{50}}};
    constexpr std::size_t all = 5;
    for (std::size_t at = 0; at < all; ++at)
        running.clients.emplace_back(running.port).send(post("/count", "never counted"));
    http2_client other{running.port};
    const auto stream = other.ask("POST", "/count", "never counted");
    for (auto& client : running.clients) {
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == 503);
        CHECK(answer->headers.find("Retry-After") == "1");
        CHECK(answer->headers.find("Connection") != "close");
        CHECK(answer->body.find("waited too long") != std::string::npos);
    }
    const auto& refused = other.await(stream);
    CHECK(refused.status == 503);
    CHECK(refused.headers.find("Retry-After") == "1");
    CHECK(running.server.statistics().turned_away == all + 1);
    CHECK(running.server.statistics().waiting_bytes == 0);
    CHECK(own_answers_of(running.server).at("503") == all + 1);
    // What a worker has taken keeps its time.
    running.held.open();
    CHECK(running.first.receive()->body == "waited");
    CHECK(running.counted == 0);
    const auto is_served = [&](auto&& ask) {
        for (int tried = 0; tried < 100; ++tried)
            if (ask() == 200)
                return true;
        return false;
    };
    for (auto& client : running.clients)
        CHECK(is_served([&] { return client.exchange(get("/ping"))->status; }));
    CHECK(is_served([&] { return other.exchange("GET", "/ping").status; }));
}

TEST_CASE("beyond what requests that wait may hold, one gets 503 at once") {
    held_listener running{{.longest_wait = seconds{60}, .max_waiting_bytes = 100'000}};
    running.ask(get("/ping"));
    CHECK(running.server.statistics().waiting_bytes < 10'000);
    running.ask(post("/echo", std::string(100'000, 'x')));
    CHECK(running.server.statistics().waiting_bytes > 100'000);
    for (int at = 0; at < 5; ++at) {
        raw_client further{running.port};
        const auto answer = further.exchange(get("/ping"));
        REQUIRE(answer);
        CHECK(answer->status == 503);
        CHECK(answer->headers.find("Retry-After") == "1");
        CHECK(answer->headers.find("Connection") == "close");
    }
    http2_client other{running.port};
    CHECK(other.exchange("GET", "/ping").status == 503);
    CHECK(other.exchange("GET", "/alive").status == 200);
    CHECK(own_answers_of(running.server).at("503") == 6);
    running.held.open();
    for (auto& client : running.clients)
        CHECK(client.receive()->status == 200);
    CHECK(other.exchange("GET", "/ping").status == 200);
}

TEST_CASE("what a client asked for that left while it waited long is not begun") {
    held_listener running{{.longest_wait = seconds{60}}};
    raw_client{running.port}.send(post("/count", "left"));
    running.await_waiting(1);
    while (running.server.statistics().longest_wait < milliseconds{1'100})
        std::this_thread::yield();
    raw_client there{running.port};
    there.send(post("/count", "there"));
    running.await_waiting(2);
    running.held.open();
    CHECK(there.receive()->status == 200);
    CHECK(running.counted == 1);
}

TEST_CASE("a server that stops answers who waits, for five seconds") {
    held_listener running{{.longest_wait = seconds{600}}};
    for (int at = 0; at < 50; ++at)
        running.clients.emplace_back(running.port, seconds{60}).send(get("/ping"));
    running.await_waiting(50);
    running.server.stop();
    int expected = 200;
    SECTION("with what they asked for, while there is somebody to do it") {
        running.held.open();
    }
    SECTION("with 503 otherwise, so that none is cut off") {
        expected = 503;
    }
    for (auto& client : running.clients) {
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == expected);
        CHECK(answer->headers.find("Connection") == "close");
        CHECK(client.is_closed());
    }
    running.held.open();
    CHECK(running.first.receive()->body == "waited");
    running.runner.join();
}

} // namespace waiting_cases
