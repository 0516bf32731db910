// SPDX-License-Identifier: Apache-2.0
// Editing the text of a CREATE TABLE as DuckDB prints it, to add or take away one CHECK. Costs
// translation.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/embedded/translation.hpp>
#include <weir/embedded/types.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::embedded::detail {

[[nodiscard]] inline std::string quoted_literal(std::string_view text) {
    std::string made;
    append_literal(made, text);
    return made;
}

/// Where the column list of a CREATE TABLE opens: the first parenthesis outside quotes.
[[nodiscard]] inline std::size_t opening_of(std::string_view definition) {
    bool quoted = false;
    for (std::size_t i = 0; i < definition.size(); ++i) {
        if (definition[i] == '"')
            quoted = !quoted;
        if (definition[i] == '(' && !quoted)
            return i;
    }
    return definition.size();
}

/// Where the CHECK that begins at `at` ends.
[[nodiscard]] inline std::size_t end_of_check(std::string_view definition, std::size_t at) {
    std::size_t depth = 0;
    char quote = '\0';
    auto end = definition.find('(', at);
    do {
        const char c = definition[end];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            --depth;
        }
        ++end;
    } while (depth != 0 && end < definition.size());
    return end;
}

/// Cuts out the CHECK that begins at `at`, with the comma before it.
inline void remove_constraint(std::string& definition, std::size_t at) {
    const auto end = end_of_check(definition, at);
    const auto comma = definition.rfind(',', at);
    definition.erase(comma, end - comma);
}

/// Where the CHECK of a name, and of a column if one is given, begins; npos: there is none.
[[nodiscard]] inline std::size_t find_check(std::string_view definition, const check_change& of) {
    const auto begin = "CHECK(((" + quoted_literal(of.name) + " IS NOT NULL)";
    std::string quoted;
    append_name(quoted, of.column);
    auto at = definition.find(begin);
    for (; at != std::string_view::npos; at = definition.find(begin, at + 1)) {
        const auto text = definition.substr(at, end_of_check(definition, at) - at);
        const auto is_about = [&](std::string_view column) {
            return text.find("(" + std::string{column} + " IS NULL)") != std::string_view::npos;
        };
        if (of.column.empty() || is_about(of.column) || is_about(quoted))
            break;
    }
    return at;
}

/// Applies a change to a definition; false: there was nothing to take away.
/// Errors: statement_error 42710 when the constraint exists already.
[[nodiscard]] inline bool
apply(const check_change& change, std::string& definition, std::string_view table) {
    // "CREATE TABLE schema.name(" is the library's own spelling; what is kept begins at the
    // parenthesis.
    definition.erase(0, opening_of(definition));
    const auto at = find_check(definition, change);
    if (change.definition.empty()) {
        if (at == std::string::npos)
            return false;
        remove_constraint(definition, at);
        return true;
    }
    if (at != std::string::npos)
        throw statement_error{
            std::string{table} + ": the constraint " + change.name + " exists already",
            {.sqlstate = "42710"}
        };
    definition.insert(definition.rfind(')'), ", " + change.definition);
    return true;
}

} // namespace weir::embedded::detail
