// SPDX-License-Identifier: Apache-2.0
// Runs a plan on a database: one migration at a time, each step told when it is done.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "compare.hpp"
#include "database.hpp"
#include "plan.hpp"
#include "state.hpp"

namespace weir::ops {

/// Keeps other migrations away until it is gone.
class migration_lock {
public:
    /// Errors: database_error with SQLSTATE 55P03 where another one does not end in time.
    migration_lock(database& at, std::chrono::seconds wait);
};

/// Told of each batch before it is run: which, of how many, and its first statement.
using progress = std::function<void(std::size_t at, std::size_t of, const std::string& statement)>;

/// The changes that are made.
[[nodiscard]] std::vector<std::string> ids_of(const comparison& found, const decisions& by);

/// Runs everything, and records the run; neither where nothing is to be done and the newest record
/// says so. The first batch and the record are one transaction; where a later batch fails or the
/// process ends, the database is at a point between batches, and looking at it again gives the plan
/// for the rest.
///
/// Errors: database_error.
void run_plan(
    database& at,
    const schema_state& wanted,
    const comparison& found,
    const plan& made,
    const decisions& by,
    std::chrono::seconds lock_wait,
    const progress& tell
);

} // namespace weir::ops
