// SPDX-License-Identifier: Apache-2.0
// Whether a program runs in a Databricks App: what it was linked with, read from its ELF headers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// Source: databricks.md 2.3, "every source file <= 10 MB".
inline constexpr std::size_t most_file_bytes = 10'485'760;

/// What stands against running this program there; empty: nothing does.
///
/// It must be of x86-64, need no library but glibc's, no symbol newer than glibc 2.35 (Ubuntu
/// 22.04), and have no symbol table. `may_be_large`: it goes there in parts.
[[nodiscard]] std::vector<std::string> find_obstacles(std::string_view program, bool may_be_large);

} // namespace weir::ops
