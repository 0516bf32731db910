// SPDX-License-Identifier: Apache-2.0
#include "deploy/lakebase_steps.hpp"

#include <weir/core/error.hpp>
#include <weir/workspace/object_writer.hpp>
#include <weir/workspace/target.hpp>

#include <charconv>

namespace weir::ops {

namespace {

using workspace::object_writer;
using workspace::target;

std::string below_postgres(const std::string& path) {
    return target{"/api/2.0/postgres"}.segments(path).take();
}

std::string instance_path(const std::string& name) {
    return target{"/api/2.0/database/instances"}.segment(name).take();
}

double number_of(const std::string& text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string limits_of(const lakebase_needs& of) {
    return object_writer{}
        .raw("autoscaling_limit_min_cu", of.min_cu)
        .raw("autoscaling_limit_max_cu", of.max_cu)
        .take();
}

/// What the endpoint says of a limit: as it is in effect, else as it was asked for.
double limit_of(const json_part& endpoint, std::string_view name) {
    const auto effective = endpoint["status"][name].text();
    return number_of(effective.empty() ? endpoint["spec"][name].text() : effective);
}

std::string make_project(const workspace_calls& at, const lakebase_needs& of) {
    if (!at.find(below_postgres("projects/" + of.name))) {
        const auto spec = object_writer{}
                              .text("display_name", of.name)
                              .number("pg_version", of.pg_version)
                              .raw("default_endpoint_settings", limits_of(of))
                              .take();
        static_cast<void>(at.change(
            "POST",
            target{"/api/2.0/postgres/projects"}.query("project_id", of.name).take(),
            object_writer{}.raw("spec", spec).take()
        ));
        return "made";
    }
    const auto path = below_postgres(of.endpoint_path());
    const auto endpoint = at.find(path);
    // Right after the project was made it may not be there yet.
    if (!endpoint || (limit_of(*endpoint, "autoscaling_limit_min_cu") == number_of(of.min_cu) &&
                      limit_of(*endpoint, "autoscaling_limit_max_cu") == number_of(of.max_cu)))
        return "there";
    static_cast<void>(at.change(
        "PATCH",
        path + "?update_mask=spec.autoscaling_limit_min_cu,spec.autoscaling_limit_max_cu",
        object_writer{}.raw("spec", limits_of(of)).take()
    ));
    return "resized";
}

std::string make_instance(const workspace_calls& at, const lakebase_needs& of) {
    const auto path = instance_path(of.name);
    const auto found = at.find(path);
    const auto body = object_writer{}.text("name", of.name).text("capacity", of.capacity).take();
    if (!found) {
        static_cast<void>(at.change("POST", "/api/2.0/database/instances", body));
        return "made";
    }
    if ((*found)["capacity"].text() == of.capacity)
        return "there";
    static_cast<void>(at.change("PATCH", path + "?update_mask=capacity", body));
    return "resized";
}

/// The path of a branch's database, which has an id of its own.
std::string database_path(const workspace_calls& at, const lakebase_needs& of) {
    std::string page;
    do {
        const auto list = at.read(
            target{below_postgres(of.branch_path() + "/databases")}.query("page_token", page).take()
        );
        for (const auto& each : list["databases"].items()) {
            for (const std::string_view part : {"status", "spec"}) {
                if (each[part]["postgres_database"].text() == of.database)
                    return each["name"].text();
            }
        }
        page = list["next_page_token"].text();
    } while (!page.empty());
    throw configuration_error{
        "the branch " + of.branch_path() + " has no database " + of.database + ": make it first"
    };
}

} // namespace

std::string make_database(const workspace_calls& at, const lakebase_needs& of) {
    return of.is_project ? make_project(at, of) : make_instance(at, of);
}

found_database
wait_for_database(const workspace_calls& at, const lakebase_needs& of, const waiting& wait) {
    found_database found;
    const auto path = of.is_project ? below_postgres(of.endpoint_path()) : instance_path(of.name);
    const auto name = of.is_project ? of.endpoint_path() : of.name;
    if (at.only_tells() && !at.find(path)) {
        found.place = of.is_project
                          ? database_place{of.branch_path(), of.branch_path() + "/databases/…"}
                          : database_place{of.name, of.database};
        return found;
    }
    wait.until_ready(name, [&]() -> std::string {
        const auto seen = at.find(path);
        if (!seen)
            return "not there yet";
        const auto state =
            of.is_project ? (*seen)["status"]["current_state"].text() : (*seen)["state"].text();
        const auto host = of.is_project ? (*seen)["status"]["hosts"]["host"].text()
                                        : (*seen)["read_write_dns"].text();
        if (state == "STOPPED" || state == "DELETING")
            throw configuration_error{name + " is " + state};
        // IDLE is scaled to zero: it wakes with a connection.
        const bool is_ready = state == "ACTIVE" || state == "IDLE" || state == "AVAILABLE";
        if (!is_ready || host.empty())
            return state.empty() ? "without a state" : state;
        found.host = host;
        return {};
    });
    found.place = of.is_project ? database_place{of.branch_path(), database_path(at, of)}
                                : database_place{of.name, of.database};
    return found;
}

} // namespace weir::ops
