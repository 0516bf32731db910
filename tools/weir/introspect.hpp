// SPDX-License-Identifier: Apache-2.0
// From tables that are there to the schema file that asks for them. Pure: what was read goes in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "state.hpp"

namespace weir::ops {

/// Conditions of a table's row policies `weir_select` and `weir_delete`, as PostgreSQL tells them.
struct policy_text {
    std::string select{};
    std::string remove{};
};

struct introspection {
    /// YAML, not yet in its canonical form.
    std::string text{};
    /// What the file cannot say, a sentence each.
    std::vector<std::string> left_out{};
};

/// `tables`: of one PostgreSQL schema, by its bare name; `policies`: by table. What weir keeps for
/// itself (audit columns, histories, its own tables) becomes the words that ask for it.
[[nodiscard]] introspection introspect(
    const std::vector<table_state>& tables,
    const std::map<std::string, policy_text>& policies,
    const std::string& schema,
    const std::string& name
);

} // namespace weir::ops
