// SPDX-License-Identifier: Apache-2.0
// The tables of one schema as Unity Catalog and Delta tell of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../state.hpp"
#include "house.hpp"

namespace weir::ops {

/// Every table and view of a schema, by the prefix that their names have. Properties, checks and
/// clustering, for which each table is asked by itself, are read of those that `wants` names.
///
/// Sources: information_schema (tables, columns, table_constraints, key_column_usage,
/// referential_constraints), SHOW TBLPROPERTIES, DESCRIBE DETAIL.
/// Errors: database_error.
[[nodiscard]] std::vector<table_state> read_delta_tables(
    house& from, const std::string& prefix, const std::function<bool(const table_state&)>& wants
);

/// Whether the schema is there.
[[nodiscard]] bool has_schema(house& from, const std::string& prefix);

} // namespace weir::ops
