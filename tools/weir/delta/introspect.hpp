// SPDX-License-Identifier: Apache-2.0
// From Delta tables that are there to the schema file that asks for them. Pure: what was read goes
// in.
#pragma once

#include <string>
#include <vector>

#include "../introspect.hpp"
#include "../state.hpp"
#include "house.hpp"

namespace weir::ops {

/// `tables`: of one schema of Unity Catalog. Audit columns and weir's own tables become the words
/// that ask for them.
[[nodiscard]] introspection introspect_warehouse(
    const std::vector<table_state>& tables, const place_names& place, const std::string& name
);

} // namespace weir::ops
