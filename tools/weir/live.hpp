// SPDX-License-Identifier: Apache-2.0
// The live tables that a command compares with schema files and changes: on Lakebase, or on a SQL
// warehouse.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "command_parts.hpp"
#include "commands.hpp"
#include "grants.hpp"
#include "migrate.hpp"

namespace weir::ops {

class live_tables {
public:
    live_tables() = default;
    live_tables(const live_tables&) = delete;
    live_tables(live_tables&&) = delete;
    live_tables& operator=(const live_tables&) = delete;
    live_tables& operator=(live_tables&&) = delete;
    virtual ~live_tables() = default;

    /// Keeps other migrations away from now on, where that can be done without writing anything.
    virtual void lock(std::chrono::seconds wait) = 0;

    /// What differs. Errors: database_error, configuration_error.
    [[nodiscard]] virtual comparison look() = 0;

    /// Whether a plan's statements take effect together.
    [[nodiscard]] virtual bool has_transactions() const = 0;

    /// Runs a plan and records it; see run_plan(). Errors: database_error.
    virtual void
    run(const comparison& found,
        const plan& made,
        const decisions& by,
        const migrate_options& how,
        const progress& tell) = 0;

    /// What whoever serves the tables lacks; see find_missing_grants().
    [[nodiscard]] virtual std::vector<missing_grant> missing_grants(const std::string& role) = 0;

    /// Gives it. Errors: database_error.
    virtual void give(const std::vector<missing_grant>& grants) = 0;
};

/// Where the tables given are looked for: `lakebase` or `warehouse`; empty: on Lakebase if any of
/// them is there.
[[nodiscard]] backend backend_of(const asked_tables& tables, const std::string& on);

/// Connects as the settings say. Lifetime: `tables` longer than what is given.
///
/// Errors: database_error, configuration_error.
[[nodiscard]] std::unique_ptr<live_tables>
open_live(const asked_tables& tables, const std::string& on);

} // namespace weir::ops
