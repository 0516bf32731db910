// SPDX-License-Identifier: Apache-2.0
// YAML trees to models: reads every key, resolves names of types and tables. After this no YAML is
// left.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "diagnostics.hpp"
#include "model.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// A parsed file and its index in the run's sources.
struct parsed_file {
    std::uint32_t file = 0;
    const node* root = nullptr;
};

/// Models in the order of `parsed`; pointers between them stay valid as long as the deque lives.
[[nodiscard]] std::deque<schema_model>
resolve(const std::vector<parsed_file>& parsed, const sources& files, diagnostics& to);

} // namespace weir::gen
