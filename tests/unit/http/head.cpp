// SPDX-License-Identifier: Apache-2.0
#include <weir/http/head.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace head_cases {

namespace {

using namespace weir::http;

struct reading {
    int status = 0;
    request asked{};
    framing body{};
};

reading read(const std::string& text, const head_limits& limits = {}) {
    reading made;
    if (const auto refused = read_head(text, limits, made.asked, made.body))
        made.status = refused->status;
    return made;
}

int status_of(const std::string& line, const std::string& fields = "Host: a\r\n") {
    return read(line + "\r\n" + fields + "\r\n").status;
}

int status_with(const std::string& fields) {
    return status_of("POST / HTTP/1.1", "Host: a\r\n" + fields);
}

} // namespace

TEST_CASE("a plain request is read") {
    const auto got = read(
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nX-A:  b\t\r\nX-Empty:\r\n\r\n"
    );
    REQUIRE(got.status == 0);
    CHECK(got.asked.method == "POST");
    CHECK(got.asked.target == "/a?b=c");
    CHECK(got.asked.headers.find("x-a") == "b");
    CHECK(got.asked.headers.find("X-Empty") == "");
    CHECK(got.body.content_length == 12U);
    CHECK(got.body.keep_alive);
    CHECK(got.body.has_body());
}

TEST_CASE("header values are kept as sent, percent signs included") {
    CHECK(
        read("GET / HTTP/1.1\r\nHost: a\r\nX-A: %0d%0aX-B: 1\r\n\r\n").asked.headers.find("X-A") ==
        "%0d%0aX-B: 1"
    );
}

TEST_CASE("request lines are read strictly") {
    CHECK(status_of("GET / HTTP/1.1") == 0);
    for (const auto* line :
         {"GET /",
          "GET  / HTTP/1.1",
          "GET / HTTP/1.1 ",
          " GET / HTTP/1.1",
          "G\"T / HTTP/1.1",
          "GET /a b HTTP/1.1",
          "GET /a#b HTTP/1.1",
          "GET /\x7f HTTP/1.1",
          "GET /\xc3\xa9 HTTP/1.1",
          "GET /\t HTTP/1.1",
          "GET / http/1.1",
          "GET / HTTP/11",
          ""})
        CHECK(status_of(line) == 400);
    CHECK(status_of("GET / HTTP/2.0") == 505);
    CHECK(status_of("GET /" + std::string(8192, 'a') + " HTTP/1.1") == 414);
}

TEST_CASE("the absolute form of a target is read as its path") {
    CHECK(read("GET http://a.b:1/c?d HTTP/1.1\r\nHost: a\r\n\r\n").asked.target == "/c?d");
    CHECK(read("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").asked.target == "/");
    CHECK(read("GET http://a?x=1 HTTP/1.1\r\nHost: a\r\n\r\n").asked.target == "/?x=1");
}

TEST_CASE("malformed fields are refused") {
    for (const auto* fields :
         {"A b: c\r\n",
          "A : c\r\n",
          " A: c\r\n",
          "A: b\r\n c\r\n",
          ": c\r\n",
          "A\r\n",
          "A: b\nC: d\r\n",
          "A: b\rC\r\n",
          "A: \x01\r\n",
          "A: \x7f\r\n",
          "Host: b\r\n"})
        CHECK(status_with(fields) == 400);
    CHECK(status_with(std::string{"A: b\0c\r\n", 8}) == 400);
    CHECK(status_of("GET / HTTP/1.1", "") == 400);
    CHECK(status_of("GET / HTTP/1.0", "") == 0);
    CHECK(status_with("A: \xc3\xa9\r\n") == 0);
}

TEST_CASE("more than a hundred fields are too many") {
    std::string fields;
    for (int at = 0; at < 99; ++at)
        fields += "A: b\r\n";
    CHECK(status_with(fields) == 0);
    CHECK(status_with(fields + "A: b\r\n") == 431);
}

TEST_CASE("a body whose end two readers could see differently is refused") {
    for (const auto* fields :
         {"Content-Length: 4x\r\n",
          "Content-Length: -1\r\n",
          "Content-Length: +1\r\n",
          "Content-Length: 1,1\r\n",
          "Content-Length: \r\n",
          "Content-Length: 1 1\r\n",
          "Content-Length: 99999999999999999999\r\n",
          "Content-Length: 1\r\nContent-Length: 1\r\n",
          "Content-Length: 1\r\nContent-Length: 2\r\n",
          "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
        CHECK(status_with(fields) == 400);
    CHECK(status_with("Transfer-Encoding: gzip, chunked\r\n") == 501);
    CHECK(status_with("Transfer-Encoding: xchunked\r\n") == 501);
    CHECK(status_of("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n") == 400);
    CHECK(read("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n").body.chunked);
}

TEST_CASE("compressed bodies and unknown expectations are refused") {
    CHECK(status_with("Content-Encoding: gzip\r\n") == 415);
    CHECK(status_with("Content-Encoding: identity\r\nContent-Encoding: br\r\n") == 415);
    CHECK(status_with("Content-Encoding: Identity\r\n") == 0);
    CHECK(status_with("Expect: the-unexpected\r\n") == 417);
    CHECK(read("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").body.expects_continue);
}

TEST_CASE("the connection persists as its version and options say") {
    const auto persists = [](const std::string& version, const std::string& fields) {
        return read("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n").body.keep_alive;
    };
    CHECK(persists("1.1", ""));
    CHECK_FALSE(persists("1.1", "Connection: foo, Close\r\n"));
    CHECK_FALSE(persists("1.0", ""));
    CHECK(persists("1.0", "Connection: keep-alive\r\n"));
}

} // namespace head_cases
