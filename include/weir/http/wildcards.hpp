// SPDX-License-Identifier: Apache-2.0
// Which wildcards patterns of `like` and `ilike` have in a grammar. Costs nothing.
#pragma once

#include <cstdint>

namespace weir::http {

/// Which wildcards a pattern of a client may have.
enum class wildcards : std::uint8_t {
    /// `*` is any text, everything else itself.
    star,
    /// `*` and SQL's own: `%` any text, `_` one character, `\` before either for itself.
    star_and_sql,
    /// SQL's own alone.
    sql,
};

} // namespace weir::http
