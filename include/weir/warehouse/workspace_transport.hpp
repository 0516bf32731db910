// SPDX-License-Identifier: Apache-2.0
// The Statement Execution API over the network, by a workspace's client. Costs httplib.h through
// workspace/client.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/warehouse/transport.hpp>
#include <weir/workspace/client.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::warehouse {

/// Threads:  any number at once.
/// Lifetime: the client must outlive it.
class workspace_transport final : public transport {
public:
    explicit workspace_transport(workspace::client& by) : by_(&by) {}

    [[nodiscard]] std::string send(const api_call& call) override {
        return by_
            ->send({
                .method = call.method,
                .path = call.path,
                .body = std::string{call.body},
                .bearer = call.bearer,
                .request_id = call.request_id,
                .traceparent = call.traceparent,
                .until = call.until,
                .retries_when_ambiguous = call.is_repeatable,
            })
            .body;
    }

    [[nodiscard]] std::string fetch(const storage_link& from, deadline until) override {
        const std::string_view url{from.url};
        const auto scheme = url.find("://");
        const auto path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
        if (scheme == std::string_view::npos || path == std::string_view::npos)
            throw decode_error{"A link to a result is no URL"};
        workspace::http_request asked{
            .method = "GET",
            .origin = url.substr(0, path),
            .target = url.substr(path),
            .until = until,
        };
        for (const auto& [name, value] : from.fields)
            asked.fields.add(name, value);
        workspace::retry_pauses pauses{retries_, until};
        const auto began = deadline::clock::now();
        for (unsigned tries = 1;; ++tries) {
            auto got = by_->transport().exchange(asked);
            if (got.end == workspace::exchange_end::answered && got.status == 200)
                return std::move(got.body);
            refuse_for_good(got);
            if (got.end == workspace::exchange_end::circuit_open)
                give_up(got);
            // Out of reach, as from behind a firewall: somebody may know another way.
            const bool is_unreachable = got.end == workspace::exchange_end::not_sent;
            if (is_unreachable && (tries == 3 || deadline::clock::now() - began > longest_attempt))
                give_up(got);
            const auto after = got.fields.find("Retry-After");
            const auto pause =
                pauses.next(after ? workspace::parse_retry_after(*after) : std::nullopt);
            if (!pause)
                give_up(got);
            retries_.pause(*pause);
        }
    }

private:
    // Storage answers 403 for a link that has expired, some clouds 400 or 404. Its words may hold
    // the signature: they are not kept.
    static void refuse_for_good(const workspace::http_answer& got) {
        if (got.end == workspace::exchange_end::too_large)
            throw decode_error{"A part of a result is too large to keep"};
        if (got.end == workspace::exchange_end::not_trusted)
            throw connection_error{"The certificate of the cloud storage is not trusted"};
        const bool is_refused = got.end == workspace::exchange_end::answered &&
                                got.status / 100 == 4 && got.status != 408 && got.status != 429;
        if (is_refused) {
            throw permission_error{
                "The cloud storage refused a part of the result with " + std::to_string(got.status)
            };
        }
    }

    [[noreturn]] static void give_up(const workspace::http_answer& got) {
        if (got.end == workspace::exchange_end::timed_out)
            throw timeout_error{"A part of the result did not arrive in time"};
        throw connection_error{
            "A part of the result cannot be fetched from the cloud storage; is it reachable from "
            "here?",
            {.retryable = true}
        };
    }

    static constexpr std::chrono::seconds longest_attempt{8};

    workspace::client* by_;
    workspace::retry_options retries_{};
};

} // namespace weir::warehouse
