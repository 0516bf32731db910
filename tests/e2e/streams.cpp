// SPDX-License-Identifier: Apache-2.0
// Answers whose bodies are made as they are sent, by weir's listener and as a guest of cpp-httplib.
#include <weir/core/log.hpp>
#include <weir/http/gzip.hpp>
#include <weir/http/httplib.hpp>
#include <weir/http/server.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <raw_http.hpp>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace streams_cases {

namespace {

using namespace weir::http;
using weir::test::raw_client;

// What the streams of a test do and what becomes of them.
struct witness {
    std::atomic<int> pulled{0};
    std::atomic<std::size_t> bytes{0};
    std::atomic<int> ended{0};
    std::counting_semaphore<> allowed{0};
    std::string log{};
};

weir::log_sink sink_of(witness& seen) {
    return {
        .write = [](void* state, std::string_view line) noexcept -> bool {
            static_cast<witness*>(state)->log += line;
            return true;
        },
        .state = &seen,
    };
}

// Counts its own end.
struct counted {
    explicit counted(witness& seen) : seen_(&seen) {}

    counted(const counted&) = delete;

    counted(counted&& other) noexcept : seen_(std::exchange(other.seen_, nullptr)) {}

    counted& operator=(const counted&) = delete;
    counted& operator=(counted&&) = delete;

    ~counted() {
        if (seen_ != nullptr)
            ++seen_->ended;
    }

    witness* seen_;
};

void add_streams(router& routes, witness& seen) {
    const auto stream = [&seen](auto pull) {
        return stream_response(
            "text/plain",
            body_stream{[&seen, pull, held = counted{seen}](std::string& out) mutable {
                ++seen.pulled;
                const bool more = pull(out);
                seen.bytes += out.size();
                return more;
            }}
        );
    };
    routes.add("GET", "/s/three", [stream](const request&) {
        return stream([at = 0](std::string& out) mutable {
            ++at;
            out += "piece " + std::to_string(at) + ";";
            return at < 3;
        });
    });
    // Its second piece is empty, and so is its end.
    routes.add("GET", "/s/gaps", [stream](const request&) {
        return stream([at = 0](std::string& out) mutable {
            ++at;
            if (at != 2 && at != 4)
                out += "piece " + std::to_string(at) + ";";
            return at < 4;
        });
    });
    routes.add("GET", "/s/waits", [stream, &seen](const request&) {
        return stream([&seen, at = 0](std::string& out) mutable {
            if (++at > 1)
                seen.allowed.acquire();
            out += "piece " + std::to_string(at) + ";";
            return at < 2;
        });
    });
    routes.add("GET", "/s/breaks", [stream](const request&) {
        return stream([at = 0](std::string& out) mutable {
            if (++at > 2)
                throw std::runtime_error{"secret"};
            out += "piece " + std::to_string(at) + ";";
            return true;
        });
    });
    routes.add("GET", "/s/endless", [stream](const request&) {
        return stream([](std::string& out) {
            out.append(64 * 1024, 'x');
            return true;
        });
    });
    routes.add("GET", "/s/long", [](const request&) {
        return json_response(200, '"' + std::string(100'000, 'x') + '"');
    });
    routes.add("GET", "/s/plain", [](const request&) { return json_response(200, "{}"); });
}

// weir's own listener.
struct listener {
    listener() {
        add_streams(routes, seen);
        routes.put_around(gzip_answers());
        routes.log_to(log);
        port = server.bind("127.0.0.1", 0);
        runner = std::thread{[this] { server.run(); }};
    }

    ~listener() {
        seen.allowed.release(1'000);
        server.stop();
        runner.join();
    }

    listener(const listener&) = delete;
    listener(listener&&) = delete;
    listener& operator=(const listener&) = delete;
    listener& operator=(listener&&) = delete;

    witness seen{};
    weir::logger log{sink_of(seen)};
    router routes{};
    weir::http::server server{routes, {.limits = {.write_time = std::chrono::milliseconds{300}}}};
    int port = 0;
    std::thread runner{};
};

// Somebody's cpp-httplib server.
struct host {
    host() {
        add_streams(routes, seen);
        routes.put_around(gzip_answers());
        routes.log_to(log);
        harden(server);
        server.set_write_timeout(0, 300'000);
        mount(routes, server);
        port = server.bind_to_any_port("127.0.0.1");
        runner = std::thread{[this] { server.listen_after_bind(); }};
        while (!server.is_running())
            std::this_thread::yield();
    }

    ~host() {
        seen.allowed.release(1'000);
        server.stop();
        runner.join();
    }

    host(const host&) = delete;
    host(host&&) = delete;
    host& operator=(const host&) = delete;
    host& operator=(host&&) = delete;

    witness seen{};
    weir::logger log{sink_of(seen)};
    router routes{};
    httplib::Server server{};
    int port = 0;
    std::thread runner{};
};

std::string get(std::string_view path, std::string_view method = "GET") {
    return std::string{method} + " " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

template <class Claim>
bool eventually(Claim&& claim) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!claim()) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

} // namespace

TEMPLATE_TEST_CASE(
    "a streamed answer is chunked, and the connection carries on", "", listener, host
) {
    TestType on;
    raw_client client{on.port};
    for (int round = 0; round < 2; ++round) {
        const auto answer = client.exchange(get("/s/three")).value();
        CHECK(answer.status == 200);
        CHECK(answer.is_whole);
        CHECK(answer.body == "piece 1;piece 2;piece 3;");
        CHECK(answer.headers.find("Transfer-Encoding") == "chunked");
        CHECK(answer.headers.count("Content-Type") == 1);
        CHECK(answer.headers.find("Content-Type") == "text/plain");
        CHECK(answer.headers.find("X-Request-ID"));
        CHECK_FALSE(answer.headers.find("Content-Length"));
    }
    const auto gaps = client.exchange(get("/s/gaps")).value();
    CHECK(gaps.is_whole);
    CHECK(gaps.body == "piece 1;piece 3;");
    CHECK(client.exchange(get("/s/plain"))->body == "{}");
    CHECK(on.seen.ended == 3);
}

TEMPLATE_TEST_CASE("the first piece arrives while the second is not made yet", "", listener, host) {
    TestType on;
    raw_client client{on.port};
    client.send(get("/s/waits"));
    std::string begun;
    while (begun.find("piece 1;") == std::string::npos)
        begun += client.receive_some();
    CHECK(begun.find("piece 2;") == std::string::npos);
    on.seen.allowed.release();
    std::string rest;
    while (rest.find("0\r\n\r\n") == std::string::npos)
        rest += client.receive_some();
    CHECK(rest.find("piece 2;") != std::string::npos);
}

TEMPLATE_TEST_CASE(
    "HTTP/1.0 gets no chunks: the end of the connection is the body's", "", listener, host
) {
    TestType on;
    raw_client client{on.port};
    client.send("GET /s/three HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto text = client.receive_rest();
    CHECK(text.find("Transfer-Encoding") == std::string::npos);
    CHECK(text.find("Connection: close") != std::string::npos);
    CHECK(text.ends_with("\r\n\r\npiece 1;piece 2;piece 3;"));
    CHECK_FALSE(client.is_reset());
}

TEST_CASE("a stream that fails resets the connection of HTTP/1.0") {
    listener on;
    raw_client client{on.port};
    client.send("GET /s/breaks HTTP/1.0\r\n\r\n");
    static_cast<void>(client.receive_rest());
    CHECK(client.is_reset());
}

TEMPLATE_TEST_CASE(
    "HEAD has the fields of GET, no body, and nothing is pulled", "", listener, host
) {
    TestType on;
    raw_client client{on.port};
    const auto answer = client.exchange(get("/s/endless", "HEAD"), false).value();
    CHECK(answer.status == 200);
    CHECK(answer.headers.find("Content-Type") == "text/plain");
    CHECK(answer.headers.find("Transfer-Encoding") == "chunked");
    CHECK(client.exchange(get("/s/plain"))->body == "{}");
    CHECK(on.seen.pulled == 0);
    CHECK(eventually([&] { return on.seen.ended == 1; }));
}

TEMPLATE_TEST_CASE("a stream that fails is cut short, and the log knows why", "", listener, host) {
    TestType on;
    raw_client client{on.port};
    const auto answer = client.exchange(get("/s/breaks")).value();
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.is_whole);
    CHECK(answer.body == "piece 1;piece 2;");
    CHECK(client.is_closed());
    CHECK(on.seen.ended == 1);
    CHECK(on.seen.log.find("secret") != std::string::npos);
    CHECK(on.seen.log.find(std::string{*answer.headers.find("X-Request-ID")}) != std::string::npos);
    CHECK(answer.body.find("secret") == std::string::npos);
}

TEMPLATE_TEST_CASE("a stream ends when its client leaves", "", listener, host) {
    TestType on;
    {
        raw_client client{on.port};
        client.send(get("/s/endless"));
        CHECK_FALSE(client.receive_some().empty());
    }
    CHECK(eventually([&] { return on.seen.ended == 1; }));
}

TEMPLATE_TEST_CASE("a client that does not read is not written for", "", listener, host) {
    TestType on;
    raw_client client{on.port};
    client.send(get("/s/endless"));
    // Given up after the time to write, with what fits into the buffers of the sockets.
    CHECK(eventually([&] { return on.seen.ended == 1; }));
    CHECK(on.seen.bytes < 64U * 1024U * 1024U);
}

TEMPLATE_TEST_CASE("an answer is compressed once, by weir", "", listener, host) {
    TestType on;
    raw_client client{on.port};
    const auto asking = [](std::string_view path, std::string_view codings) {
        return "GET " + std::string{path} +
               " HTTP/1.1\r\nHost: a\r\nAccept-Encoding: " + std::string{codings} + "\r\n\r\n";
    };
    const auto packed = client.exchange(asking("/s/long", "gzip, br")).value();
    CHECK(packed.headers.count("Content-Encoding") == 1);
    CHECK(packed.headers.find("Content-Encoding") == "gzip");
    CHECK(packed.body.starts_with("\x1f\x8b"));
    CHECK(packed.body.size() < 1'000);
    CHECK(packed.headers.find("Content-Length") == std::to_string(packed.body.size()));
    const auto stream = client.exchange(asking("/s/three", "gzip")).value();
    CHECK(stream.headers.find("Content-Encoding") == "gzip");
    CHECK(stream.is_whole);
    CHECK(stream.body.starts_with("\x1f\x8b"));
    // A coding that weir does not know is not put on behind its back.
    const auto plain = client.exchange(asking("/s/long", "br")).value();
    CHECK_FALSE(plain.headers.find("Content-Encoding"));
    CHECK(plain.body.size() == 100'002);
}

TEST_CASE("an endless stream does not keep the server from stopping") {
    witness seen;
    router routes;
    add_streams(routes, seen);
    server server{routes};
    const auto port = server.bind("127.0.0.1", 0);
    std::thread runner{[&] { server.run(); }};
    raw_client client{port};
    client.send(get("/s/endless"));
    std::atomic<bool> reads{true};
    std::thread reader{[&] {
        while (reads && !client.receive_some().empty())
            ;
    }};
    CHECK(eventually([&] { return seen.pulled > 10; }));
    server.stop();
    runner.join();
    CHECK(seen.ended == 1);
    reads = false;
    reader.join();
}

} // namespace streams_cases
