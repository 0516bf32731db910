// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/event_stream.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace event_stream_cases {

using namespace weir::workspace;

namespace {

std::vector<std::string> events_of(std::string_view text, std::size_t piece_size) {
    event_stream stream;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size(); at += piece_size)
        stream.take(text.substr(at, piece_size), [&](std::string_view data) {
            found.emplace_back(data);
            return true;
        });
    return found;
}

} // namespace

TEST_CASE("events are the same however the bytes are cut, with any line ends") {
    const std::string_view text = ": hello\r\ndata: {\"a\":1}\r\n\r\nevent: x\nid: 7\ndata:one\n"
                                  "data:  two\n\n\n\ndata\r\rdata: [DONE]\n\ndata: unfinished";
    const std::vector<std::string> wanted{R"({"a":1})", "one\n two", "", "[DONE]"};
    for (const std::size_t size : {1U, 2U, 3U, 7U, 1000U}) {
        INFO(size);
        CHECK(events_of(text, size) == wanted);
    }
}

TEST_CASE("a visitor that has enough ends the reading") {
    event_stream stream;
    int seen = 0;
    CHECK_FALSE(stream.take("data: 1\n\ndata: 2\n\n", [&](std::string_view) {
        ++seen;
        return false;
    }));
    CHECK(seen == 1);
    CHECK_FALSE(stream.is_too_long());
}

TEST_CASE("an event without end is not kept for ever") {
    event_stream stream;
    const std::string piece(1024 * 1024, 'x');
    bool goes_on = true;
    for (int at = 0; at < 17 && goes_on; ++at)
        goes_on = stream.take(piece, [](std::string_view) { return true; });
    CHECK_FALSE(goes_on);
    CHECK(stream.is_too_long());
}

} // namespace event_stream_cases
