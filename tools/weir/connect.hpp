// SPDX-License-Identifier: Apache-2.0
// The database that the settings of a service name.
#pragma once

#include <string>

namespace weir::ops {

struct target {
    /// For libpq; holds the password.
    std::string connection{};
    /// LAKEBASE_SCHEMA: the schema of every table; empty: each file's own.
    std::string schema{};
};

/// Reads the settings that services read (environment, then `.env`), and mints a password where
/// they say so.
///
/// Errors: configuration_error with everything that is missing or wrong; those of the workspace.
[[nodiscard]] target target_of_settings();

} // namespace weir::ops
