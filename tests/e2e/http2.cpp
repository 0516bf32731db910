// SPDX-License-Identifier: Apache-2.0
// HTTP/2 in cleartext, by prior knowledge and by Upgrade, on the port that HTTP/1.1 is on.
#include <weir/http/server.hpp>

#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <http2_client.hpp>
#include <raw_http.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "listeners.hpp"

namespace http2_cases {

namespace {

using namespace weir::http;
using namespace e2e;
using std::chrono::milliseconds;
using weir::test::http2_client;
using weir::test::raw_client;

std::string upgrade_of(std::string_view path) {
    return get(
        path, "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    );
}

} // namespace

TEST_CASE("HTTP/2 by prior knowledge: requests, bodies, HEAD, refusals") {
    own_listener running;
    http2_client client{running.port};
    for (int at = 0; at < 20; ++at) {
        const auto got = client.exchange("GET", "/ping");
        CHECK(got.status == 200);
        CHECK(got.body == "pong from 127.0.0.1");
        CHECK(got.headers.count("date") == 1);
        CHECK(got.headers.count("connection") == 0);
        CHECK(got.headers.find("x-request-id")->size() == 36);
        CHECK(got.headers.find("content-length") == "19");
    }
    const auto head = client.exchange("HEAD", "/ping");
    CHECK(head.status == 200);
    CHECK(head.headers.find("content-length") == "19");
    CHECK(head.body.empty());
    CHECK(client.exchange("POST", "/echo", "hello").body == "hello");
    CHECK(client.exchange("POST", "/echo").body.empty());
    CHECK(client.exchange("GET", "/nowhere").status == 404);
    CHECK(client.exchange("OPTIONS", "/ping").status == 204);
    CHECK(
        client.exchange("GET", "/ping", {}, {{"x-request-id", "abc"}})
            .headers.find("x-request-id") == "abc"
    );
    const auto thrown = client.exchange("GET", "/throw");
    CHECK(thrown.status == 500);
    CHECK(thrown.body.find("secret") == std::string::npos);
    const auto split = client.exchange("GET", "/split");
    CHECK(split.body == "ok");
    CHECK(split.headers.count("x-bad") == 0);
    CHECK(split.headers.count("x-injected") == 0);
    // HTTP/1.1 goes on beside it.
    CHECK(answers_ping(running.port));
}

TEST_CASE("bodies larger than every window pass both ways, many side by side") {
    own_listener running;
    http2_client client{running.port};
    std::vector<std::string> sent;
    std::vector<http2_client::stream_id> streams;
    for (char at = 'a'; at < 'h'; ++at) {
        sent.emplace_back(1'000'000, at);
        streams.push_back(client.ask("POST", "/echo", sent.back()));
    }
    for (std::size_t at = 0; at < streams.size(); ++at) {
        const auto& got = client.await(streams[at]);
        CHECK(got.status == 200);
        CHECK(got.body == sent[at]);
    }
}

TEST_CASE("a slow stream holds up no other") {
    own_listener running;
    http2_client client{running.port};
    const auto slow = client.ask("GET", "/wait");
    running.held.await(1);
    CHECK(client.exchange("GET", "/ping").status == 200);
    CHECK_FALSE(client.answer(slow).is_over);
    running.held.open();
    CHECK(client.await(slow).body == "waited");
}

TEST_CASE("what HTTP/2 clients may not send is refused, stream by stream") {
    own_listener running;
    http2_client client{running.port};
    CHECK(client.exchange("POST", "/count", "abcd", {{"content-encoding", "gzip"}}).status == 415);
    CHECK(client.exchange("POST", "/count", "abcd", {{"expect", "magic"}}).status == 417);
    CHECK(client.exchange("GET", "/" + std::string(9'000, 'a')).status == 414);
    CHECK(client.exchange("GET", "/ping#x").status == 400);
    CHECK(client.exchange("GET", "/ping", {}, {{"host", "b"}}).status == 400);
    CHECK(client.exchange("GET", "/ping", {}, {{"host", "a"}}).status == 200);
    http2_client::fields many;
    for (int at = 0; at < 101; ++at)
        many.emplace_back("x", "y");
    CHECK(client.exchange("GET", "/ping", {}, many).status == 431);
    http2_client::fields big;
    for (int at = 0; at < 5; ++at)
        big.emplace_back("x", std::string(8'000, 'y'));
    CHECK(client.exchange("GET", "/ping", {}, big).status == 431);
    CHECK(client.exchange("POST", "/count", std::string(9'000'000, 'x')).status == 413);
    const auto announced =
        client.ask("POST", "/count", "abcd", {{"content-length", "99999999999"}}, true);
    CHECK(client.await(announced).status == 413);
    // A length that is not that of the body.
    CHECK(client.exchange("POST", "/count", "abcd", {{"content-length", "3"}}).error != 0);
    CHECK(client.exchange("GET", "/ping", {}, {{"transfer-encoding", "chunked"}}).status == 0);
    CHECK(running.counted == 0);
    CHECK(client.exchange("GET", "/ping").status == 200);
}

TEST_CASE("a client of HTTP/2 that waits for 100 Continue gets it") {
    own_listener running;
    http2_client client{running.port};
    const auto id = client.ask("POST", "/echo", "hi", {{"expect", "100-continue"}});
    const auto& got = client.await(id);
    CHECK(got.was_continued);
    CHECK(got.body == "hi");
}

TEST_CASE("a handler learns that its stream was reset, and the connection goes on") {
    own_listener running;
    http2_client client{running.port};
    const auto id = client.ask("GET", "/until-left");
    running.held_up.wait(false);
    client.reset(id);
    running.abandoned.wait(0);
    CHECK(running.abandoned == 1);
    CHECK(client.exchange("GET", "/ping").status == 200);
}

TEST_CASE("a handler learns that its client of HTTP/2 has left") {
    own_listener running;
    {
        http2_client client{running.port};
        client.ask("GET", "/until-left");
        running.held_up.wait(false);
    }
    running.abandoned.wait(0);
    CHECK(running.abandoned == 1);
}

TEST_CASE("requests that are reset as soon as they are made end the connection") {
    own_listener running;
    http2_client client{running.port};
    for (int at = 0; at < 150; ++at)
        client.reset(client.ask("GET", "/wait"));
    CHECK(client.await_goaway() == NGHTTP2_ENHANCE_YOUR_CALM);
    CHECK(answers_ping(running.port));
}

// Source: RFC 9113 5.1.
TEST_CASE("a body for a request that was answered ends the connection") {
    own_listener running;
    http2_client client{running.port};
    REQUIRE(client.ask("GET", "/ping") == 1);
    CHECK(client.await(1).status == 200);
    constexpr std::string_view one_byte_on_stream_1{"\0\0\1\0\0\0\0\0\1x", 10};
    client.link().send(std::string{one_byte_on_stream_1});
    CHECK(client.await_goaway() == NGHTTP2_STREAM_CLOSED);
    CHECK(answers_ping(running.port));
}

TEST_CASE("bodies that do not arrive in time are refused, and clients that say nothing are left") {
    server_options options;
    options.limits.head_time = milliseconds{200};
    options.limits.body_time = milliseconds{200};
    own_listener running{options};
    http2_client client{running.port};
    const auto id = client.ask("POST", "/count", "abc", {}, true);
    CHECK(client.await(id).status == 408);
    CHECK(running.counted == 0);
    raw_client mute{running.port};
    mute.send(http2_preface);
    mute.receive_rest();
    CHECK(mute.is_closed());
    raw_client half{running.port};
    half.send(http2_preface.substr(0, 10));
    CHECK(half.is_closed());
}

TEST_CASE("stopping says GOAWAY and finishes the streams that are open") {
    own_listener running;
    http2_client client{running.port};
    const auto id = client.ask("GET", "/wait");
    running.held.await(1);
    running.server.stop();
    CHECK(client.await_goaway() == NGHTTP2_NO_ERROR);
    running.held.open();
    CHECK(client.await(id).body == "waited");
    while (client.read_more())
        ;
    CHECK(client.link().is_closed());
}

TEST_CASE("an Upgrade is answered by HTTP/2, once the client is ready for it") {
    own_listener running;
    raw_client client{running.port};
    const auto switched = client.exchange(upgrade_of("/ping"));
    REQUIRE(switched);
    CHECK(switched->status == 101);
    CHECK(switched->headers.find("Upgrade") == "h2c");
    // The server's SETTINGS, and nothing of the answer before the client's.
    std::string first;
    while (first.size() < 9 + 18)
        first += client.receive_some();
    CHECK(first.size() == 9 + 18);
    const std::string settings{"\0\0\0\x04\0\0\0\0\0", 9};
    client.send(std::string{http2_preface} + settings);
    std::string rest;
    while (rest.find("pong from 127.0.0.1") == std::string::npos) {
        const auto more = client.receive_some();
        REQUIRE(!more.empty());
        rest += more;
    }
}

TEST_CASE("an Upgrade that is none is a request of HTTP/1.1, or refused") {
    own_listener running;
    raw_client client{running.port};
    CHECK(
        client.exchange(get("/ping", "Connection: Upgrade\r\nUpgrade: websocket\r\n"))->status ==
        200
    );
    CHECK(client.exchange(get("/ping", "Connection: Upgrade\r\nUpgrade: h2c\r\n"))->status == 200);
    raw_client posting{running.port};
    CHECK(
        posting
            .exchange(post(
                "/echo",
                "hi",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
                "AAMAAABk\r\n"
            ))
            ->body == "hi"
    );
    raw_client malformed{running.port};
    CHECK(
        malformed
            .exchange(
                get("/ping",
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A*\r\n")
            )
            ->status == 400
    );
}

} // namespace http2_cases
