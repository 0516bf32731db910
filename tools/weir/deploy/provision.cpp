// SPDX-License-Identifier: Apache-2.0
// weir provision: a workspace as deployment.yaml says it should be, and the service running on it.
#include <weir/core/error.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/workspace/config.hpp>
#include <weir/workspace/current_user.hpp>
#include <weir/workspace/target.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include "command_parts.hpp"
#include "commands.hpp"
#include "deploy/app_needs.hpp"
#include "deploy/app_steps.hpp"
#include "deploy/lakebase_steps.hpp"
#include "deploy/read_deployment.hpp"
#include "deploy/source_files.hpp"
#include "deploy/steps.hpp"
#include "deploy/workspace_calls.hpp"

namespace weir::ops {

namespace {

/// Whether what the app is to be given is there at all.
std::string look_at_needs(const workspace_calls& at, const deployment& of) {
    const auto look = [&](std::string path, const std::string& what) {
        if (!at.find(std::move(path)))
            throw configuration_error{what + " is not there, or not for you to see"};
    };
    if (of.has_warehouse) {
        if (of.warehouse_id.empty())
            throw configuration_error{"deployment.yaml names no warehouse: {id: …}"};
        look(
            workspace::target{"/api/2.0/sql/warehouses"}.segment(of.warehouse_id).take(),
            "the warehouse " + of.warehouse_id
        );
    }
    for (const auto& [variable, endpoint] : of.serving)
        look(
            workspace::target{"/api/2.0/serving-endpoints"}.segment(endpoint).take(),
            "the serving endpoint " + endpoint
        );
    for (const auto& [variable, place] : of.secrets) {
        const auto keys =
            at.find(workspace::target{"/api/2.0/secrets/list"}.query("scope", place.scope).take());
        bool is_there = false;
        for (const auto& each : keys ? (*keys)["secrets"].items() : std::vector<json_part>{})
            is_there = is_there || each["key"].text() == place.key;
        if (!is_there)
            throw configuration_error{
                "the secret " + place.key + " of the scope " + place.scope + " is not there"
            };
    }
    return "there";
}

/// The settings by which migrate and init-db reach the database: those of a service, as whoever
/// runs this.
void point_at(const deployment& of, const std::string& host) {
    const auto set = [](const char* name, const std::string& value) {
        ::setenv(name, value.c_str(), 1);
    };
    for (const auto* other :
         {"DATABASE_URL",
          "PGUSER",
          "PGPASSWORD",
          "LAKEBASE_TOKEN",
          "LAKEBASE_ENDPOINT",
          "LAKEBASE_INSTANCE",
          "LAKEBASE_INSTANCE_NAME",
          "LAKEBASE_SCHEMA",
          "WEIR_EMBEDDED"})
        ::unsetenv(other);
    const auto& lakebase = *of.lakebase;
    set("PGHOST", host);
    set("PGDATABASE", lakebase.database);
    if (lakebase.is_project)
        set("LAKEBASE_ENDPOINT", lakebase.endpoint_path());
    else
        set("LAKEBASE_INSTANCE_NAME", lakebase.name);
    if (!lakebase.schema.empty())
        set("LAKEBASE_SCHEMA", lakebase.schema);
    // Places of tables may name them.
    for (const auto& [name, value] : of.settings)
        set(name.c_str(), value);
}

/// What is printed goes to standard error meanwhile: of a report for programs nothing else may
/// stand on standard output.
class printing_aside {
public:
    explicit printing_aside(bool is_wanted) : kept_(is_wanted ? ::dup(STDOUT_FILENO) : -1) {
        if (kept_ >= 0)
            ::dup2(STDERR_FILENO, STDOUT_FILENO);
    }

    printing_aside(const printing_aside&) = delete;
    printing_aside& operator=(const printing_aside&) = delete;

    ~printing_aside() {
        if (kept_ < 0)
            return;
        ::dup2(kept_, STDOUT_FILENO);
        ::close(kept_);
    }

private:
    int kept_;
};

std::string json_report(
    const std::vector<done_step>& steps,
    const std::vector<std::string>* calls,
    const std::string& url
) {
    json::document_writer to;
    to.begin_object();
    to.text("outcome", calls != nullptr ? "planned" : "done");
    to.begin_array("steps");
    for (const auto& each : steps) {
        to.begin_object();
        to.text("name", each.name);
        to.text("what", each.what);
        to.end_object();
    }
    to.end_array();
    to.begin_array("calls");
    for (const auto& each : calls != nullptr ? *calls : std::vector<std::string>{})
        to.text(each);
    to.end_array();
    to.text("url", url);
    to.end_object();
    return to.take();
}

/// Exit code of a command that is a step of this one.
std::string done_by(int status) {
    if (status != code(outcome::done))
        throw step_stopped{status};
    return "done";
}

std::string make_tables(const provision_options& options, bool only_tells) {
    migrate_options how;
    how.schemas = options.schemas;
    how.with = options.with;
    how.approved = options.approved;
    how.kept = options.kept;
    how.on = "lakebase";
    how.dry_run = only_tells;
    return done_by(run(how));
}

std::string
give_rights(const provision_options& options, const std::string& role, bool only_tells) {
    init_options how;
    how.schemas = options.schemas;
    how.with = options.with;
    how.role = role;
    how.on = "lakebase";
    how.check = only_tells;
    const auto status = run(how);
    if (only_tells && status == code(outcome::differs))
        return "told";
    return done_by(status);
}

int provision(const provision_options& options, const asked_tables& read) {
    const auto tables = read.own();
    const auto chosen = deployments_of(options.deployment, {}, tables);
    if (chosen.problem)
        return *chosen.problem;
    const auto& of = chosen.all[static_cast<std::size_t>(
        std::find(environments.begin(), environments.end(), options.environment) -
        environments.begin()
    )];
    workspace::client client{
        workspace::config::from(environment, environment("HOME").value_or(std::string{}))
    };
    const bool is_json = options.format == "json";
    std::vector<std::string> calls;
    std::function<void(const std::string&)> tell;
    if (options.dry_run)
        tell = [&](const std::string& call) {
            calls.push_back(call);
            if (!is_json)
                std::fputs((call + '\n').c_str(), stdout);
        };
    const workspace_calls at{client, tell};
    const auto files = source_of(options.packed, of);
    const waiting wait{std::chrono::seconds{options.wait_seconds}};

    steps all{of.lakebase ? 9U : 5U};
    all.run("needs", [&] { return look_at_needs(at, of); });
    found_database database;
    if (of.lakebase) {
        all.run("database", [&] { return make_database(at, *of.lakebase); });
        all.run("database is ready", [&] {
            database = wait_for_database(at, *of.lakebase, wait);
            return database.host.empty() ? "told" : database.host;
        });
    }
    found_app app;
    all.run("app", [&] {
        return make_app(
            at, of, resources_of(of, database.place, tables), scopes_of(of, tables), wait, app
        );
    });
    all.run("permissions", [&] { return permit(at, of); });
    if (of.lakebase) {
        const bool is_there = !database.host.empty();
        if (is_there)
            point_at(of, database.host);
        all.run("tables", [&] {
            const printing_aside aside{is_json};
            return is_there ? make_tables(options, options.dry_run)
                            : "all of them, once it is there";
        });
        all.run("rights", [&] {
            const printing_aside aside{is_json};
            return is_there && !app.role.empty() ? give_rights(options, app.role, options.dry_run)
                                                 : "all of them, once it is there";
        });
    }
    const auto folder = source_folder(read_current_user(client).user_name, of, files);
    all.run("files", [&] { return upload(at, files, folder); });
    all.run("deployment", [&] { return deploy(at, of, folder, wait, app); });
    if (is_json)
        return print(
            json_report(all.done(), options.dry_run ? &calls : nullptr, app.url), outcome::done
        );
    return print(options.dry_run ? "" : app.url + '\n', outcome::done);
}

} // namespace

int run(const provision_options& options) {
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] {
        try {
            return provision(options, asked_tables{read});
        } catch (const step_stopped& stopped) {
            return stopped.status;
        }
    });
}

} // namespace weir::ops
