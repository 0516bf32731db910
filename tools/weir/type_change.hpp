// SPDX-License-Identifier: Apache-2.0
// What becomes of values when a column changes its type.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::ops {

enum class type_change : std::uint8_t {
    same,
    /// Every value stays as it is, and so do the table's files.
    free,
    /// Every value keeps its meaning, and the table is written anew.
    rewrite,
    /// Some values might not survive.
    refused,
};

/// Both types as weir's DDL spells them.
[[nodiscard]] type_change change_of_type(std::string_view from, std::string_view to);

/// The same of a Delta table, types as `full_data_type` of information_schema spells them: `free`
/// is a longer text, `rewrite` what the table needs type widening for; its files stay even so.
///
/// Source: Delta Lake, type widening, supported type changes.
[[nodiscard]] type_change change_of_type_on_warehouse(std::string_view from, std::string_view to);

/// Whether clients of JSON can tell values of one from values of the other.
[[nodiscard]] bool changes_json(std::string_view from, std::string_view to);

} // namespace weir::ops
