// SPDX-License-Identifier: Apache-2.0
// The one canonical form of a schema file: keys in the language's order, one line per column,
// columns aligned, every comment kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diagnostics.hpp"
#include "source.hpp"
#include "yaml.hpp"

namespace weir::gen {

/// The canonical text of a parsed file. Formatting twice gives the same text as formatting once.
/// Errors: absent if the result would not hold the same values and comments as the file, which is a
/// fault of the formatter; the file is then better left alone.
[[nodiscard]] std::optional<std::string>
format_schema(const sources& files, std::uint32_t file, const document& parsed);

/// A scalar as canonical YAML. `quoted`: it was written in quotes, so text like `true` keeps them;
/// `in_flow`: it stands inside brackets.
[[nodiscard]] std::string scalar_text(std::string_view text, bool quoted, bool in_flow);

} // namespace weir::gen
