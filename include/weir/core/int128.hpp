// SPDX-License-Identifier: Apache-2.0
// The compilers' 128-bit integer under one name that -Wpedantic accepts. Costs nothing.
#pragma once

#include <cstdint>

namespace weir {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

/// Puts a 128-bit value together from its halves: `high * 2^64 + low`. Generated code writes wide
/// constants so.
[[nodiscard]] constexpr int128 make_int128(std::int64_t high, std::uint64_t low) noexcept {
    return static_cast<int128>((static_cast<uint128>(high) << 64U) | low);
}

} // namespace weir
