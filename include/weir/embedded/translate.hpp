// SPDX-License-Identifier: Apache-2.0
// Databricks SQL to DuckDB SQL, one statement at a time. Costs expressions.hpp; runs once per
// prepared statement.
#pragma once

#include <weir/embedded/detail/alter_statement.hpp>
#include <weir/embedded/detail/create_statement.hpp>
#include <weir/embedded/detail/ddl_reader.hpp>
#include <weir/embedded/expressions.hpp>
#include <weir/embedded/tokenizer.hpp>
#include <weir/embedded/translation.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::embedded {

namespace detail {

[[noreturn]] inline void refuse_statement(const std::string& first, std::size_t offset) {
    for (const std::string_view known :
         {"ANALYZE",  "CACHE",   "CALL",    "CLEAR",   "CONVERT", "COPY",    "DECLARE", "DESC",
          "DESCRIBE", "EXECUTE", "EXPLAIN", "FROM",    "FSCK",    "GRANT",   "LIST",    "MSCK",
          "OPTIMIZE", "REFRESH", "REORG",   "REPAIR",  "RESET",   "RESTORE", "REVOKE",  "SET",
          "SHOW",     "SYNC",    "TABLE",   "UNCACHE", "UNDROP",  "USE",     "VACUUM"}) {
        if (first == known)
            refuse_unsupported("the statement " + first);
    }
    refuse_syntax("no statement begins like this", offset);
}

/// Delta keeps old versions of tables, and the engine behind this one does not.
inline void refuse_time_travel(std::span<const token> statement) {
    const auto is_word = [&](std::size_t at, std::string_view word) {
        return statement[at].kind == token_kind::word && upper(statement[at].text) == word;
    };
    for (std::size_t at = 1; at + 3 < statement.size(); ++at) {
        if (is_word(at + 1, "AS") && is_word(at + 2, "OF") && !is_word(at + 3, "FROM") &&
            (is_word(at, "TIMESTAMP") || is_word(at, "VERSION")))
            refuse_unsupported(upper(statement[at].text) + " AS OF");
    }
}

/// A query or a change of rows.
[[nodiscard]] inline translation
translate_query(std::span<const token> statement, const std::vector<parameter_type>& parameters) {
    refuse_time_travel(statement);
    expression_writer writer{statement, &parameters};
    translation made;
    made.statements.push_back(writer.text({0, statement.size()}));
    made.parameters = writer.parameters();
    made.is_prepared = true;
    return made;
}

[[nodiscard]] inline translation
translate_ddl(std::span<const token> statement, const std::string& first) {
    if (first == "CREATE") {
        create_statement create{statement};
        create.run();
        return create.finish();
    }
    if (first == "ALTER" || first == "DROP") {
        alter_statement alter{statement};
        first == "ALTER" ? alter.alter() : alter.drop();
        return alter.finish();
    }
    ddl_reader other{statement};
    first == "TRUNCATE" ? other.truncate() : other.comment();
    return other.finish();
}

} // namespace detail

/// Translates one statement; a trailing `;` is allowed.
///
/// `parameters`: what the statement's `:name` markers may stand for.
/// Errors: statement_error 42601 (no SQL), 0A000 (a construct the engine does not support), 42883
/// (an
///         unknown function), 42P02 (a marker without argument); the message names it and never
///         holds a literal.
[[nodiscard]] inline translation
translate(std::string_view sql, const std::vector<parameter_type>& parameters = {}) {
    const auto tokens = tokenize(sql);
    std::span<const token> statement{tokens};
    while (!statement.empty() && statement.back().is_symbol(";"))
        statement = statement.first(statement.size() - 1);
    if (statement.empty())
        detail::refuse_syntax("an empty statement", 0);
    const auto& word = statement.front();
    const auto first = word.kind == token_kind::word ? detail::upper(word.text) : word.text;
    for (const std::string_view query :
         {"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "("}) {
        if (first == query)
            return detail::translate_query(statement, parameters);
    }
    for (const std::string_view ddl : {"CREATE", "ALTER", "DROP", "TRUNCATE", "COMMENT"}) {
        if (first == ddl)
            return detail::translate_ddl(statement, first);
    }
    if (first == "BEGIN" || first == "COMMIT" || first == "ROLLBACK")
        detail::refuse_unsupported(
            first + " as a statement (open a unit of work with the session's begin())"
        );
    detail::refuse_statement(first, word.offset);
}

} // namespace weir::embedded
