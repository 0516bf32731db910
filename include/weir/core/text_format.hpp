// SPDX-License-Identifier: Apache-2.0
// The two spellings of values that databases speak. Costs nothing.
#pragma once

#include <cstdint>

namespace weir {

/// How values are spelled as text.
enum class text_format : std::uint8_t {
    /// PostgreSQL's text format: `t`, `\x0aff`, `{a,b}`, `2024-05-01 10:20:30.5+00`.
    postgres,
    /// The Statement Execution API's string arrays: `true`, base64, JSON for arrays, ISO 8601
    /// times.
    statement_api,
};

} // namespace weir
