// SPDX-License-Identifier: Apache-2.0
// How keys are spelled on a warehouse, where they inform and nothing enforces them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "../state.hpp"

namespace weir::ops {

/// `` `a`, `b` ``.
[[nodiscard]] std::string name_list(const std::vector<std::string>& names);

/// `` primary key (`a`) ``
[[nodiscard]] spelled primary_key_text(const std::vector<std::string>& columns);

/// `` foreign key (`a`) references `c`.`s`.`t` (`b`) ``
[[nodiscard]] spelled foreign_key_text(
    const std::vector<std::string>& columns,
    std::string_view target,
    const std::vector<std::string>& target_columns
);

/// The property that tells of a column whose rows are yet to get its default.
[[nodiscard]] std::string unfilled_property(std::string_view column);

/// Begins the names of properties that are checks. Source: Delta Lake, table properties.
inline constexpr std::string_view check_property = "delta.constraints.";

} // namespace weir::ops
