// SPDX-License-Identifier: Apache-2.0
// The views of a catalog's information_schema that weir reads, made of what the engine knows of
// itself. Names are in lower case, as Unity Catalog keeps them. Costs types.hpp.
#pragma once

#include <weir/embedded/types.hpp>

#include <string>
#include <string_view>

namespace weir::embedded::detail {

/// Appends the query that stands for a view, in parentheses; false when there is none of that name.
/// `catalog`: empty for the connection's own.
[[nodiscard]] inline bool
append_information_view(std::string& out, std::string_view catalog, std::string_view upper_view) {
    // Columns of the view, and the engine's function behind it.
    std::string_view columns;
    std::string_view from;
    if (upper_view == "COLUMNS") {
        columns = "lower(database_name) AS table_catalog, lower(schema_name) AS table_schema, "
                  "lower(table_name) AS table_name, column_name, column_index AS "
                  "ordinal_position, column_default, CASE WHEN is_nullable THEN 'YES' ELSE 'NO' "
                  "END AS is_nullable, weir_type_text(data_type) AS full_data_type, comment";
        from = "duckdb_columns()";
    } else if (upper_view == "TABLES") {
        columns = "lower(database_name) AS table_catalog, lower(schema_name) AS table_schema, "
                  "lower(table_name) AS table_name, 'MANAGED' AS table_type, comment";
        from = "duckdb_tables()";
    } else if (upper_view == "SCHEMATA") {
        columns = "lower(database_name) AS catalog_name, lower(schema_name) AS schema_name";
        from = "duckdb_schemas()";
    } else {
        return false;
    }
    out.append("(SELECT ").append(columns).append(" FROM ").append(from);
    out.append(" WHERE NOT internal AND lower(database_name) = lower(");
    if (catalog.empty()) {
        out.append("current_database()");
    } else {
        append_literal(out, catalog);
    }
    out.append("))");
    return true;
}

} // namespace weir::embedded::detail
