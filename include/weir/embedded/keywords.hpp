// SPDX-License-Identifier: Apache-2.0
// The words of Databricks SQL that are not names, and the constructs the embedded engine refuses by
// name. Constant data.
#pragma once

#include <algorithm>
#include <string_view>

namespace weir::embedded {

/// Words that mean the same to DuckDB and pass as they are; every other bare word is a name.
/// Sorted.
inline constexpr std::string_view keywords[]{
    "ALL",     "AND",       "ANTI",      "ANY",       "AS",        "ASC",     "BETWEEN",
    "BOTH",    "BY",        "CASE",      "CROSS",     "CUBE",      "CURRENT", "DEFAULT",
    "DELETE",  "DESC",      "DISTINCT",  "ELSE",      "END",       "ESCAPE",  "EXCEPT",
    "EXISTS",  "FALSE",     "FILTER",    "FIRST",     "FOLLOWING", "FOR",     "FROM",
    "FULL",    "GROUP",     "GROUPING",  "HAVING",    "ILIKE",     "IN",      "INNER",
    "INSERT",  "INTERSECT", "INTERVAL",  "INTO",      "IS",        "JOIN",    "LAST",
    "LEADING", "LEFT",      "LIKE",      "LIMIT",     "MATCHED",   "MERGE",   "NATURAL",
    "NOT",     "NULL",      "NULLS",     "OFFSET",    "ON",        "OR",      "ORDER",
    "OUTER",   "OVER",      "PARTITION", "PRECEDING", "QUALIFY",   "RANGE",   "RECURSIVE",
    "RIGHT",   "ROLLUP",    "ROW",       "ROWS",      "SELECT",    "SEMI",    "SET",
    "SETS",    "THEN",      "TRAILING",  "TRUE",      "UNBOUNDED", "UNION",   "UNKNOWN",
    "UPDATE",  "USING",     "VALUES",    "WHEN",      "WHERE",     "WINDOW",  "WITH",
    "WITHIN",
};
static_assert(std::is_sorted(std::begin(keywords), std::end(keywords)));

/// Whether an upper-case word is a keyword.
[[nodiscard]] constexpr bool is_keyword(std::string_view upper) noexcept {
    return std::binary_search(std::begin(keywords), std::end(keywords), upper);
}

/// A construct refused by name: `second` empty: the word alone; `anywhere` false: only outside
/// names' positions.
struct refused_construct {
    std::string_view first;
    std::string_view second;
    std::string_view what;
};

inline constexpr refused_construct refused_constructs[]{
    {"CLUSTER", "BY", "CLUSTER BY in a query"},
    {"CONFLICT", "", "ON CONFLICT (Databricks has MERGE)"},
    {"DISTRIBUTE", "BY", "DISTRIBUTE BY"},
    {"FOR", "UPDATE", "SELECT … FOR UPDATE"},
    {"INSERT", "OVERWRITE", "INSERT OVERWRITE"},
    {"LATERAL", "", "LATERAL VIEW and LATERAL joins"},
    {"LIKE", "ALL", "LIKE ALL"},
    {"LIKE", "ANY", "LIKE ANY"},
    {"LIKE", "SOME", "LIKE SOME"},
    {"PIVOT", "", "PIVOT"},
    {"REPLACE", "ON", "INSERT … REPLACE ON"},
    {"REPLACE", "USING", "INSERT … REPLACE USING"},
    {"REPLACE", "WHERE", "INSERT … REPLACE WHERE"},
    {"RETURNING", "", "RETURNING (Databricks has none)"},
    {"SCHEMA", "EVOLUTION", "WITH SCHEMA EVOLUTION"},
    {"SORT", "BY", "SORT BY"},
    {"TABLESAMPLE", "", "TABLESAMPLE"},
    {"UNPIVOT", "", "UNPIVOT"},
    {"WITHIN", "GROUP", "WITHIN GROUP"},
};

} // namespace weir::embedded
