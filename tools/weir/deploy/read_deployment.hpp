// SPDX-License-Identifier: Apache-2.0
// The deployments that a command is about: out of a file, or the usual ones.
#pragma once

#include <weir/table/table.hpp>

#include <optional>
#include <span>
#include <string>

#include "deploy/deployment.hpp"

namespace weir::ops {

struct read_deployment {
    deployments all{};
    /// The exit code where they cannot be used, after what is wrong was printed.
    std::optional<int> problem{};
};

/// `path` empty: the usual ones of a service called `name`.
[[nodiscard]] read_deployment deployments_of(
    const std::string& path, const std::string& name, std::span<const table* const> tables
);

/// A program's name as names of bundles and apps are: lower-case letters, digits and hyphens.
[[nodiscard]] std::string bundle_name(const std::string& program);

} // namespace weir::ops
