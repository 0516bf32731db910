// SPDX-License-Identifier: Apache-2.0
// What a service's principal must be allowed to do in Unity Catalog, and what of it it is not.
#pragma once

#include <string>
#include <vector>

#include "../grants.hpp"
#include "house.hpp"

namespace weir::ops {

/// All that `principal` was not granted by its own name, nor as one of all account users: USE
/// CATALOG, USE SCHEMA, CREATE TABLE, and on every table of the schema, later ones too, SELECT and
/// MODIFY. What comes by another group, or by owning, is not seen; to grant it again is harmless.
///
/// Errors: database_error, configuration_error.
[[nodiscard]] std::vector<missing_grant>
find_missing_grants(house& at, const schema_state& wanted, const std::string& principal);

} // namespace weir::ops
