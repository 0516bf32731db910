// SPDX-License-Identifier: Apache-2.0
// A read whose statement a SQL warehouse has not finished by the deadline becomes a job, where the
// client or the table allows it, instead of a 504. Costs http/job_routes.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/job_records.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/http/accept.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/job_routes.hpp>
#include <weir/http/preferences.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/target.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/writer.hpp>

#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

/// The kind of job that such a request becomes.
inline constexpr std::string_view deferred_kind = "weir.read";

/// A request that only reads, as far as its answer depends on it.
struct deferred_request {
    std::string method{};
    std::string target{};
    std::string body{};
    std::string accept{};
    std::string prefer{};
};

namespace detail {

inline void append_member(std::string& out, std::string_view name, std::string_view value) {
    out.push_back(out.empty() ? '{' : ',');
    json::append_json_string(out, name);
    out.push_back(':');
    json::append_json_string(out, value);
}

/// Calls `visit(name, text)` for the members of an object that are strings or numbers.
template <class Visit>
void read_members(std::string_view text, const Visit& visit) {
    json::reader in{text};
    std::string_view member;
    if (in.peek() != json::token::object || !in.enter_object())
        return;
    while (in.next_member(member)) {
        const std::string name{member};
        std::string_view value;
        const bool is_text = in.peek() == json::token::string && in.read_string(value);
        if (is_text)
            visit(name, value);
        else if (!in.skip_value())
            return;
    }
}

/// What is wrong with the field is told by the route.
[[nodiscard]] inline preferences preferences_of(const headers& sent) {
    try {
        return read_preferences(sent);
    } catch (const validation_error&) {
        return {};
    }
}

[[nodiscard]] inline std::string joined(const headers& sent, std::string_view name) {
    std::string text;
    for (const auto& each : sent)
        if (equals_ignoring_case(each.name, name))
            text.append(text.empty() ? "" : ", ").append(each.value);
    return text;
}

/// Whether a request may become a job: lists and rows, as JSON.
[[nodiscard]] inline bool may_be_deferred(const request& asked) {
    const auto path = target_path(asked.target);
    const bool reads =
        asked.method == "GET" || (asked.method == "POST" && path.ends_with("/query"));
    return reads && asked.routes == nullptr &&
           choose_media(asked.headers, list_media).value_or(media::json) == media::json;
}

} // namespace detail

/// As JSON, for the job.
[[nodiscard]] inline std::string deferred_input(const request& asked) {
    std::string text;
    detail::append_member(text, "method", asked.method);
    detail::append_member(text, "target", asked.target);
    detail::append_member(text, "body", asked.body);
    detail::append_member(text, "accept", detail::joined(asked.headers, "Accept"));
    detail::append_member(text, "prefer", detail::joined(asked.headers, "Prefer"));
    return text + "}";
}

[[nodiscard]] inline deferred_request read_deferred(std::string_view input) {
    deferred_request read;
    detail::read_members(input, [&](const std::string& name, std::string_view value) {
        auto* const to = name == "method"   ? &read.method
                         : name == "target" ? &read.target
                         : name == "body"   ? &read.body
                         : name == "accept" ? &read.accept
                         : name == "prefer" ? &read.prefer
                                            : nullptr;
        if (to != nullptr)
            *to = value;
    });
    return read;
}

[[nodiscard]] inline std::string saved_statement(const statement_deferral::place& at) {
    std::string text;
    detail::append_member(text, "statement_id", at.statement_id);
    detail::append_member(text, "position", std::to_string(at.position));
    return text + "}";
}

[[nodiscard]] inline statement_deferral::place read_statement(std::string_view saved) {
    statement_deferral::place read;
    detail::read_members(saved, [&](const std::string& name, std::string_view value) {
        if (name == "statement_id")
            read.statement_id = value;
        if (name == "position")
            std::from_chars(value.data(), value.data() + value.size(), read.position);
    });
    return read;
}

/// The request made again, as its owner. Lifetime: `from` outlives it.
[[nodiscard]] inline request deferred_again(const deferred_request& from, const caller& who) {
    request made;
    made.method = from.method;
    made.target = from.target;
    made.body = from.body;
    if (!from.accept.empty())
        made.headers.add("Accept", from.accept);
    if (!from.prefer.empty())
        made.headers.add("Prefer", from.prefer);
    if (!from.body.empty())
        made.headers.add("Content-Type", "application/json");
    made.caller = who;
    made.until = deadline::in(deadline::longest_span);
    return made;
}

/// Puts it around a router's answers: what a known caller asks of a table on a warehouse, with
/// `Prefer: respond-async` or where the table has `async`, is 202 and a job at the request's
/// deadline, or after the seconds of `Prefer: wait=N`, when its statement still runs.
///
/// Lifetime: the facts of the jobs outlive the router.
[[nodiscard]] inline middleware
deferred_answers(sessions jobs_on, job_records jobs, std::string base) {
    return [jobs_on = std::move(jobs_on),
            jobs = std::move(jobs),
            base = std::move(base)](request& asked, const middleware::next_handler& next) {
        if (!detail::may_be_deferred(asked))
            return next(asked);
        const auto preferred = detail::preferences_of(asked.headers);
        asked.deferral = std::make_shared<statement_deferral>();
        asked.deferral->is_wanted = preferred.respond_async;
        if (preferred.respond_async && preferred.wait_seconds) {
            const std::chrono::seconds wait{*preferred.wait_seconds};
            if (wait < asked.until.left())
                asked.until = deadline::in(wait);
        }
        auto answer = next(asked);
        if (!asked.deferral->left || !asked.caller)
            return answer;
        auto session = jobs_on.for_caller(
            *asked.caller,
            {.of = &jobs.facts(), .request_id = asked.request_id, .cancelled_by = {}, .trace = {}}
        );
        const auto input = deferred_input(asked);
        auto taken = accept_job(
            session,
            jobs,
            {.kind = deferred_kind,
             .input = input,
             .request_id = asked.request_id,
             .saved = saved_statement(*asked.deferral->left)},
            deadline::in(std::chrono::seconds{5}),
            base
        );
        if (preferred.respond_async)
            taken.headers.add("Preference-Applied", "respond-async");
        if (asked.outcome != nullptr)
            asked.outcome->failure = nullptr;
        return taken;
    };
}

} // namespace weir::http
