// SPDX-License-Identifier: Apache-2.0
#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <atomic>
#include <local_workspace.hpp>
#include <optional>
#include <string_view>
#include <warehouse_fixture.hpp>

namespace test {

namespace {

/// The client of this test program, a service principal: its connections are kept from test to
/// test. It tries again as usual, without waiting long.
weir::workspace::client& shared_client() {
    static weir::workspace::client made{
        [] {
            weir::workspace::config as;
            as.host = workspace_process::shared().url();
            as.client_id = "local-client";
            as.client_secret = weir::secret{"local-secret"};
            as.auth_type = "oauth-m2m";
            return as;
        }(),
        [] {
            weir::workspace::client_options how;
            how.retry.pause = [](std::chrono::milliseconds span) {
                std::this_thread::sleep_for(std::min(span, std::chrono::milliseconds{2}));
            };
            return how;
        }(),
    };
    return made;
}

std::string fresh_catalog() {
    static std::atomic<int> made{0};
    auto name = "test_" + std::to_string(++made);
    // Naming it makes it, and statements that name it for themselves find it then.
    workspace_process::shared().execute("CREATE SCHEMA IF NOT EXISTS `" + name + "`.`app_data`");
    return name;
}

} // namespace

struct own_warehouse::parts {
    std::string catalog = fresh_catalog();
    weir::warehouse::workspace_transport over{shared_client()};
    weir::warehouse::warehouse on{over, {.warehouse_id = "local", .catalog = catalog}};
};

own_warehouse::own_warehouse() : parts_(std::make_unique<parts>()) {}

own_warehouse::~own_warehouse() {
    try {
        workspace_process::shared().execute(
            "DROP SCHEMA IF EXISTS `" + parts_->catalog + "`.`app_data` CASCADE"
        );
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
    }
}

weir::any_session own_warehouse::session(const weir::nobody& who) {
    return weir::any_session{parts_->on.session(who)};
}

weir::any_caller_session own_warehouse::session(const weir::caller& who) {
    return weir::any_caller_session{parts_->on.session(who)};
}

const std::string& own_warehouse::catalog() const noexcept {
    return parts_->catalog;
}

} // namespace test
