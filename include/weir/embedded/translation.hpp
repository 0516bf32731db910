// SPDX-License-Identifier: Apache-2.0
// What one Databricks statement is to DuckDB. Light: string, vector.
#pragma once

#include <weir/embedded/types.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::embedded {

/// A CHECK to add to a table or to take away, which DuckDB can only do by making the table anew.
struct check_change {
    /// One to three parts.
    std::vector<std::string> table{};
    std::string name{};
    /// What goes into the table's definition; empty: the constraint goes.
    std::string definition{};
    /// Of several of that name the one about this column; empty: the only one.
    std::string column{};
};

/// What one Databricks statement is to DuckDB.
struct translation {
    /// Run in order; the last one gives the result. Empty: the statement means nothing here.
    std::vector<std::string> statements{};
    /// The names behind `$1, $2, …` of the only statement.
    std::vector<std::string> parameters{};
    std::optional<check_change> change{};
    /// The checks of texts' lengths that change with a column: what goes does so before the
    /// statements, what comes after them.
    std::vector<check_change> lengths{};
    /// A query or a change of rows: worth keeping prepared.
    bool is_prepared = false;
    /// Comments on a new table and its columns, run after the statements.
    std::vector<std::string> comments{};
    /// The table they are for, where it may be there already and then keeps its own.
    std::vector<std::string> commented{};
    /// Catalogs the statement makes schemas or tables in; they must be there before it runs.
    std::vector<std::string> catalogs{};
};

namespace detail {

/// The text of a CHECK that carries its name, since DuckDB keeps none. NULL breaks it, as on Delta.
/// Source: Delta Lake, CheckDeltaInvariant: a result of null or false is a violation.
[[nodiscard]] inline std::string named_check(std::string_view name, std::string_view condition) {
    std::string made{"CHECK ("};
    append_literal(made, name);
    made.append(" IS NOT NULL AND coalesce(").append(condition).append(", FALSE))");
    return made;
}

/// The check that a text is not longer than its column allows.
[[nodiscard]] inline std::string
length_check(std::string_view name, std::string_view column, std::size_t length) {
    std::string condition{"("};
    append_name(condition, column);
    condition.append(" IS NULL OR length(");
    append_name(condition, column);
    condition.append(") <= ").append(std::to_string(length)).append(")");
    return named_check(name, condition);
}

} // namespace detail

} // namespace weir::embedded
