// SPDX-License-Identifier: Apache-2.0
#include "deploy/app_files.hpp"

#include <weir/json/writer.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "deploy/app_needs.hpp"

namespace weir::ops {

namespace {

constexpr std::string_view head = "# Made by weir pack. Do not edit: pack again.\n";

/// Text that YAML reads as text, whatever it looks like.
std::string quoted(std::string_view text) {
    std::string made;
    json::append_json_string(made, text);
    return made;
}

/// What the three environments say, as one text: theirs where they agree, else a variable.
class variables {
public:
    using values = std::array<std::string, targets.size()>;

    std::string add(const std::string& name, const values& each) {
        if (std::all_of(each.begin(), each.end(), [&](const auto& value) {
                return value == each.front();
            }))
            return each.front();
        return declare(name, each);
    }

    /// The same, a variable in any case.
    std::string declare(const std::string& name, const values& each) {
        found_.emplace(name, each);
        return "${var." + name + "}";
    }

    [[nodiscard]] const std::map<std::string, values>& found() const noexcept { return found_; }

private:
    std::map<std::string, values> found_{};
};

class bundle_writer {
public:
    bundle_writer(const deployments& of, std::span<const table* const> tables)
        : of_(&of), tables_(tables) {}

    std::string write(const std::string& name) {
        const auto resources = resources_part();
        std::string made{head};
        made.append("bundle:\n  name: ").append(quoted(name)).append("\n");
        made.append(variables_part()).append(resources).append(targets_part());
        return made;
    }

private:
    [[nodiscard]] const deployment& first() const { return of_->front(); }

    std::string
    vary(const std::string& name, const std::function<std::string(const deployment&)>& value) {
        variables::values each;
        std::transform(of_->begin(), of_->end(), each.begin(), value);
        return quoted(variables_.add(name, each));
    }

    std::string lakebase_part() {
        const auto of = [](const auto& member) {
            return [member](const deployment& each) { return (*each.lakebase).*member; };
        };
        std::string made;
        if (first().lakebase->is_project) {
            const auto id = vary("lakebase_project", of(&lakebase_needs::name));
            made += "  postgres_projects:\n    lakebase:\n";
            made += "      project_id: " + id + "\n      display_name: " + id + "\n";
            made += "      pg_version: " + std::to_string(first().lakebase->pg_version) + "\n";
            made += "      default_endpoint_settings:\n        autoscaling_limit_min_cu: ";
            made += unquoted(vary("lakebase_min_cu", of(&lakebase_needs::min_cu)));
            made += "\n        autoscaling_limit_max_cu: ";
            made += unquoted(vary("lakebase_max_cu", of(&lakebase_needs::max_cu))) + "\n";
        } else {
            made += "  database_instances:\n    lakebase:\n";
            made += "      name: " + vary("lakebase_instance", of(&lakebase_needs::name)) + "\n";
            made += "      capacity: " + vary("lakebase_capacity", of(&lakebase_needs::capacity));
            made += "\n      node_count: 1\n";
        }
        return made;
    }

    /// A number, or the reference to a variable that holds one.
    static std::string unquoted(const std::string& text) {
        return text.starts_with("\"$") ? text : text.substr(1, text.size() - 2);
    }

    [[nodiscard]] static database_place place_in(const deployment& of) {
        if (!of.lakebase)
            return {};
        // References are what orders the deployment.
        if (!of.lakebase->is_project)
            return {"${resources.database_instances.lakebase.name}", of.lakebase->database};
        const auto branch =
            "${resources.postgres_projects.lakebase.name}/branches/" + of.lakebase->branch;
        return {branch, branch + "/databases/${var.lakebase_database_id}"};
    }

    std::string app_resources() {
        std::array<std::vector<app_resource>, targets.size()> each;
        std::transform(of_->begin(), of_->end(), each.begin(), [&](const deployment& one) {
            return resources_of(one, place_in(one), tables_);
        });
        std::string made;
        for (std::size_t i = 0; i < each.front().size(); ++i) {
            const auto& one = each.front()[i];
            made += "        - name: " + quoted(one.key) + "\n          " + one.kind + ":\n";
            for (std::size_t field = 0; field < one.fields.size(); ++field) {
                const auto& name = one.fields[field].first;
                variables::values values;
                for (std::size_t at = 0; at < values.size(); ++at)
                    values[at] = each[at][i].fields[field].second;
                auto variable = one.key + '_' + name;
                std::replace(variable.begin(), variable.end(), '-', '_');
                const bool is_told_later = one.kind == "sql_warehouse" && name == "id";
                const auto value = is_told_later ? variables_.declare("warehouse_id", values)
                                                 : variables_.add(variable, values);
                made += "            " + name + ": " + quoted(value) + "\n";
            }
        }
        return made;
    }

    std::string app_variables() {
        std::string made;
        const auto names = variables_of(first());
        for (std::size_t i = 0; i < names.size(); ++i) {
            made += "          - name: " + quoted(names[i].name) + "\n";
            // In app.yaml it is valueFrom.
            made += names[i].from.empty()
                        ? "            value: " +
                              vary(
                                  "setting_" + names[i].name,
                                  [&](const auto& of) { return variables_of(of)[i].value; }
                              ) +
                              "\n"
                        : "            value_from: " + quoted(names[i].from) + "\n";
        }
        return made;
    }

    std::string resources_part() {
        std::string made = "resources:\n";
        if (first().lakebase)
            made += lakebase_part();
        made += "  apps:\n    service:\n      name: ";
        made += vary("app_name", [](const auto& of) { return of.app; }) + "\n";
        if (!first().description.empty())
            made += "      description: " + quoted(first().description) + "\n";
        made += "      source_code_path: \"./app\"\n";
        if (!first().compute_size.empty())
            made += "      compute_size: " +
                    vary("compute_size", [](const auto& of) { return of.compute_size; }) + "\n";
        if (const auto scopes = scopes_of(first(), tables_); !scopes.empty()) {
            made += "      user_api_scopes:\n";
            for (const auto& each : scopes)
                made += "        - " + quoted(each) + "\n";
        }
        made += "      config:\n        command: [\"sh\", \"run.sh\"]\n";
        if (const auto all = app_variables(); !all.empty())
            made += "        env:\n" + all;
        if (const auto all = app_resources(); !all.empty())
            made += "      resources:\n" + all;
        if (!first().permissions.empty())
            made += "      permissions:\n";
        for (const auto& each : first().permissions)
            made += "        - level: " + each.level + "\n          " + each.kind + ": " +
                    quoted(each.who) + "\n";
        return made;
    }

    [[nodiscard]] std::string variables_part() const {
        std::string made;
        if (first().lakebase && first().lakebase->is_project)
            made += "  lakebase_database_id:\n    description: \"last part of the database's path: "
                    "databricks api get /api/2.0/postgres/projects/…/branches/…/databases\"\n";
        for (const auto& [name, values] : variables_.found()) {
            made += "  " + name + ":\n    description: \"of each target\"\n";
            if (!values.front().empty())
                made += "    default: " + quoted(values.front()) + "\n";
        }
        return made.empty() ? made : "variables:\n" + made;
    }

    [[nodiscard]] std::string targets_part() const {
        std::string made = "targets:\n";
        for (std::size_t at = 0; at < targets.size(); ++at) {
            const auto& of = (*of_)[at];
            made.append("  ").append(targets[at]).append(":\n");
            if (at == 0)
                made += "    default: true\n";
            // A mode of neither for staging: it is deployed as production is, by anybody.
            if (at != 1)
                made += at == 0 ? "    mode: development\n" : "    mode: production\n";
            if (!of.workspace_host.empty() || at == 2)
                made += "    workspace:\n";
            if (!of.workspace_host.empty())
                made += "      host: " + quoted(of.workspace_host) + "\n";
            // What mode production demands: one place, whoever deploys.
            if (at == 2)
                made += "      root_path: \"/Workspace/Shared/.bundle/${bundle.name}/prod\"\n";
            if (!of.run_as.empty())
                made += "    run_as:\n      service_principal_name: " + quoted(of.run_as) + "\n";
            made += variables_of_target(at);
        }
        return made;
    }

    [[nodiscard]] std::string variables_of_target(std::size_t at) const {
        std::string made;
        for (const auto& [name, values] : variables_.found()) {
            if (values[at] != values.front())
                made += "      " + name + ": " + quoted(values[at]) + "\n";
        }
        return made.empty() ? made : "    variables:\n" + made;
    }

    const deployments* of_;
    std::span<const table* const> tables_;
    variables variables_{};
};

} // namespace

std::string app_yaml(const deployment& of) {
    std::string made{head};
    made += "command: [\"sh\", \"run.sh\"]\n";
    const auto all = variables_of(of);
    if (!all.empty())
        made += "env:\n";
    for (const auto& each : all) {
        made += "  - name: " + quoted(each.name) + "\n    ";
        made +=
            each.from.empty() ? "value: " + quoted(each.value) : "valueFrom: " + quoted(each.from);
        made += '\n';
    }
    return made;
}

std::string databricks_yml(
    const deployments& of, const std::string& bundle, std::span<const table* const> tables
) {
    return bundle_writer{of, tables}.write(bundle);
}

std::string part_name(const std::string& program, std::size_t part) {
    return program + ".part" + (part < 10 ? "0" : "") + std::to_string(part);
}

std::string start_script(const std::string& program, std::size_t parts) {
    std::string files;
    if (parts == 0)
        files = '"' + program + '"';
    for (std::size_t i = 0; i < parts; ++i)
        files += (i == 0 ? "\"" : " \"") + part_name(program, i) + '"';
    return "#!/bin/sh\n" + std::string{head} +
           "# Files of a workspace may not be executed: the program runs from a copy, in place of "
           "this shell, so that it\n# gets the signals.\nset -eu\n"
           "if [ \"$(uname -m)\" != x86_64 ]; then\n"
           "    echo \"" +
           program +
           " is a program for x86_64, and this machine is $(uname -m)\" >&2\n    exit 1\nfi\n"
           "cd \"$(dirname \"$0\")\"\numask 077\nfolder=$(mktemp -d)\n"
           "cat " +
           files + " >\"$folder/" + program + "\"\nchmod 500 \"$folder/" + program +
           "\"\nexec \"$folder/" + program + "\" \"$@\"\n";
}

} // namespace weir::ops
