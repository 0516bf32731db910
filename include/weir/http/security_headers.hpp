// SPDX-License-Identifier: Apache-2.0
// Header fields that tell browsers and caches what not to do with an answer. Costs
// http/router.hpp.
#pragma once

#include <weir/http/router.hpp>

#include <functional>
#include <string_view>

namespace weir::http {

struct security_header_options {
    /// Whether every reader comes by TLS, at least to a proxy before this: browsers then come by
    /// nothing else for a year.
    bool strict_transport = false;
};

/// Adds what an answer does not say itself: no guessing of types, no frames, no scripts, no
/// referrer, and no cache that many share. For router::put_around().
///
/// Answers of GET may be kept by their reader and asked for again by `If-None-Match`
/// (`private, no-cache`); others are not kept.
[[nodiscard]] inline middleware security_headers(security_header_options options = {}) {
    return {
        [options](request& asked, const middleware::next_handler& next) {
            auto answer = next(asked);
            const auto add = [&fields =
                                  answer.headers](std::string_view name, std::string_view value) {
                if (!fields.find(name))
                    fields.add(name, value);
            };
            const bool is_read = asked.method == "GET" || asked.method == "HEAD";
            const bool may_be_kept = is_read && (answer.status == 200 || answer.status == 304);
            add("Cache-Control", may_be_kept ? "private, no-cache" : "no-store");
            add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
            add("Cross-Origin-Resource-Policy", "same-origin");
            add("Referrer-Policy", "no-referrer");
            add("X-Content-Type-Options", "nosniff");
            if (options.strict_transport)
                add("Strict-Transport-Security", "max-age=31536000");
            return answer;
        },
        middleware_pace::shared
    };
}

} // namespace weir::http
