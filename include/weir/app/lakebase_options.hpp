// SPDX-License-Identifier: Apache-2.0
// How settings say to reach Lakebase. Costs app/settings.hpp and lakebase/options.hpp.
#pragma once

#include <weir/app/settings.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/current_user.hpp>

#include <chrono>
#include <mutex>
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

/// The database role of whoever a workspace's credentials belong to, asked for until it is known.
/// Threads: safe; one asks while others wait.
class lakebase_role {
public:
    /// Lifetime: the client must outlive it.
    explicit lakebase_role(workspace::client& at) : at_(&at) {}

    /// Errors: configuration_error where the workspace does not tell; those of a call.
    [[nodiscard]] std::string find() {
        const std::lock_guard lock{mutex_};
        if (known_.empty())
            known_ = ask();
        return known_;
    }

private:
    [[nodiscard]] std::string ask() const {
        // The pool gives up connecting after as long.
        const auto until = deadline::in(std::chrono::seconds{10});
        auto found = workspace::read_current_user(*at_, {.until = until});
        if (found.user_name.empty())
            throw configuration_error{
                "The workspace does not tell who its credentials belong to: set PGUSER or "
                "LAKEBASE_USER"
            };
        return std::move(found.user_name);
    }

    workspace::client* at_;
    std::mutex mutex_;
    std::string known_;
};

} // namespace weir::app
