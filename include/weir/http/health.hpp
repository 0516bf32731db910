// SPDX-License-Identifier: Apache-2.0
// GET /livez and GET /api/v1/healthcheck: whether the process lives, and whether what it needs
// answers. Costs <functional>.
#pragma once

#include <weir/core/breaker.hpp>
#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/core/time_text.hpp>
#include <weir/data/any_session.hpp>
#include <weir/http/failure_log.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/statement.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// Something a service needs. `check` returns when it answers and throws anything when it does not.
struct health_component {
    std::string name;
    std::function<void(deadline)> check;
    /// What it is called while it answers.
    std::string_view well{"connected"};
    /// Of what stands before it, where anything does.
    std::function<breaker_state()> circuit{};
};

struct health_options {
    std::string base = "/api/v1";
    /// How long each component may take.
    std::chrono::milliseconds patience{2'000};
    now_function clock = &now;
    /// Where the reasons go: clients see a state only. Lifetime: outlives the router.
    const logger* log = nullptr;
};

/// A database as a component: it is healthy when it answers `select 1`.
[[nodiscard]] inline health_component database_component(std::string name, sessions from) {
    return {std::move(name), [from = std::move(from)](deadline until) {
                auto session = from.for_nobody();
                auto answered = session.execute({.text = "select 1"}, {}, until);
                if (!answered.next())
                    throw decode_error{"select 1 gave no row"};
            }};
}

namespace detail {

/// What clients are told of a component that does not answer: its kind of failure, nothing else.
[[nodiscard]] inline std::string_view sickness(const std::exception& failed) noexcept {
    const auto* const ours = dynamic_cast<const error*>(&failed);
    if (ours != nullptr && ours->kind() == error_kind::timeout)
        return "error: Connection timeout";
    if (ours != nullptr && ours->kind() == error_kind::connection)
        return "error: unreachable";
    return "error: unavailable";
}

/// The state of a component; why it is not well goes to the log.
[[nodiscard]] inline std::string_view
state_of(const health_component& of, const health_options& options, deadline request) {
    try {
        const auto patience = std::min(options.patience, request.left());
        of.check(deadline::in(patience));
        return of.well;
    } catch (const std::exception& failed) {
        if (options.log != nullptr) {
            const auto* ours = dynamic_cast<const error*>(&failed);
            options.log->warning(
                "component is not healthy",
                {{"component", of.name},
                 // A driver's own words are a server's.
                 {"what",
                  ours == nullptr ? kept_of_server({}, failed.what()) : std::string{ours->what()}},
                 {"server_text", ours == nullptr ? std::string{} : kept_of_server(*ours)}}
            );
        }
        return sickness(failed);
    }
}

[[nodiscard]] inline response check_health(
    const std::vector<health_component>& components, const health_options& options, deadline until
) {
    bool all_healthy = true;
    std::string parts = R"("api":"up")";
    std::string times;
    std::string circuits;
    for (const auto& component : components) {
        const auto start = std::chrono::steady_clock::now();
        const auto state = state_of(component, options, until);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - start
        );
        all_healthy = all_healthy && state == component.well;
        json::append_json_string(parts.append(","), component.name);
        json::append_json_string(parts.append(":"), state);
        json::append_json_string(times.append(times.empty() ? "" : ","), component.name);
        times.append(":").append(std::to_string(took.count()));
        if (!component.circuit)
            continue;
        json::append_json_string(circuits.append(circuits.empty() ? "" : ","), component.name);
        json::append_json_string(circuits.append(":"), name_of(component.circuit()));
    }
    std::string body = all_healthy ? "{\"status\":\"healthy\"" : "{\"status\":\"degraded\"";
    body += ",\"components\":{" + parts + "},\"timestamp\":\"";
    append_rfc3339(body, options.clock());
    body += "\",\"milliseconds\":{" + times + "}";
    if (!circuits.empty())
        body += ",\"circuits\":{" + circuits + "}";
    body += "}";
    auto made = json_response(all_healthy ? 200 : 503, std::move(body));
    made.headers.add("Cache-Control", "no-store");
    if (!all_healthy)
        made.headers.add("Retry-After", "1");
    return made;
}

} // namespace detail

/// Adds `GET /livez`, which asks nobody, and `GET <base>/healthcheck`: `healthy` (200) or
/// `degraded` (503), with the state of each component and of the circuit before it.
inline void
add_health(router& routes, std::vector<health_component> components, health_options options = {}) {
    // However many requests wait.
    routes.answer_at_once("/livez", "{\"status\":\"alive\"}");
    const auto path = options.base + "/healthcheck";
    routes.answer_soon(path);
    routes.add(
        "GET",
        path,
        [components = std::move(components), options = std::move(options)](const request& asked) {
            return detail::check_health(components, options, asked.until);
        }
    );
}

} // namespace weir::http
