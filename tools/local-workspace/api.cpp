// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "listener.hpp"

namespace local_workspace {

namespace {

using weir::http::request;
using weir::http::response;

// As many as a minute of load makes.
constexpr std::size_t most_seen = 100'000;

// Source: databricks.md 3.9.
refusal no_credential() {
    refusal made{401, "401", "Credential was not sent or was of an unsupported type for this API."};
    made.fields = {{"WWW-Authenticate", "Bearer realm=\"DatabricksRealm\""}};
    return made;
}

refusal bad_token() {
    return {403, "403", "Invalid access token."};
}

bool is_gateway_refusal(const refusal& why) {
    return why.error_code() == "401" || why.error_code() == "403";
}

/// What weir's router refuses by itself, in the workspace's words.
response in_their_shape(const response& given) {
    switch (given.status) {
    case 404:
        return answer(refusal{404, "ENDPOINT_NOT_FOUND", "No API found for this path"});
    case 405:
        return answer(refusal{405, "ENDPOINT_NOT_FOUND", "This path does not know that method"});
    case 400:
    case 422:
        return answer(bad_request("The request cannot be read"));
    default:
        return answer(refusal{given.status, "INTERNAL_ERROR", "The request failed"});
    }
}

} // namespace

std::string call::query(std::string_view name) const {
    for (const auto& given : asked.query)
        if (given.name == name)
            return given.value;
    return {};
}

response answer(std::string body) {
    return weir::http::json_response(200, std::move(body));
}

response answer(const refusal& why) {
    auto made = weir::http::json_response(why.status(), error_body(why.error_code(), why.what()));
    made.headers.add("server", "databricks");
    for (const auto& [name, value] : why.fields)
        made.headers.add(name, value);
    if (is_gateway_refusal(why))
        made.headers.add("x-databricks-reason-phrase", why.what());
    return made;
}

api::api(identities& known, faults& injected, std::string workspace_id)
    : known_(&known), injected_(&injected), workspace_id_(std::move(workspace_id)) {
    router_.put_around([this](request& asked, const auto& next) { return around(asked, next); });
    add_open("GET", "/admin/requests", [this](const request&) {
        const std::lock_guard lock{mutex_};
        return answer(describe_requests());
    });
    // What is forgotten is answered: a request between a look and a deletion would be seen by
    // nobody.
    add_open("DELETE", "/admin/requests", [this](const request&) {
        const std::lock_guard lock{mutex_};
        auto made = answer(describe_requests());
        seen_.clear();
        return made;
    });
    add_open("GET", "/admin/faults", [this](const request&) {
        return answer(injected_->describe());
    });
    add_open("DELETE", "/admin/faults", [this](const request&) {
        injected_->clear();
        return answer(json_object{});
    });
    add_open("POST", "/admin/faults", [this](const request& asked) {
        const auto body = parse_json(asked.body);
        if (!body)
            throw bad_request("The body must be JSON");
        injected_->add(*body);
        return answer(json_object{});
    });
}

void api::add(std::string_view method, std::string_view pattern, call_handler handle) {
    router_.add(method, pattern, [this, handle = std::move(handle)](const request& asked) {
        return guarded(asked, handle, true);
    });
}

void api::add_raw(std::string_view method, std::string_view pattern, call_handler handle) {
    router_.add(method, pattern, [this, handle = std::move(handle)](const request& asked) {
        return guarded(asked, handle, false);
    });
}

void api::add_open(std::string_view method, std::string_view pattern, weir::http::handler handle) {
    router_.add(method, pattern, [handle = std::move(handle)](const request& asked) {
        try {
            auto made = handle(asked);
            made.headers.set("server", "databricks");
            return made;
        } catch (const refusal& why) {
            return answer(why);
        }
    });
}

response api::guarded(const request& asked, const call_handler& handle, bool is_json) {
    try {
        const auto sent = asked.headers.find("Authorization");
        constexpr std::string_view scheme = "Bearer ";
        if (!sent || !sent->starts_with(scheme))
            throw no_credential();
        const auto who = known_->find(sent->substr(scheme.size()));
        if (!who)
            throw bad_token();
        json_value body{.kind = weir::json::token::object};
        if (is_json && !asked.body.empty()) {
            auto read = parse_json(asked.body);
            if (!read)
                throw refusal{400, "MALFORMED_REQUEST", "The body is not JSON"};
            body = std::move(*read);
        }
        auto made = handle(call{asked, *who, body});
        made.headers.set("x-databricks-org-id", workspace_id_);
        made.headers.set("server", "databricks");
        return made;
    } catch (const refusal& why) {
        auto made = answer(why);
        if (!is_gateway_refusal(why))
            made.headers.set("x-databricks-org-id", workspace_id_);
        return made;
    }
}

response api::around(request& asked, const std::function<response(request&)>& next) {
    // Kept before the handlers: they may wait long.
    const auto path = asked.target.substr(0, asked.target.find('?'));
    const bool is_admin = path.starts_with("/admin/");
    if (!is_admin) {
        json_object line;
        line.add("method", asked.method)
            .add("target", asked.target)
            .add("request_id", asked.request_id)
            .add("traceparent", asked.traceparent)
            .add("user_agent", asked.headers.find("User-Agent").value_or(""));
        const std::lock_guard lock{mutex_};
        seen_.push_back(line.text());
        if (seen_.size() > most_seen)
            seen_.pop_front();
    }
    response made;
    const auto what = is_admin ? std::nullopt : injected_->take(asked.method, path, asked.body);
    made = what ? befall(*what, asked, next) : next(asked);
    // Only the workspace's own answers have it by now.
    if (made.status >= 400 && !made.headers.find("server"))
        made = in_their_shape(made);
    made.headers.set("server", "databricks");
    return made;
}

response
api::befall(const fault& what, request& asked, const std::function<response(request&)>& next) {
    switch (what.kind) {
    case fault_kind::status: {
        refusal why{what.status, what.error_code, what.message};
        if (!what.retry_after.empty())
            why.fields = {{"Retry-After", what.retry_after}};
        return answer(why);
    }
    case fault_kind::latency:
        std::this_thread::sleep_for(std::chrono::milliseconds{what.latency_ms});
        return next(asked);
    case fault_kind::hold:
        injected_->hold(what);
        return next(asked);
    case fault_kind::drop_before:
        break_connection();
        return {.status = 503};
    case fault_kind::drop_after:
        static_cast<void>(next(asked));
        break_connection();
        return {.status = 503};
    case fault_kind::truncate: {
        const auto whole = next(asked);
        std::string bytes = "HTTP/1.1 " + std::to_string(whole.status) +
                            " OK\r\nContent-Length: " + std::to_string(whole.body.size()) + "\r\n";
        for (const auto& field : whole.headers)
            bytes += field.name + ": " + field.value + "\r\n";
        bytes += "\r\n" + whole.body.substr(0, whole.body.size() / 2);
        send_and_close(bytes);
        return {.status = 503};
    }
    case fault_kind::expired_token:
        return answer(bad_token());
    case fault_kind::delta_conflict:
        break;
    }
    return next(asked);
}

std::string api::describe_requests() const {
    return json_object{}.add_raw("requests", json_array({seen_.begin(), seen_.end()})).text();
}

} // namespace local_workspace
