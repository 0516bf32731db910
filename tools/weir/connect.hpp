// SPDX-License-Identifier: Apache-2.0
// The database that the settings of a service name.
#pragma once

#include <weir/app/settings.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::ops {

struct target {
    /// For libpq; holds the password.
    std::string connection{};
    /// LAKEBASE_SCHEMA: the schema of every table; empty: each file's own.
    std::string schema{};
    /// The variables of places are settings too.
    std::function<std::optional<std::string>(std::string_view)> variables{};
};

/// The variables of places, which are settings too.
[[nodiscard]] std::function<std::optional<std::string>(std::string_view)>
variables_of(const app::settings& chosen);

/// What settings say, with a password minted where they say so.
///
/// Errors: configuration_error with everything that is missing or wrong; those of the workspace.
[[nodiscard]] target target_of(const app::settings& chosen);

/// The same of the settings that services read: environment, then `.env`.
[[nodiscard]] target target_of_settings();

} // namespace weir::ops
