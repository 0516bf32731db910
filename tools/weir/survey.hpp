// SPDX-License-Identifier: Apache-2.0
// A database looked at beside the schemas it should follow.
#pragma once

#include <functional>
#include <string>

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

/// Whether a table, or its former name, is asked for.
[[nodiscard]] bool is_named(const schema_state& wanted, const table_state& table);

/// Refuses the changes that rows stand in the way of; `has_rows`: whether a query gives any.
///
/// Errors: database_error where the database is lost.
void refuse_where_rows_forbid(
    comparison& found, const std::function<bool(const std::string&)>& has_rows
);

} // namespace weir::ops
