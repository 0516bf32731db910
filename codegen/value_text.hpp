// SPDX-License-Identifier: Apache-2.0
// YAML values read by a column's type: defaults and limits, exact; and values as JSON and as C++.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diagnostics.hpp"
#include "model.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// Reads `from` as a value of `type`; absent after reporting, under `id`, why it is none.
[[nodiscard]] std::optional<value>
read_value(const node& from, const type_model& type, std::string_view id, diagnostics& to);

/// The value as JSON text: `640.0`, `"draft"`, `[]`.
[[nodiscard]] std::string json_of(const value& of, const type_model& type);

/// A type in the schema's words: `decimal(12,2)`, `array<string>`.
[[nodiscard]] std::string words_of(const type_model& type);

/// A YAML node as JSON by YAML 1.2's core schema: for columns of type json.
[[nodiscard]] std::string json_of(const node& of);

/// Text as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

} // namespace weir::gen
