// SPDX-License-Identifier: Apache-2.0
// What carries the calls of the Statement Execution API. Keeps HTTP out of whoever executes
// statements; workspace_transport.hpp is the one over the network. Light: deadline, string.
#pragma once

#include <weir/core/deadline.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// One call of the API. Lifetime: the views until it is answered.
struct api_call {
    std::string_view method;
    /// Path and query, encoded.
    std::string path;
    /// JSON, or nothing.
    std::string_view body{};
    deadline until{};
    /// Doing it twice is the same as doing it once.
    bool is_repeatable = false;
    /// A user's token, to act on their behalf; empty: the workspace client's own.
    std::string_view bearer{};
    /// Sent along as X-Request-ID; may be empty.
    std::string_view request_id{};
    /// Of the trace it is part of; may be empty.
    std::string_view traceparent{};
};

/// Where a part of a result lies in cloud storage. The URL is as good as a password: never log it.
struct storage_link {
    std::string url;
    /// To be sent with it, as they are.
    std::vector<std::pair<std::string, std::string>> fields{};
};

/// Threads: any number at once.
class transport {
public:
    transport() = default;
    transport(const transport&) = delete;
    transport(transport&&) = delete;
    transport& operator=(const transport&) = delete;
    transport& operator=(transport&&) = delete;
    virtual ~transport() = default;

    /// The body of a successful answer. Calls that were not accepted are tried again until their
    /// deadline, and repeatable ones whatever happened.
    ///
    /// Errors: the types of core/error.hpp; outcome_unknown() when the call may have been taken.
    [[nodiscard]] virtual std::string send(const api_call& call) = 0;

    /// What a link holds, fetched without credentials.
    ///
    /// Errors: permission_error when the link has expired, connection_error, timeout_error.
    [[nodiscard]] virtual std::string fetch(const storage_link& from, deadline until) = 0;
};

} // namespace weir::warehouse
