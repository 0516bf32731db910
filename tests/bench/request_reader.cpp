// SPDX-License-Identifier: Apache-2.0
// The bytes of requests into requests: the listener's own reader beside Boost.Beast's parser, which
// refuses less.
#include <weir/app/freed_memory.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/request_reader.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "measure.hpp"

namespace {

using namespace weir;
namespace beast = boost::beast;

// What a socket gives at once.
constexpr std::size_t piece_bytes = 16 * 1024;

std::string of_tool() {
    return "GET /api/v1/wells/4200000007 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
}

std::string of_browser() {
    return "GET /api/v1/orders?select=id,customer&limit=100 HTTP/1.1\r\n"
           "Host: orders.example.com\r\n"
           "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n"
           "Accept: application/json\r\n"
           "Accept-Encoding: gzip, deflate, br\r\n"
           "Accept-Language: en-GB,en;q=0.9\r\n"
           "Origin: https://app.example.com\r\n"
           "Referer: https://app.example.com/orders\r\n"
           "Sec-Fetch-Mode: cors\r\n"
           "Sec-Fetch-Site: cross-site\r\n"
           "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
           "X-Forwarded-User: 7312885\r\n"
           "X-Forwarded-Email: lena@example.com\r\n"
           "X-Real-Ip: 198.51.100.7\r\n"
           "\r\n";
}

std::string with_body(std::size_t bytes) {
    return "POST /api/v1/wells HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: "
           "application/json\r\n"
           "Content-Length: " +
           std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x');
}

[[noreturn]] void give_up(const char* who) {
    std::fprintf(stderr, "%s does not take the request\n", who);
    std::exit(1);
}

// Calls `take(piece)` until it answers that the request is whole.
template <class Take>
void feed(std::string_view text, const char* who, const Take& take) {
    while (!text.empty()) {
        const auto piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        if (take(piece))
            return;
    }
    give_up(who);
}

void compare_on(const char* what, const std::string& text) {
    std::printf("%s, %zu bytes\n", what, text.size());
    const http::connection_limits limits;
    const auto ours = bench::measure("weir", [&] {
        http::request_reader reader{limits};
        feed(text, "weir", [&](std::string_view piece) {
            const auto reached = reader.feed(piece);
            if (reached == http::request_reader::state::refused)
                give_up("weir");
            return reached == http::request_reader::state::whole;
        });
        bench::keep(reader.asked());
    });
    const auto other = bench::measure("Boost.Beast", [&] {
        beast::http::request_parser<beast::http::string_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(limits.head.head_bytes));
        parser.body_limit(limits.body_bytes);
        parser.eager(true);
        feed(text, "Boost.Beast", [&](std::string_view piece) {
            beast::error_code failed;
            parser.put(boost::asio::buffer(piece.data(), piece.size()), failed);
            if (failed && failed != beast::http::error::need_more)
                give_up("Boost.Beast");
            return parser.is_done();
        });
        bench::keep(parser.get());
    });
    bench::compare(what, ours, other);
}

} // namespace

int main() {
    // As a service does.
    app::detail::keep_freed_memory();
    compare_on("a tool's GET", of_tool());
    compare_on("a browser's GET", of_browser());
    compare_on("a POST of one row", with_body(220));
    compare_on("a POST of 1,000 rows", with_body(190'000));
}
