// SPDX-License-Identifier: Apache-2.0
// A Delta table that is there, and the one that should be. There are no transactions: what a change
// needs several statements for is found unfinished by the next run, whichever of them was the last.
#pragma once

#include <cstddef>

#include "../compare.hpp"
#include "../state.hpp"

namespace weir::ops {

/// Adds the changes of one table.
void compare_on_warehouse(
    comparison& into, const table_state& live, const table_state& wanted, const made_names& made
);

/// What will have become of the keys of `live`, and of those that refer to it, when its table and
/// its columns have the names that are wanted: a key goes with a column of it that is renamed, and
/// references go with the key they point to.
///
/// Source: Databricks SQL reference, ALTER TABLE, RENAME COLUMN and DROP PRIMARY KEY CASCADE.
void foresee_keys(schema_state& live, std::size_t of, const table_state& wanted);

} // namespace weir::ops
