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

/// Cuts out the CHECK that begins at `at`, with the comma before it.
inline void remove_constraint(std::string& definition, std::size_t at) {
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
    const auto comma = definition.rfind(',', at);
    definition.erase(comma, end - comma);
}

/// Applies a change to a definition; false: there was nothing to take away.
/// Errors: statement_error 42710 when the constraint exists already.
[[nodiscard]] inline bool
apply(const check_change& change, std::string& definition, std::string_view table) {
    // "CREATE TABLE schema.name(" is the library's own spelling; what is kept begins at the
    // parenthesis.
    definition.erase(0, opening_of(definition));
    const auto at = definition.find("CHECK(((" + quoted_literal(change.name) + " IS NOT NULL)");
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
