// SPDX-License-Identifier: Apache-2.0
// `<name>.weir.hpp`: enums, structs, rows with their create, update and key structs, handles,
// facts.
#pragma once

#include <string>

#include "model.hpp"

namespace weir::gen {

/// The text of a schema's header; the schema must be free of errors.
[[nodiscard]] std::string emit_header(const schema_model& schema, const sources& files);

} // namespace weir::gen
