// SPDX-License-Identifier: Apache-2.0
// Pages of other origins: which may call, what their preflights are told, and that no other makes a
// browser write. Costs http/router.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

struct cors_options {
    /// Origins whose pages may call, `https://app.example.com`; `*`: any. None: no other origin.
    std::vector<std::string> origins{};
    /// Whether their requests may carry what the browser knows its user by, such as cookies.
    bool credentials = false;
    /// Header fields that their requests may have besides those weir knows.
    std::vector<std::string> headers{};
    /// How long a browser may remember what a preflight was told.
    std::chrono::seconds max_age{600};
};

namespace detail {

/// What weir reads of a request, but for what browsers send unasked.
inline constexpr std::string_view cors_request_headers =
    "Accept, Accept-Profile, Authorization, Content-Profile, Content-Type, Idempotency-Key, "
    "If-Match, If-None-Match, Prefer, Range, Range-Unit, X-Request-ID, traceparent";

/// What weir tells in fields that browsers show to no script unasked.
inline constexpr std::string_view cors_exposed_headers =
    "Allow, Content-Location, Content-Range, Deprecation, ETag, Idempotent-Replayed, Link, "
    "Location, Preference-Applied, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "Retry-After, Server-Timing, X-Request-ID";

/// An origin as browsers spell it. Source: RFC 6454 6.2; Fetch, "byte-serializing a request
/// origin". Errors: configuration_error where it is none.
[[nodiscard]] inline std::string checked_origin(std::string_view given) {
    auto made = lowered(given);
    const auto scheme = made.find("://");
    const auto host = scheme == std::string::npos ? std::string_view{}
                                                  : std::string_view{made}.substr(scheme + 3);
    const bool is_plain = std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view{"-._:[]"}.find(c) != std::string_view::npos;
    });
    if (scheme == 0 || host.empty() || !is_plain)
        throw configuration_error{
            "An origin is scheme://host or scheme://host:port, nothing behind it: '" +
            std::string{given} + "'"
        };
    // Browsers leave the usual port out.
    for (const auto& [start, port] :
         {std::pair<std::string_view, std::string_view>{"https://", ":443"}, {"http://", ":80"}})
        if (made.starts_with(start) && made.ends_with(port))
            made.resize(made.size() - port.size());
    return made;
}

/// Answers for pages of other origins. Threads: shared object safe.
class origin_rules {
public:
    explicit origin_rules(const cors_options& from)
        : credentials_(from.credentials), allowed_headers_(cors_request_headers),
          max_age_(std::to_string(from.max_age.count())) {
        for (const auto& each : from.origins) {
            if (each == "*") {
                allows_any_ = true;
            } else {
                origins_.push_back(checked_origin(each));
            }
        }
        if (allows_any_ && !origins_.empty())
            throw configuration_error{"The origin * stands alone: it allows every other too"};
        if (allows_any_ && credentials_)
            throw configuration_error{
                "The origin * goes without credentials: with them any page on the web could act "
                "as its reader; name the origins"
            };
        for (const auto& each : from.headers)
            allowed_headers_.append(", ").append(each);
    }

    [[nodiscard]] response answer(request& asked, const middleware::next_handler& next) const {
        const bool is_one = asked.headers.count("Origin") == 1;
        const std::string origin{is_one ? *asked.headers.find("Origin") : std::string_view{}};
        const bool allowed = allows(origin);
        if (!allowed && is_foreign_write(asked))
            return varied(problem_response(
                {403, "cross_origin", "Pages of this origin may not write here", {}, {}},
                asked.request_id
            ));
        const bool is_preflight =
            asked.method == "OPTIONS" && asked.headers.find("Access-Control-Request-Method");
        auto made = next(asked);
        if (allowed)
            allow(made.headers, origin, is_preflight);
        return varied(std::move(made));
    }

private:
    [[nodiscard]] bool allows(std::string_view origin) const {
        if (origin.empty())
            return false;
        return allows_any_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
    }

    /// Whether a browser says that it was a page of another origin that made it write. What is no
    /// browser says nothing, nor does one that asks without TLS.
    /// Source: Fetch Metadata Request Headers, 2.3.
    [[nodiscard]] static bool is_foreign_write(const request& asked) {
        if (asked.method == "GET" || asked.method == "HEAD" || asked.method == "OPTIONS")
            return false;
        const auto site = asked.headers.find("Sec-Fetch-Site");
        return site && *site != "same-origin" && *site != "none";
    }

    void allow(headers& to, std::string_view origin, bool is_preflight) const {
        to.set("Access-Control-Allow-Origin", allows_any_ ? std::string_view{"*"} : origin);
        if (credentials_)
            to.set("Access-Control-Allow-Credentials", "true");
        if (!is_preflight) {
            to.set("Access-Control-Expose-Headers", cors_exposed_headers);
            return;
        }
        // The methods of the routes at this path; none where there is none.
        if (const auto methods = to.find("Allow"))
            to.set("Access-Control-Allow-Methods", std::string{*methods});
        to.set("Access-Control-Allow-Headers", allowed_headers_);
        to.set("Access-Control-Max-Age", max_age_);
    }

    [[nodiscard]] response varied(response made) const {
        if (!origins_.empty())
            add_vary(made.headers, "Origin");
        return made;
    }

    std::vector<std::string> origins_;
    bool allows_any_ = false;
    bool credentials_;
    std::string allowed_headers_;
    std::string max_age_;
};

} // namespace detail

/// Lets pages of the named origins call, and read what weir tells in header fields; answers their
/// preflights with the methods of the routes at that path. A write that a browser sends for a page
/// of any other origin is 403 before its handler. For router::put_around(), outermost.
///
/// Errors: configuration_error when an origin is malformed, or `*` comes with others or with
/// credentials.
[[nodiscard]] inline middleware cors(const cors_options& options = {}) {
    return {
        [rules = std::make_shared<const detail::origin_rules>(options)](
            request& asked, const middleware::next_handler& next
        ) { return rules->answer(asked, next); },
        middleware_pace::shared
    };
}

} // namespace weir::http
