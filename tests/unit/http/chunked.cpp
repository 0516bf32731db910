// SPDX-License-Identifier: Apache-2.0
#include <weir/http/chunked.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace chunked_cases {

namespace {

using weir::http::chunked_decoder;
using state = chunked_decoder::state;

// Feeds `text` in pieces of `size` bytes; what the decoder leaves goes to `rest`.
state decode(
    std::string_view text,
    std::size_t size,
    std::string& out,
    std::string& rest,
    std::size_t limit = 100
) {
    chunked_decoder decoder{limit};
    auto last = state::wants_more;
    while (!text.empty() && last == state::wants_more) {
        auto piece = text.substr(0, size);
        text.remove_prefix(piece.size());
        last = decoder.feed(piece, out);
        rest = std::string{piece} + std::string{text};
    }
    return last;
}

state decode(std::string_view text) {
    std::string out;
    std::string rest;
    return decode(text, 1000, out, rest);
}

} // namespace

TEST_CASE("chunks are joined, however they arrive, and the next request is left alone") {
    const std::string_view text =
        "5\r\nhello\r\n6;ext=\"a\"\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        std::string out;
        std::string rest;
        CHECK(decode(text, size, out, rest) == state::done);
        CHECK(out == "hello world");
        CHECK(rest == "GET /");
    }
}

TEST_CASE("sizes that are not plain hexadecimal are malformed") {
    for (const auto* text :
         {"-2\r\n",
          "0x5\r\nhello\r\n0\r\n\r\n",
          "+5\r\n",
          " 5\r\n",
          "\r\n",
          ";a\r\n",
          "5 5\r\n",
          "g\r\n",
          "ffffffffffffffff\r\n",
          "5\nhello",
          "5\rhello"})
        CHECK(decode(text) == state::malformed);
    CHECK(decode("5 \r\nhello\r\n0\r\n\r\n") == state::done);
}

TEST_CASE("a chunk longer or shorter than it says is malformed") {
    CHECK(decode("5\r\nhelloo\r\n0\r\n\r\n") == state::malformed);
    CHECK(decode("5\r\nhell\r\n0\r\n\r\n") == state::malformed);
    CHECK(decode("5\r\nhello\n0\r\n\r\n") == state::malformed);
}

TEST_CASE("the limit counts decoded bytes, before they arrive") {
    CHECK(decode("65\r\n") == state::too_large);
    CHECK(decode("fffffffffffffff\r\n") == state::too_large);
    CHECK(decode("64\r\n") == state::wants_more);
    std::string out;
    std::string rest;
    CHECK(decode("3\r\nabc\r\n3\r\nabc\r\n", 100, out, rest, 5) == state::too_large);
}

TEST_CASE("endless lines and trailers are malformed") {
    CHECK(decode("5;" + std::string(5000, 'x')) == state::malformed);
    std::string trailers = "0\r\n";
    for (int at = 0; at < 101; ++at)
        trailers += "a: b\r\n";
    CHECK(decode(trailers) == state::malformed);
}

} // namespace chunked_cases
