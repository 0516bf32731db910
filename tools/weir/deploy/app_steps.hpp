// SPDX-License-Identifier: Apache-2.0
// The app of a deployment: made or changed, permitted, given its source. Source: databricks.md 6.4,
// 6.5.
#pragma once

#include <string>
#include <vector>

#include "deploy/app_needs.hpp"
#include "deploy/deployment.hpp"
#include "deploy/source_files.hpp"
#include "deploy/steps.hpp"
#include "deploy/workspace_calls.hpp"

namespace weir::ops {

struct found_app {
    /// Its identity, and its role in the database; empty: not there yet.
    std::string role{};
    std::string url{};
};

/// Makes the app, or gives it the fields that differ, and waits for its compute; says which.
[[nodiscard]] std::string make_app(
    const workspace_calls& at,
    const deployment& of,
    const std::vector<app_resource>& resources,
    const std::vector<std::string>& scopes,
    const waiting& wait,
    found_app& found
);

/// Gives the permissions that are missing; takes none away.
[[nodiscard]] std::string permit(const workspace_calls& at, const deployment& of);

/// Writes the files, unless all of them are there.
[[nodiscard]] std::string
upload(const workspace_calls& at, const source_files& files, const std::string& folder);

/// Deploys a folder, unless it is what runs, and waits.
[[nodiscard]] std::string deploy(
    const workspace_calls& at,
    const deployment& of,
    const std::string& folder,
    const waiting& wait,
    const found_app& app
);

} // namespace weir::ops
