// SPDX-License-Identifier: Apache-2.0
// The api_log of a service, by its settings. Costs http/api_log.hpp and app/records_door.hpp.
#pragma once

#include <weir/app/backends.hpp>
#include <weir/app/records_door.hpp>
#include <weir/app/settings.hpp>
#include <weir/core/headers.hpp>
#include <weir/core/log.hpp>
#include <weir/http/api_log.hpp>
#include <weir/http/sessions.hpp>
#include <weir/table/table.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::app {

/// The api_log as a table that nobody reaches by other doors.
inline constexpr table api_log_facts{.name = "api_log", .audit = false, .soft_delete = false};

/// Where the api_log of a service is.
struct api_log_place {
    http::sessions to;
    backend on = backend::lakebase;
    std::string catalog{};
    std::string schema{};

    /// As table::place, moved by no setting; a table in the database needs no catalog.
    [[nodiscard]] std::string place(std::string_view database) const {
        std::string made{sql::fixed_place};
        if (!equals_ignoring_case(catalog, database))
            made.append(catalog).append(".");
        return made.append(schema);
    }
};

/// `DATABRICKS_LOG_CATALOG` and `_SCHEMA`, else `DATABRICKS_CATALOG` and `_SCHEMA`, else the
/// database's own schema; absent: switched off, or nowhere to be.
[[nodiscard]] inline std::optional<api_log_place>
find_api_log(const settings& by, const backends& on) {
    static constexpr table in_lakebase{.backend = backend::lakebase};
    static constexpr table in_warehouse{.backend = backend::warehouse};
    if (!by.api_log)
        return std::nullopt;
    const auto setting = [&](std::string_view name, std::string_view other) {
        const auto found = by.source.find(name);
        return std::string{found ? *found : by.source.find(other).value_or("")};
    };
    const auto catalog = setting("DATABRICKS_LOG_CATALOG", "DATABRICKS_CATALOG");
    const auto schema = setting("DATABRICKS_LOG_SCHEMA", "DATABRICKS_SCHEMA");
    const auto database = database_of(by);
    const bool is_in_database = catalog.empty() || equals_ignoring_case(catalog, database);
    const auto* const serving = on.serving(is_in_database ? in_lakebase : in_warehouse);
    if (serving == nullptr)
        return std::nullopt;
    api_log_place made{.to = serving->sessions};
    made.on = is_in_database ? backend::lakebase : backend::warehouse;
    made.catalog = is_in_database ? database : catalog;
    made.schema = !schema.empty() ? schema
                  : is_in_database
                      ? std::string{by.source.find("LAKEBASE_SCHEMA").value_or("app_data")}
                      : std::string{"default"};
    return made;
}

/// What the api_log is told. Lifetime: the log outlives it.
[[nodiscard]] inline http::api_log_options api_log_options_of(
    const api_log_place& at,
    const settings& by,
    const std::vector<record_source>& tables,
    const logger& log
) {
    http::api_log_options made;
    made.place = at.place(database_of(by));
    made.on = at.on;
    made.log = &log;
    // A service is out within ten seconds, and requests have seven of them.
    made.patience = std::chrono::seconds{1};
    for (const auto& each : tables) {
        auto declared = detail::declared_record(*each.of, by, database_of(by));
        made.tables.push_back(
            {each.of,
             std::move(declared.catalog),
             std::move(declared.schema),
             each.of->api.path.empty() ? std::string{} : "/api/v1/" + std::string{each.of->api.path}
            }
        );
    }
    return made;
}

} // namespace weir::app
