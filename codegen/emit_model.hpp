// SPDX-License-Identifier: Apache-2.0
// The resolved model as JSON, for tests and other tools.
#pragma once

#include <deque>
#include <string>

#include "model.hpp"

namespace weir::gen {

/// The schemas that were named on the command line.
[[nodiscard]] std::string
emit_model(const std::deque<schema_model>& schemas, std::size_t given, const sources& files);

} // namespace weir::gen
