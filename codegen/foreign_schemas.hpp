// SPDX-License-Identifier: Apache-2.0
// What a file needs of others.
#pragma once

#include <vector>

#include "model.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// The types a file names that live in other schemas, and the tables its relations name there:
/// schema names.
[[nodiscard]] std::vector<located_text> foreign_schemas(const node& root);

} // namespace weir::gen
