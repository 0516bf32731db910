// SPDX-License-Identifier: Apache-2.0
// What a hostile or clumsy client can do, over a real socket: to weir's own listener, and to a
// router that is a guest of cpp-httplib.
#include <weir/core/error.hpp>
#include <weir/http/server.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <http2_client.hpp>
#include <raw_http.hpp>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "listeners.hpp"

namespace listener_cases {

namespace {

using namespace weir::http;
using namespace e2e;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using weir::test::http2_client;
using weir::test::raw_client;

// One more than a request may have.
std::string many_fields() {
    std::string made;
    for (int at = 0; at < 101; ++at)
        made += "X: y\r\n";
    return made;
}

milliseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

} // namespace

TEMPLATE_TEST_CASE(
    "one connection carries many requests, GET, HEAD and POST", "", own_listener, guest_listener
) {
    TestType running;
    raw_client client{running.port};
    for (int at = 0; at < 20; ++at) {
        const auto got = client.exchange(get("/ping"));
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(got->headers.count("Date") == (TestType::is_own ? 1 : 0));
        CHECK(got->headers.find("X-Request-ID")->size() == 36);
    }
    const auto head = client.exchange("HEAD /ping HTTP/1.1\r\nHost: a\r\n\r\n", false);
    REQUIRE(head);
    CHECK(head->headers.find("Content-Length") == "19");
    const auto options = client.exchange("OPTIONS /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(options);
    CHECK(options->status == 204);
    if (TestType::is_own)
        CHECK(options->headers.count("Content-Length") == 0);
    CHECK(client.exchange(post("/echo", "hello"))->body == "hello");
    CHECK(client.exchange("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n")->body.empty());
    CHECK(
        client.exchange(get("/ping", "X-Request-ID: abc\r\nConnection: close\r\n"))
            ->headers.find("X-Request-ID") == "abc"
    );
    CHECK(client.is_closed());
}

TEMPLATE_TEST_CASE(
    "answers do not wait for a delayed acknowledgement", "", own_listener, guest_listener
) {
    TestType running;
    raw_client client{running.port};
    const auto start = steady_clock::now();
    for (int at = 0; at < 200; ++at)
        REQUIRE(client.exchange(post("/echo", std::string(1000, 'x'))));
    CHECK(since(start) < milliseconds{6000}); // 200 times 44 ms with Nagle's algorithm
}

TEST_CASE("pipelined requests are all answered, in order") {
    own_listener running;
    raw_client client{running.port};
    std::string all;
    for (int at = 0; at < 50; ++at)
        all += post("/echo", std::to_string(at)) + get("/t/" + std::to_string(at));
    client.send(all);
    for (int at = 0; at < 50; ++at) {
        const auto first = client.receive();
        const auto second = client.receive();
        REQUIRE((first && second));
        CHECK(first->body == std::to_string(at));
        CHECK(second->body == std::to_string(at));
    }
}

TEMPLATE_TEST_CASE(
    "ambiguous and malformed requests are refused and the connection closed",
    "",
    own_listener,
    guest_listener
) {
    TestType running;

    struct attack {
        std::string bytes;
        int status;
        // cpp-httplib 0.11 reads it in its own way before weir sees it: why the public listener is
        // not it.
        bool is_hosts = false;
    };

    const std::string smuggled = get("/throw");
    const std::vector<attack> attacks{
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n" +
             smuggled,
         400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd" +
             smuggled,
         400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 4x\r\n\r\nabcd" + smuggled, 400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nabcd" + smuggled, 400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\n" + smuggled, 400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n" + smuggled,
         400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n" +
             smuggled,
         400,
         true},
        {"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + smuggled,
         501},
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Encoding: "
         "gzip\r\n\r\nabcd",
         415},
        {"POST /count HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 4\r\n\r\n", 417},
        {"GET /ping HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400},
        {"GET /ping HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n", 400, true},
        {"GET /ping HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, true},
        {"GET /ping HTTP/1.1\n\n", 400, true},
        {"GET /ping HTTP/1.1\r\n\r\n", 400},
        {"GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {std::string{"GET /ping HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 38}, 400, true},
        {"GET /ping HTTP/3.0\r\nHost: a\r\n\r\n", 505, true},
        {"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n", 505, true},
        {get("/ping", many_fields()), 431},
        {"\x16\x03\x01\x02\r\n\r\n", 400, true},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, true},
    };
    for (const auto& attempt : attacks) {
        if (!TestType::is_own && attempt.is_hosts)
            continue;
        CAPTURE(attempt.bytes.substr(0, 120));
        raw_client client{running.port};
        const auto answer = client.exchange(attempt.bytes);
        REQUIRE(answer);
        CHECK(answer->status == attempt.status);
        CHECK(answer->headers.find("Connection") == "close");
        CHECK(answer->headers.find("X-Request-ID")->size() == 36);
        CHECK(answer->body.find("\"request_id\"") != std::string::npos);
        CHECK(client.is_closed());
    }
    CHECK(running.counted == 0);
    CHECK(answers_ping(running.port));
}

TEST_CASE("heads without end are refused at their limit") {
    own_listener running;
    for (const bool one_line : {true, false}) {
        raw_client client{running.port};
        std::string bytes = "GET /ping HTTP/1.1\r\nHost: a\r\n";
        if (one_line) {
            bytes += "X: " + std::string(8 * 1024 * 1024, 'x');
        } else {
            for (int at = 0; at < 50'000; ++at)
                bytes += "X: y\r\n";
        }
        client.send(bytes);
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == 431);
    }
    CHECK(own_answers_of(running.server).at("431") == 2);
}

TEST_CASE("every request has a deadline: the listener's, by either HTTP") {
    // Far from what is usual, which is 30 seconds.
    own_listener running{{.limits = {.request_time = milliseconds{7'000}}}};
    raw_client client{running.port};
    const auto left = client.exchange(get("/left"));
    REQUIRE(left);
    CHECK(std::stoi(left->body) > 0);
    CHECK(std::stoi(left->body) <= 7'000);
    const auto by_http2 = std::stoi(http2_client{running.port}.exchange("GET", "/left").body);
    CHECK(by_http2 > 0);
    CHECK(by_http2 <= 7'000);
    guest_listener guest;
    raw_client of_guest{guest.port};
    const auto usual = of_guest.exchange(get("/left"));
    REQUIRE(usual);
    CHECK(std::stoi(usual->body) > 7'000);
    CHECK(std::stoi(usual->body) <= 30'000);
}

TEST_CASE("many requests at once for what is said at once are all answered, in order") {
    own_listener running;
    raw_client client{running.port};
    std::string bytes;
    for (int at = 0; at < 2'000; ++at)
        bytes += get("/alive");
    client.send(bytes);
    for (int at = 0; at < 2'000; ++at) {
        const auto answer = client.receive();
        REQUIRE(answer);
        REQUIRE(answer->status == 200);
    }
}

TEMPLATE_TEST_CASE(
    "bodies above the limit are refused, announced or chunked", "", own_listener, guest_listener
) {
    TestType running;
    const std::string big(10 * 1024 * 1024, 'x');
    {
        raw_client client{running.port};
        client.send(post("/count", big));
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == 413);
    }
    {
        raw_client client{running.port};
        client.send("POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int at = 0; at < 160; ++at)
            if (!client.send("10000\r\n" + big.substr(0, 0x10000) + "\r\n"))
                break;
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == 413);
    }
    {
        raw_client client{running.port};
        auto answer = client.exchange("POST /count HTTP/1.1\r\nHost: a\r\nExpect: "
                                      "100-continue\r\nContent-Length: 99999999999\r\n\r\n");
        if (!TestType::is_own && answer && answer->status == 100)
            answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == 413);
    }
    CHECK(running.counted == 0);
    raw_client client{running.port};
    CHECK(client.exchange(post("/count", big.substr(0, 8 * 1024 * 1024)))->body == "8388608");
    CHECK(
        client
            .exchange("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            ->body == "abcde"
    );
}

TEMPLATE_TEST_CASE(
    "a client that waits for 100 Continue gets it", "", own_listener, guest_listener
) {
    TestType running;
    raw_client client{running.port};
    const auto go_on = client.exchange(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    );
    REQUIRE(go_on);
    CHECK(go_on->status == 100);
    CHECK(client.exchange("hi")->body == "hi");
}

TEST_CASE("headers are what was sent: nothing decoded, no address taken from them, no ranges served"
) {
    own_listener running;
    raw_client client{running.port};
    const auto spoofed = client.exchange(get("/ping", "REMOTE_ADDR: 6.6.6.6\r\nX: %0d%0aY: z\r\n"));
    REQUIRE(spoofed);
    CHECK(spoofed->body == "pong from 127.0.0.1");
    std::string ranges = "Range: bytes=";
    for (int at = 0; at < 1000; ++at)
        ranges += "0-,";
    const auto ranged = client.exchange(get("/ping", ranges + "0-1\r\n"));
    REQUIRE(ranged);
    CHECK(ranged->status == 200);
    CHECK(ranged->body == "pong from 127.0.0.1");
}

TEMPLATE_TEST_CASE(
    "a header that would break the answer's framing is left out", "", own_listener, guest_listener
) {
    TestType running;
    raw_client client{running.port};
    const auto answer = client.exchange(get("/split"));
    REQUIRE(answer);
    CHECK(answer->headers.count("X-Injected") == 0);
    CHECK(answer->headers.count("X-Bad") == 0);
    CHECK(answer->body == "ok");
}

TEMPLATE_TEST_CASE(
    "a handler that throws tells the client nothing and the connection goes on",
    "",
    own_listener,
    guest_listener
) {
    TestType running;
    raw_client client{running.port};
    const auto answer = client.exchange(get("/throw"));
    REQUIRE(answer);
    CHECK(answer->status == 500);
    CHECK(answer->body.find("secret") == std::string::npos);
    for (const auto& field : answer->headers)
        CHECK(field.value.find("secret") == std::string::npos);
    CHECK(client.exchange(get("/ping"))->status == 200);
}

TEMPLATE_TEST_CASE(
    "two hundred idle connections keep nobody waiting", "", own_listener, guest_listener
) {
    TestType running;
    std::vector<raw_client> idle;
    for (int at = 0; at < 200; ++at) {
        idle.emplace_back(running.port);
        REQUIRE(idle.back().exchange(get("/ping")));
    }
    const auto start = steady_clock::now();
    CHECK(answers_ping(running.port));
    CHECK(since(start) < milliseconds{4000}); // 5 s with a thread for each
    for (auto& client : idle)
        REQUIRE(client.exchange(get("/ping")));
}

TEST_CASE("beyond the connections there may be, those that are idle longest make room") {
    own_listener running{{.max_connections = 4}};
    const auto rests = [&] {
        const auto now = running.server.statistics();
        return now.idle_workers == now.workers;
    };
    std::vector<raw_client> idle;
    for (int at = 0; at < 4; ++at) {
        idle.emplace_back(running.port);
        REQUIRE(idle.back().exchange(get("/ping")));
        // A connection is idle once its worker is.
        while (!rests())
            std::this_thread::yield();
    }
    for (int at = 0; at < 20; ++at)
        CHECK(answers_ping(running.port));
    CHECK(idle.front().is_closed());
}

TEST_CASE("where no connection is idle, a new one gets 503 at once") {
    own_listener running{{.max_connections = 2}};
    raw_client first{running.port};
    raw_client second{running.port};
    first.send(get("/wait"));
    second.send(get("/wait"));
    running.held.await(2);
    for (int at = 0; at < 5; ++at) {
        raw_client further{running.port};
        const auto answer = further.exchange(get("/ping"));
        REQUIRE(answer);
        CHECK(answer->status == 503);
        CHECK(answer->headers.find("Retry-After") == "1");
    }
    running.held.open();
    CHECK(first.receive()->body == "waited");
    CHECK(second.receive()->body == "waited");
    CHECK(first.exchange(get("/ping"))->status == 200);
}

TEST_CASE("one client more than there are workers is answered while all of them wait") {
    own_listener running{{.usual_workers = 4}};
    std::vector<raw_client> busy;
    for (int at = 0; at < 8; ++at) {
        busy.emplace_back(running.port);
        busy.back().send(get("/wait"));
        running.held.await(at + 1);
    }
    CHECK(answers_ping(running.port));
    running.held.open();
    for (auto& client : busy)
        CHECK(client.receive()->body == "waited");
}

TEST_CASE("a handler learns that its client has left, by an orderly end and by a reset") {
    own_listener running;
    for (const bool resets : {false, true}) {
        running.held_up = false;
        const int before = running.abandoned;
        {
            raw_client client{running.port};
            client.send(get("/until-left"));
            running.held_up.wait(false);
            CHECK(running.abandoned == before);
            if (resets)
                client.reset();
        }
        running.abandoned.wait(before);
        CHECK(running.abandoned == before + 1);
    }
    CHECK(answers_ping(running.port));
}

TEST_CASE("a handler learns of a client that left right behind its request") {
    own_listener running;
    for (int at = 0; at < 20; ++at) {
        const int before = running.abandoned;
        raw_client{running.port}.send(get("/until-left"));
        running.abandoned.wait(before);
        CHECK(running.abandoned == before + 1);
    }
    CHECK(answers_ping(running.port));
}

TEST_CASE("a client that sends on while its request runs is not read without end") {
    own_listener running;
    raw_client client{running.port};
    client.send(get("/wait"));
    running.held.await(1);
    CHECK(!client.send_for(std::string(64 * 1024 * 1024, 'x'), milliseconds{300}));
    running.held.open();
    CHECK(client.receive()->body == "waited");
    CHECK(client.receive()->status == 431);
}

TEMPLATE_TEST_CASE("64 clients at once are all served", "", own_listener, guest_listener) {
    TestType running;
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int at = 0; at < 64; ++at) {
        clients.emplace_back([&running, &answered, at] {
            raw_client client{running.port};
            for (int turn = 0; turn < 50; ++turn) {
                const auto text = std::to_string(at * 1000 + turn);
                const auto answer = client.exchange(post("/echo", text));
                if (answer && answer->status == 200 && answer->body == text)
                    ++answered;
            }
        });
    }
    for (auto& client : clients)
        client.join();
    CHECK(answered == 64 * 50);
}

TEST_CASE("a burst of 300 connections loses none") {
    own_listener running;
    std::vector<raw_client> clients;
    for (int at = 0; at < 300; ++at)
        clients.emplace_back(running.port);
    for (auto& client : clients)
        client.send(get("/ping"));
    int answered = 0;
    for (auto& client : clients)
        if (const auto answer = client.receive(); answer && answer->status == 200)
            ++answered;
    CHECK(answered == 300);
}

TEST_CASE("slow heads and bodies are given up after their time") {
    server_options options;
    options.limits.head_time = milliseconds{150};
    options.limits.body_time = milliseconds{150};
    own_listener running{options};
    raw_client head{running.port};
    head.send("GET /ping HT");
    const auto start = steady_clock::now();
    CHECK(head.receive()->status == 408);
    CHECK(head.is_closed());
    raw_client body{running.port};
    body.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(body.receive()->status == 408);
    CHECK(since(start) < milliseconds{8000}); // 10 s and more without
    CHECK(running.counted == 0);
}

TEST_CASE("idle connections are closed after their time") {
    server_options options;
    options.limits.keep_alive = milliseconds{100};
    own_listener running{options};
    raw_client client{running.port};
    CHECK(client.exchange(get("/ping"))->status == 200);
    CHECK(client.is_closed());
}

TEST_CASE("stopping finishes what runs and closes what is idle, within seconds") {
    own_listener running;
    std::vector<raw_client> idle;
    for (int at = 0; at < 20; ++at) {
        idle.emplace_back(running.port);
        REQUIRE(idle.back().exchange(get("/ping")));
    }
    raw_client half{running.port};
    half.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    raw_client busy{running.port};
    busy.send(get("/wait"));
    running.held.await(1);
    const auto start = steady_clock::now();
    running.server.stop();
    for (auto& client : idle)
        CHECK(client.is_closed());
    CHECK_THROWS(raw_client{running.port});
    running.held.open();
    const auto answer = busy.receive();
    REQUIRE(answer);
    CHECK(answer->body == "waited");
    CHECK(answer->headers.find("Connection") == "close");
    running.runner.join();
    CHECK(since(start) < milliseconds{6000}); // half a body has 30 s otherwise
    CHECK(running.counted == 0);
}

TEST_CASE("who had connected before the server stopped is answered, once") {
    routes_under_test on;
    server stopping{on.routes};
    const int port = stopping.bind("127.0.0.1", 0);
    std::vector<raw_client> asking;
    std::vector<raw_client> silent;
    for (int at = 0; at < 200; ++at) {
        asking.emplace_back(port).send(get("/ping") + get("/ping"));
        if (at % 10 == 0)
            silent.emplace_back(port);
    }
    stopping.stop();
    stopping.run();
    for (auto& each : asking) {
        const auto answer = each.receive();
        REQUIRE(answer);
        CHECK(answer->status == 200);
        CHECK(answer->headers.find("Connection") == "close");
        CHECK(each.is_closed());
    }
    for (auto& each : silent)
        CHECK(each.is_closed());
    CHECK_THROWS(raw_client{port});
}

TEST_CASE("a server stopped before it runs ends at once, and its port can be used again") {
    router routes;
    int port = 0;
    {
        server first{routes};
        port = first.bind("127.0.0.1", 0);
        first.stop();
        first.run();
    }
    server again{routes};
    CHECK(again.bind("127.0.0.1", port) == port);
    server third{routes};
    CHECK_THROWS_AS(third.bind("127.0.0.1", port), weir::configuration_error);
    CHECK_THROWS_AS(third.bind("no.such.host.invalid", 0), weir::configuration_error);
}

TEST_CASE("ten thousand idle connections cost less than 200 MB, and nobody waits for them") {
    rlimit files{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
    const auto resident = [] {
        std::ifstream from{"/proc/self/statm"};
        std::size_t all = 0;
        std::size_t pages = 0;
        from >> all >> pages;
        return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    };
    // Both ends are in this process: two files for each.
    constexpr std::size_t wanted = 10'000;
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 2 * wanted + 1'000);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
    const auto count = std::min<std::size_t>(wanted, (files.rlim_cur - 1'000) / 2);
    if (count < wanted)
        WARN("the limit of open files allows " << count << " connections only");
    own_listener running;
    const auto before = resident();
    std::vector<raw_client> idle;
    idle.reserve(count);
    for (std::size_t at = 0; at < count; ++at) {
        idle.emplace_back(running.port);
        REQUIRE(idle.back().exchange(get("/ping")));
    }
    const auto cost = resident() - before;
    CAPTURE(cost / count);
#ifdef WEIR_MEASURES_MEMORY
    CHECK(cost < 200U * 1024U * 1024U * count / wanted);
#endif
    CHECK(answers_ping(running.port));
    CHECK(idle.front().exchange(get("/ping"))->status == 200);
}

} // namespace listener_cases
