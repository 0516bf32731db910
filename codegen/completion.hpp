// SPDX-License-Identifier: Apache-2.0
// What may come next on a command line, by the tree of its commands, and how each shell is told.
// Names CLI11.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// What may stand where the last of `words` (those after the program's name) is: a line each, `word
/// TAB meaning`. Where a path may stand, one line `:schema`, `:file` or `:folder`.
[[nodiscard]] std::string
completions(const CLI::App& program, const std::vector<std::string>& words);

/// What a shell reads to complete the words of `program`; `shell`: bash, zsh or fish.
[[nodiscard]] std::string completion_script(std::string_view shell, std::string_view program);

} // namespace weir::cli
