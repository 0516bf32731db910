// SPDX-License-Identifier: Apache-2.0
#include "connect.hpp"

#include <weir/app/lakebase_options.hpp>
#include <weir/app/settings.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/workspace/client.hpp>
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
        to.user = app::lakebase_role{at}.find();
}

} // namespace

std::function<std::optional<std::string>(std::string_view)> variables_of(const app::settings& chosen
) {
    return [source = chosen.source](std::string_view name) -> std::optional<std::string> {
        const auto found = source.find(name);
        return found ? std::optional{std::string{*found}} : std::nullopt;
    };
}

target target_of(const app::settings& chosen) {
    if (!chosen.lakebase && chosen.problems.empty())
        throw configuration_error{"no database is named: set DATABASE_URL, PGHOST or LAKEBASE_HOST"
        };
    if (!chosen.problems.empty()) {
        std::string all;
        for (const auto& each : chosen.problems)
            all.append(all.empty() ? "" : "\n").append(each);
        throw configuration_error{all};
    }
    auto to = app::lakebase_options_of(chosen);
    to.application_name = "weir migrate";
    auto password = chosen.lakebase->password;
    if (chosen.lakebase->mints_passwords())
        mint(chosen, to, password);
    lakebase::detail::check_options(to);
    return {
        .connection =
            lakebase::detail::connection_string(to, password, std::chrono::seconds{30}).reveal(),
        .schema = to.schema,
        .variables = variables_of(chosen),
    };
}

target target_of_settings() {
    return target_of(app::settings::from_environment());
}

} // namespace weir::ops
