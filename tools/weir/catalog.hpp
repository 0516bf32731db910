// SPDX-License-Identifier: Apache-2.0
// The tables of a PostgreSQL database, from its catalogs.
#pragma once

#include <string>
#include <vector>

#include "database.hpp"
#include "state.hpp"

namespace weir::ops {

/// Tables, and what else has a name among them, of one schema by its bare name. Nothing is said
/// about rows: `has_rows` stays true.
///
/// Errors: database_error.
[[nodiscard]] std::vector<table_state>
read_catalog(database& from, const std::string& schema, const std::string& prefix);

} // namespace weir::ops
