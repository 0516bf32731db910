// SPDX-License-Identifier: Apache-2.0
// Types with commas that were written without quotes inside '{ }', where YAML cuts them.
#pragma once

#include "diagnostics.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// A column or named type whose unquoted type YAML cut at its commas, put together again; reports
/// it.
[[nodiscard]] node mend_type(const node& from, const source& file, diagnostics& to);

} // namespace weir::gen
