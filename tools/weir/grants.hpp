// SPDX-License-Identifier: Apache-2.0
// What a service's role must be allowed to do in a PostgreSQL database, and what of it it is not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"
#include "state.hpp"

namespace weir::ops {

/// Something that a role lacks.
struct missing_grant {
    /// `usage, create on schema "app_data"`.
    std::string what{};
    /// What gives it; empty: no statement of weir's does.
    std::string statement{};
    std::string hint{};
};

/// All that `role` lacks to serve these tables: the role itself, connecting, the schemas, each
/// table by what its API offers, sequences, and what tables of later migrations by the connected
/// role need. What is not there yet is lacked too.
///
/// Errors: database_error.
[[nodiscard]] std::vector<missing_grant>
find_missing_grants(database& at, const schema_state& wanted, const std::string& role);

} // namespace weir::ops
