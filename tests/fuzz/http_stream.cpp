// SPDX-License-Identifier: Apache-2.0
// Any bytes as a connection, of HTTP/1.1 and of HTTP/2: how they arrive changes nothing, limits
// hold, every request is answered or refused.
#include <weir/http/http2_session.hpp>
#include <weir/http/request_reader.hpp>
#include <weir/http/status_counts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "require.hpp"

namespace {

using namespace weir::http;
using weir::fuzz::require;

/// Small, so that inputs of a few hundred bytes reach them.
connection_limits small_limits() {
    connection_limits made;
    made.head = {.head_bytes = 512, .target_bytes = 64, .fields = 8};
    made.body_bytes = 200;
    made.streams = 4;
    return made;
}

const connection_limits limits = small_limits();

/// What a connection's bytes are read as, one line for each request.
std::string read_http1(std::string_view text, std::size_t piece_bytes) {
    request_reader reader{limits};
    std::string seen;
    while (!text.empty()) {
        const auto piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        // A copy of just these bytes: the sanitizer then sees what is read behind them.
        const std::vector<char> alone(piece.begin(), piece.end());
        std::string_view input{alone.data(), alone.size()};
        while (!input.empty()) {
            const auto before = input.size();
            const auto reached = reader.feed(input);
            static_cast<void>(reader.takes_continue());
            require(reader.body().size() <= limits.body_bytes, "a body is bounded");
            if (reached == request_reader::state::refused) {
                require(reader.refusal().status >= 400, "a refusal has a status");
                // For what depends on how far it was read: too large, or malformed further on.
                return seen + "refused";
            }
            if (reached == request_reader::state::wants_more) {
                require(input.empty(), "who wants more has taken all");
                break;
            }
            require(input.size() < before, "a request has bytes");
            const auto& asked = reader.asked();
            require(asked.headers.size() <= limits.head.fields, "fields are bounded");
            require(asked.target.size() <= limits.head.target_bytes, "targets are bounded");
            seen += asked.method + ' ' + asked.target + ' ' + reader.body() + '\n';
            reader.next();
        }
    }
    return seen;
}

/// The same for HTTP/2, every request answered as soon as it is whole. What arrived, in order.
std::string read_http2(std::string_view text, std::size_t piece_bytes) {
    status_counts refusals;
    http2_session session{limits, "127.0.0.1", refusals};
    std::string seen;
    std::string out;
    bool is_sound = true;
    while (!text.empty() && is_sound && !session.is_over()) {
        const auto piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        const std::vector<char> alone(piece.begin(), piece.end());
        is_sound = session.receive({alone.data(), alone.size()});
        for (const auto id : session.take_ready()) {
            request asked;
            std::string body;
            if (!session.take_request(id, asked, body))
                continue;
            require(body.size() <= limits.body_bytes, "a body is bounded");
            require(asked.target.size() <= limits.head.target_bytes, "targets are bounded");
            require(asked.headers.count("Host") == 1, "a request has a host");
            seen +=
                std::to_string(id) + ' ' + asked.method + ' ' + asked.target + ' ' + body + '\n';
            response made{.status = 200, .headers = {}, .body = body, .stream = {}};
            if (asked.target == "/s")
                made.stream = body_stream{[](std::string& into) {
                    into += "piece";
                    return false;
                }};
            session.answer(id, std::move(made));
        }
        session.output(out, 1U << 20U);
        for (const auto id : session.take_hungry()) {
            auto source = session.take_source(id);
            if (!source)
                continue;
            std::string made;
            source.pull(made);
            session.give_piece(id, std::move(made), {}, false);
        }
        out.clear();
        static_cast<void>(session.take_abandoned());
        static_cast<void>(session.take_doomed());
    }
    session.abandon_all();
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto whole = read_http1(text, std::max<std::size_t>(size, 1));
    for (const std::size_t piece : {1U, 2U, 7U})
        require(read_http1(text, piece) == whole, "how bytes arrive changes nothing");
    const auto framed = std::string{http2_preface} + std::string{text};
    read_http2(framed, framed.size());
    read_http2(framed, 5);
    return 0;
}
