// SPDX-License-Identifier: Apache-2.0
// YAML values read by a column's type: defaults and limits, exact.
#pragma once

#include <optional>
#include <string_view>

#include "diagnostics.hpp"
#include "model.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// Reads `from` as a value of `type`; absent after reporting, under `id`, why it is none.
[[nodiscard]] std::optional<value>
read_value(const node& from, const type_model& type, std::string_view id, diagnostics& to);

} // namespace weir::gen
