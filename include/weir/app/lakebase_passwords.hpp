// SPDX-License-Identifier: Apache-2.0
// Passwords of Lakebase that a workspace mints, renewed before each connect that needs it. Costs
// workspace/lakebase_credentials.hpp.
#pragma once

#include <weir/app/settings.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/log.hpp>
#include <weir/core/secret.hpp>
#include <weir/lakebase/options.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/lakebase_credentials.hpp>
#include <weir/workspace/token_cache.hpp>

#include <chrono>

namespace weir::app {

/// The password of the service's own role. Threads: any number at once, which share one mint.
class lakebase_passwords {
public:
    /// Lifetime: client and log longer than this.
    lakebase_passwords(workspace::client& from, const lakebase_settings& chosen, const logger& log)
        : cache_(source_of(from, chosen), {.log = &log}) {}

    /// A password that is good now; another than before where the server refused it.
    ///
    /// Errors: those of the credentials' call; connecting fails with them.
    [[nodiscard]] secret give(lakebase::password_need why) {
        // The pool gives up connecting after as long.
        const auto until = deadline::in(std::chrono::seconds{10});
        auto known = cache_.get(until);
        if (why != lakebase::password_need::refused)
            return known;
        cache_.refuse(known);
        return cache_.get(until);
    }

private:
    static workspace::token_source
    source_of(workspace::client& from, const lakebase_settings& chosen) {
        return chosen.endpoint.empty() ? workspace::instance_passwords(from, chosen.instance)
                                       : workspace::endpoint_passwords(from, chosen.endpoint);
    }

    workspace::token_cache cache_;
};

} // namespace weir::app
