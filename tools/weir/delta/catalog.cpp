// SPDX-License-Identifier: Apache-2.0
#include "catalog.hpp"

#include <weir/json/reader.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include "../sql_words.hpp"
#include "words.hpp"

namespace weir::ops {

namespace {

/// A JSON array of texts.
std::vector<std::string> texts_of(std::string_view json) {
    std::vector<std::string> made;
    weir::json::reader from{json};
    std::string_view text;
    from.enter_array();
    while (from.next_element() && from.read_string(text))
        made.emplace_back(text);
    return made;
}

std::string type_of(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '`'; });
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

void read_columns(house& from, const place_names& at, std::vector<table_state>& tables) {
    for (auto& row : from.query(
             "select table_name, column_name, full_data_type, is_nullable, is_identity, "
             "column_default, comment from " +
                 at.catalogs +
                 "columns where table_schema = :p1 order by table_name, "
                 "ordinal_position",
             {at.schema}
         )) {
        auto* const table = find_named(tables, row[0]);
        // Made between the two questions.
        if (table == nullptr)
            continue;
        auto& column = table->columns.emplace_back();
        column.name = row[1];
        column.type = type_of(row[2]);
        column.required = row[3] == "NO";
        column.identity = row[4] == "YES";
        column.default_value.text = row[5];
        column.default_value.compared = comparable_on_warehouse(row[5]);
        column.comment = row[6];
    }
}

void read_keys(house& from, const place_names& at, std::vector<table_state>& tables) {
    struct target {
        std::string table;
        std::vector<std::string> columns;
    };

    // References may lead to any schema of the catalog.
    std::map<std::string, target> keys;
    for (auto& row : from.query(
             "select constraint_schema, constraint_name, table_catalog, table_schema, table_name, "
             "column_name from " +
             at.catalogs +
             "key_column_usage order by constraint_schema, constraint_name, "
             "ordinal_position"
         )) {
        auto& key = keys[row[0] + '.' + row[1]];
        key.table.clear();
        for (const auto part : {2U, 3U, 4U})
            key.table.append(key.table.empty() ? "" : ".")
                .append(quoted(row[part], sql::dialect::databricks));
        key.columns.push_back(std::move(row[5]));
    }
    std::map<std::string, std::string> references;
    for (const auto& row : from.query(
             "select constraint_schema, constraint_name, unique_constraint_schema, "
             "unique_constraint_name from " +
             at.catalogs + "referential_constraints"
         ))
        references[row[0] + '.' + row[1]] = row[2] + '.' + row[3];
    for (const auto& row : from.query(
             "select table_name, constraint_name, constraint_type from " + at.catalogs +
                 "table_constraints where table_schema = :p1 order by table_name, constraint_name",
             {at.schema}
         )) {
        auto* const table = find_named(tables, row[0]);
        const auto key = keys.find(at.schema + '.' + row[1]);
        if (table == nullptr || key == keys.end())
            continue;
        rule_state made;
        made.name = row[1];
        made.columns = key->second.columns;
        if (row[2] == "PRIMARY KEY") {
            made.kind = rule_kind::primary_key;
            made.definition = primary_key_text(made.columns);
        } else {
            const auto& to = keys[references[at.schema + '.' + row[1]]];
            made.kind = rule_kind::foreign_key;
            made.target = to.table;
            made.target_columns = to.columns;
            made.definition = foreign_key_text(made.columns, made.target, made.target_columns);
        }
        table->rules.push_back(std::move(made));
    }
}

void read_properties(house& from, table_state& table) {
    for (auto& row : from.query("show tblproperties " + table.full_name(), {}, {"key", "value"})) {
        if (row[0].starts_with(check_property)) {
            rule_state made;
            made.name = row[0].substr(check_property.size());
            made.definition = spelled{"check (" + row[1] + ")"};
            made.definition.compared = comparable_on_warehouse(row[1]);
            table.rules.push_back(std::move(made));
        }
        table.properties.insert_or_assign(std::move(row[0]), std::move(row[1]));
    }
    for (auto& column : table.columns)
        column.is_unfilled = table.properties.contains(unfilled_property(column.name));
    const auto detail =
        from.query("describe detail " + table.full_name(), {}, {"clusteringColumns"});
    if (!detail.empty())
        table.clustering = texts_of(detail.front().front());
}

} // namespace

std::vector<table_state> read_delta_tables(
    house& from, const std::string& prefix, const std::function<bool(const table_state&)>& wants
) {
    const auto at = place_of(prefix);
    std::vector<table_state> tables;
    for (auto& row : from.query(
             "select table_name, table_type, data_source_format, comment from " + at.catalogs +
                 "tables where table_schema = :p1 order by table_name",
             {at.schema}
         )) {
        auto& table = tables.emplace_back();
        table.prefix = prefix;
        table.name = std::move(row[0]);
        table.is_table = (row[1] == "MANAGED" || row[1] == "EXTERNAL") && row[2] == "DELTA";
        table.comment = std::move(row[3]);
    }
    read_columns(from, at, tables);
    read_keys(from, at, tables);
    for (auto& table : tables) {
        if (table.is_table && wants(table))
            read_properties(from, table);
    }
    return tables;
}

bool has_schema(house& from, const std::string& prefix) {
    const auto at = place_of(prefix);
    return !from.query(
                    "select 1 from " + at.catalogs + "schemata where schema_name = :p1", {at.schema}
    )
                .empty();
}

} // namespace weir::ops
