// SPDX-License-Identifier: Apache-2.0
// Names and texts of PostgreSQL's SQL: quoting them, and finding them in expressions.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace weir::ops {

/// `"orders"`; a quote inside is doubled.
[[nodiscard]] std::string quoted(std::string_view name);

/// `'it''s'`.
[[nodiscard]] std::string literal(std::string_view text);

/// A name with what tells it from others, within PostgreSQL's 63 bytes.
[[nodiscard]] std::string object_name(std::string_view name, std::string_view suffix);

/// An expression as it is compared: quotes around names are left out, which PostgreSQL writes only
/// where it must.
[[nodiscard]] std::string comparable(std::string_view expression);

/// Replaces names of columns in such an expression. What follows `::` is a type and what stands
/// before `(` a function; neither is replaced.
[[nodiscard]] std::string
rename_words(std::string_view expression, const std::map<std::string, std::string>& names);

/// The texts in quotes.
[[nodiscard]] std::set<std::string> literals_of(std::string_view expression);

} // namespace weir::ops
