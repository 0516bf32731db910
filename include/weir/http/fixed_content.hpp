// SPDX-License-Identifier: Apache-2.0
// Answers that are the same for everybody until the service is built anew: documents, pages,
// scripts. Light.
#pragma once

#include <weir/core/sha256.hpp>
#include <weir/http/accept.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

/// Something served as it is. Lifetime: `body` outlives whatever serves it.
struct fixed_content {
    std::string_view body{};
    std::string_view media_type{};
    std::string_view cache_control = "no-cache";
    /// What `body` was compressed with: `gzip`, or nothing.
    std::string_view coding{};
    /// Empty: none is sent.
    std::string_view security_policy{};
};

namespace detail {

/// Whether `If-None-Match` names a version. Source: RFC 9110 13.1.2, weak comparison.
[[nodiscard]] inline bool has_version(const headers& sent, std::string_view etag) {
    bool found = false;
    sent.for_each_item_of("If-None-Match", [&](std::string_view item) {
        if (item.starts_with("W/"))
            item.remove_prefix(2);
        found = found || item == etag || item == "*";
    });
    return found;
}

} // namespace detail

/// A handler's answers with one content, tagged by its SHA-256: 200, 304 to who has it already, 406
/// to who does not take its coding. Threads: safe.
class fixed_answer {
public:
    explicit fixed_answer(const fixed_content& of)
        : content_(of), etag_("\"" + sha256_hex(of.body).substr(0, 32) + "\"") {}

    [[nodiscard]] response operator()(const request& asked) const {
        if (!content_.coding.empty() && !accepts_coding(asked.headers, content_.coding))
            return problem_response(
                {406,
                 "not_acceptable",
                 "This answer exists in one coding only: " + std::string{content_.coding},
                 {},
                 {}},
                asked.request_id
            );
        response made;
        made.headers.add("ETag", etag_);
        made.headers.add("Cache-Control", content_.cache_control);
        if (!content_.coding.empty())
            made.headers.add("Vary", "Accept-Encoding");
        if (detail::has_version(asked.headers, etag_)) {
            made.status = 304;
            return made;
        }
        made.headers.add("Content-Type", content_.media_type);
        made.headers.add("X-Content-Type-Options", "nosniff");
        if (!content_.coding.empty())
            made.headers.add("Content-Encoding", content_.coding);
        if (!content_.security_policy.empty())
            made.headers.add("Content-Security-Policy", content_.security_policy);
        made.body = content_.body;
        return made;
    }

private:
    fixed_content content_;
    std::string etag_;
};

} // namespace weir::http
