// SPDX-License-Identifier: Apache-2.0
#include <weir/http/request_reader.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace request_reader_cases {

namespace {

using namespace weir::http;
using state = request_reader::state;

const connection_limits limits{.head = {.head_bytes = 200}, .body_bytes = 10};

std::string post(std::string_view fields, std::string_view body) {
    return "POST /b HTTP/1.1\r\nHost: a\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

// Feeds pieces of `size` bytes; the bodies of the requests that came out, then what refused one.
std::vector<std::string> read(std::string_view text, std::size_t size) {
    request_reader reader{limits};
    std::vector<std::string> seen;
    while (!text.empty()) {
        auto piece = text.substr(0, size);
        text.remove_prefix(piece.size());
        while (!piece.empty()) {
            const auto reached = reader.feed(piece);
            if (reached == state::refused) {
                seen.push_back(std::to_string(reader.refusal().status));
                return seen;
            }
            if (reached == state::wants_more)
                break;
            seen.push_back(reader.asked().method + ' ' + reader.body());
            reader.next();
        }
    }
    return seen;
}

} // namespace

TEST_CASE("requests are the same however their bytes arrive") {
    const std::string text = "\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n" +
                             post("Content-Length: 5\r\n", "hello") +
                             post("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n") +
                             "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::vector<std::string> expected{"GET ", "POST hello", "POST hi", "GET "};
    for (std::size_t size = 1; size <= text.size(); ++size) {
        CAPTURE(size);
        CHECK(read(text, size) == expected);
    }
}

TEST_CASE("what is too large is refused before all of it has come") {
    for (const std::size_t size : {1U, 7U, 1'000U}) {
        CAPTURE(size);
        CHECK(read("GET /" + std::string(300, 'a'), size) == std::vector<std::string>{"431"});
        CHECK(read(post("Content-Length: 11\r\n", ""), size) == std::vector<std::string>{"413"});
        CHECK(
            read(post("Transfer-Encoding: chunked\r\n", "b\r\n"), size) ==
            std::vector<std::string>{"413"}
        );
        CHECK(read("GET /a HTTP/1.1\nHost: a", size) == std::vector<std::string>{"400"});
        CHECK(read("\x16\x03", size) == std::vector<std::string>{"400"});
        CHECK(read("\rGET", size) == std::vector<std::string>{"400"});
    }
}

TEST_CASE("a client is told to go on once, and only where it has to be") {
    request_reader reader{limits};
    const auto head = post("Expect: 100-continue\r\nContent-Length: 2\r\n", "");
    std::string_view input{head};
    CHECK(reader.feed(input) == state::wants_more);
    CHECK(reader.is_in_body());
    CHECK(reader.takes_continue());
    CHECK_FALSE(reader.takes_continue());
    input = "hi";
    CHECK(reader.feed(input) == state::whole);
    CHECK(reader.body() == "hi");
    reader.next();
    CHECK(reader.is_between());

    const auto all = head + "hi";
    input = all;
    CHECK(reader.feed(input) == state::whole);
    CHECK_FALSE(reader.takes_continue());
}

} // namespace request_reader_cases
