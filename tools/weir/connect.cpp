// SPDX-License-Identifier: Apache-2.0
#include "connect.hpp"

#include <weir/app/settings.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/current_user.hpp>
#include <weir/workspace/lakebase_credentials.hpp>

#include <chrono>

namespace weir::ops {

namespace {

/// The role and the password of whoever the workspace's credentials belong to.
void mint(const app::settings& chosen, lakebase::options& to, secret& password) {
    if (!chosen.workspace)
        throw configuration_error{"passwords of Lakebase are minted by a workspace: set "
                                  "DATABRICKS_HOST and credentials"};
    workspace::client at{*chosen.workspace};
    const auto until = deadline::in(std::chrono::seconds{30});
    const auto& from = *chosen.lakebase;
    const auto source = from.endpoint.empty() ? workspace::instance_passwords(at, from.instance)
                                              : workspace::endpoint_passwords(at, from.endpoint);
    password = source(until).text;
    if (to.user.empty())
        to.user = workspace::read_current_user(at, {.until = until}).user_name;
}

} // namespace

target target_of_settings() {
    const auto chosen = app::settings::from_environment();
    if (!chosen.lakebase && chosen.problems.empty())
        throw configuration_error{"no database is named: set DATABASE_URL, PGHOST or LAKEBASE_HOST"
        };
    if (!chosen.problems.empty()) {
        std::string all;
        for (const auto& each : chosen.problems)
            all.append(all.empty() ? "" : "\n").append(each);
        throw configuration_error{all};
    }
    const auto& from = *chosen.lakebase;
    lakebase::options to{
        .host = from.host,
        .port = from.port,
        .database = from.database,
        .user = from.user,
        .ssl = lakebase::ssl_mode_named(from.sslmode),
        .application_name = "weir migrate",
    };
    if (!from.sslrootcert.empty())
        to.ssl_root_certificate = from.sslrootcert;
    auto password = from.password;
    if (from.mints_passwords())
        mint(chosen, to, password);
    lakebase::detail::check_options(to);
    return {
        .connection =
            lakebase::detail::connection_string(to, password, std::chrono::seconds{30}).reveal(),
        .schema = std::string{chosen.source.find("LAKEBASE_SCHEMA").value_or("")},
    };
}

} // namespace weir::ops
