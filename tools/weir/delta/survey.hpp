// SPDX-License-Identifier: Apache-2.0
// A warehouse looked at beside the schemas it should follow.
#pragma once

#include "../compare.hpp"
#include "../wanted.hpp"
#include "house.hpp"

namespace weir::ops {

/// What differs. Changes that rows in the tables forbid are refused already. Nothing is written.
///
/// Expressions are compared as they are written: a warehouse keeps the text of checks and defaults.
/// Errors: database_error, configuration_error.
[[nodiscard]] comparison survey(house& at, const wanted_tables& wanted);

} // namespace weir::ops
