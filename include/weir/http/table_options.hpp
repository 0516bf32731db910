// SPDX-License-Identifier: Apache-2.0
// How a table's routes behave besides what its schema says. Costs <chrono>.
#pragma once

#include <weir/core/chrono.hpp>

#include <cstddef>
#include <string>

namespace weir::http {

struct table_options {
    /// Every path begins with it.
    std::string base = "/api/v1";
    /// Rows one POST may bring.
    std::size_t max_rows = 10'000;
    /// Whether anybody may purge rows of a table whose schema names no `purge` groups.
    bool purge_without_rule = false;
    /// Where audit times come from.
    now_function clock = &now;
};

} // namespace weir::http
