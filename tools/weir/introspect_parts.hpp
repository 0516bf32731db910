// SPDX-License-Identifier: Apache-2.0
// What writing a schema file of live tables has in common, whatever keeps them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "state.hpp"

namespace weir::ops {

/// Whether a schema file can have the name.
[[nodiscard]] bool is_word(std::string_view text);

/// Text that stays text in YAML.
[[nodiscard]] std::string yaml_text(std::string_view text);

/// `[a, b]`.
[[nodiscard]] std::string listed(const std::vector<std::string>& items);

[[nodiscard]] bool is_audit_column(std::string_view name);

/// Whether a table has all of them.
[[nodiscard]] bool has_audit_columns(const table_state& of);

/// Why a table with its name and key cannot be declared; empty: it can.
[[nodiscard]] std::string_view why_undeclared(const table_state& of);

/// The name of a relation, by its column or its target; each is given once.
[[nodiscard]] std::string relation_name(
    const std::vector<std::string>& from, const std::string& target, std::set<std::string>& given
);

} // namespace weir::ops
