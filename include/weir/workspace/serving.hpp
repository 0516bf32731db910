// SPDX-License-Identifier: Apache-2.0
// Model serving endpoints: listing, asking, and answers that arrive piece by piece. Costs
// client.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/json_text.hpp>
#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/event_stream.hpp>
#include <weir/workspace/target.hpp>
#include <weir/workspace/timed_cache.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::workspace {

struct serving_endpoint {
    std::string name{};
    std::string task{};
    std::string creator{};
    bool is_ready = false;
    /// NOT_UPDATING IN_PROGRESS UPDATE_FAILED UPDATE_CANCELED
    std::string config_update{};
};

/// What a model answered.
struct inference {
    json_text answer{};
    /// Which of the endpoint's models it was, where the platform tells.
    std::string served_model{};
};

struct serving_options {
    std::chrono::milliseconds inference_timeout{30'000};
    std::chrono::milliseconds list_timeout{5'000};
    /// How long what is known of endpoints is good.
    std::chrono::milliseconds metadata_life = std::chrono::minutes{5};
    /// The first one and three more.
    unsigned most_tries = 4;
    std::function<deadline::clock::time_point()> now = [] { return deadline::clock::now(); };
};

/// The serving endpoints of a workspace. Threads: any number at once. Lifetime: the client outlives
/// this.
///
/// Errors of all calls: those of client::send(). Only what the platform did not take is tried
/// again (429, 503, no connection): a model may have been paid for already. Of those told at once,
/// blames_caller() tells a mistake of the caller (4xx) from a failure of the model (5xx).
class serving {
public:
    explicit serving(client& at, serving_options options = {})
        : at_(&at), options_(std::move(options)),
          lists_({.life = options_.metadata_life, .most = 1, .now = options_.now}),
          endpoints_({.life = options_.metadata_life, .now = options_.now}) {}

    /// The endpoints the caller may see; the client's own list is kept for metadata_life, users'
    /// lists are not.
    [[nodiscard]] std::vector<serving_endpoint> list(const call_options& with = {}) {
        if (!with.bearer.empty())
            return fetch_list(with);
        return *lists_.get("", with.until, [&] { return fetch_list(with); });
    }

    /// One endpoint; kept as list() is.
    ///
    /// Errors: not_found_error too.
    [[nodiscard]] serving_endpoint read(std::string_view endpoint, const call_options& with = {}) {
        if (!with.bearer.empty())
            return fetch_endpoint(endpoint, with);
        return *endpoints_.get(std::string{endpoint}, with.until, [&] {
            return fetch_endpoint(endpoint, with);
        });
    }

    /// Asks a model; `body` is JSON of the endpoint's family, `{"messages":[…]}` for a chat.
    [[nodiscard]] inference
    query(std::string_view endpoint, std::string body, const call_options& with = {}) {
        auto asked = invocation(endpoint, std::move(body), with);
        auto got = at_->send(asked);
        return {
            {std::move(got.body)}, std::string{got.fields.find("served-model-name").value_or("")}
        };
    }

    /// Asks a model that answers in events (`"stream":true` in `body`); `visit(data)` gets the JSON
    /// of each as it comes and answers whether to go on. Returns after the last event or when
    /// `visit` had enough; the silence between events is limited by the client, the whole by
    /// `with.until`. An exception of `visit` ends the stream and comes out here.
    ///
    /// Errors: connection_error also when the stream ends before its `[DONE]`.
    void stream(
        std::string_view endpoint,
        std::string body,
        const std::function<bool(std::string_view data)>& visit,
        const call_options& with = {}
    ) {
        auto asked = invocation(endpoint, std::move(body), with);
        asked.until = with.until;
        asked.accept = "text/event-stream";
        event_stream events;
        bool is_done = false;
        std::exception_ptr failure;
        asked.receive = [&](std::string_view piece) {
            // No exception may pass through the transport.
            try {
                return events.take(piece, [&](std::string_view data) {
                    is_done = data == "[DONE]" || !visit(data);
                    return !is_done;
                });
            } catch (...) {
                failure = std::current_exception();
                return false;
            }
        };
        static_cast<void>(at_->send(asked));
        if (failure)
            std::rethrow_exception(failure);
        if (events.is_too_long())
            throw decode_error{"serving: an event of the answer is too large to keep"};
        if (!is_done)
            throw connection_error{"serving: the stream ended before its last event"};
    }

private:
    static void earlier(deadline& until, std::chrono::milliseconds span) {
        const auto limit = deadline::in(span);
        if (limit.at() < until.at())
            until = limit;
    }

    void limit(call& asked, std::chrono::milliseconds span) const {
        earlier(asked.until, span);
        asked.most_tries = options_.most_tries;
    }

    [[nodiscard]] std::vector<serving_endpoint> fetch_list(const call_options& with) const {
        auto asked = detail::make_call("GET", "/api/2.0/serving-endpoints", with);
        limit(asked, options_.list_timeout);
        std::vector<serving_endpoint> found;
        static_cast<void>(read_page(
            at_->send(asked),
            "serving endpoints",
            "endpoints",
            [&](json::reader& in) {
                auto& next = found.emplace_back();
                for_each_member(in, [&](const std::string& name, json::reader& value) {
                    take_endpoint(name, value, next);
                });
            }
        ));
        return found;
    }

    [[nodiscard]] serving_endpoint
    fetch_endpoint(std::string_view endpoint, const call_options& with) const {
        auto path = target{"/api/2.0/serving-endpoints"}.segment(endpoint).take();
        auto asked = detail::make_call("GET", std::move(path), with);
        limit(asked, options_.list_timeout);
        serving_endpoint found;
        read_answer(
            at_->send(asked),
            "serving endpoint",
            [&](const std::string& name, json::reader& value) { take_endpoint(name, value, found); }
        );
        return found;
    }

    [[nodiscard]] call
    invocation(std::string_view endpoint, std::string body, const call_options& with) const {
        // No /api/2.0 here.
        auto path = target{"/serving-endpoints"}.segment(endpoint).literal("/invocations").take();
        auto asked = detail::make_call("POST", std::move(path), with);
        asked.body = std::move(body);
        limit(asked, options_.inference_timeout);
        return asked;
    }

    static void take_endpoint(const std::string& name, json::reader& in, serving_endpoint& out) {
        if (name == "name") {
            take(in, out.name);
        } else if (name == "task") {
            take(in, out.task);
        } else if (name == "creator") {
            take(in, out.creator);
        } else if (name == "state") {
            take_state(in, out);
        } else {
            in.skip_value();
        }
    }

    static void take_state(json::reader& in, serving_endpoint& out) {
        for_each_member(in, [&](const std::string& name, json::reader& value) {
            if (name == "ready") {
                std::string ready;
                take(value, ready);
                out.is_ready = ready == "READY";
            } else if (name == "config_update") {
                take(value, out.config_update);
            } else {
                value.skip_value();
            }
        });
    }

    client* at_;
    serving_options options_;
    timed_cache<std::vector<serving_endpoint>> lists_;
    timed_cache<serving_endpoint> endpoints_;
};

} // namespace weir::workspace
