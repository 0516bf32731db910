// SPDX-License-Identifier: Apache-2.0
// Sessions on the SQL warehouse of a workspace on loopback. Costs httplib.h through
// workspace/client.hpp.
#pragma once

#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <chrono>
#include <utility>
#include <workspace_process.hpp>

namespace test {

/// How weir's client reaches a workspace.
[[nodiscard]] inline weir::workspace::config config_of(const workspace_process& on) {
    weir::workspace::config made;
    made.host = on.url();
    made.token = weir::secret{"dapi-local"};
    made.auth_type = "pat";
    return made;
}

/// The warehouse of such a workspace. Retries do not wait long.
class local_warehouse {
public:
    explicit local_warehouse(const workspace_process& of, weir::warehouse::options how = {})
        : client_(config_of(of), quick()), over_(client_), house_(over_, complete(std::move(how))) {
    }

    [[nodiscard]] weir::warehouse::warehouse& house() noexcept { return house_; }

    template <class Who>
    [[nodiscard]] auto session(Who who) {
        return house_.session(std::move(who));
    }

private:
    static weir::workspace::client_options quick() {
        weir::workspace::client_options made;
        made.retry.pause = [](std::chrono::milliseconds) {};
        return made;
    }

    static weir::warehouse::options complete(weir::warehouse::options given) {
        given.warehouse_id = "local";
        return given;
    }

    weir::workspace::client client_;
    weir::warehouse::workspace_transport over_;
    weir::warehouse::warehouse house_;
};

} // namespace test
