// SPDX-License-Identifier: Apache-2.0
// How long to wait before a call is tried again, and whether at all. Costs <chrono>, <functional>,
// <random>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/headers.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace weir::workspace {

struct retry_options {
    /// The longest first pause; each further one is twice as long.
    std::chrono::milliseconds first{1'000};
    std::chrono::milliseconds longest{10'000};
    /// Tries of one call all in all; the caller's deadline may end them sooner.
    std::chrono::milliseconds budget{300'000};
    /// Tries after which a call with an unknown outcome is given up.
    unsigned ambiguous_tries = 3;
    /// Waits; replaced by tests.
    std::function<void(std::chrono::milliseconds)> pause = [](std::chrono::milliseconds span) {
        std::this_thread::sleep_for(span);
    };
    /// A number from 0 to 1, for the jitter; replaced by tests.
    std::function<double()> chance = [] {
        thread_local std::minstd_rand source{std::random_device{}()};
        return std::generate_canonical<double, 32>(source);
    };
};

/// A time as HTTP spells it, `Sun, 06 Nov 1994 08:49:37 GMT`; absent: it is none.
/// Source: RFC 9110 5.6.7, the form that senders have to use.
[[nodiscard]] inline std::optional<std::chrono::system_clock::time_point>
parse_http_date(std::string_view text) {
    std::tm parts{};
    const std::string date{text};
    const char* const end = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0')
        return std::nullopt;
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

/// What `Retry-After` asks for: seconds, or an HTTP date as seen from `now`. Absent: it asks for
/// nothing that can be understood. Source: RFC 9110 10.2.3.
[[nodiscard]] inline std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view text,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now()
) {
    text = trimmed(text);
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && seconds >= 0)
        return std::chrono::seconds{seconds};
    const auto at = parse_http_date(text);
    if (!at)
        return std::nullopt;
    return std::max(std::chrono::ceil<std::chrono::seconds>(*at - now), std::chrono::seconds{0});
}

/// The pauses between the tries of one call. Full jitter: each is anything up to its longest, so
/// that clients that failed together do not come back together.
class retry_pauses {
public:
    retry_pauses(const retry_options& options, deadline until)
        : options_(&options), until_(until), ends_(deadline::clock::now() + options.budget),
          longest_(options.first) {}

    /// The next pause; absent when nothing would be left to try in.
    [[nodiscard]] std::optional<std::chrono::milliseconds>
    next(std::optional<std::chrono::seconds> retry_after) {
        const auto part = [&](std::chrono::milliseconds span) {
            return std::chrono::milliseconds{
                static_cast<std::int64_t>(options_->chance() * static_cast<double>(span.count()))
            };
        };
        std::chrono::milliseconds wanted{};
        if (retry_after) {
            // The server's word is the least; a little more spreads those who heard the same. A
            // day is beyond every deadline.
            const auto asked = std::min<std::chrono::seconds>(*retry_after, std::chrono::hours{24});
            wanted = asked + part(std::min(options_->first, longest_));
        } else {
            wanted = part(longest_);
        }
        longest_ = std::min(longest_ * 2, options_->longest);
        const auto resumes = deadline::clock::now() + wanted;
        if (resumes >= until_.at() || resumes >= ends_)
            return std::nullopt;
        return wanted;
    }

private:
    const retry_options* options_;
    deadline until_;
    deadline::clock::time_point ends_;
    std::chrono::milliseconds longest_;
};

} // namespace weir::workspace
