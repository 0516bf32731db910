// SPDX-License-Identifier: Apache-2.0
// What a hostile or clumsy client can do to weir's listener, over a real socket.
#include <weir/http/httplib_server.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <mutex>
#include <raw_http.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace weir::http;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using weir::test::raw_client;

// Handlers that wait here run until the test opens it.
class gate {
public:
    void wait() {
        std::unique_lock lock{mutex_};
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }

    void await(int count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return waiting_ >= count; });
    }

    void open() {
        const std::lock_guard lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

// A router, its server, and the thread that runs it.
struct running_server {
    explicit running_server(server_options options = {}) : server(routes, options) {
        routes.add("GET", "/ping", [](const request& asked) {
            return json_response(200, "pong from " + asked.remote_address);
        });
        routes.add("GET", "/t/{key}", [](const request& asked) {
            return json_response(200, std::string{asked.parameter("key")});
        });
        routes.add("POST", "/echo", [](const request& asked) {
            return json_response(200, std::string{asked.body});
        });
        routes.add("POST", "/count", [this](const request& asked) {
            ++counted;
            return json_response(200, std::to_string(asked.body.size()));
        });
        routes.add("GET", "/throw", [](const request&) -> response {
            throw std::runtime_error{"secret"};
        });
        routes.add("GET", "/wait", [this](const request&) {
            held.wait();
            return json_response(200, "waited");
        });
        routes.add("GET", "/split", [](const request&) {
            auto answer = json_response(200, "ok");
            answer.headers.add("X-Bad", "a\r\nX-Injected: b");
            return answer;
        });
        port = server.bind("127.0.0.1", 0);
        runner = std::thread{[this] { server.run(); }};
    }

    ~running_server() {
        held.open();
        server.stop();
        if (runner.joinable())
            runner.join();
    }

    running_server(const running_server&) = delete;
    running_server(running_server&&) = delete;
    running_server& operator=(const running_server&) = delete;
    running_server& operator=(running_server&&) = delete;

    router routes{};
    std::atomic<int> counted{0};
    gate held{};
    httplib_server server;
    int port = 0;
    std::thread runner{};
};

std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{more} + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{more} + "\r\n" + std::string{body};
}

milliseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

bool answers_ping(int port) {
    raw_client client{port};
    const auto answer = client.exchange(get("/ping"));
    return answer && answer->status == 200 && answer->body == "pong from 127.0.0.1";
}

} // namespace

TEST_CASE("one connection carries many requests, GET, HEAD and POST") {
    running_server running;
    raw_client client{running.port};
    for (int at = 0; at < 20; ++at) {
        const auto got = client.exchange(get("/ping"));
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(got->headers.count("Date") == 1);
        CHECK(got->headers.find("X-Request-ID")->size() == 36);
    }
    const auto head = client.exchange("HEAD /ping HTTP/1.1\r\nHost: a\r\n\r\n", false);
    REQUIRE(head);
    CHECK(head->headers.find("Content-Length") == "19");
    const auto options = client.exchange("OPTIONS /ping HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(options);
    CHECK(options->status == 204);
    CHECK(options->headers.count("Content-Length") == 0);
    CHECK(client.exchange(post("/echo", "hello"))->body == "hello");
    CHECK(client.exchange("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n")->body.empty());
    CHECK(
        client.exchange(get("/ping", "X-Request-ID: abc\r\nConnection: close\r\n"))
            ->headers.find("X-Request-ID") == "abc"
    );
    CHECK(client.is_closed());
}

TEST_CASE("answers do not wait for a delayed acknowledgement") {
    running_server running;
    raw_client client{running.port};
    const auto start = steady_clock::now();
    for (int at = 0; at < 50; ++at)
        REQUIRE(client.exchange(post("/echo", std::string(1000, 'x'))));
    CHECK(since(start) < milliseconds{1000}); // 50 times 44 ms with Nagle's algorithm
}

TEST_CASE("pipelined requests are all answered, in order") {
    running_server running;
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

TEST_CASE("ambiguous and malformed requests are refused and the connection closed") {
    running_server running;

    struct attack {
        std::string bytes;
        int status;
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
         400},
        {"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + smuggled,
         501},
        {"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Encoding: "
         "gzip\r\n\r\nabcd",
         415},
        {"POST /count HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 4\r\n\r\n", 417},
        {"GET /ping HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400},
        {"GET /ping HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n", 400},
        {"GET /ping HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
        {"GET /ping HTTP/1.1\n\n", 400},
        {"GET /ping HTTP/1.1\r\n\r\n", 400},
        {"GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {std::string{"GET /ping HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 38}, 400},
        {"GET /ping HTTP/3.0\r\nHost: a\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"\x16\x03\x01\x02", 400},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
    };
    for (const auto& attempt : attacks) {
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
    running_server running;
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
    raw_client client{running.port};
    std::string bytes;
    for (int at = 0; at < 101; ++at)
        bytes += "X: y\r\n";
    CHECK(client.exchange(get("/ping", bytes))->status == 431);
}

TEST_CASE("bodies above the limit are refused, announced or chunked") {
    running_server running;
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
        const auto answer = client.exchange("POST /count HTTP/1.1\r\nHost: a\r\nExpect: "
                                            "100-continue\r\nContent-Length: 99999999999\r\n\r\n");
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

TEST_CASE("a client that waits for 100 Continue gets it") {
    running_server running;
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
    running_server running;
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

TEST_CASE("a header that would break the answer's framing is left out") {
    running_server running;
    raw_client client{running.port};
    const auto answer = client.exchange(get("/split"));
    REQUIRE(answer);
    CHECK(answer->headers.count("X-Injected") == 0);
    CHECK(answer->headers.count("X-Bad") == 0);
    CHECK(answer->body == "ok");
}

TEST_CASE("a handler that throws tells the client nothing and the connection goes on") {
    running_server running;
    raw_client client{running.port};
    const auto answer = client.exchange(get("/throw"));
    REQUIRE(answer);
    CHECK(answer->status == 500);
    CHECK(answer->body.find("secret") == std::string::npos);
    for (const auto& field : answer->headers)
        CHECK(field.value.find("secret") == std::string::npos);
    CHECK(client.exchange(get("/ping"))->status == 200);
}

TEST_CASE("two hundred idle connections keep nobody waiting") {
    running_server running;
    std::vector<raw_client> idle;
    for (int at = 0; at < 200; ++at) {
        idle.emplace_back(running.port);
        REQUIRE(idle.back().exchange(get("/ping")));
    }
    const auto start = steady_clock::now();
    CHECK(answers_ping(running.port));
    CHECK(since(start) < milliseconds{500});
    for (auto& client : idle)
        REQUIRE(client.exchange(get("/ping")));
}

TEST_CASE("when every thread is held by an idle connection, one of them gives way") {
    running_server running{{.max_connections = 4, .max_waiting = 100}};
    std::vector<raw_client> idle;
    for (int at = 0; at < 4; ++at) {
        idle.emplace_back(running.port);
        REQUIRE(idle.back().exchange(get("/ping")));
    }
    const auto start = steady_clock::now();
    for (int at = 0; at < 20; ++at)
        CHECK(answers_ping(running.port));
    CHECK(since(start) < milliseconds{2000});
}

TEST_CASE("beyond the connections it can hold the server answers 503 at once") {
    running_server running{{.max_connections = 2, .max_waiting = 1}};
    raw_client first{running.port};
    raw_client second{running.port};
    first.send(get("/wait"));
    second.send(get("/wait"));
    running.held.await(2);
    raw_client waiting{running.port};
    waiting.send(get("/ping"));
    int refused = 0;
    for (int at = 0; at < 5; ++at) {
        raw_client further{running.port};
        const auto answer = further.exchange(get("/ping"));
        if (answer && answer->status == 503 && answer->headers.find("Retry-After") == "1")
            ++refused;
    }
    CHECK(refused >= 4); // the first may find `waiting` not yet queued
    running.held.open();
    CHECK(first.receive()->body == "waited");
    CHECK(second.receive()->body == "waited");
    CHECK(waiting.receive()->status == 200);
}

TEST_CASE("64 clients at once are all served") {
    running_server running;
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
    running_server running;
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
    running_server running{options};
    raw_client head{running.port};
    head.send("GET /ping HT");
    const auto start = steady_clock::now();
    CHECK(head.receive()->status == 408);
    CHECK(head.is_closed());
    raw_client body{running.port};
    body.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(body.receive()->status == 408);
    CHECK(since(start) < milliseconds{2000});
    CHECK(running.counted == 0);
}

TEST_CASE("idle connections are closed after their time") {
    server_options options;
    options.limits.keep_alive = milliseconds{100};
    running_server running{options};
    raw_client client{running.port};
    CHECK(client.exchange(get("/ping"))->status == 200);
    CHECK(client.is_closed());
}

TEST_CASE("stopping finishes what runs and closes what is idle, within two seconds") {
    running_server running;
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
    CHECK(since(start) < milliseconds{2000 + 500}); // machines that test are slow
    CHECK(running.counted == 0);
}

TEST_CASE("a server stopped before it runs ends at once, and its port can be used again") {
    router routes;
    int port = 0;
    {
        httplib_server server{routes};
        port = server.bind("127.0.0.1", 0);
        server.stop();
        server.run();
    }
    httplib_server again{routes};
    CHECK(again.bind("127.0.0.1", port) == port);
    httplib_server third{routes};
    CHECK_THROWS_AS(third.bind("127.0.0.1", port), weir::configuration_error);
    CHECK_THROWS_AS(third.bind("no.such.host.invalid", 0), weir::configuration_error);
}
