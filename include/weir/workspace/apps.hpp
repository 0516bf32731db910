// SPDX-License-Identifier: Apache-2.0
// Databricks Apps: making one, deploying source to it, asking how it goes. Costs client.hpp.
#pragma once

#include <weir/core/json_text.hpp>
#include <weir/workspace/answer.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/object_writer.hpp>
#include <weir/workspace/target.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir::workspace {

struct app_request {
    /// Lower-case letters, digits and hyphens.
    std::string name{};
    std::string description{};
    /// A JSON array of what the app may use (databricks.md 6.5); empty: nothing.
    json_text resources{};
};

struct app_info {
    std::string name{};
    std::string url{};
    /// The app's identity; its client id is the role of the app in Lakebase.
    std::string service_principal_client_id{};
    /// DEPLOYING RUNNING CRASHED UNAVAILABLE
    std::string app_state{};
    /// STARTING ACTIVE STOPPING STOPPED UPDATING DELETING ERROR
    std::string compute_state{};
    std::string message{};
};

struct app_deployment {
    std::string deployment_id{};
    /// IN_PROGRESS SUCCEEDED FAILED CANCELLED
    std::string state{};
    std::string message{};
};

/// Whether making an app starts its compute.
enum class app_compute : std::uint8_t { started, none };

namespace detail {

inline void take_state(json::reader& in, std::string& state, std::string& message) {
    for_each_member(in, [&](const std::string& name, json::reader& value) {
        if (name == "state") {
            take(value, state);
        } else if (name == "message") {
            take(value, message);
        } else {
            value.skip_value();
        }
    });
}

[[nodiscard]] inline app_info read_app_answer(const reply& from) {
    app_info found;
    read_answer(from, "app", [&](const std::string& name, json::reader& in) {
        std::string ignored;
        if (name == "name") {
            take(in, found.name);
        } else if (name == "url") {
            take(in, found.url);
        } else if (name == "service_principal_client_id") {
            take(in, found.service_principal_client_id);
        } else if (name == "app_status") {
            take_state(in, found.app_state, found.message);
        } else if (name == "compute_status") {
            take_state(in, found.compute_state, ignored);
        } else {
            in.skip_value();
        }
    });
    return found;
}

[[nodiscard]] inline app_deployment read_deployment_answer(const reply& from) {
    app_deployment found;
    read_answer(from, "deployment", [&](const std::string& name, json::reader& in) {
        if (name == "deployment_id") {
            take(in, found.deployment_id);
        } else if (name == "status") {
            take_state(in, found.state, found.message);
        } else {
            in.skip_value();
        }
    });
    return found;
}

} // namespace detail

/// Makes an app; its compute is there when read_app() says ACTIVE.
///
/// Errors: conflict_error when there is one of that name, else as client::send().
[[nodiscard]] inline app_info create_app(
    client& at,
    const app_request& what,
    app_compute compute = app_compute::started,
    const call_options& with = {}
) {
    auto path = target{"/api/2.0/apps"}.query("no_compute", compute == app_compute::none).take();
    auto asked = detail::make_call("POST", std::move(path), with);
    object_writer body;
    body.text("name", what.name).text_if("description", what.description);
    if (!what.resources.text.empty())
        body.raw("resources", what.resources.text);
    asked.body = body.take();
    return detail::read_app_answer(at.send(asked));
}

/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline app_info
read_app(client& at, std::string_view name, const call_options& with = {}) {
    auto path = target{"/api/2.0/apps"}.segment(name).take();
    return detail::read_app_answer(at.send(detail::make_call("GET", std::move(path), with)));
}

/// Deploys a snapshot of a directory of the workspace and returns at once: read_deployment() tells
/// when it runs.
[[nodiscard]] inline app_deployment deploy_app(
    client& at,
    std::string_view name,
    std::string_view source_code_path,
    const call_options& with = {}
) {
    auto path = target{"/api/2.0/apps"}.segment(name).literal("/deployments").take();
    auto asked = detail::make_call("POST", std::move(path), with);
    asked.body =
        object_writer{}.text("source_code_path", source_code_path).text("mode", "SNAPSHOT").take();
    return detail::read_deployment_answer(at.send(asked));
}

/// Errors: not_found_error, else as client::send().
[[nodiscard]] inline app_deployment read_deployment(
    client& at, std::string_view name, std::string_view deployment_id, const call_options& with = {}
) {
    auto path =
        target{"/api/2.0/apps"}.segment(name).literal("/deployments").segment(deployment_id).take();
    return detail::read_deployment_answer(at.send(detail::make_call("GET", std::move(path), with)));
}

} // namespace weir::workspace
