// SPDX-License-Identifier: Apache-2.0
// What to do with decimal digits that do not fit. Costs nothing.
#pragma once

#include <cstdint>

namespace weir {

/// How digits beyond the wanted scale are dropped.
enum class rounding : std::uint8_t {
    /// Non-zero digits beyond the scale are an error.
    refuse,
    /// To the nearest, ties to the even neighbour (bankers' rounding).
    half_even,
    /// To the nearest, ties away from zero (what PostgreSQL's numeric does).
    half_up,
    /// Towards zero.
    down,
};

} // namespace weir
