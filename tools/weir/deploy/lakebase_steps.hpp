// SPDX-License-Identifier: Apache-2.0
// Lakebase as a deployment needs it: made, resized, waited for. Source: databricks.md 5.2, 5.4.
#pragma once

#include <string>

#include "deploy/app_needs.hpp"
#include "deploy/deployment.hpp"
#include "deploy/steps.hpp"
#include "deploy/workspace_calls.hpp"

namespace weir::ops {

struct found_database {
    /// Empty: not there yet.
    std::string host{};
    database_place place{};
};

/// Makes the project or the instance, or gives it the capacity it should have; says which.
[[nodiscard]] std::string make_database(const workspace_calls& at, const lakebase_needs& of);

/// Errors: configuration_error where the branch or the database is not there.
[[nodiscard]] found_database
wait_for_database(const workspace_calls& at, const lakebase_needs& of, const waiting& wait);

} // namespace weir::ops
