// SPDX-License-Identifier: Apache-2.0
// Names and texts of SQL: quoting them, and finding them in expressions.
#pragma once

#include <weir/sql/dialect.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace weir::ops {

/// `"orders"`, on a warehouse `` `orders` ``; a quote inside is doubled.
[[nodiscard]] std::string
quoted(std::string_view name, sql::dialect spoken = sql::dialect::postgres);

/// `'it''s'`, on a warehouse `'it\'s'`.
[[nodiscard]] std::string
literal(std::string_view text, sql::dialect spoken = sql::dialect::postgres);

/// A name with what tells it from others, within PostgreSQL's 63 bytes.
[[nodiscard]] std::string object_name(std::string_view name, std::string_view suffix);

/// An expression as it is compared: quotes around names are left out, which PostgreSQL writes only
/// where it must.
[[nodiscard]] std::string comparable(std::string_view expression);

/// Replaces names of columns in such an expression. What follows `::` is a type and what stands
/// before `(` a function; neither is replaced.
[[nodiscard]] std::string rename_words(
    std::string_view expression,
    const std::map<std::string, std::string>& names,
    sql::dialect spoken = sql::dialect::postgres
);

/// The texts in quotes.
[[nodiscard]] std::set<std::string>
literals_of(std::string_view expression, sql::dialect spoken = sql::dialect::postgres);

/// An expression of a warehouse, which keeps it as it was written, as it is compared: in lower
/// case, without backticks, and without blanks but between words.
[[nodiscard]] std::string comparable_on_warehouse(std::string_view expression);

/// Whether a column's name is in such an expression.
[[nodiscard]] bool has_word(std::string_view comparable, std::string_view name);

} // namespace weir::ops
