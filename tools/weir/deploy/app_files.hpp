// SPDX-License-Identifier: Apache-2.0
// The files of a packed service beside its binary. Source: databricks.md 2.4, 2.5, 7.
#pragma once

#include <weir/table/table.hpp>

#include <cstddef>
#include <span>
#include <string>

#include "deploy/deployment.hpp"

namespace weir::ops {

/// app.yaml of one environment.
[[nodiscard]] std::string app_yaml(const deployment& of);

/// databricks.yml, with a target for each environment. `bundle`: its name.
///
/// Errors: configuration_error as resources_of().
[[nodiscard]] std::string databricks_yml(
    const deployments& of, const std::string& bundle, std::span<const table* const> tables
);

/// What an app's command runs: puts the program where it may be executed, and becomes it. `parts`:
/// how many files it is in; 0: in one.
[[nodiscard]] std::string start_script(const std::string& program, std::size_t parts);

/// `program.part00`
[[nodiscard]] std::string part_name(const std::string& program, std::size_t part);

} // namespace weir::ops
