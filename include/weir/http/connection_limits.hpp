// SPDX-License-Identifier: Apache-2.0
// What a connection of weir's listener may cost. Costs <chrono>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/http/head.hpp>

#include <chrono>
#include <cstddef>

namespace weir::http {

/// What a connection may cost.
struct connection_limits {
    head_limits head{};
    std::size_t body_bytes = 8 * 1024 * 1024;
    /// From the first byte of a request to the end of its head, and from there to the end of its
    /// body.
    std::chrono::milliseconds head_time{10'000};
    std::chrono::milliseconds body_time{30'000};
    /// How long a client may leave a response unread.
    std::chrono::milliseconds write_time{10'000};
    /// How long a connection may stay idle between requests.
    std::chrono::milliseconds keep_alive{60'000};
    std::size_t requests = 10'000;
    /// Requests of one HTTP/2 connection at once.
    std::uint32_t streams = 100;
    /// The deadline every request gets, counted from its last byte.
    std::chrono::milliseconds request_time = deadline::default_span;
};

} // namespace weir::http
