// SPDX-License-Identifier: Apache-2.0
// The catalog names that the embedded engine keeps for itself. Costs core/headers.hpp.
#pragma once

#include <weir/core/headers.hpp>

#include <string_view>

namespace weir::embedded {

/// Whether the engine attaches no database under a name, in whatever case.
/// Source: DuckDB 1.4.
[[nodiscard]] inline bool is_reserved_catalog(std::string_view name) noexcept {
    for (const std::string_view reserved : {"main", "memory", "system", "temp"}) {
        if (equals_ignoring_case(name, reserved))
            return true;
    }
    return false;
}

} // namespace weir::embedded
