// SPDX-License-Identifier: Apache-2.0
#include "deploy/app_needs.hpp"

#include <weir/sql/place.hpp>

#include <algorithm>
#include <optional>

#include "wanted.hpp"

namespace weir::ops {

namespace {

/// `catalog.schema.table`
std::string full_name(const table& of, const deployment& in) {
    auto name = sql::resolve_place(
        of.place,
        sql::dialect::databricks,
        [&](std::string_view variable) -> std::optional<std::string> {
            const auto found = in.settings.find(std::string{variable});
            return found == in.settings.end() ? std::nullopt : std::optional{found->second};
        }
    );
    std::erase(name, '`');
    return name.append(of.name);
}

} // namespace

std::vector<std::string>
find_missing_needs(const deployment& of, std::span<const table* const> tables) {
    std::vector<std::string> found;
    for (const auto* each : tables) {
        const bool is_on_warehouse = each->backend == backend::warehouse;
        if (is_on_warehouse ? of.has_warehouse : of.lakebase.has_value())
            continue;
        found.push_back(
            "the table " + std::string{each->name} + " is on " +
            (is_on_warehouse ? "a warehouse, and deployment.yaml names no 'warehouse'"
                             : "Lakebase, and deployment.yaml names no 'lakebase'")
        );
    }
    return found;
}

std::vector<app_resource> resources_of(
    const deployment& of, const database_place& lakebase, std::span<const table* const> tables
) {
    std::vector<app_resource> made;
    if (of.lakebase && of.lakebase->is_project)
        made.push_back(
            {"postgres",
             "postgres",
             {{"branch", lakebase.branch},
              {"database", lakebase.database},
              {"permission", "CAN_CONNECT_AND_CREATE"}}}
        );
    else if (of.lakebase)
        made.push_back(
            {"database",
             "database",
             {{"instance_name", lakebase.branch},
              {"database_name", lakebase.database},
              {"permission", "CAN_CONNECT_AND_CREATE"}}}
        );
    if (of.has_warehouse)
        made.push_back(
            {"sql-warehouse", "sql_warehouse", {{"id", of.warehouse_id}, {"permission", "CAN_USE"}}}
        );
    for (const auto* each : tables) {
        // With their users' own rights an app needs none.
        if (each->backend != backend::warehouse || each->access.rule == access_rule::run_as_user)
            continue;
        const auto add = [&](std::string_view right, std::string_view permission) {
            made.push_back(
                {resource_key("table", each->name).append("-").append(right),
                 "uc_securable",
                 {{"securable_full_name", full_name(*each, of)},
                  {"securable_type", "TABLE"},
                  {"permission", std::string{permission}}}}
            );
        };
        add("select", "SELECT");
        if (writes_to(*each).bits != 0)
            add("modify", "MODIFY");
    }
    for (const auto& [variable, place] : of.secrets)
        made.push_back(
            {resource_key("secret", variable),
             "secret",
             {{"scope", place.scope}, {"key", place.key}, {"permission", "READ"}}}
        );
    for (const auto& [variable, endpoint] : of.serving)
        made.push_back(
            {resource_key("serving", variable),
             "serving_endpoint",
             {{"name", endpoint}, {"permission", "CAN_QUERY"}}}
        );
    return made;
}

std::vector<app_variable> variables_of(const deployment& of) {
    std::vector<app_variable> made;
    if (of.lakebase) {
        const auto& at = *of.lakebase;
        // Neither generation's own name is given to an app by itself (databricks.md 2.1).
        if (at.is_project)
            made.push_back({"LAKEBASE_ENDPOINT", {}, "postgres"});
        else
            made.push_back({"LAKEBASE_INSTANCE_NAME", at.name, {}});
        if (!at.schema.empty())
            made.push_back({"LAKEBASE_SCHEMA", at.schema, {}});
    }
    if (of.has_warehouse)
        made.push_back({"DATABRICKS_WAREHOUSE_ID", {}, "sql-warehouse"});
    for (const auto& [name, value] : of.settings)
        made.push_back({name, value, {}});
    for (const auto& [name, place] : of.secrets)
        made.push_back({name, {}, resource_key("secret", name)});
    for (const auto& [name, endpoint] : of.serving)
        made.push_back({name, {}, resource_key("serving", name)});
    return made;
}

std::vector<std::string> scopes_of(const deployment& of, std::span<const table* const> tables) {
    auto made = of.user_api_scopes;
    const bool needs_sql = std::any_of(tables.begin(), tables.end(), [](const table* each) {
        return each->access.rule == access_rule::run_as_user;
    });
    if (needs_sql && std::find(made.begin(), made.end(), "sql") == made.end())
        made.emplace_back("sql");
    return made;
}

} // namespace weir::ops
