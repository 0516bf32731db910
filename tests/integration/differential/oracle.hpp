// SPDX-License-Identifier: Apache-2.0
// What a condition means, said once more without SQL: on one row, in three-valued logic. And random
// conditions to ask.
#pragma once

#include <weir/sql/condition_tree.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "random_table.hpp"

namespace test {

enum class truth : std::uint8_t { no, yes, unknown };

[[nodiscard]] truth
holds(const weir::table& of, const std::vector<cell>& row, const weir::sql::condition& asked);

/// A condition of every comparison the columns take; its values are mostly taken from `rows`.
[[nodiscard]] weir::sql::condition random_condition(
    chance& with,
    const weir::table& of,
    const std::vector<std::vector<cell>>& rows,
    std::size_t depth = 0
);

} // namespace test
