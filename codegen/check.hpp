// SPDX-License-Identifier: Apache-2.0
// The rules a resolved schema must keep; one small function per rule, every violation reported.
#pragma once

#include <deque>

#include "diagnostics.hpp"
#include "model.hpp"

namespace weir::gen {

/// Checks the schemas of a run, each by itself and against each other.
void check(const std::deque<schema_model>& schemas, diagnostics& to);

} // namespace weir::gen
