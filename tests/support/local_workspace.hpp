// SPDX-License-Identifier: Apache-2.0
// The local workspace as a process of the test run, and sessions on its SQL warehouse. Costs
// httplib.h through workspace/client.hpp.
#pragma once

#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <service_process.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace test {

/// A workspace with one token and one warehouse, its tables in memory.
class local_workspace {
public:
    local_workspace() : process_(program(), {{"WEIR_DUCKDB_LIBRARY", engine()}}) {
        const auto port = process_.wait_until_listening();
        if (port == 0)
            throw std::runtime_error{"the local workspace did not start: " + process_.output()};
        url_ = "http://127.0.0.1:" + std::to_string(port);
    }

    /// The one of the test program. Leaves it with 77 (skipped) without the engine's library.
    static local_workspace& shared() {
        static local_workspace only;
        return only;
    }

    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    [[nodiscard]] weir::workspace::config config() const {
        weir::workspace::config made;
        made.host = url_;
        made.token = weir::secret{"dapi-local"};
        made.auth_type = "pat";
        return made;
    }

    /// Makes something go wrong; `fault` as docs/local-workspace.md describes it.
    void add_fault(std::string_view fault) { post("/admin/faults", fault); }

    void clear_faults() {
        const weir::workspace::http_request asked{
            .method = "DELETE", .origin = url_, .target = "/admin/faults"
        };
        require_success(http_.exchange(asked));
    }

    void change(std::string_view settings) { post("/admin/settings", settings); }

    /// The next statement starts it again.
    void stop_warehouse() { post("/api/2.0/sql/warehouses/local/stop", "{}"); }

private:
    static std::string program() {
        const char* const named = std::getenv("WEIR_LOCAL_WORKSPACE");
        if (named == nullptr || *named == '\0') {
            std::fputs("SKIPPED: WEIR_LOCAL_WORKSPACE names no program\n", stderr);
            std::fflush(stderr);
            std::_Exit(77);
        }
        return named;
    }

    static std::string engine() {
        const char* const named = std::getenv("WEIR_DUCKDB_LIBRARY");
        return named != nullptr && *named != '\0' ? named : WEIR_DUCKDB_DEFAULT;
    }

    void post(std::string_view path, std::string_view body) {
        weir::workspace::http_request asked{
            .method = "POST", .origin = url_, .target = path, .body = body
        };
        asked.fields.add("Content-Type", "application/json");
        asked.fields.add("Authorization", "Bearer dapi-local");
        require_success(http_.exchange(asked));
    }

    static void require_success(const weir::workspace::http_answer& got) {
        if (got.end != weir::workspace::exchange_end::answered || got.status / 100 != 2)
            throw std::runtime_error{"the local workspace refused: " + got.body};
    }

    weir::test::service_process process_;
    std::string url_;
    weir::workspace::http_client http_{};
};

/// The warehouse of such a workspace. Retries do not wait long.
class local_warehouse {
public:
    explicit local_warehouse(local_workspace& of, weir::warehouse::options how = {})
        : client_(of.config(), quick()), over_(client_), house_(over_, complete(std::move(how))) {}

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
