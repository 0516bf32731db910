// SPDX-License-Identifier: Apache-2.0
// The backends that settings name, opened, and which tables each serves. Costs libpq-fe.h,
// httplib.h and embedded/database.hpp.
#pragma once

#include <weir/app/lakebase_options.hpp>
#include <weir/app/lakebase_passwords.hpp>
#include <weir/app/settings.hpp>
#include <weir/app/warehouse_backend.hpp>
#include <weir/core/breaker.hpp>
#include <weir/core/error.hpp>
#include <weir/core/log.hpp>
#include <weir/data/caller.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/health.hpp>
#include <weir/http/metrics.hpp>
#include <weir/http/sessions.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/table/table.hpp>
#include <weir/workspace/client.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::app {

/// The opened backends: the embedded engine for every table, or Lakebase, a SQL warehouse, or both,
/// each for the tables declared for it. Threads: safe, as what is behind them is.
class backends {
public:
    /// One of them.
    struct opened {
        /// `database` or `warehouse`: also the name of its health component.
        std::string name;
        std::string description;
        http::sessions sessions;
        http::health_component health;
    };

    /// Connects to nothing yet, but for the embedded engine. Lifetime: `log` longer than this.
    ///
    /// Errors: configuration_error naming the setting that cannot work.
    backends(const settings& chosen, const logger& log)
        : workspace_(open_workspace(chosen, log)), embedded_(open_embedded(chosen)),
          passwords_(open_passwords(chosen, log)), lakebase_(open_lakebase(chosen, log)),
          warehouse_(open_warehouse(chosen)) {
        const nobody service{.name = chosen.actor};
        if (embedded_)
            add("database", "embedded engine", http::sessions_of(*embedded_, service));
        if (lakebase_) {
            add("database", "Lakebase", http::sessions_of(*lakebase_, service));
            opened_.back().health.circuit = [this] { return lakebase_->circuit(); };
        }
        if (warehouse_) {
            opened_.push_back(
                {"warehouse",
                 "SQL warehouse",
                 warehouse_->sessions(service),
                 warehouse_->health("warehouse")}
            );
        }
    }

    /// The one that serves a table; nullptr: none does. Lifetime: as this.
    [[nodiscard]] const opened* serving(const table& of) const noexcept {
        if (embedded_)
            return &opened_.front();
        if (of.backend == backend::warehouse)
            return warehouse_ ? &opened_.back() : nullptr;
        return lakebase_ ? &opened_.front() : nullptr;
    }

    /// At least one; the first has units of work where any has, and serves an application's own
    /// routes.
    [[nodiscard]] std::span<const opened> all() const noexcept { return opened_; }

    /// The workspace, where one is configured; nullptr: none. Lifetime: as this.
    [[nodiscard]] workspace::client* workspace() const noexcept { return workspace_.get(); }

    /// The SQL warehouse, where one is configured; nullptr: none. Lifetime: as this.
    [[nodiscard]] warehouse_backend* warehouse() const noexcept { return warehouse_.get(); }

    /// What /metrics tells of them: connections, calls of the workspace, tokens.
    void write_metrics(http::metrics_writer& to) const {
        if (lakebase_)
            write_pool(to, lakebase_->statistics());
        if (workspace_) {
            const auto done = workspace_->statistics();
            to.single(
                "weir_workspace_tries_total", "counter", "Calls of the workspace.", done.tries
            );
            to.single(
                "weir_workspace_retries_total",
                "counter",
                "Calls of the workspace after the first try.",
                done.retries
            );
            to.single(
                "weir_workspace_token_fetches_total",
                "counter",
                "Tokens asked of the workspace.",
                done.token_fetches
            );
        }
        write_circuits(to);
        if (passwords_)
            to.single(
                "weir_lakebase_password_fetches_total",
                "counter",
                "Passwords of Lakebase asked of the workspace.",
                passwords_->fetches()
            );
    }

    /// What the backend that speaks a dialect is called; empty: there is none.
    [[nodiscard]] std::string description_of(sql::dialect spoken) const {
        if (spoken == sql::dialect::postgres)
            return lakebase_ ? opened_.front().description : std::string{};
        return embedded_ || warehouse_ ? opened_.back().description : std::string{};
    }

    [[nodiscard]] std::string description() const {
        std::string text;
        for (const auto& each : opened_)
            text.append(text.empty() ? "" : ", ").append(each.description);
        return text;
    }

private:
    using lookup = std::function<std::optional<std::string>(std::string_view)>;

    /// One of three states is 1.
    void write_circuits(http::metrics_writer& to) const {
        constexpr std::string_view name = "weir_circuit";
        to.family(name, "gauge", "State of the circuit before a backend.");
        for (const auto& each : opened_) {
            if (!each.health.circuit)
                continue;
            const auto now = each.health.circuit();
            for (const auto state :
                 {breaker_state::closed, breaker_state::half_open, breaker_state::open})
                to.sample(
                    name,
                    {{"backend", each.name}, {"state", name_of(state)}},
                    now == state ? 1U : 0U
                );
        }
    }

    static void write_pool(http::metrics_writer& to, const lakebase::pool_statistics& of) {
        to.family("weir_pool_connections", "gauge", "Database connections.");
        to.sample("weir_pool_connections", {{"state", "idle"}}, of.idle);
        to.sample("weir_pool_connections", {{"state", "in_use"}}, of.in_use);
        to.single("weir_pool_waiting", "gauge", "Requests that wait for a connection.", of.waiting);
        to.single("weir_pool_opened_total", "counter", "Connections opened.", of.created);
        to.family("weir_pool_closed_total", "counter", "Connections closed.");
        to.sample("weir_pool_closed_total", {{"why", "broken"}}, of.broken);
        to.sample("weir_pool_closed_total", {{"why", "retired"}}, of.retired);
        to.single(
            "weir_pool_failed_connects_total",
            "counter",
            "Tries to connect that failed.",
            of.failed_connects
        );
        to.single(
            "weir_pool_turned_away_total",
            "counter",
            "Requests refused because too many waited for a connection.",
            of.turned_away
        );
        to.single(
            "weir_pool_shared_reads_total",
            "counter",
            "Reads of single rows that went to the database with others.",
            of.shared_reads
        );
    }

    void add(std::string name, std::string description, http::sessions from) {
        auto health = http::database_component(name, from);
        opened_.push_back(
            {std::move(name), std::move(description), std::move(from), std::move(health)}
        );
    }

    /// The variables of places, `${UC_CATALOG:-main}`, are settings too.
    static lookup variables_of(const settings& chosen) {
        return [source = chosen.source](std::string_view name) -> std::optional<std::string> {
            const auto found = source.find(name);
            if (!found)
                return std::nullopt;
            return std::string{*found};
        };
    }

    static std::unique_ptr<workspace::client>
    open_workspace(const settings& chosen, const logger& log) {
        if (chosen.embedded || !chosen.workspace)
            return nullptr;
        return std::make_unique<workspace::client>(
            *chosen.workspace,
            workspace::client_options{
                .http = {.breaker = breaker_of("workspace", chosen, log)}, .log = &log
            }
        );
    }

    /// One that tells the log when it opens and closes.
    static breaker_options
    breaker_of(std::string_view name, const settings& chosen, const logger& log) {
        auto made = chosen.breaker;
        made.on_change = [name, &log](breaker_state state) {
            log.warning("circuit", {{"backend", name}, {"state", name_of(state)}});
        };
        return made;
    }

    static std::unique_ptr<embedded::database> open_embedded(const settings& chosen) {
        if (!chosen.embedded)
            return nullptr;
        return std::make_unique<embedded::database>(embedded::options{
            .path = *chosen.embedded,
            .library = std::string{chosen.source.find("WEIR_DUCKDB_LIBRARY").value_or("")},
            .variables = variables_of(chosen),
        });
    }

    [[nodiscard]] std::unique_ptr<lakebase_passwords>
    open_passwords(const settings& chosen, const logger& log) const {
        if (chosen.embedded || !chosen.lakebase || !chosen.lakebase->mints_passwords())
            return nullptr;
        return std::make_unique<lakebase_passwords>(*workspace_, *chosen.lakebase, log);
    }

    [[nodiscard]] std::unique_ptr<lakebase::pool>
    open_lakebase(const settings& chosen, const logger& log) const {
        if (chosen.embedded || !chosen.lakebase)
            return nullptr;
        lakebase::password_provider password =
            [fixed = chosen.lakebase->password](lakebase::password_need) { return fixed; };
        if (passwords_)
            password = [minted = passwords_.get()](lakebase::password_need why) {
                return minted->give(why);
            };
        auto to = lakebase_options_of(chosen);
        to.variables = variables_of(chosen);
        to.breaker = breaker_of("database", chosen, log);
        // What is over before the circuit would open, such as a restart, is waited for.
        if (to.breaker.failures > 0)
            to.connect_attempts = 1'000;
        if (to.user.empty())
            to.find_user = [role = std::make_shared<lakebase_role>(*workspace_)] {
                return role->find();
            };
        return std::make_unique<lakebase::pool>(std::move(to), std::move(password));
    }

    [[nodiscard]] std::unique_ptr<warehouse_backend> open_warehouse(const settings& chosen) const {
        if (chosen.embedded || chosen.warehouse_id.empty())
            return nullptr;
        return std::make_unique<warehouse_backend>(
            *workspace_,
            warehouse::options{
                .warehouse_id = chosen.warehouse_id, .variables = variables_of(chosen)
            }
        );
    }

    // What comes later uses what comes earlier.
    std::unique_ptr<workspace::client> workspace_;
    std::unique_ptr<embedded::database> embedded_;
    std::unique_ptr<lakebase_passwords> passwords_;
    std::unique_ptr<lakebase::pool> lakebase_;
    std::unique_ptr<warehouse_backend> warehouse_;
    std::vector<opened> opened_{};
};

} // namespace weir::app
