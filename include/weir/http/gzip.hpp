// SPDX-License-Identifier: Apache-2.0
// Compressed answers for clients that want them: whole bodies and streams, put around a router by
// gzip_answers(). Costs <zlib.h> and <functional>.
#pragma once

#include <weir/http/accept.hpp>
#include <weir/http/body_stream.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <zlib.h>

namespace weir::http {

struct gzip_options {
    /// Bodies below it are sent as they are: they fit into a packet or two either way.
    std::size_t least_bytes = 1024;
    /// zlib's, 1 (fast) to 9 (small).
    int level = 4;
};

namespace detail {

/// Compresses a text given in pieces. Not to be moved: zlib points back at its state.
class gzip_encoder {
public:
    explicit gzip_encoder(int level) {
        // 15 + 16: the largest window, in a gzip envelope.
        if (::deflateInit2(&state_, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }

    gzip_encoder(const gzip_encoder&) = delete;
    gzip_encoder(gzip_encoder&&) = delete;
    gzip_encoder& operator=(const gzip_encoder&) = delete;
    gzip_encoder& operator=(gzip_encoder&&) = delete;

    ~gzip_encoder() { ::deflateEnd(&state_); }

    /// Appends what has become of `text`, all of it: whoever reads `out` can decode so far.
    void append(std::string& out, std::string_view text) { run(out, text, Z_SYNC_FLUSH); }

    /// The same with the last piece.
    void finish(std::string& out, std::string_view text) { run(out, text, Z_FINISH); }

private:
    void run(std::string& out, std::string_view text, int flush) {
        do {
            const auto taken = std::min<std::size_t>(text.size(), std::numeric_limits<uInt>::max());
            // zlib takes what it never changes as non-const, and bytes as unsigned.
            state_.next_in =
                reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // NOLINT(*-const-cast)
            state_.avail_in = static_cast<uInt>(taken);
            text.remove_prefix(taken);
            drain(out, text.empty() ? flush : Z_NO_FLUSH);
        } while (!text.empty());
    }

    void drain(std::string& out, int flush) {
        std::array<char, 16 * 1024> piece;
        do {
            state_.next_out = reinterpret_cast<Bytef*>(piece.data());
            state_.avail_out = static_cast<uInt>(piece.size());
            ::deflate(&state_, flush);
            out.append(piece.data(), piece.size() - state_.avail_out);
        } while (state_.avail_out == 0);
    }

    z_stream state_{};
};

/// Whether a type's bodies are text. Source: RFC 9110 8.3.1, RFC 6839 (`+json`, `+xml`).
[[nodiscard]] inline bool is_compressible(std::string_view content_type) {
    const auto type = trimmed(content_type.substr(0, content_type.find(';')));
    for (const std::string_view known :
         {"application/json",
          "application/x-ndjson",
          "application/javascript",
          "application/xml",
          "image/svg+xml"})
        if (equals_ignoring_case(type, known))
            return true;
    return equals_ignoring_case(type.substr(0, 5), "text/") || type.ends_with("+json") ||
           type.ends_with("+xml");
}

/// What an entity tag of the compressed form ends in, inside its quotes.
inline constexpr std::string_view gzip_suffix = "-gzip";

/// `"v1"` as `"v1-gzip"`. A weak tag says nothing about bytes and stays.
[[nodiscard]] inline std::string gzip_tag(std::string_view tag) {
    if (tag.size() < 2 || !tag.starts_with('"') || !tag.ends_with('"'))
        return std::string{tag};
    std::string made{tag.substr(0, tag.size() - 1)};
    made += gzip_suffix;
    made += '"';
    return made;
}

/// Takes the suffix off every tag of a field: `"v1-gzip"` names the row's version `"v1"`.
inline void strip_gzip_tags(headers& sent, std::string_view name) {
    std::string tags;
    sent.for_each_item_of(name, [&tags](std::string_view item) {
        if (!tags.empty())
            tags += ", ";
        tags += item;
    });
    const auto suffixed = std::string{gzip_suffix} + '"';
    auto at = tags.find(suffixed);
    if (at == std::string::npos)
        return;
    for (; at != std::string::npos; at = tags.find(suffixed, at))
        tags.erase(at, gzip_suffix.size());
    sent.set(name, tags);
}

/// Whether one of a field's tags is that one.
[[nodiscard]] inline bool
names_tag(const headers& sent, std::string_view name, std::string_view tag) {
    bool found = false;
    sent.for_each_item_of(name, [&](std::string_view item) { found = found || item == tag; });
    return found;
}

/// Compresses an answer's body, or its stream.
inline void compress(response& answer, const gzip_options& options) {
    if (answer.stream) {
        answer.stream = body_stream{[inner = std::move(answer.stream),
                                     encoder = std::make_unique<gzip_encoder>(options.level),
                                     plain = std::string{}](std::string& out) mutable {
            plain.clear();
            const bool more = inner.pull(plain);
            if (!more) {
                encoder->finish(out, plain);
            } else if (!plain.empty()) {
                encoder->append(out, plain);
            }
            return more;
        }};
    } else {
        std::string packed;
        gzip_encoder{options.level}.finish(packed, answer.body);
        answer.body = std::move(packed);
    }
    answer.headers.set("Content-Encoding", "gzip");
    if (const auto tag = answer.headers.find("ETag"))
        answer.headers.set("ETag", gzip_tag(*tag));
}

/// Compresses an answer where its client wants it and it is worth it, and says in `Vary` that it
/// might have been.
inline void encode(const headers& sent, response& answer, const gzip_options& options) {
    const auto type = answer.headers.find("Content-Type");
    const bool has_body = answer.stream || !answer.body.empty();
    if (!has_body || !type || !is_compressible(*type) || answer.headers.find("Content-Encoding"))
        return;
    add_vary(answer.headers, "Accept-Encoding");
    const bool is_worth_it = answer.stream || answer.body.size() >= options.least_bytes;
    if (is_worth_it && !is_bodiless(answer.status) && prefers_coding(sent, "gzip"))
        compress(answer, options);
}

} // namespace detail

/// Compresses text answers for clients whose `Accept-Encoding` prefers gzip; for
/// router::put_around().
///
/// An entity tag names the bytes it came with, so the compressed form's ends in `-gzip`;
/// `If-Match` and `If-None-Match` take either form. HEAD gets the fields of GET. Streams are
/// compressed piece by piece and keep coming as they are made.
[[nodiscard]] inline middleware gzip_answers(gzip_options options = {}) {
    return {
        [options](request& asked, const middleware::next_handler& next) {
            // As it was: the tags are about to be stripped.
            headers sent;
            if (asked.headers.find("If-None-Match"))
                sent = asked.headers;
            detail::strip_gzip_tags(asked.headers, "If-Match");
            detail::strip_gzip_tags(asked.headers, "If-None-Match");
            auto answer = next(asked);
            if (answer.status != 304) {
                detail::encode(asked.headers, answer, options);
                return answer;
            }
            // The tag of the form the client has.
            add_vary(answer.headers, "Accept-Encoding");
            if (const auto tag = answer.headers.find("ETag")) {
                auto packed = detail::gzip_tag(*tag);
                if (detail::names_tag(sent, "If-None-Match", packed))
                    answer.headers.set("ETag", packed);
            }
            return answer;
        },
        middleware_pace::shared
    };
}

} // namespace weir::http
