// SPDX-License-Identifier: Apache-2.0
// A database looked at beside the schemas it should follow.
#pragma once

#include "compare.hpp"
#include "database.hpp"
#include "wanted.hpp"

namespace weir::ops {

/// What differs. Changes that rows in the tables forbid are refused already.
///
/// PostgreSQL itself says how it spells what the schemas ask for: the tables are made as temporary
/// ones and taken back. Nothing that stays is written, and no lock outlives a statement.
///
/// Errors: database_error, which for 42501 says what right is missing; configuration_error.
[[nodiscard]] comparison survey(database& at, const wanted_tables& wanted);

} // namespace weir::ops
