// SPDX-License-Identifier: Apache-2.0
// How often callers and addresses may ask: 429 with Retry-After beyond. Costs token_buckets.hpp and
// http/router.hpp. Linux.
#pragma once

#include <weir/http/identity.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/target.hpp>
#include <weir/http/token_buckets.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace weir::http {

struct rate_limit_options {
    /// Of each caller, whatever address it comes from.
    rate per_caller{};
    /// Of each address, whoever comes from it: many callers may share one.
    rate per_address{};
    /// Whether `X-Real-Ip` tells the address; else the connection's peer is it.
    bool trusts_proxy = false;
    /// Paths that are answered in any case, so that whoever watches a service sees it.
    std::vector<std::string> unlimited{};
    std::function<token_buckets::clock::time_point()> clock = &token_buckets::clock::now;
};

namespace detail {

/// What stands for an address: all of IPv4, the network of IPv6 (its first 64 bits), which one
/// reader has to itself. Text that is no address stands for itself.
[[nodiscard]] inline std::string address_name(const std::string& address) {
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1)
        return address;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) {
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, bytes.data() + mapped.size(), text.data(), text.size());
        return text.data();
    }
    return {reinterpret_cast<const char*>(bytes.data()), 8};
}

} // namespace detail

/// Limits how often each caller and each address may ask a router; memory is bounded, whoever asks.
///
/// Answers tell the tighter of the two in `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds).
/// Beyond it 429 with `Retry-After`, for an address before anything else is looked at, for a caller
/// before the handler runs.
/// Threads: watch() first; then any number.
class rate_limits {
public:
    explicit rate_limits(rate_limit_options options)
        : options_(std::move(options)), callers_(options_.per_caller),
          addresses_(options_.per_address) {}

    /// Limits what a router is asked. Lifetime: this object outlives the router's requests.
    void watch(router& routes) {
        if (addresses_.is_limited() || callers_.is_limited())
            routes.put_around(
                {[this](request& asked, const auto& next) { return answer(asked, next); },
                 middleware_pace::shared}
            );
        if (callers_.is_limited())
            routes.admit_with(
                [this](const request& asked) { return admit(asked); }, middleware_pace::shared
            );
    }

    /// Requests refused so far.
    [[nodiscard]] std::uint64_t refused_by_caller() const noexcept { return by_caller_.load(); }

    [[nodiscard]] std::uint64_t refused_by_address() const noexcept { return by_address_.load(); }

private:
    response answer(request& asked, const middleware::next_handler& next) {
        if (is_unlimited(asked))
            return next(asked);
        bucket_state address;
        if (addresses_.is_limited()) {
            const auto from =
                client_address(asked.headers, asked.remote_address, options_.trusts_proxy);
            address = addresses_.take(detail::address_name(from), options_.clock());
            if (!address.is_admitted) {
                by_address_.fetch_add(1, std::memory_order_relaxed);
                return refusal(address, addresses_.burst(), asked);
            }
        }
        auto made = next(asked);
        if (made.headers.find("RateLimit-Limit"))
            return made;
        if (asked.caller && callers_.is_limited()) {
            const auto caller = callers_.left(asked.caller->id, options_.clock());
            if (!addresses_.is_limited() || caller.remaining <= address.remaining) {
                tell(made.headers, caller, callers_.burst());
                return made;
            }
        }
        if (addresses_.is_limited())
            tell(made.headers, address, addresses_.burst());
        return made;
    }

    std::optional<response> admit(const request& asked) {
        if (!asked.caller || is_unlimited(asked))
            return std::nullopt;
        const auto state = callers_.take(asked.caller->id, options_.clock());
        if (state.is_admitted)
            return std::nullopt;
        by_caller_.fetch_add(1, std::memory_order_relaxed);
        return refusal(state, callers_.burst(), asked);
    }

    [[nodiscard]] bool is_unlimited(const request& asked) const {
        const auto path = target_path(asked.target);
        return std::find(options_.unlimited.begin(), options_.unlimited.end(), path) !=
               options_.unlimited.end();
    }

    static response refusal(const bucket_state& state, std::uint64_t burst, const request& asked) {
        auto made = problem_response(
            {429, "rate_limited", "Too many requests: wait before asking again", {}, {}},
            asked.request_id
        );
        made.headers.add("Retry-After", std::to_string(seconds_of(state.wait)));
        tell(made.headers, state, burst);
        return made;
    }

    static void tell(headers& to, const bucket_state& state, std::uint64_t burst) {
        to.add("RateLimit-Limit", std::to_string(burst));
        to.add("RateLimit-Remaining", std::to_string(state.remaining));
        to.add("RateLimit-Reset", std::to_string(seconds_of(state.refill)));
    }

    /// Whole ones, rounded up.
    static std::int64_t seconds_of(std::chrono::nanoseconds time) {
        return std::chrono::ceil<std::chrono::seconds>(time).count();
    }

    rate_limit_options options_;
    token_buckets callers_;
    token_buckets addresses_;
    std::atomic<std::uint64_t> by_caller_{0};
    std::atomic<std::uint64_t> by_address_{0};
};

} // namespace weir::http
