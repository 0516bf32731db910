// SPDX-License-Identifier: Apache-2.0
// One HTTP request as weir sees it, whatever transport it came by. Costs <chrono> through
// deadline.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/data/caller.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/target.hpp>
#include <weir/http/wildcards.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class shared_unit;
class statement_trace;
struct statement_deferral;

} // namespace weir

namespace weir::http {

class router;
struct route_name;

/// What became of a request, for whoever looks at its answer; a request that its handler makes of
/// it for another route tells the same.
struct request_outcome {
    /// What was thrown, last of all.
    std::exception_ptr failure{};
    /// The path of the other route, where one was asked.
    std::string inner_path{};
};

/// A request. The transport fills the first part, the router the second.
struct request {
    std::string method{};
    /// Path and query exactly as sent: `/api/v1/wells?limit=5`.
    std::string target{};
    http::headers headers{};
    /// Lifetime: until the handler returns.
    std::string_view body{};
    /// The peer of the connection, never a header's claim.
    std::string remote_address{};
    deadline until{};
    /// Requested once nobody waits for the answer any more: what runs for it need not end.
    std::stop_token client_left{};

    /// Taken from `X-Request-ID` or made up; in every answer and every log line.
    std::string request_id{};
    /// The trace it is part of: a sound `traceparent`, or nothing.
    std::string traceparent{};
    /// Who asks; absent: nobody (design 6).
    std::optional<weir::caller> caller{};
    /// The path as sent, without the query.
    std::string path{};
    std::vector<query_parameter> query{};
    std::vector<path_parameter> parameters{};
    /// What patterns of its filters may hold: a door of another shape sets it, no client does.
    wildcards patterns = wildcards::star;
    /// Whose handler answers it, for handlers that ask another route. Lifetime: longer.
    const router* routes = nullptr;
    /// The unit of work this request's writes are part of, where one was begun around its handler:
    /// every session opened for the request joins it. Lifetime: until the handler returns.
    shared_unit* within = nullptr;
    /// The route that answers it; nullptr: none does. Lifetime: the router's.
    const route_name* route = nullptr;
    /// What its statements are added to, where somebody asked for that.
    std::shared_ptr<statement_trace> trace{};
    /// What its statements on a warehouse may do when its time is over; absent: they are cancelled.
    std::shared_ptr<statement_deferral> deferral{};
    /// Lifetime: until its answer was looked at.
    request_outcome* outcome = nullptr;

    /// A parameter of the route's pattern, decoded; empty when the pattern has none of that name.
    [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept {
        for (const auto& found : parameters)
            if (found.name == name)
                return found.value;
        return {};
    }

    /// The same, as sent: for values that are split before they are decoded.
    [[nodiscard]] std::string_view raw_parameter(std::string_view name) const noexcept {
        for (const auto& found : parameters)
            if (found.name == name)
                return found.raw;
        return {};
    }
};

} // namespace weir::http
