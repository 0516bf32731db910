// SPDX-License-Identifier: Apache-2.0
// Files out: only what changed, complete or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gen {

/// A whole file; absent when it cannot be read (errno says why).
[[nodiscard]] std::optional<std::string> read_file(const std::string& path);

/// Puts `text` at `path`: through `<path>.tmp` and a rename, and only if the file holds something
/// else. Errors: false when the file cannot be written (errno says why); the old file is then
/// untouched.
[[nodiscard]] bool write_file(const std::string& path, std::string_view text);

/// A Make rule: `target: source source …`, names escaped as Make wants them.
[[nodiscard]] std::string
depfile_text(std::string_view target, const std::vector<std::string>& read);

} // namespace weir::gen
