// SPDX-License-Identifier: Apache-2.0
// Values and YAML nodes as JSON text.
#pragma once

#include <string>
#include <string_view>

#include "model.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// The value as JSON text: `640.0`, `"draft"`, `[]`.
[[nodiscard]] std::string json_of(const value& of, const type_model& type);

/// A YAML node as JSON by YAML 1.2's core schema: for columns of type json.
[[nodiscard]] std::string json_of(const node& of);

/// Text as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

} // namespace weir::gen
