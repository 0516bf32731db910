// SPDX-License-Identifier: Apache-2.0
// Log lines about requests: each answer, each write, each slow statement; and Server-Timing. None
// of them holds a path, a query, a body or a row's values, but for the key of a written row. Costs
// http/router.hpp.
#pragma once

#include <weir/core/log.hpp>
#include <weir/core/text.hpp>
#include <weir/data/statement_trace.hpp>
#include <weir/http/router.hpp>
#include <weir/sql/dialect.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http {

struct request_log_options {
    /// A line for every answer.
    bool answers = true;
    /// A line for every request that wrote something.
    bool writes = true;
    /// A line for every statement that takes as long; 0: none.
    std::chrono::milliseconds slow_statement{1'000};
    /// Whether users are named by e-mail too.
    bool emails = false;

    /// In every line about an answer: what served it, by the dialect it speaks.
    struct backend_names {
        std::string postgres{};
        std::string databricks{};
    } backends{};
};

namespace detail {

[[nodiscard]] inline double milliseconds_of(std::chrono::nanoseconds took) {
    return std::chrono::duration<double, std::milli>(
               std::chrono::duration_cast<std::chrono::microseconds>(took)
    )
        .count();
}

/// The 32 digits of its trace, or nothing.
[[nodiscard]] inline std::string_view trace_id_of(const request& asked) noexcept {
    return asked.traceparent.empty() ? std::string_view{}
                                     : std::string_view{asked.traceparent}.substr(3, 32);
}

[[nodiscard]] inline std::string_view method_of(const request& asked) noexcept {
    return asked.route == nullptr ? std::string_view{} : std::string_view{asked.route->method};
}

[[nodiscard]] inline std::string_view pattern_of(const request& asked) noexcept {
    return asked.route == nullptr ? std::string_view{} : std::string_view{asked.route->pattern};
}

/// The user, or nothing.
[[nodiscard]] inline std::string_view user_of(const request& asked) noexcept {
    return asked.caller ? std::string_view{asked.caller->id} : std::string_view{};
}

/// The user's e-mail, where it may be told.
[[nodiscard]] inline std::string_view
email_of(const request& asked, const request_log_options& how) noexcept {
    return how.emails && asked.caller ? std::string_view{asked.caller->email} : std::string_view{};
}

/// The key of the one row a request wrote: the route's, else that of the row it made. Empty: there
/// were many, or nobody says.
[[nodiscard]] inline std::string_view
key_of_write(const request& asked, const response& answered) noexcept {
    if (const auto key = asked.parameter("key"); !key.empty())
        return key;
    const auto location = answered.headers.find("Location").value_or("");
    return location.substr(location.rfind('/') + 1);
}

/// `insert orders, insert orders_history`.
[[nodiscard]] inline std::string text_of(const std::vector<statement_trace::name>& names) {
    std::string text;
    for (const auto& [table, verb] : names) {
        text.append(text.empty() ? "" : ", ").append(sql::name_of(verb));
        text.append(" ").append(table);
    }
    return text;
}

/// Empty: none was asked anything.
[[nodiscard]] inline std::string
backend_of(const statement_trace& trace, const request_log_options& how) {
    std::string text;
    if (trace.has_spoken(sql::dialect::postgres))
        text = how.backends.postgres;
    if (trace.has_spoken(sql::dialect::databricks))
        text.append(text.empty() ? "" : ", ").append(how.backends.databricks);
    return text;
}

inline void
log_answer(const logger& log, const request_log_options& how, const answered_request& seen) {
    const auto& [asked, answered, took] = seen;
    static const statement_trace none{std::string{}};
    const auto& trace = asked.trace ? *asked.trace : none;
    log.info(
        "request",
        {
            {"request_id", asked.request_id},
            {"trace_id", trace_id_of(asked)},
            {"user", user_of(asked)},
            {"email", email_of(asked, how)},
            {"method", method_of(asked)},
            {"route", pattern_of(asked)},
            {"status", answered.status},
            {"duration_ms", milliseconds_of(took)},
            {"rows", trace.rows()},
            {"statements", trace.count()},
            {"statement", text_of(trace.names())},
            {"database_ms", milliseconds_of(trace.time())},
            {"bytes", answered.body.size()},
            {"streamed", bool{answered.stream}},
            {"backend", backend_of(trace, how)},
        }
    );
}

inline void
log_write(const logger& log, const request_log_options& how, const answered_request& seen) {
    const auto& asked = seen.asked;
    log.info(
        "write",
        {
            {"request_id", asked.request_id},
            {"trace_id", trace_id_of(asked)},
            {"user", user_of(asked)},
            {"email", email_of(asked, how)},
            {"method", method_of(asked)},
            {"route", pattern_of(asked)},
            {"status", seen.answered.status},
            {"writes", text_of(asked.trace->writes())},
            {"key", key_of_write(asked, seen.answered)},
        }
    );
}

inline void log_slow(const logger& log, const executed_statement& seen) {
    log.warning(
        "slow statement",
        {
            {"request_id", seen.of.request_id()},
            {"table", seen.what.table},
            {"verb", sql::name_of(seen.what.verb)},
            {"duration_ms", milliseconds_of(seen.took)},
            {"failed", seen.has_failed},
            // Placeholders only: values never enter a statement's text.
            {"text", seen.what.text.substr(0, 1'000)},
        }
    );
}

} // namespace detail

/// Writes lines about what a router answers from then on. Lifetime: the logger outlives the router.
inline void log_requests(router& routes, const logger& log, const request_log_options& how) {
    if (how.answers || how.writes) {
        routes.observe_answers([&log, how](const answered_request& seen) {
            if (how.answers)
                detail::log_answer(log, how, seen);
            const auto* const trace = seen.asked.trace.get();
            const bool is_done = seen.answered.status >= 200 && seen.answered.status < 300;
            if (how.writes && is_done && trace != nullptr && !trace->writes().empty())
                detail::log_write(log, how, seen);
        });
    }
    routes.observe_statements([&log, slow = how.slow_statement](const executed_statement& seen) {
        if (slow.count() > 0 && seen.took >= slow)
            detail::log_slow(log, seen);
    });
}

/// Tells in `Server-Timing` how long an answer took and how much of it its statements: for
/// router::put_around(), outermost. Clients then see the difference between rows that are hidden
/// and rows that are not there, if there is any.
[[nodiscard]] inline middleware server_timing() {
    return {
        [](request& asked, const middleware::next_handler& next) {
            const auto start = std::chrono::steady_clock::now();
            auto answer = next(asked);
            const auto took = std::chrono::steady_clock::now() - start;
            const auto append = [](std::string& to, std::chrono::nanoseconds time) {
                append_text(to, detail::milliseconds_of(time), text_format::statement_api);
            };
            std::string text = "total;dur=";
            append(text, took);
            if (asked.trace) {
                text.append(", db;dur=");
                append(text, asked.trace->time());
            }
            answer.headers.add("Server-Timing", text);
            return answer;
        },
        middleware_pace::shared
    };
}

} // namespace weir::http
