// SPDX-License-Identifier: Apache-2.0
// The backend that settings name, opened, and which tables it serves. Costs pqxx and
// embedded/database.hpp.
#pragma once

#include <weir/app/settings.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/data/caller.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/http/sessions.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/table/table.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::app {

/// The opened backend. Threads: safe, as the pool and the engine are.
class backends {
public:
    /// Connects to nothing yet, but for the embedded engine.
    ///
    /// Errors: configuration_error naming the setting that cannot work.
    explicit backends(const settings& chosen)
        : embedded_(open_embedded(chosen)), lakebase_(open_lakebase(chosen)),
          sessions_(make_sessions({.name = chosen.actor})) {}

    /// Whether a table can be served: the embedded engine serves all, Lakebase those declared for
    /// it.
    [[nodiscard]] bool serves(const table& of) const noexcept {
        return embedded_ != nullptr || of.backend == backend::lakebase;
    }

    [[nodiscard]] const http::sessions& sessions() const noexcept { return sessions_; }

    [[nodiscard]] std::string_view description() const noexcept {
        return embedded_ != nullptr ? "embedded engine" : "Lakebase";
    }

private:
    using lookup = std::function<std::optional<std::string>(std::string_view)>;

    /// The variables of places, `${UC_CATALOG:-main}`, are settings too.
    static lookup variables_of(const settings& chosen) {
        return [source = chosen.source](std::string_view name) -> std::optional<std::string> {
            const auto found = source.find(name);
            if (!found)
                return std::nullopt;
            return std::string{*found};
        };
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

    static std::unique_ptr<lakebase::pool> open_lakebase(const settings& chosen) {
        if (chosen.embedded || !chosen.lakebase)
            return nullptr;
        const auto& from = *chosen.lakebase;
        lakebase::options to{
            .host = from.host,
            .port = from.port,
            .database = from.database,
            .user = from.user,
            .ssl = ssl_mode_of(from.sslmode),
            .schema = std::string{chosen.source.find("LAKEBASE_SCHEMA").value_or("")},
            .variables = variables_of(chosen),
            .application_name = from.application_name,
        };
        if (!from.sslrootcert.empty())
            to.ssl_root_certificate = from.sslrootcert;
        return std::make_unique<lakebase::pool>(
            std::move(to), [password = from.password](lakebase::password_need) { return password; }
        );
    }

    static lakebase::ssl_mode ssl_mode_of(std::string_view word) {
        if (word.empty())
            return lakebase::ssl_mode::automatic;
        if (word == "disable")
            return lakebase::ssl_mode::disable;
        if (word == "require")
            return lakebase::ssl_mode::require;
        if (word == "verify-ca")
            return lakebase::ssl_mode::verify_ca;
        if (word == "verify-full")
            return lakebase::ssl_mode::verify_full;
        throw configuration_error{
            "PGSSLMODE must be disable, require, verify-ca or verify-full; 'allow' and 'prefer' "
            "would let a connection go unencrypted"
        };
    }

    [[nodiscard]] http::sessions make_sessions(const nobody& service) const {
        return embedded_ != nullptr ? http::sessions_of(*embedded_, service)
                                    : http::sessions_of(*lakebase_, service);
    }

    std::unique_ptr<embedded::database> embedded_;
    std::unique_ptr<lakebase::pool> lakebase_;
    http::sessions sessions_;
};

} // namespace weir::app
