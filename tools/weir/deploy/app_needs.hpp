// SPDX-License-Identifier: Apache-2.0
// What an app is given: resources with the least rights its tables need, and the variables of its
// process. Source: databricks.md 2.5, 6.5.
#pragma once

#include <weir/table/table.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "deploy/deployment.hpp"

namespace weir::ops {

/// An element of an app's `resources`: `{name: key, kind: {fields}}`.
struct app_resource {
    std::string key{};
    std::string kind{};
    std::vector<std::pair<std::string, std::string>> fields{};
};

/// A variable of the app's process: a value, or the key of the resource it comes from.
struct app_variable {
    std::string name{};
    std::string value{};
    std::string from{};
};

/// Where a deployment's database is, as an app's resource names it.
struct database_place {
    /// `projects/P/branches/B`, or the instance's name.
    std::string branch{};
    /// `projects/P/branches/B/databases/D`, or the database's name.
    std::string database{};
};

/// What `tables` need that is not named; one line each.
[[nodiscard]] std::vector<std::string>
find_missing_needs(const deployment& of, std::span<const table* const> tables);

/// The database, the warehouse, a table of it for each that the app itself reads (SELECT) and
/// changes (MODIFY), secrets, serving endpoints.
///
/// Errors: configuration_error where a table's place has a variable without a value.
[[nodiscard]] std::vector<app_resource> resources_of(
    const deployment& of, const database_place& lakebase, std::span<const table* const> tables
);

[[nodiscard]] std::vector<app_variable> variables_of(const deployment& of);

/// What the app may do on behalf of its users: those that were named, and `sql` where a table is
/// read by its users' own rights.
[[nodiscard]] std::vector<std::string>
scopes_of(const deployment& of, std::span<const table* const> tables);

} // namespace weir::ops
