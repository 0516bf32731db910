// SPDX-License-Identifier: Apache-2.0
// How settings say to reach Lakebase. Costs app/settings.hpp and lakebase/options.hpp.
#pragma once

#include <weir/app/settings.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/current_user.hpp>

#include <string>
#include <utility>

namespace weir::app {

/// For settings that name a database; the user is empty where the workspace is to be asked.
/// Errors: configuration_error for an sslmode that is none.
[[nodiscard]] inline lakebase::options lakebase_options_of(const settings& chosen) {
    const auto& from = *chosen.lakebase;
    lakebase::options to{
        .host = from.host,
        .port = from.port,
        .database = from.database,
        .user = from.user,
        .ssl = lakebase::ssl_mode_named(from.sslmode),
        .schema = std::string{chosen.source.find("LAKEBASE_SCHEMA").value_or("")},
        .application_name = from.application_name,
    };
    if (!from.sslrootcert.empty())
        to.ssl_root_certificate = from.sslrootcert;
    return to;
}

/// The database role of whoever the workspace's credentials belong to.
/// Errors: configuration_error where it does not tell; those of a call.
[[nodiscard]] inline std::string lakebase_role_of(workspace::client& at, deadline until) {
    auto found = workspace::read_current_user(at, {.until = until});
    if (found.user_name.empty())
        throw configuration_error{
            "The workspace does not tell who its credentials belong to: set PGUSER or "
            "LAKEBASE_USER"
        };
    return std::move(found.user_name);
}

} // namespace weir::app
