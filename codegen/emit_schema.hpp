// SPDX-License-Identifier: Apache-2.0
// The JSON Schema (2020-12) of the schema language: completion and checks while typing, in editors.
#pragma once

#include <string>

namespace weir::gen {

[[nodiscard]] std::string emit_language_schema();

} // namespace weir::gen
