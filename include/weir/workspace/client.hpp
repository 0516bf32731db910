// SPDX-License-Identifier: Apache-2.0
// The REST client of a workspace: one call with credentials, retries, log lines and errors of the
// core tree. The typed calls stand beside it, a header per service. Costs http_client.hpp.
#pragma once

#include <weir/core/breaker.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>
#include <weir/core/log.hpp>
#include <weir/core/secret.hpp>
#include <weir/core/trace_context.hpp>
#include <weir/version.hpp>
#include <weir/workspace/config.hpp>
#include <weir/workspace/credentials.hpp>
#include <weir/workspace/failure.hpp>
#include <weir/workspace/http_client.hpp>
#include <weir/workspace/refusal.hpp>
#include <weir/workspace/retry.hpp>
#include <weir/workspace/token_cache.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

struct client_options {
    retry_options retry{};
    http_options http{};
    token_cache_options tokens{};
    /// `name/1.2.3` of the application, first in the user agent; empty: weir alone.
    std::string product{};
    /// Every try as a debug line, every failed one as a warning. Lifetime: longer than the client.
    const logger* log = nullptr;
};

/// One call of the REST API. Lifetime: the views are read before send() returns.
struct call {
    std::string_view method;
    /// Path and query, encoded: `/api/2.0/sql/warehouses/abc`.
    std::string path{};
    std::string body{};
    /// The token of a user on whose behalf the call is made; empty: the client's own credentials.
    /// Neither kept nor logged.
    std::string_view bearer{};
    /// Passed on as X-Request-ID and written to log lines.
    std::string_view request_id{};
    /// The W3C trace it is part of, passed on with a parent of its own for each try; empty: none.
    std::string_view traceparent{};
    deadline until{};
    /// Doing it twice is as good as once: tried again also when the first outcome is unknown. True
    /// of GET and HEAD anyway.
    bool retries_when_ambiguous = false;
    /// Of the body; not sent without one.
    std::string_view content_type = "application/json";
    std::string_view accept = "application/json";
    /// Further header fields.
    headers fields{};
    /// Takes the body of a 2xx answer piece by piece; answering false ends the call.
    std::function<bool(std::string_view piece)> receive{};
    /// Tries all in all; a call that needs more is given up.
    unsigned most_tries = std::numeric_limits<unsigned>::max();
};

/// An answer of 2xx, whole.
struct reply {
    int status = 0;
    std::string body{};
    headers fields{};
};

/// What typed calls take beside their subject.
struct call_options {
    /// As in `call`.
    std::string_view bearer{};
    std::string_view request_id{};
    std::string_view traceparent{};
    deadline until{};
};

namespace detail {

[[nodiscard]] inline call
make_call(std::string_view method, std::string path, const call_options& with) {
    return {
        .method = method,
        .path = std::move(path),
        .bearer = with.bearer,
        .request_id = with.request_id,
        .traceparent = with.traceparent,
        .until = with.until,
    };
}

} // namespace detail

/// What a client has done.
struct client_statistics {
    /// Exchanges with the workspace, each try counted.
    std::uint64_t tries = 0;
    /// Those of them after the first of their call.
    std::uint64_t retries = 0;
    /// How often a token was asked for.
    std::uint64_t token_fetches = 0;
};

/// A workspace. Threads: any number of calls at once.
class client {
public:
    /// Requires a configuration of config::from(). Connects with the first call.
    explicit client(config how, client_options options = {})
        : how_(std::move(how)), options_(complete(std::move(options), how_)),
          transport_(options_.http),
          credentials_(how_, transport_, options_.retry, options_.tokens),
          user_agent_(make_user_agent(options_.product, how_.auth_type)) {}

    /// `https://name` of the workspace.
    [[nodiscard]] const std::string& host() const noexcept { return how_.host; }

    [[nodiscard]] const config& configuration() const noexcept { return how_; }

    /// For exchanges that are not the workspace's, such as with pre-signed URLs: without
    /// credentials.
    [[nodiscard]] http_client& transport() noexcept { return transport_; }

    /// Whether the workspace may be reached (http_options::breaker).
    [[nodiscard]] breaker_state circuit() { return transport_.circuit(how_.host); }

    /// The client's own bearer token, for protocols that are not calls.
    ///
    /// Errors: as credentials::token().
    [[nodiscard]] secret token(deadline until) { return credentials_.token(until); }

    [[nodiscard]] client_statistics statistics() const {
        return {tries_.load(), retries_.load(), credentials_.fetches()};
    }

    /// Makes a call, as often as it needs and is safe. Source: databricks.md 8.4.
    ///
    /// Errors: what raise() throws for an answer that is none of 2xx; connection_error when the
    /// workspace cannot be reached, at once while its circuit is open, or the connection broke,
    /// timeout_error when `until` passed, both with outcome_unknown() where the call may have been
    /// done; decode_error for an answer larger than http_options::body_bytes; what
    /// credentials::token() throws.
    reply send(const call& asked) {
        retry_pauses pauses{options_.retry, asked.until};
        bool has_new_token = false;
        unsigned ambiguous = 0;
        for (unsigned tries = 1;; ++tries) {
            const auto token =
                asked.bearer.empty() ? credentials_.token(asked.until) : secret{asked.bearer};
            tries_.fetch_add(1, std::memory_order_relaxed);
            if (tries > 1)
                retries_.fetch_add(1, std::memory_order_relaxed);
            const auto began = deadline::clock::now();
            auto answer = transport_.exchange(make_request(asked, token));
            const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline::clock::now() - began
            );
            log_try(asked, answer, tries, took);
            if (is_success(answer))
                return {answer.status, std::move(answer.body), std::move(answer.fields)};

            auto found = judge(asked, answer);
            hide(found.why.message, token);
            if (found.token_refused && asked.bearer.empty() && !has_new_token &&
                credentials_.refuse(token)) {
                has_new_token = true;
                continue;
            }
            if (found.ambiguous)
                ++ambiguous;
            std::optional<std::chrono::milliseconds> pause;
            if (found.again && tries < asked.most_tries &&
                ambiguous < options_.retry.ambiguous_tries) {
                const auto after = answer.fields.find("Retry-After");
                pause = pauses.next(after ? parse_retry_after(*after) : std::nullopt);
            }
            if (!pause)
                fail(asked, answer, found);
            options_.retry.pause(*pause);
        }
    }

private:
    /// What an exchange without success means.
    struct verdict {
        refusal why{};
        /// Trying again may help and does no harm.
        bool again = false;
        /// The call may have been done.
        bool ambiguous = false;
        bool token_refused = false;
    };

    static client_options complete(client_options given, const config& how) {
        given.retry.budget =
            std::min<std::chrono::milliseconds>(given.retry.budget, how.retry_timeout);
        given.http.silence_timeout =
            std::min<std::chrono::milliseconds>(given.http.silence_timeout, how.http_timeout);
        if (!how.ca_file.empty())
            given.http.ca_file = how.ca_file;
        if (how.skip_verify)
            given.http.verify_certificates = false;
        if (given.tokens.log == nullptr)
            given.tokens.log = given.log;
        return given;
    }

    static std::string make_user_agent(std::string_view product, std::string_view auth_type) {
        std::string made{product};
        made.append(product.empty() ? "" : " ").append("weir/");
        made += std::to_string(WEIR_VERSION_MAJOR) + "." + std::to_string(WEIR_VERSION_MINOR) +
                "." + std::to_string(WEIR_VERSION_PATCH);
        return made.append(" cpp/20 os/linux auth/").append(auth_type);
    }

    static bool is_idempotent(const call& asked) noexcept {
        return asked.retries_when_ambiguous || asked.method == "GET" || asked.method == "HEAD";
    }

    static bool is_success(const http_answer& answer) noexcept {
        const bool ended_on_purpose = answer.end == exchange_end::ended_by_receiver;
        return ended_on_purpose ||
               (answer.end == exchange_end::answered && answer.status / 100 == 2);
    }

    [[nodiscard]] http_request make_request(const call& asked, const secret& token) const {
        http_request made{
            .method = asked.method,
            .origin = how_.host,
            .target = asked.path,
            .fields = asked.fields,
            .body = asked.body,
            .until = asked.until,
            .receive = asked.receive,
        };
        made.fields.add("Authorization", "Bearer " + token.reveal());
        made.fields.add("User-Agent", user_agent_);
        made.fields.add("Accept", asked.accept);
        if (!asked.body.empty())
            made.fields.add("Content-Type", asked.content_type);
        if (!asked.request_id.empty())
            made.fields.add("X-Request-ID", asked.request_id);
        if (const auto trace = parse_traceparent(asked.traceparent); !trace.text.empty())
            made.fields.add("traceparent", child_traceparent(trace.text));
        return made;
    }

    static verdict judge(const call& asked, const http_answer& answer) {
        verdict found;
        switch (answer.end) {
        case exchange_end::answered:
            found.why = read_refusal(answer.status, answer.body);
            if (const auto id = answer.fields.find("x-request-id");
                id && found.why.request_id.empty())
                found.why.request_id = *id;
            found.token_refused = refuses_token(found.why);
            if (was_not_accepted(found.why)) {
                found.again = true;
            } else {
                found.ambiguous =
                    answer.status == 500 || answer.status == 502 || answer.status == 504;
                found.again = found.ambiguous && is_idempotent(asked);
            }
            break;
        case exchange_end::not_sent:
            found.again = true;
            break;
        case exchange_end::broken:
        case exchange_end::timed_out:
            found.ambiguous = true;
            // What a receiver was given cannot be taken back.
            found.again = is_idempotent(asked) && !answer.began;
            break;
        case exchange_end::too_large:
            found.ambiguous = true;
            break;
        case exchange_end::not_trusted:
        case exchange_end::circuit_open:
        case exchange_end::ended_by_receiver:
            break;
        }
        return found;
    }

    // The method and the path without its query, which may hold what is not for logs.
    static std::string name_of_call(const call& asked) {
        return std::string{asked.method} + " " + asked.path.substr(0, asked.path.find('?'));
    }

    [[noreturn]] static void
    fail(const call& asked, const http_answer& answer, const verdict& found) {
        const auto what = name_of_call(asked);
        const bool is_read = asked.method == "GET" || asked.method == "HEAD";
        const bool unknown = found.ambiguous && !is_read;
        if (answer.end == exchange_end::answered)
            raise(found.why, what, found.again, unknown);
        error_detail told{
            .sqlstate = {},
            .server_text = answer.trouble,
            .retryable = found.again,
            .outcome_unknown = unknown,
        };
        if (answer.end == exchange_end::too_large)
            throw decode_error{what + ": the answer is too large to keep", std::move(told)};
        if (answer.end == exchange_end::not_trusted)
            throw connection_error{
                what + ": the workspace's certificate is not trusted (is DATABRICKS_HOST right?)",
                std::move(told)
            };
        if (answer.end == exchange_end::circuit_open) {
            told.retryable = true;
            throw connection_error{
                what + ": the workspace could not be reached several times in a row; it is tried "
                       "again shortly",
                std::move(told)
            };
        }
        if (answer.end == exchange_end::timed_out || asked.until.has_passed())
            throw timeout_error{what + ": no answer in time", std::move(told)};
        throw connection_error{
            what + (answer.end == exchange_end::not_sent ? ": the workspace cannot be reached"
                                                         : ": the connection broke"),
            std::move(told)
        };
    }

    void log_try(
        const call& asked, const http_answer& answer, unsigned tries, std::chrono::milliseconds took
    ) const {
        if (options_.log == nullptr)
            return;
        const auto level = is_success(answer) ? log_level::debug : log_level::warning;
        if (!options_.log->writes(level))
            return;
        options_.log->write(
            level,
            "workspace call",
            {{"call", name_of_call(asked)},
             {"status", answer.status},
             {"try", tries},
             {"ms", took.count()},
             {"request_id", asked.request_id},
             {"workspace_request_id", answer.fields.find("x-request-id").value_or("")},
             {"trouble", answer.trouble}}
        );
    }

    config how_;
    client_options options_;
    http_client transport_;
    credentials credentials_;
    std::string user_agent_;
    std::atomic<std::uint64_t> tries_{0};
    std::atomic<std::uint64_t> retries_{0};
};

} // namespace weir::workspace
