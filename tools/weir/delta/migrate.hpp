// SPDX-License-Identifier: Apache-2.0
// Runs a plan on a warehouse, where every statement takes effect by itself.
#pragma once

#include <chrono>

#include "../migrate.hpp"
#include "../wanted.hpp"
#include "house.hpp"

namespace weir::ops {

/// Runs everything, one statement after the other, and records the run; neither where nothing is to
/// be done and the newest record says so. Where a statement fails or the process ends, the tables
/// are at a point between statements, and looking at them again gives the plan for the rest.
///
/// `wait`: for another run to end; `breaks_lock`: it is known to have ended.
/// Errors: database_error; with SQLSTATE 40001 where the tables have changed since `found`.
void run_plan(
    house& at,
    const wanted_tables& wanted,
    const comparison& found,
    const plan& made,
    const decisions& by,
    std::chrono::seconds wait,
    bool breaks_lock,
    const progress& tell
);

} // namespace weir::ops
