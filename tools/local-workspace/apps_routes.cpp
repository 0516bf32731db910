// SPDX-License-Identifier: Apache-2.0
// Apps as a deployment sees them: made, started, deployed. Nothing is run. Source:
// databricks.md 6.5.
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "services.hpp"

namespace local_workspace {

namespace {

struct deployment {
    std::string id{};
    std::string source{};
    std::string mode{};
    std::int64_t created_ms = 0;
};

struct app {
    std::string description{};
    std::string resources = "[]";
    std::string client_id{};
    bool is_active = true;
    std::int64_t created_ms = 0;
    std::vector<deployment> deployments{};
};

class app_board {
public:
    explicit app_board(workspace& of) : of_(&of) {}

    std::string create(const json_value& body, bool with_compute) {
        const auto name = body.string("name");
        const bool is_valid =
            !name.empty() && name.size() <= 30 &&
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
        if (!is_valid)
            throw invalid(
                "App name must be at most 30 characters and contain only lowercase letters, "
                "numbers and dashes"
            );
        const std::lock_guard lock{mutex_};
        if (known_.contains(name))
            throw refusal{
                409, "RESOURCE_ALREADY_EXISTS", "An app with the same name already exists: " + name
            };
        app made{.description = body.string("description"), .client_id = make_id()};
        if (const auto* resources = body.find("resources"))
            made.resources = to_json(*resources);
        made.is_active = with_compute;
        made.created_ms = of_->clock.now_ms();
        const auto& kept = known_[name] = std::move(made);
        return describe(name, kept);
    }

    std::string get(const std::string& name) {
        const std::lock_guard lock{mutex_};
        return describe(name, find(name));
    }

    std::string list() {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> made;
        for (const auto& [name, held] : known_)
            made.push_back(describe(name, held));
        return json_object{}.add_raw("apps", json_array(made)).text();
    }

    std::string remove(const std::string& name) {
        const std::lock_guard lock{mutex_};
        auto text = describe(name, find(name));
        known_.erase(name);
        return text;
    }

    std::string switch_compute(const std::string& name, bool to_active) {
        const std::lock_guard lock{mutex_};
        find(name).is_active = to_active;
        return describe(name, find(name));
    }

    std::string deploy(const std::string& name, const json_value& body) {
        const std::lock_guard lock{mutex_};
        auto& held = find(name);
        if (!held.is_active)
            throw bad_request("Cannot deploy app " + name + ": its compute is stopped");
        const auto source = body.string("source_code_path");
        if (source.empty())
            throw invalid("source_code_path is required");
        auto mode = body.string("mode");
        held.deployments.push_back(
            {make_id(), source, mode.empty() ? "SNAPSHOT" : std::move(mode), of_->clock.now_ms()}
        );
        return describe(held.deployments.back());
    }

    std::string get_deployment(const std::string& name, const std::string& id) {
        const std::lock_guard lock{mutex_};
        for (const auto& each : find(name).deployments)
            if (each.id == id)
                return describe(each);
        throw not_found("Deployment " + id + " does not exist");
    }

    std::string list_deployments(const std::string& name) {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> made;
        for (const auto& each : find(name).deployments)
            made.push_back(describe(each));
        return json_object{}.add_raw("app_deployments", json_array(made)).text();
    }

private:
    app& find(const std::string& name) {
        const auto found = known_.find(name);
        if (found == known_.end())
            throw not_found("App with name " + name + " does not exist or is deleted.");
        return found->second;
    }

    static std::string describe(const deployment& of) {
        return json_object{}
            .add("deployment_id", of.id)
            .add("mode", of.mode)
            .add("source_code_path", of.source)
            .add(
                "status", json_object{}.add("state", "SUCCEEDED").add("message", "Nothing was run")
            )
            .add("create_time", rfc3339(of.created_ms))
            .add("update_time", rfc3339(of.created_ms))
            .text();
    }

    std::string describe(const std::string& name, const app& held) const {
        json_object made;
        made.add("name", name)
            .add("description", held.description)
            .add_raw("resources", held.resources)
            .add("service_principal_client_id", held.client_id)
            .add("service_principal_name", "app-" + name)
            .add("url", of_->base_url + "/apps/" + name)
            .add(
                "compute_status", json_object{}.add("state", held.is_active ? "ACTIVE" : "STOPPED")
            )
            .add(
                "app_status",
                json_object{}
                    .add("state", "UNAVAILABLE")
                    .add("message", "The local workspace runs no apps")
            )
            .add("create_time", rfc3339(held.created_ms));
        if (!held.deployments.empty())
            made.add_raw("active_deployment", describe(held.deployments.back()));
        return made.text();
    }

    workspace* of_;
    std::mutex mutex_;
    std::map<std::string, app> known_;
};

} // namespace

void add_apps_routes(api& to, workspace& of) {
    const auto board = std::make_shared<app_board>(of);
    const std::string base = "/api/2.0/apps";
    to.add("POST", base, [board](const call& from) {
        return answer(board->create(from.body, from.query("no_compute") != "true"));
    });
    to.add("GET", base, [board](const call&) { return answer(board->list()); });
    to.add("GET", base + "/{name}", [board](const call& from) {
        return answer(board->get(from.path("name")));
    });
    to.add("DELETE", base + "/{name}", [board](const call& from) {
        return answer(board->remove(from.path("name")));
    });
    to.add("POST", base + "/{name}/start", [board](const call& from) {
        return answer(board->switch_compute(from.path("name"), true));
    });
    to.add("POST", base + "/{name}/stop", [board](const call& from) {
        return answer(board->switch_compute(from.path("name"), false));
    });
    to.add("POST", base + "/{name}/deployments", [board](const call& from) {
        return answer(board->deploy(from.path("name"), from.body));
    });
    to.add("GET", base + "/{name}/deployments", [board](const call& from) {
        return answer(board->list_deployments(from.path("name")));
    });
    to.add("GET", base + "/{name}/deployments/{id}", [board](const call& from) {
        return answer(board->get_deployment(from.path("name"), from.path("id")));
    });
}

} // namespace local_workspace
