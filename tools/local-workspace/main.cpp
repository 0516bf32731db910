// SPDX-License-Identifier: Apache-2.0
// A Databricks workspace on loopback, for development and tests: see docs/local-workspace.md.
#include <weir/app/signals.hpp>

#include <exception>
#include <iostream>
#include <thread>

#include "listener.hpp"
#include "services.hpp"

namespace {

int serve(local_workspace::options how) {
    const weir::app::stop_signals signals;
    // A statement has up to 16 MiB of text, files in volumes more.
    local_workspace::listener listener{how.port, 256U << 20U};
    const auto url = "http://127.0.0.1:" + std::to_string(listener.port());
    local_workspace::workspace of{std::move(how), url};
    for (const auto& [token, user] : of.how.tokens)
        of.known.add_token(token, user);
    for (const auto& [id, secret] : of.how.clients)
        of.known.add_client(id, secret);
    of.known.set_token_life(of.how.token_life);
    of.databases.set_life(of.how.credential_life);
    for (const auto& [token, user] : of.how.tokens)
        of.databases.prepare(user);
    for (const auto& [id, secret] : of.how.clients)
        of.databases.prepare(id);
    of.houses.set_cold_start(std::chrono::milliseconds{of.how.cold_start_ms});
    for (const auto& id : of.how.warehouses)
        of.houses.add(id, of.how.cold_start_ms == 0);
    local_workspace::api api{of.known, of.injected, of.how.workspace_id};
    local_workspace::add_identity_routes(api, of);
    local_workspace::add_sql_routes(api, of);
    local_workspace::add_lakebase_routes(api, of);
    local_workspace::add_jobs_routes(api, of);
    local_workspace::add_serving_routes(api, of);
    local_workspace::add_files_routes(api, of);
    local_workspace::add_apps_routes(api, of);

    std::thread serving{[&] { listener.run(api.routes()); }};
    std::cout << "listening on " << url << std::endl;
    static_cast<void>(signals.wait());
    listener.stop();
    serving.join();
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    try {
        auto how = local_workspace::read_options(count, arguments);
        if (how.help) {
            std::cout << local_workspace::usage;
            return 0;
        }
        return serve(std::move(how));
    } catch (const std::exception& failed) {
        std::cerr << "local-workspace: " << failed.what() << '\n';
        return 2;
    }
}
