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
    /// It runs once somebody has asked how it goes.
    bool was_seen = false;
};

struct app {
    std::string description{};
    std::string resources = "[]";
    std::string scopes = "[]";
    std::string compute_size = "MEDIUM";
    /// By whom, what they may do.
    std::map<std::string, std::string> permissions{};
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
        app made{.client_id = make_id()};
        take(made, body);
        made.is_active = with_compute;
        made.created_ms = of_->clock.now_ms();
        const auto& kept = known_[name] = std::move(made);
        return describe(name, kept);
    }

    std::string get(const std::string& name) {
        const std::lock_guard lock{mutex_};
        return describe(name, find(name));
    }

    std::string update(const std::string& name, const json_value& body) {
        if (body.string("update_mask").empty())
            throw invalid("update_mask is required");
        const std::lock_guard lock{mutex_};
        if (const auto* fields = body.find("app"); fields != nullptr)
            take(find(name), *fields);
        return describe_update("IN_PROGRESS");
    }

    std::string get_update(const std::string& name) {
        const std::lock_guard lock{mutex_};
        static_cast<void>(find(name));
        return describe_update("SUCCEEDED");
    }

    std::string permit(const std::string& name, const json_value& body) {
        const std::lock_guard lock{mutex_};
        auto& held = find(name);
        const auto* list = body.find("access_control_list");
        for (const auto& each : list == nullptr ? std::vector<json_value>{} : list->elements) {
            const auto level = each.string("permission_level");
            if (level != "CAN_USE" && level != "CAN_MANAGE")
                throw invalid("permission_level must be CAN_USE or CAN_MANAGE");
            for (const auto* kind : {"user_name", "group_name", "service_principal_name"}) {
                if (const auto who = each.string(kind); !who.empty())
                    held.permissions[json_object{}.add(kind, who).text()] = level;
            }
        }
        return describe_permissions(held);
    }

    std::string get_permissions(const std::string& name) {
        const std::lock_guard lock{mutex_};
        return describe_permissions(find(name));
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
        const bool is_busy = !held.deployments.empty() && !held.deployments.back().was_seen;
        if (is_busy)
            throw refusal{
                409,
                "RESOURCE_CONFLICT",
                "Cannot deploy app " + name +
                    " as there is an active "
                    "deployment in progress"
            };
        if (!held.is_active)
            throw bad_request("Cannot deploy app " + name + ": its compute is stopped");
        const auto source = body.string("source_code_path");
        if (source.empty())
            throw invalid("source_code_path is required");
        auto mode = body.string("mode");
        held.deployments.push_back(
            {.id = make_id(),
             .source = source,
             .mode = mode.empty() ? "SNAPSHOT" : std::move(mode),
             .created_ms = of_->clock.now_ms()}
        );
        return describe(held.deployments.back());
    }

    std::string get_deployment(const std::string& name, const std::string& id) {
        const std::lock_guard lock{mutex_};
        for (auto& each : find(name).deployments) {
            if (each.id != id)
                continue;
            each.was_seen = true;
            return describe(each);
        }
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

    // What an app is made or changed with: fields that are given replace those that were.
    void take(app& held, const json_value& from) const {
        if (const auto* found = from.find("description"); found != nullptr)
            held.description = found->text;
        if (const auto* found = from.find("resources"); found != nullptr)
            held.resources = to_json(*found);
        if (const auto* found = from.find("user_api_scopes"); found != nullptr)
            held.scopes = to_json(*found);
        if (const auto* found = from.find("compute_size"); found != nullptr)
            held.compute_size = found->text;
        // The platform makes the app's role with the first database it is given.
        for (const auto* kind : {"\"postgres\":", "\"database\":"}) {
            if (held.resources.find(kind) != std::string::npos) {
                of_->databases.make_role(held.client_id);
                break;
            }
        }
    }

    static std::string describe_update(const char* state) {
        return json_object{}.add("status", json_object{}.add("state", state)).text();
    }

    static std::string describe_permissions(const app& of) {
        std::vector<std::string> made;
        for (const auto& [who, level] : of.permissions) {
            const auto levels = json_array(
                {json_object{}.add("permission_level", level).add("inherited", false).text()}
            );
            auto each = who;
            each.pop_back();
            made.push_back(each + ",\"all_permissions\":" + levels + "}");
        }
        return json_object{}
            .add("object_type", "apps")
            .add_raw("access_control_list", json_array(made))
            .text();
    }

    static std::string describe(const deployment& of) {
        return json_object{}
            .add("deployment_id", of.id)
            .add("mode", of.mode)
            .add("source_code_path", of.source)
            .add(
                "status",
                json_object{}
                    .add("state", of.was_seen ? "SUCCEEDED" : "IN_PROGRESS")
                    .add("message", "Nothing is run")
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
            .add_raw("user_api_scopes", held.scopes)
            .add("compute_size", held.compute_size)
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
        for (auto each = held.deployments.rbegin(); each != held.deployments.rend(); ++each) {
            if (each->was_seen) {
                made.add_raw("active_deployment", describe(*each));
                break;
            }
            made.add_raw("pending_deployment", describe(*each));
        }
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
    to.add("POST", base + "/{name}/update", [board](const call& from) {
        return answer(board->update(from.path("name"), from.body));
    });
    to.add("GET", base + "/{name}/update", [board](const call& from) {
        return answer(board->get_update(from.path("name")));
    });
    to.add("PATCH", "/api/2.0/permissions/apps/{name}", [board](const call& from) {
        return answer(board->permit(from.path("name"), from.body));
    });
    to.add("GET", "/api/2.0/permissions/apps/{name}", [board](const call& from) {
        return answer(board->get_permissions(from.path("name")));
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
