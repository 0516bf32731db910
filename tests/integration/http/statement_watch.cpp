// SPDX-License-Identifier: Apache-2.0
#include "statement_watch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace test {

namespace {

/// In the order of bytes.
constexpr std::array<std::string_view, 120> vocabulary{{
    "ARRAY",
    "AS",
    "BIGINT",
    "BINARY",
    "BOOLEAN",
    "CAST",
    "DATE",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "INT",
    "MAP",
    "SMALLINT",
    "STRING",
    "STRUCT",
    "TIMESTAMP",
    "TIMESTAMP_NTZ",
    "TINYINT",
    "a1",
    "all",
    "and",
    "any",
    "array_except",
    "array_size",
    "arrays_overlap",
    "as",
    "base64",
    "bigint",
    "boolean",
    "bpchar",
    "by",
    "bytea",
    "char",
    "coalesce",
    "collate",
    "conflict",
    "count",
    "date",
    "delete",
    "desc",
    "distinct",
    "do",
    "double",
    "e",
    "escape",
    "excluded",
    "exists",
    "explode",
    "false",
    "first",
    "for",
    "from",
    "from_json",
    "g",
    "greatest",
    "group",
    "h",
    "having",
    "ilike",
    "in",
    "incoming",
    "insert",
    "integer",
    "interval",
    "into",
    "is",
    "join",
    "jsonb",
    "k",
    "last",
    "like",
    "limit",
    "map",
    "map_entries",
    "map_keys",
    "matched",
    "merge",
    "microsecond",
    "n",
    "not",
    "nothing",
    "null",
    "nulls",
    "numeric",
    "o",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "over",
    "partition",
    "precision",
    "r",
    "real",
    "returning",
    "row_number",
    "s",
    "select",
    "set",
    "smallint",
    "t",
    "text",
    "then",
    "timestamp",
    "timestamptz",
    "to_json",
    "true",
    "unbase64",
    "union",
    "unnest",
    "update",
    "using",
    "uuid",
    "values",
    "varchar",
    "when",
    "where",
    "with",
    "x",
}};

/// Conditions that always or never hold, one row, and how many expired records go at once.
constexpr std::array<std::string_view, 3> numbers{"0", "1", "1000"};

/// What escapes in patterns, the step of versions, an empty list, how times inside JSON are
/// spelled.
constexpr std::array<std::string_view, 7> texts{
    "!",
    "1 microsecond",
    "{}",
    "timestampFormat",
    "timestampNTZFormat",
    R"(yyyy-MM-dd\'T\'HH:mm:ss.SSSSSS)",
    R"(yyyy-MM-dd\'T\'HH:mm:ss.SSSSSSXXX)",
};

/// The collation of texts, the value by default, the place of an embedded row.
constexpr std::array<std::string_view, 3> names{"C", "default", "row#"};

template <class Words>
bool is_among(const Words& known, std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// The end of what a quote at `at` begins. A quote inside is written twice, or, in a string of the
/// databricks dialect, behind a backslash.
std::size_t quoted_end(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        if (quote == '\'' && text[at] == '\\')
            ++at;
        else if (text[at] == quote && (at + 1 == text.size() || text[at + 1] != quote))
            return at + 1;
        else if (text[at] == quote)
            ++at;
    }
    return text.size();
}

template <class Is>
std::size_t run_end(std::string_view text, std::size_t at, const Is& belongs) {
    while (at < text.size() && belongs(text[at]))
        ++at;
    return at;
}

} // namespace

std::vector<sql_word> words_of(std::string_view statement) {
    std::vector<sql_word> found;
    for (std::size_t at = 0; at < statement.size();) {
        const char c = statement[at];
        auto end = at + 1;
        if (c == '\'' || c == '"' || c == '`') {
            end = quoted_end(statement, at);
            found.push_back(
                {c == '\'' ? sql_word::kind::text : sql_word::kind::name,
                 std::string{statement.substr(at + 1, end - at - 2)}}
            );
        } else if (c == '$' || (c == ':' && end < statement.size() && statement[end] == 'p')) {
            // A parameter.
            end = run_end(statement, at + (c == '$' ? 1 : 2), is_digit);
        } else if (statement.substr(at, 2) == "@{") {
            // The place of a table.
            end = std::min(statement.find('}', at), statement.size() - 1) + 1;
        } else if (is_digit(c)) {
            end = run_end(statement, at, [](char each) {
                return is_digit(each) || is_letter(each) || each == '.';
            });
            found.push_back({sql_word::kind::number, std::string{statement.substr(at, end - at)}});
        } else if (is_letter(c)) {
            end =
                run_end(statement, at, [](char each) { return is_digit(each) || is_letter(each); });
            found.push_back({sql_word::kind::bare, std::string{statement.substr(at, end - at)}});
        }
        at = end;
    }
    return found;
}

statement_watch::statement_watch(std::span<const weir::table* const> tables) {
    for (const auto* const each : tables) {
        names_.emplace(each->name);
        names_.emplace(std::string{each->name} + std::string{weir::history_suffix});
        for (const auto& column : each->columns) {
            names_.emplace(column.name);
            add_names(column.type);
        }
    }
    for (const auto& column : weir::history_columns)
        names_.emplace(column.name);
}

void statement_watch::add_names(const weir::column_type& of) {
    if (of.element != nullptr)
        add_names(*of.element);
    for (const auto& field : weir::fields_of(of)) {
        names_.emplace(field.name);
        add_names(field.type);
    }
}

bool statement_watch::is_known(const sql_word& word) const {
    switch (word.is) {
    case sql_word::kind::name:
        return is_among(names, word.text) || names_.contains(word.text);
    case sql_word::kind::number:
        return is_among(numbers, word.text);
    case sql_word::kind::bare:
        return std::binary_search(vocabulary.begin(), vocabulary.end(), word.text);
    case sql_word::kind::text:
        return is_among(texts, word.text) || is_type(word.text);
    }
    return false;
}

/// `ARRAY<STRUCT<`sku`: STRING, `price`: DECIMAL(12,2)>>`, for from_json.
bool statement_watch::is_type(std::string_view text) const {
    const auto parts = words_of(text);
    return !parts.empty() && parts.front().is == sql_word::kind::bare &&
           std::all_of(parts.begin(), parts.end(), [this](const sql_word& part) {
               return part.is == sql_word::kind::number ||
                      (part.is != sql_word::kind::text && is_known(part));
           });
}

void statement_watch::see(std::string_view statement) {
    const std::lock_guard lock{guard_};
    ++statements_;
    if (!seen_.emplace(statement).second)
        return;
    for (const auto& word : words_of(statement))
        if (!is_known(word))
            strange_.push_back(word.text + " in: " + std::string{statement});
}

std::vector<std::string> statement_watch::strange() const {
    const std::lock_guard lock{guard_};
    return strange_;
}

std::size_t statement_watch::statements() const {
    const std::lock_guard lock{guard_};
    return statements_;
}

} // namespace test
