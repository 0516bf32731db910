// SPDX-License-Identifier: Apache-2.0
// A router as a guest in somebody's cpp-httplib server.
#include <weir/http/httplib.hpp>

#include <catch.hpp>
#include <raw_http.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace httplib_guest_cases {

namespace {

using namespace weir::http;
using weir::test::raw_client;

struct hosted {
    hosted() {
        routes.add("GET", "/api/v1/wells", [](const request& asked) {
            return json_response(
                200,
                "wells for " + asked.remote_address + " " +
                    std::string{asked.headers.find("X-Who").value_or("nobody")}
            );
        });
        routes.add("POST", "/api/v1/wells", [](const request& asked) {
            return json_response(201, std::to_string(asked.body.size()));
        });
        routes.add("DELETE", "/api/v1/wells/{key}", [](const request& asked) {
            return json_response(200, std::string{asked.parameter("key")});
        });
        routes.add("GET", "/api/v1/throw", [](const request&) -> response {
            throw std::runtime_error{"secret"};
        });
        harden(server, {.body_bytes = 1024 * 1024});
        server.Get("/hello", [](const httplib::Request&, httplib::Response& to) {
            to.set_content("hello", "text/plain");
        });
        server.Get("/throw", [](const httplib::Request&, httplib::Response&) {
            throw std::runtime_error{"secret"};
        });
        mount(routes, server, {.body_bytes = 1024 * 1024});
        port = server.bind_to_any_port("127.0.0.1");
        runner = std::thread{[this] { server.listen_after_bind(); }};
        while (!server.is_running())
            std::this_thread::yield();
    }

    ~hosted() {
        server.stop();
        runner.join();
    }

    hosted(const hosted&) = delete;
    hosted(hosted&&) = delete;
    hosted& operator=(const hosted&) = delete;
    hosted& operator=(hosted&&) = delete;

    router routes{};
    httplib::Server server{};
    int port = 0;
    std::thread runner{};
};

std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{more} + "\r\n";
}

} // namespace

TEST_CASE("a guest serves its paths and leaves the host's alone") {
    hosted host;
    raw_client client{host.port};
    CHECK(client.exchange(get("/hello"))->body == "hello");
    CHECK(client.exchange(get("/api/v1/wells"))->body == "wells for 127.0.0.1 nobody");
    CHECK(
        client.exchange("POST /api/v1/wells HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            ->body == "3"
    );
    CHECK(
        client
            .exchange("POST /api/v1/wells HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n0\r\n\r\n")
            ->body == "3"
    );
    CHECK(client.exchange("POST /api/v1/wells HTTP/1.1\r\nHost: a\r\n\r\n")->body == "0");
    CHECK(client.exchange("DELETE /api/v1/wells/a%2Cb HTTP/1.1\r\nHost: a\r\n\r\n")->body == "a,b");
    const auto head = client.exchange("HEAD /api/v1/wells HTTP/1.1\r\nHost: a\r\n\r\n", false);
    REQUIRE(head);
    CHECK(head->status == 200);
    const auto wrong =
        client.exchange("PUT /api/v1/wells HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(wrong);
    CHECK(wrong->status == 405);
    CHECK(wrong->headers.find("Allow") == "GET, HEAD, OPTIONS, POST");
    CHECK(client.exchange(get("/elsewhere"))->status == 404);
}

TEST_CASE("as a guest, what can be refused is refused, and the connection closed") {
    hosted host;

    struct attack {
        std::string bytes;
        int status;
    };

    const std::string start = "POST /api/v1/wells HTTP/1.1\r\nHost: a\r\n";
    const std::string big(2 * 1024 * 1024, 'x');
    std::string many;
    for (int at = 0; at < 101; ++at)
        many += "X: y\r\n";
    const std::vector<attack> attacks{
        {start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {start + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 400},
        {start + "Content-Length: 4x\r\n\r\nabcd", 400},
        {start + "Content-Length : 4\r\n\r\nabcd", 400},
        {start + "Transfer-Encoding: chunked\r\n\r\n200000\r\n" + big + "\r\n0\r\n\r\n", 413},
        {start + "Content-Length: 2097152\r\n\r\n" + big, 413},
        {start + "Content-Length: 4\r\nContent-Encoding: gzip\r\n\r\nabcd", 415},
        {start + "Content-Length: 4\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\nabcd",
         415},
        {get("/api/v1/wells", many), 431},
        {get("/api/v1/wells", "X Y: b\r\n"), 400},
        {get("/api/v1/wells", "X-Who: a%0d%0aX-Forwarded-User: admin\r\n"), 400},
        {get("/api/v1/wells", "Content-Length: 4\r\n") + "abcd", 400},
        {"DELETE /api/v1/wells/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         411},
    };
    for (const auto& attempt : attacks) {
        CAPTURE(attempt.bytes.substr(0, 120));
        raw_client client{host.port};
        client.send(attempt.bytes);
        const auto answer = client.receive();
        REQUIRE(answer);
        CHECK(answer->status == attempt.status);
        CHECK(answer->body.find("\"request_id\"") != std::string::npos);
        CHECK(answer->headers.count("Content-Type") == 1);
        CHECK(client.is_closed());
    }
}

TEST_CASE("as a guest, addresses are the connection's, ranges are ignored, exceptions say nothing"
) {
    hosted host;
    raw_client client{host.port};
    CHECK(
        client.exchange(get("/api/v1/wells", "REMOTE_ADDR: 6.6.6.6\r\n"))->body ==
        "wells for 127.0.0.1 nobody"
    );
    const auto ranged = client.exchange(get("/api/v1/wells", "Range: bytes=0-1\r\n"));
    REQUIRE(ranged);
    CHECK(ranged->status == 200);
    CHECK(ranged->body == "wells for 127.0.0.1 nobody");
    for (const auto* path : {"/api/v1/throw", "/throw"}) {
        const auto answer = client.exchange(get(path));
        REQUIRE(answer);
        CHECK(answer->status == 500);
        CHECK(answer->body.find("Internal server error") != std::string::npos);
        CHECK(answer->body.find("secret") == std::string::npos);
        CHECK(answer->headers.count("EXCEPTION_WHAT") == 0);
    }
}

TEST_CASE("a hardened host serves more than its eight threads") {
    hosted host;
    std::vector<raw_client> idle;
    for (int at = 0; at < 40; ++at) {
        idle.emplace_back(host.port);
        REQUIRE(idle.back().exchange(get("/hello")));
    }
    raw_client client{host.port, std::chrono::milliseconds{1000}};
    CHECK(client.exchange(get("/api/v1/wells")));
}

} // namespace httplib_guest_cases
