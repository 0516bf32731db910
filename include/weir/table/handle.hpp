// SPDX-License-Identifier: Apache-2.0
// A typed name for one column of one row type; generated code makes one per column.
#pragma once

#include <cstdint>

namespace weir {

/// Column `index` of `Row`, whose values are `Value` (never optional). Conditions are written with
/// it.
template <class Row, class Value>
struct handle {
    using row_type = Row;
    using value_type = Value;

    std::uint16_t index = 0;
};

} // namespace weir
