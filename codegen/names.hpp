// SPDX-License-Identifier: Apache-2.0
// Which names can stand in C++ and in SQL, and how labels become identifiers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::gen {

/// Letters, digits and underscores, not beginning with a digit.
[[nodiscard]] bool is_identifier(std::string_view name);

/// A word C++20 keeps for itself.
[[nodiscard]] bool is_keyword(std::string_view name);

/// A name that compilers or common system headers define as a macro, or reserve (`__x`, `_X`).
[[nodiscard]] bool is_reserved(std::string_view name);

/// ASCII letters in lower case: SQL does not tell upper from lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Singular of a table's name: `wells` -> `well`, `entries` -> `entry`, `statuses` -> `status`.
[[nodiscard]] std::string singular(std::string_view name);

/// One C++ identifier per label, all different: `in-transit` -> `in_transit`, `default` ->
/// `default_`, `12h` -> `v12h`.
[[nodiscard]] std::vector<std::string> enumerators(const std::vector<std::string_view>& labels);

} // namespace weir::gen
