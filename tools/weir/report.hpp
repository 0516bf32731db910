// SPDX-License-Identifier: Apache-2.0
// What was found and what is done about it, for people, for other programs, and as SQL.
#pragma once

#include <string>
#include <string_view>

#include "compare.hpp"
#include "plan.hpp"

namespace weir::ops {

/// A line per change, what is needed for it to run, and a sum.
[[nodiscard]] std::string text_report(const comparison& of, const plan& made, const decisions& by);

/// One JSON object. `outcome`: `same`, `differs`, `planned`, `applied`, `refused`.
[[nodiscard]] std::string
json_report(const comparison& of, const plan& made, std::string_view outcome);

/// The statements with their transactions.
[[nodiscard]] std::string sql_report(const plan& made);

} // namespace weir::ops
