// SPDX-License-Identifier: Apache-2.0
// deployment.yaml: what a service needs of a workspace, and what differs between environments.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics.hpp"
#include "source.hpp"

namespace weir::ops {

/// Words of `--env`, and the targets of databricks.yml, in the same order.
inline constexpr std::array<std::string_view, 3> environments{
    "development", "staging", "production"
};
inline constexpr std::array<std::string_view, 3> targets{"dev", "staging", "prod"};

/// Who may do what with an app.
struct app_permission {
    /// CAN_USE or CAN_MANAGE.
    std::string level{};
    /// `user_name`, `group_name` or `service_principal_name`, and whose.
    std::string kind{};
    std::string who{};
};

struct lakebase_needs {
    /// The autoscaling generation; else `name` is an instance.
    bool is_project = true;
    std::string name{};
    std::string branch{"production"};
    std::string endpoint{"primary"};
    std::string database{"databricks_postgres"};
    /// PostgreSQL schema of every table; empty: each file's own.
    std::string schema{};
    /// Of a project: as written.
    std::string min_cu{"0.5"};
    std::string max_cu{"1"};
    std::uint32_t pg_version = 17;
    /// Of an instance.
    std::string capacity{"CU_1"};

    /// `projects/P/branches/B`.
    [[nodiscard]] std::string branch_path() const {
        return "projects/" + name + "/branches/" + branch;
    }

    [[nodiscard]] std::string endpoint_path() const {
        return branch_path() + "/endpoints/" + endpoint;
    }
};

struct secret_place {
    std::string scope{};
    std::string key{};
};

/// A service in one environment.
struct deployment {
    std::string app{};
    std::string description{};
    /// MEDIUM LARGE XLARGE; empty: the platform's.
    std::string compute_size{};
    /// What the app may do on behalf of its users.
    std::vector<std::string> user_api_scopes{};
    std::vector<app_permission> permissions{};
    std::optional<lakebase_needs> lakebase{};
    bool has_warehouse = false;
    /// Empty: told when it is deployed.
    std::string warehouse_id{};
    /// Variables of the process, by name: what they hold, or from where it comes.
    std::map<std::string, std::string> settings{};
    std::map<std::string, secret_place> secrets{};
    std::map<std::string, std::string> serving{};
    /// Of databricks.yml; empty: the CLI's own.
    std::string workspace_host{};
    std::string run_as{};
};

/// The same service in every environment, in the order of `environments`.
using deployments = std::array<deployment, environments.size()>;

/// Reads the file with index `file`; what is wrong goes to `to`.
[[nodiscard]] deployments
read_deployments(const gen::sources& files, std::uint32_t file, gen::diagnostics& to);

/// What holds without a file: an app and a project called after the service, and a warehouse that
/// is told when it is deployed. `name`: lower-case letters, digits and hyphens.
[[nodiscard]] deployments
usual_deployments(const std::string& name, bool needs_lakebase, bool needs_warehouse);

/// `secret-cursor-key` for `CURSOR_KEY`: the key of the app's resource behind a variable.
[[nodiscard]] std::string resource_key(std::string_view kind, std::string_view variable);

} // namespace weir::ops
