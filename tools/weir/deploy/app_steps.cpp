// SPDX-License-Identifier: Apache-2.0
#include "deploy/app_steps.hpp"

#include <weir/core/binary.hpp>
#include <weir/core/error.hpp>
#include <weir/json/writer.hpp>
#include <weir/workspace/object_writer.hpp>
#include <weir/workspace/target.hpp>

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

namespace weir::ops {

namespace {

using workspace::object_writer;
using workspace::target;

std::string app_path(const deployment& of) {
    return target{"/api/2.0/apps"}.segment(of.app).take();
}

/// The same text for the same resource, in whatever order its fields are.
std::string spelled(app_resource of) {
    std::sort(of.fields.begin(), of.fields.end());
    auto text = of.key + ' ' + of.kind;
    for (const auto& [name, value] : of.fields)
        text.append(" ").append(name).append("=").append(value);
    return text;
}

std::set<std::string> spelled(const std::vector<app_resource>& all) {
    std::set<std::string> made;
    for (const auto& each : all)
        made.insert(spelled(each));
    return made;
}

std::vector<app_resource> read_resources(const json_part& from) {
    std::vector<app_resource> found;
    for (const auto& item : from.items()) {
        app_resource each;
        each.key = item["name"].text();
        for (const auto& name : item.names()) {
            if (name == "name" || name == "description")
                continue;
            each.kind = name;
            for (const auto& field : item[name].names())
                each.fields.emplace_back(field, item[name][field].text());
        }
        found.push_back(std::move(each));
    }
    return found;
}

std::string json_of(const std::vector<app_resource>& all) {
    std::string text{"["};
    for (const auto& each : all) {
        object_writer fields;
        for (const auto& [name, value] : each.fields)
            fields.text(name, value);
        text += text.size() > 1 ? "," : "";
        text += object_writer{}.text("name", each.key).raw(each.kind, fields.take()).take();
    }
    return text + ']';
}

std::string json_of(const std::vector<std::string>& all) {
    std::string text;
    json::append_json(text, all);
    return text;
}

std::vector<std::string> texts_of(const json_part& list) {
    std::vector<std::string> found;
    for (const auto& each : list.items())
        found.push_back(each.text());
    return found;
}

/// Fields of an app that are not as they should be, and what they should be.
struct differing {
    std::string mask{};
    object_writer fields{};

    object_writer& field(std::string_view name) {
        mask.append(mask.empty() ? "" : ",").append(name);
        return fields;
    }
};

std::string change_app(
    const workspace_calls& at, const std::string& path, differing wanted, const waiting& wait
) {
    const auto update = path + "/update";
    const auto shown = wanted.mask;
    static_cast<void>(at.change(
        "POST",
        update,
        object_writer{}.text("update_mask", wanted.mask).raw("app", wanted.fields.take()).take()
    ));
    if (!at.only_tells())
        wait.until_ready("the change of " + shown, [&]() -> std::string {
            const auto status = at.read(update)["status"];
            const auto state = status["state"].text();
            if (state == "FAILED")
                throw statement_error{"the app was not changed: " + status["message"].text()};
            return state == "SUCCEEDED" ? std::string{} : state;
        });
    return "changed: " + shown;
}

void wait_for_compute(const workspace_calls& at, const std::string& path, const waiting& wait) {
    bool is_started = false;
    wait.until_ready("the app's compute", [&]() -> std::string {
        const auto status = at.read(path)["compute_status"];
        const auto state = status["state"].text();
        if (state == "ERROR" || state == "DELETING")
            throw statement_error{
                "the app's compute is in the state " + state + ": " + status["message"].text()
            };
        if (state == "STOPPED" && !is_started) {
            static_cast<void>(at.change("POST", path + "/start", {}));
            is_started = true;
        }
        return state == "ACTIVE" ? std::string{} : state;
    });
}

/// What one may do of a list of access: the highest, as far as apps know levels.
bool is_permitted(const json_part& list, const app_permission& wanted) {
    for (const auto& each : list.items()) {
        if (each[wanted.kind].text() != wanted.who)
            continue;
        auto levels = each["all_permissions"].items();
        levels.push_back(each);
        for (const auto& level : levels) {
            const auto has = level["permission_level"].text();
            if (has == wanted.level || has == "CAN_MANAGE")
                return true;
        }
    }
    return false;
}

void wait_for_deployment(const workspace_calls& at, const std::string& path, const waiting& wait) {
    wait.until_ready("the deployment", [&]() -> std::string {
        const auto status = at.read(path)["status"];
        const auto state = status["state"].text();
        if (state == "FAILED" || state == "CANCELLED")
            throw statement_error{"the deployment " + state + ": " + status["message"].text()};
        return state == "SUCCEEDED" ? std::string{} : state;
    });
}

} // namespace

std::string make_app(
    const workspace_calls& at,
    const deployment& of,
    const std::vector<app_resource>& resources,
    const std::vector<std::string>& scopes,
    const waiting& wait,
    found_app& found
) {
    const auto path = app_path(of);
    auto there = at.find(path);
    std::string done = "there";
    if (!there) {
        object_writer body;
        body.text("name", of.app).text_if("description", of.description);
        body.raw("resources", json_of(resources)).texts_if("user_api_scopes", scopes);
        body.text_if("compute_size", of.compute_size);
        static_cast<void>(at.change("POST", "/api/2.0/apps", body.take()));
        done = "made";
    } else {
        differing wanted;
        if ((*there)["description"].text() != of.description)
            wanted.field("description").text("description", of.description);
        if (spelled(read_resources((*there)["resources"])) != spelled(resources))
            wanted.field("resources").raw("resources", json_of(resources));
        if (auto had = texts_of((*there)["user_api_scopes"]);
            !std::is_permutation(had.begin(), had.end(), scopes.begin(), scopes.end()))
            wanted.field("user_api_scopes").raw("user_api_scopes", json_of(scopes));
        if (!of.compute_size.empty() && (*there)["compute_size"].text() != of.compute_size)
            wanted.field("compute_size").text("compute_size", of.compute_size);
        if (!wanted.mask.empty())
            done = change_app(at, path, std::move(wanted), wait);
    }
    if (at.only_tells() && !there)
        return done;
    if (!at.only_tells())
        wait_for_compute(at, path, wait);
    const auto made = at.read(path);
    found = {made["service_principal_client_id"].text(), made["url"].text()};
    return done;
}

std::string permit(const workspace_calls& at, const deployment& of) {
    if (of.permissions.empty())
        return "none asked for";
    const auto path = target{"/api/2.0/permissions/apps"}.segment(of.app).take();
    const auto there = at.find(path).value_or(json_part{})["access_control_list"];
    std::string missing;
    for (const auto& each : of.permissions) {
        if (is_permitted(there, each))
            continue;
        missing += missing.empty() ? "" : ",";
        missing +=
            object_writer{}.text(each.kind, each.who).text("permission_level", each.level).take();
    }
    if (missing.empty())
        return "there";
    static_cast<void>(at.change(
        "PATCH", path, object_writer{}.raw("access_control_list", '[' + missing + ']').take()
    ));
    return "given";
}

std::string
upload(const workspace_calls& at, const source_files& files, const std::string& folder) {
    // Written last: whoever finds it finds all the others.
    const auto mark = folder + ".complete";
    const auto status = target{"/api/2.0/workspace/get-status"}.query("path", mark).take();
    if (at.find(status))
        return "there";
    const auto put = [&](const std::string& path, std::string_view text) {
        std::string encoded;
        append_base64(encoded, std::as_bytes(std::span{text}));
        object_writer shown;
        shown.text("path", path).text("format", "AUTO").flag("overwrite", true);
        auto body = shown;
        shown.text("content", std::to_string(text.size()) + " bytes");
        static_cast<void>(at.change(
            "POST", "/api/2.0/workspace/import", body.text("content", encoded).take(), shown.take()
        ));
    };
    static_cast<void>(
        at.change("POST", "/api/2.0/workspace/mkdirs", object_writer{}.text("path", folder).take())
    );
    for (const auto& [name, text] : files)
        put(folder + '/' + name, text);
    put(mark, "all of " + folder + "\n");
    return std::to_string(files.size()) + " files in " + folder;
}

std::string deploy(
    const workspace_calls& at,
    const deployment& of,
    const std::string& folder,
    const waiting& wait,
    const found_app& app
) {
    const auto all = app_path(of) + "/deployments";
    const auto one = [&](const json_part& deployment) {
        return target{all}.segment(deployment["deployment_id"].text()).take();
    };
    if (!app.role.empty()) {
        const auto there = at.read(app_path(of));
        const auto pending = there["pending_deployment"];
        const bool is_busy = !pending["deployment_id"].text().empty() && !at.only_tells();
        if (is_busy && pending["source_code_path"].text() == folder) {
            wait_for_deployment(at, one(pending), wait);
            return "done";
        }
        // There is one at a time, and how another one ends is not ours to judge.
        if (is_busy)
            wait.until_ready("the deployment before this one", [&]() -> std::string {
                const auto state = at.read(one(pending))["status"]["state"].text();
                return state == "IN_PROGRESS" ? state : std::string{};
            });
        const auto active = there["active_deployment"];
        if (active["source_code_path"].text() == folder &&
            active["status"]["state"].text() == "SUCCEEDED")
            return "there";
    }
    const auto begun = at.change(
        "POST",
        all,
        object_writer{}.text("source_code_path", folder).text("mode", "SNAPSHOT").take()
    );
    if (at.only_tells())
        return "told";
    wait_for_deployment(at, one(begun), wait);
    const auto status = at.read(app_path(of))["app_status"];
    if (status["state"].text() == "CRASHED")
        throw statement_error{"the app crashed: " + status["message"].text()};
    return "done";
}

} // namespace weir::ops
