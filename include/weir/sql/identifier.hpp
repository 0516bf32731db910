// SPDX-License-Identifier: Apache-2.0
// Names and string constants inside SQL text: the two places where text that is not a parameter
// enters a statement. Light: error.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/sink.hpp>
#include <weir/table/identifier.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::sql {

/// Longest name a dialect takes, in bytes.
[[nodiscard]] constexpr std::size_t max_identifier_bytes(dialect spoken) noexcept {
    return spoken == dialect::postgres ? postgres_identifier_limit : databricks_identifier_limit;
}

namespace detail {

[[noreturn]] inline void refuse_identifier(std::string_view name, dialect spoken) {
    // A hostile name may be long; enough of it to recognise it.
    throw configuration_error(
        "weir: '" + std::string{name.substr(0, 64)} +
        "' cannot name a table or column: use letters, digits and underscores, at most " +
        std::to_string(max_identifier_bytes(spoken)) + " bytes"
    );
}

} // namespace detail

/// Writes a name quoted for the dialect: `"orders"` or `` `orders` ``.
///
/// Errors: throws configuration_error for anything but ASCII letters, digits and underscores within
/// the dialect's length; at compile time that is a compile error.
constexpr void write_identifier(sink& out, std::string_view name, dialect spoken) {
    if (!is_valid_identifier(name, max_identifier_bytes(spoken)))
        detail::refuse_identifier(name, spoken);
    const char quote = spoken == dialect::postgres ? '"' : '`';
    out.append(quote);
    out.append(name);
    out.append(quote);
}

/// The same for a name and what is added to it: `"orders_history"`.
constexpr void
write_identifier(sink& out, std::string_view name, std::string_view suffix, dialect spoken) {
    if (name.size() + suffix.size() > max_identifier_bytes(spoken) ||
        !is_valid_identifier(name, max_identifier_bytes(spoken)))
        detail::refuse_identifier(name, spoken);
    const char quote = spoken == dialect::postgres ? '"' : '`';
    out.append(quote);
    out.append(name);
    out.append(suffix);
    out.append(quote);
}

/// Writes a string constant, for DDL and for the type texts of from_json: `'it''s'` (postgres) or
/// `'it\'s'` (databricks, where a doubled quote would join two constants).
///
/// Source: PostgreSQL manual 4.1.2.1 with standard_conforming_strings on (the default);
/// Databricks SQL reference, string literals.
/// Errors: throws configuration_error for a NUL, which neither can hold.
constexpr void write_string_literal(sink& out, std::string_view text, dialect spoken) {
    out.append('\'');
    for (const char c : text) {
        if (c == '\0')
            throw configuration_error("weir: a text constant in SQL cannot hold a NUL");
        if (c == '\'') {
            out.append(spoken == dialect::postgres ? "''" : "\\'");
        } else if (c == '\\' && spoken == dialect::databricks) {
            out.append("\\\\");
        } else {
            out.append(c);
        }
    }
    out.append('\'');
}

} // namespace weir::sql
