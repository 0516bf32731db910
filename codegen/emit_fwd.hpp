// SPDX-License-Identifier: Apache-2.0
// `<name>.weir_fwd.hpp`: the names of a schema's types, without what they need.
#pragma once

#include <string>

#include "model.hpp"

namespace weir::gen {

/// Forward declarations of every enum and struct of a schema. Includes nothing but <cstdint>, for
/// the enums.
[[nodiscard]] std::string emit_forward(const schema_model& schema);

} // namespace weir::gen
