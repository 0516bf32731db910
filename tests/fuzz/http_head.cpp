// SPDX-License-Identifier: Apache-2.0
// Any bytes as a request's head and as a chunked body: nothing is read two ways, whatever follows
// a head or however a body arrives.
#include <weir/http/chunked.hpp>
#include <weir/http/head.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using namespace weir::http;
using weir::fuzz::require;

/// Small, so that inputs of a few hundred bytes reach them.
constexpr head_limits limits{.head_bytes = 1024, .target_bytes = 64, .fields = 8};

struct reading {
    int status = 0;
    request asked{};
    framing body{};
};

/// From a copy of just these bytes: the sanitizer then sees what is read behind them.
reading read(std::string_view text) {
    const std::vector<char> alone(text.begin(), text.end());
    reading made;
    if (const auto refused =
            read_head({alone.data(), alone.size()}, limits, made.asked, made.body)) {
        require(refused->status >= 400 && refused->status < 600, "a refusal has a status");
        require(!refused->code.empty() && !refused->message.empty(), "a refusal says why");
        made.status = refused->status;
    }
    return made;
}

bool same(const reading& left, const reading& right) {
    const auto equal = [](const header& a, const header& b) {
        return a.name == b.name && a.value == b.value;
    };
    return left.status == right.status && left.asked.method == right.asked.method &&
           left.asked.target == right.asked.target &&
           std::equal(
               left.asked.headers.begin(),
               left.asked.headers.end(),
               right.asked.headers.begin(),
               right.asked.headers.end(),
               equal
           ) &&
           left.body.content_length == right.body.content_length &&
           left.body.chunked == right.body.chunked &&
           left.body.expects_continue == right.body.expects_continue &&
           left.body.keep_alive == right.body.keep_alive;
}

void is_unambiguous(const reading& accepted) {
    const auto& sent = accepted.asked.headers;
    const auto lengths = sent.count("Content-Length");
    const auto codings = sent.count("Transfer-Encoding");
    require(lengths + codings <= 1, "a body has one length");
    require(accepted.body.chunked == (codings == 1), "chunked is what says so");
    require(accepted.body.content_length.has_value() == (lengths == 1), "a length is what says so");
    require(sent.size() <= limits.fields, "fields are bounded");
    require(sent.count("Host") <= 1, "at most one host");
    require(!accepted.asked.method.empty(), "a request has a method");
    const auto& target = accepted.asked.target;
    require(!target.empty() && target.size() <= limits.target_bytes, "targets are bounded");
    for (const auto& field : sent) {
        require(!field.name.empty(), "a field has a name");
        require(
            field.value.find_first_of(std::string_view{"\0\r\n", 3}) == std::string::npos,
            "a value is one line"
        );
        require(trimmed(field.value) == field.value, "a value is trimmed");
    }
}

void head_ends_where_it_ends(std::string_view text) {
    const auto end = text.find("\r\n\r\n");
    const auto head = text.substr(0, end == std::string_view::npos ? end : end + 4);
    const auto made = read(head);
    if (made.status == 0)
        is_unambiguous(made);
    if (end != std::string_view::npos)
        require(same(made, read(text)), "what follows a head changes nothing");
    if (made.status != 0)
        return;
    for (std::size_t at = 0; at < head.size(); ++at)
        require(read(head.substr(0, at)).status != 0, "part of a head is no head");
}

struct decoding {
    chunked_decoder::state last = chunked_decoder::state::wants_more;
    std::string out{};
    /// Bytes left to the next request.
    std::size_t left = 0;

    friend bool operator==(const decoding&, const decoding&) = default;
};

constexpr std::size_t most_body = 200;

/// Feeds a body in pieces: the first has `first` bytes, each other `next`.
decoding decode(std::string_view text, std::size_t first, std::size_t next) {
    chunked_decoder decoder{most_body};
    decoding made;
    auto size = first;
    while (!text.empty() && made.last == chunked_decoder::state::wants_more) {
        const auto piece = text.substr(0, size);
        const std::vector<char> alone(piece.begin(), piece.end());
        std::string_view input{alone.data(), alone.size()};
        text.remove_prefix(piece.size());
        made.last = decoder.feed(input, made.out);
        require(made.out.size() <= most_body, "a body is bounded");
        require(
            made.last != chunked_decoder::state::wants_more || input.empty(),
            "who wants more has taken all"
        );
        made.left = input.size() + text.size();
        size = next;
    }
    return made;
}

void arrives_as_it_likes(std::string_view text) {
    const auto whole = decode(text, text.size(), text.size());
    require(whole.out.size() <= text.size(), "a body is no longer than what carries it");
    require(decode(text, 1, 1) == whole, "bytes that come one by one make the same body");
    // Each position costs a pass.
    constexpr std::size_t most_split = 600;
    for (std::size_t at = 1; at < std::min(text.size(), most_split); ++at)
        require(decode(text, at, text.size()) == whole, "a split changes nothing");
    if (whole.last != chunked_decoder::state::done)
        return;
    const auto used = text.substr(0, text.size() - whole.left);
    require(decode(used, used.size(), 1).last == whole.last, "a body ends where it says");
    require(
        decode(used.substr(0, used.size() - 1), used.size(), 1).last ==
            chunked_decoder::state::wants_more,
        "and not before"
    );
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    head_ends_where_it_ends(text);
    arrives_as_it_likes(text);
    if (const auto end = text.find("\r\n\r\n"); end != std::string_view::npos)
        arrives_as_it_likes(text.substr(end + 4));
    return 0;
}
