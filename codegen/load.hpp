// SPDX-License-Identifier: Apache-2.0
// From paths to checked models: reads the files given and those they refer to.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diagnostics.hpp"
#include "model.hpp"
#include "source.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// Reads a whole file; absent when there is none.
using file_reading = std::function<std::optional<std::string>(const std::string& path)>;

/// Every schema of a run. The first `given` of them were named, the others are referred to.
struct schema_set {
    sources files;
    std::deque<document> documents;
    std::deque<schema_model> schemas;
    std::size_t given = 0;
    /// A path that was named and could not be read.
    std::string unreadable;
};

/// Parses, resolves and checks. A reference to schema `x` that was not given is looked for in
/// `x.yaml` beside the file that refers to it.
[[nodiscard]] schema_set
load(const std::vector<std::string>& paths, const file_reading& read, diagnostics& to);

} // namespace weir::gen
