// SPDX-License-Identifier: Apache-2.0
#include <weir/http/gzip.hpp>

#include <array>
#include <catch.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <zlib.h>

namespace gzip_cases {

namespace {

using namespace weir::http;

// What can be decoded of a gzip text so far; the second is whether it has come to its end.
std::pair<std::string, bool> unpacked(std::string packed) {
    z_stream state{};
    REQUIRE(::inflateInit2(&state, 15 + 16) == Z_OK);
    state.next_in = reinterpret_cast<Bytef*>(packed.data());
    state.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    std::array<char, 4096> piece;
    int outcome = Z_OK;
    while (outcome == Z_OK) {
        state.next_out = reinterpret_cast<Bytef*>(piece.data());
        state.avail_out = static_cast<uInt>(piece.size());
        outcome = ::inflate(&state, Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - state.avail_out);
    }
    ::inflateEnd(&state);
    return {out, outcome == Z_STREAM_END};
}

const std::string long_text(100'000, 'x');

struct served {
    served() {
        routes.add("GET", "/long", [](const request&) {
            auto answer = json_response(200, long_text);
            answer.headers.add("ETag", "\"v1\"");
            answer.headers.add("Vary", "Accept");
            return answer;
        });
        routes.add("GET", "/short", [](const request&) { return json_response(200, "{}"); });
        routes.add("GET", "/image", [](const request&) {
            response answer{.status = 200};
            answer.body = long_text;
            answer.headers.add("Content-Type", "image/png");
            return answer;
        });
        routes.add("GET", "/packed", [](const request&) {
            auto answer = json_response(200, long_text);
            answer.headers.add("Content-Encoding", "br");
            return answer;
        });
        routes.add("GET", "/stream", [](const request&) {
            return stream_response(
                "text/csv; charset=utf-8", body_stream{[at = 0](std::string& out) mutable {
                    if (++at != 2)
                        out += "line " + std::to_string(at) + "\n";
                    return at < 4;
                }}
            );
        });
        routes.add("GET", "/weak", [](const request&) {
            auto answer = json_response(200, long_text);
            answer.headers.add("ETag", "W/\"v1\"");
            return answer;
        });
        // What the handler sees of the conditions; 304 where the tag is known.
        routes.add("GET", "/conditions", [](const request& asked) {
            if (asked.headers.find("If-None-Match")) {
                response answer{.status = 304};
                answer.headers.add("ETag", "\"v1\"");
                answer.headers.add("X-Seen", std::string{*asked.headers.find("If-None-Match")});
                return answer;
            }
            return json_response(200, std::string{asked.headers.find("If-Match").value_or("none")});
        });
        routes.put_around(gzip_answers());
    }

    response
    get(std::string_view path,
        std::string_view accept_encoding = "gzip",
        std::string_view name = "X-Other",
        std::string_view value = "") {
        request asked;
        asked.method = "GET";
        asked.target = path;
        asked.headers.add("Accept-Encoding", accept_encoding);
        asked.headers.add(name, value);
        return routes.handle(std::move(asked));
    }

    router routes{};
};

} // namespace

TEST_CASE("a long text is compressed for a client that wants it") {
    served service;
    const auto answer = service.get("/long");
    CHECK(answer.headers.find("Content-Encoding") == "gzip");
    CHECK(answer.headers.find("Vary") == "Accept, Accept-Encoding");
    CHECK(answer.headers.find("ETag") == "\"v1-gzip\"");
    CHECK(answer.body.size() < 1'000);
    CHECK(unpacked(answer.body) == std::pair{long_text, true});
}

TEST_CASE("the plain form says that there is another") {
    served service;
    for (const auto* value : {"identity", "gzip;q=0", "br"}) {
        const auto answer = service.get("/long", value);
        CHECK(answer.body == long_text);
        CHECK_FALSE(answer.headers.find("Content-Encoding"));
        CHECK(answer.headers.find("Vary") == "Accept, Accept-Encoding");
        CHECK(answer.headers.find("ETag") == "\"v1\"");
    }
}

TEST_CASE("short texts, images and what is compressed already stay as they are") {
    served service;
    const auto shorter = service.get("/short");
    CHECK(shorter.body == "{}");
    CHECK_FALSE(shorter.headers.find("Content-Encoding"));
    CHECK(shorter.headers.find("Vary") == "Accept-Encoding");
    const auto image = service.get("/image");
    CHECK(image.body == long_text);
    CHECK_FALSE(image.headers.find("Vary"));
    const auto packed = service.get("/packed");
    CHECK(packed.body == long_text);
    CHECK(packed.headers.count("Content-Encoding") == 1);
}

TEST_CASE("each piece of a compressed stream can be decoded when it comes") {
    served service;
    auto answer = service.get("/stream");
    CHECK(answer.headers.find("Content-Encoding") == "gzip");
    CHECK(answer.headers.find("Vary") == "Accept-Encoding");
    std::string packed;
    CHECK(answer.stream.pull(packed));
    CHECK(unpacked(packed) == std::pair{std::string{"line 1\n"}, false});
    const auto first = packed.size();
    CHECK(answer.stream.pull(packed));
    CHECK(packed.size() == first);
    CHECK(answer.stream.pull(packed));
    CHECK_FALSE(answer.stream.pull(packed));
    CHECK(unpacked(packed) == std::pair{std::string{"line 1\nline 3\nline 4\n"}, true});
}

TEST_CASE("a failure inside a compressed stream is not hidden") {
    router routes;
    routes.add("GET", "/fails", [](const request&) {
        return stream_response("text/csv", body_stream{[](std::string&) -> bool {
                                   throw std::runtime_error{"broken"};
                               }});
    });
    routes.put_around(gzip_answers());
    request asked;
    asked.method = "GET";
    asked.target = "/fails";
    asked.headers.add("Accept-Encoding", "gzip");
    auto answer = routes.handle(std::move(asked));
    std::string out;
    CHECK_THROWS(answer.stream.pull(out));
}

TEST_CASE("conditions take the tag of either form") {
    served service;
    CHECK(service.get("/conditions", "gzip", "If-Match", "\"v1-gzip\"").body == "\"v1\"");
    CHECK(service.get("/conditions", "gzip", "If-Match", "\"v1\"").body == "\"v1\"");
    CHECK(
        service.get("/conditions", "gzip", "If-Match", "\"a-gzip\", \"b\"").body == "\"a\", \"b\""
    );
    const auto known = service.get("/conditions", "gzip", "If-None-Match", "\"v1-gzip\"");
    CHECK(known.headers.find("X-Seen") == "\"v1\"");
    CHECK(known.headers.find("ETag") == "\"v1-gzip\"");
    CHECK(known.headers.find("Vary") == "Accept-Encoding");
    CHECK_FALSE(known.headers.find("Content-Encoding"));
    CHECK(known.body.empty());
    const auto plain = service.get("/conditions", "gzip", "If-None-Match", "\"v1\"");
    CHECK(plain.headers.find("ETag") == "\"v1\"");
}

TEST_CASE("a weak tag names both forms") {
    served service;
    CHECK(service.get("/weak").headers.find("ETag") == "W/\"v1\"");
}

TEST_CASE("problems are compressed like other answers, and answers without a body are not") {
    served service;
    const auto absent = service.get("/nowhere");
    CHECK(absent.status == 404);
    CHECK(absent.headers.find("X-Request-ID"));
    request asked;
    asked.method = "OPTIONS";
    asked.target = "/long";
    asked.headers.add("Accept-Encoding", "gzip");
    const auto options = service.routes.handle(std::move(asked));
    CHECK(options.status == 204);
    CHECK(options.body.empty());
    CHECK_FALSE(options.headers.find("Content-Encoding"));
}

} // namespace gzip_cases
