// SPDX-License-Identifier: Apache-2.0
#include "catalog_reader.hpp"

#include <weir/core/deadline.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine_text.hpp"
#include "json.hpp"
#include "result_writer.hpp"

namespace local_workspace {

namespace {

namespace embedded = weir::embedded;
using rows_of_text = std::vector<std::vector<std::optional<std::string>>>;

/// ` AND lower(column) = 'value'`; nothing where the value is empty.
std::string match(std::string_view column, std::string_view value) {
    if (value.empty())
        return {};
    return " AND lower(" + std::string{column} + ") = " + literal(lower(value));
}

// Where the workspace keeps its own things.
constexpr std::string_view not_internal = "NOT internal AND schema_name <> 'weir_access'";

weir::deadline soon() {
    return weir::deadline::in(std::chrono::seconds{30});
}

/// SHOW's patterns: `*` is anything, `|` separates several of them.
bool fits(std::string_view name, std::string_view pattern) {
    const auto bar = pattern.find('|');
    if (bar != std::string_view::npos)
        return fits(name, pattern.substr(0, bar)) || fits(name, pattern.substr(bar + 1));
    if (pattern.empty())
        return name.empty();
    if (pattern[0] == '*') {
        for (std::size_t at = 0; at <= name.size(); ++at)
            if (fits(name.substr(at), pattern.substr(1)))
                return true;
        return false;
    }
    return !name.empty() && lower(name.substr(0, 1)) == lower(pattern.substr(0, 1)) &&
           fits(name.substr(1), pattern.substr(1));
}

std::string catalog_of(const statement_order& order) {
    return order.catalog.empty() ? "weir" : lower(order.catalog);
}

std::string schema_of(const statement_order& order) {
    return order.schema.empty() ? "main" : lower(order.schema);
}

struct relation {
    std::string_view name;
    /// Its columns, as from_json wants them.
    std::string_view shape;
};

// What the engine cannot know, such as when a table was made, has no column here.
constexpr relation relations[]{
    {"catalogs", "array<struct<catalog_name:string,catalog_owner:string>>"},
    {"schemata", "array<struct<catalog_name:string,schema_name:string,schema_owner:string>>"},
    {"tables",
     "array<struct<table_catalog:string,table_schema:string,table_name:string,table_type:string,"
     "is_insertable_into:string,table_owner:string,comment:string,data_source_format:string>>"},
    {"columns",
     "array<struct<table_catalog:string,table_schema:string,table_name:string,column_name:string,"
     "ordinal_position:int,column_default:string,is_nullable:string,full_data_type:string,data_"
     "type:"
     "string,is_identity:string,"
     "character_maximum_length:bigint,character_octet_length:bigint,numeric_precision:int,"
     "numeric_precision_radix:int,numeric_scale:int,comment:string>>"},
    {"table_constraints",
     "array<struct<constraint_catalog:string,constraint_schema:string,constraint_name:string,table_"
     "catalog:string,table_schema:string,table_name:string,constraint_type:string,enforced:string>>"
    },
    {"key_column_usage",
     "array<struct<constraint_catalog:string,constraint_schema:string,constraint_name:string,table_"
     "catalog:string,table_schema:string,table_name:string,column_name:string,ordinal_position:int,"
     "position_in_unique_constraint:int>>"},
    {"referential_constraints",
     "array<struct<constraint_catalog:string,constraint_schema:string,constraint_name:string,"
     "unique_constraint_catalog:string,unique_constraint_schema:string,unique_constraint_name:"
     "string>>"},
    {"catalog_privileges",
     "array<struct<grantee:string,catalog_name:string,privilege_type:string,is_grantable:string,"
     "inherited_from:string>>"},
    {"schema_privileges",
     "array<struct<grantee:string,catalog_name:string,schema_name:string,privilege_type:string,is_"
     "grantable:string,inherited_from:string>>"},
    {"table_privileges",
     "array<struct<grantee:string,table_catalog:string,table_schema:string,table_name:string,"
     "privilege_type:string,is_grantable:string,inherited_from:string>>"},
};

const relation& relation_named(std::string_view name) {
    for (const auto& each : relations)
        if (each.name == name)
            return each;
    throw unsupported("information_schema." + std::string{name});
}

/// `array<struct<x: double>>` without the blanks, which definitions do not have.
std::string declared(std::string_view type_text) {
    auto text = lower(type_text);
    std::erase(text, ' ');
    return text;
}

/// A place's parts.
std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> made;
    for (std::size_t dot = 0; dot != std::string_view::npos;) {
        dot = name.find('.');
        made.emplace_back(name.substr(0, dot));
        name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    }
    return made;
}

void add_precision(json_object& to, const result_column& of) {
    constexpr std::pair<std::string_view, int> digits[]{
        {"BYTE", 3}, {"SHORT", 5}, {"INT", 10}, {"LONG", 19}
    };
    if (of.type_name == "DECIMAL")
        to.add("numeric_precision", of.precision)
            .add("numeric_precision_radix", 10)
            .add("numeric_scale", of.scale);
    for (const auto& [name, count] : digits)
        if (of.type_name == name)
            to.add("numeric_precision", count)
                .add("numeric_precision_radix", 10)
                .add("numeric_scale", 0);
}

void add_comment(json_object& to, const std::string& comment) {
    if (!comment.empty())
        to.add("comment", comment);
}

} // namespace

template <class Kept, class Ask>
Kept catalog_reader::known(std::map<std::string, Kept>& in, std::string key, const Ask& ask) const {
    std::unique_lock lock{mutex_};
    if (const auto found = in.find(key); found != in.end())
        return found->second;
    const auto before = changes_;
    lock.unlock();
    auto made = ask();
    lock.lock();
    // What was asked while a statement changed it may be of before.
    if (changes_ == before)
        in.insert_or_assign(std::move(key), made);
    return made;
}

void catalog_reader::forget() {
    const std::lock_guard lock{mutex_};
    ++changes_;
    described_.clear();
    listed_.clear();
}

std::optional<table_description> catalog_reader::describe(
    std::string_view catalog, std::string_view schema, std::string_view table
) const {
    return known(described_, lower(catalog) + "." + lower(schema) + "." + lower(table), [&] {
        return read(catalog, schema, table);
    });
}

std::optional<table_description> catalog_reader::read(
    std::string_view catalog, std::string_view schema, std::string_view table
) const {
    const embedded::database::lease held{*database_, soon()};
    const auto where =
        std::string{not_internal} + match("database_name", catalog) + match("schema_name", schema);
    table_description made;
    auto views = held->run(
        "SELECT coalesce(comment, '') FROM duckdb_views() WHERE " + where +
            match("view_name", table),
        {}
    );
    auto tables = held->run(
        "SELECT coalesce(comment, '') FROM duckdb_tables() WHERE " + where +
            match("table_name", table),
        {}
    );
    if (const auto view = views.next()) {
        made.is_view = true;
        made.comment = (*view)[0].text;
    } else if (const auto found = tables.next()) {
        made.comment = (*found)[0].text;
    } else {
        return std::nullopt;
    }
    const auto shapes =
        held->run(
                "SELECT * FROM " + in_quotes(lower(catalog)) + "." + in_quotes(lower(schema)) +
                    "." + in_quotes(lower(table)) + " LIMIT 0",
                {}
        )
            .columns();
    auto facts = held->run(
        "SELECT is_nullable, coalesce(comment, '') FROM duckdb_columns() WHERE " + where +
            match("table_name", table) + " ORDER BY column_index",
        {}
    );
    const auto kept = facts_->of(lower(catalog) + "." + lower(schema) + "." + lower(table));
    for (const auto& shape : shapes) {
        table_column column{.shape = describe_column(shape)};
        column.declared_type = declared(column.shape.type_text);
        if (const auto fact = kept.columns.find(lower(column.shape.name));
            fact != kept.columns.end()) {
            const std::string_view type = fact->second.type;
            if (type.starts_with("varchar(") || type.starts_with("char("))
                column.declared_type = type;
            column.default_text = fact->second.default_text;
            column.is_identity = fact->second.is_identity;
        }
        if (const auto row = facts.next()) {
            column.nullable = (*row)[0].text == "true";
            column.comment = (*row)[1].text;
        }
        made.columns.push_back(std::move(column));
    }
    return made;
}

std::optional<table_description> catalog_reader::describe_named(std::string_view table) const {
    const auto parts = parts_of(table);
    return parts.size() == 3 ? describe(parts[0], parts[1], parts[2]) : std::nullopt;
}

std::vector<catalog_reader::place> catalog_reader::places_of(std::string_view sql) const {
    const embedded::database::lease held{*database_, soon()};
    auto rows = held->run(std::string{sql}, {});
    std::vector<place> made;
    while (const auto row = rows.next())
        made.push_back(
            {std::string{(*row)[0].text}, std::string{(*row)[1].text}, std::string{(*row)[2].text}}
        );
    return made;
}

std::vector<catalog_reader::place>
catalog_reader::tables_in(std::string_view catalog, std::string_view user) const {
    const auto from = [&](std::string_view kind) {
        return "SELECT lower(database_name), lower(schema_name), lower(" + std::string{kind} +
               "_name) FROM duckdb_" + std::string{kind} + "s() WHERE " +
               std::string{not_internal} + match("database_name", catalog);
    };
    auto found = known(listed_, lower(catalog), [&] {
        return places_of(from("table") + " UNION ALL " + from("view") + " ORDER BY ALL");
    });
    std::erase_if(found, [&](const place& each) {
        return !rules_->may_read(each.catalog + "." + each.schema + "." + each.name, user);
    });
    return found;
}

std::vector<std::string> catalog_reader::tables_of(
    std::string_view catalog, std::string_view schema, std::string_view user
) const {
    std::vector<std::string> names;
    for (auto& each : tables_in(catalog, user))
        if (each.schema == lower(schema))
            names.push_back(std::move(each.name));
    return names;
}

// ---------------------------------------------------------------- DESCRIBE and SHOW

std::optional<statement_result>
catalog_reader::tell(const statement_order& order, const token_list& tokens) const {
    word_reader in{tokens};
    if (in.take("DESCRIBE") || in.take("DESC"))
        return describe_statement(order, in);
    if (in.take("SHOW"))
        return show_statement(order, in);
    return std::nullopt;
}

table_description catalog_reader::existing(
    const std::vector<std::string>& parts, const statement_order& order
) const {
    const auto name = access_rules::full_name(parts, order);
    if (!rules_->may_read(name, order.user))
        throw insufficient("User does not have SELECT on Table '" + name + "'");
    const auto first = name.find('.');
    const auto second = name.find('.', first + 1);
    if (second == std::string::npos || parts.size() > 3)
        throw failure_of("PARSE_SYNTAX_ERROR", "42601", "a name with too many parts");
    const std::string_view text{name};
    auto found = describe(
        text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)
    );
    if (!found)
        throw failure_of(
            "TABLE_OR_VIEW_NOT_FOUND", "42P01", "The table or view " + name + " cannot be found"
        );
    return std::move(*found);
}

statement_result
catalog_reader::describe_statement(const statement_order& order, word_reader& in) const {
    for (const std::string_view other :
         {"CATALOG",
          "CONNECTION",
          "DATABASE",
          "FUNCTION",
          "HISTORY",
          "QUERY",
          "SCHEMA",
          "SELECT",
          "VOLUME"})
        if (in.is(other))
            throw unsupported("DESCRIBE " + std::string{other});
    if (in.take("DETAIL"))
        return detail_statement(order, in);
    static_cast<void>(in.take("TABLE"));
    const bool is_extended = in.take("EXTENDED");
    const auto parts = in.names();
    if (!in.is_over())
        throw unsupported("DESCRIBE of anything but a whole table");
    const auto found = existing(parts, order);
    const auto optional = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional{text};
    };
    rows_of_text rows;
    for (const auto& each : found.columns)
        rows.push_back({each.shape.name, each.declared_type, optional(each.comment)});
    if (is_extended) {
        const auto name = access_rules::full_name(parts, order);
        const auto first = name.find('.');
        const auto second = name.find('.', first + 1);
        rows.push_back({"", "", ""});
        rows.push_back({"# Detailed Table Information", "", ""});
        rows.push_back({"Catalog", name.substr(0, first), ""});
        rows.push_back({"Database", name.substr(first + 1, second - first - 1), ""});
        rows.push_back({"Table", name.substr(second + 1), ""});
        rows.push_back({"Type", found.is_view ? "VIEW" : "MANAGED", ""});
        if (!found.is_view)
            rows.push_back({"Provider", "delta", ""});
        if (!found.comment.empty())
            rows.push_back({"Comment", found.comment, ""});
        if (const auto filter = rules_->filter_of(name))
            rows.push_back({"Row Filter", filter->function, ""});
    }
    return told(order, {"col_name", "data_type", "comment"}, rows);
}

statement_result
catalog_reader::detail_statement(const statement_order& order, word_reader& in) const {
    const auto parts = in.names();
    in.expect_end();
    const auto found = existing(parts, order);
    const auto name = access_rules::full_name(parts, order);
    const auto kept = facts_->of(name);
    json_object properties;
    for (const auto& [key, value] : kept.properties)
        properties.add(key, value);
    // In part: what the engine cannot know has no column here.
    return told(
        order,
        {"format", "name", "description", "partitionColumns", "clusteringColumns", "properties"},
        {{"delta", name, found.comment, "[]", texts_json(kept.clustering), properties.text()}}
    );
}

statement_result
catalog_reader::show_statement(const statement_order& order, word_reader& in) const {
    const auto pattern = [&] {
        static_cast<void>(in.take("LIKE"));
        auto text = in.is_over() ? std::string{"*"} : in.literal();
        in.expect_end();
        return text;
    };
    const auto has_place = [&] { return in.take("IN") || in.take("FROM"); };
    rows_of_text rows;
    if (in.take("TABLES")) {
        std::vector<std::string> parts;
        if (has_place())
            parts = in.names();
        const auto schema = parts.empty() ? schema_of(order) : parts.back();
        const auto wanted = pattern();
        for (auto& name :
             tables_of(parts.size() > 1 ? parts[0] : catalog_of(order), schema, order.user))
            if (fits(name, wanted))
                rows.push_back({schema, std::move(name), "false"});
        return told(order, {"database", "tableName", "isTemporary"}, rows);
    }
    if (in.take("SCHEMAS") || in.take("DATABASES")) {
        const auto catalog = has_place() ? in.names().back() : catalog_of(order);
        const auto wanted = pattern();
        for (auto& each : places_of(
                 "SELECT lower(schema_name), '', '' FROM duckdb_schemas() WHERE " +
                 std::string{not_internal} + match("database_name", catalog) + " ORDER BY 1"
             ))
            if (fits(each.catalog, wanted))
                rows.push_back({std::move(each.catalog)});
        return told(order, {"databaseName"}, rows);
    }
    if (in.take("CATALOGS")) {
        const auto wanted = pattern();
        for (auto& each : places_of(
                 "SELECT lower(database_name), '', '' FROM duckdb_databases() WHERE NOT internal "
                 "AND database_name <> 'memory' ORDER BY 1"
             ))
            if (fits(each.catalog, wanted))
                rows.push_back({std::move(each.catalog)});
        return told(order, {"catalog"}, rows);
    }
    if (in.take("COLUMNS")) {
        if (!has_place())
            in.refuse("expected IN");
        const auto found = existing(in.names(), order);
        in.expect_end();
        for (const auto& each : found.columns)
            rows.push_back({each.shape.name});
        return told(order, {"col_name"}, rows);
    }
    if (in.take("TBLPROPERTIES")) {
        const auto parts = in.names();
        in.expect_end();
        static_cast<void>(existing(parts, order));
        for (auto& [key, value] : facts_->of(access_rules::full_name(parts, order)).properties)
            rows.push_back({key, std::move(value)});
        return told(order, {"key", "value"}, rows);
    }
    if (in.take("GRANTS")) {
        in.expect("ON");
        std::string kind = "TABLE";
        for (const std::string_view each : {"CATALOG", "SCHEMA", "TABLE"})
            if (in.take(each))
                kind = each;
        const auto parts = in.names();
        in.expect_end();
        const auto name = access_rules::place_of(kind, parts, order);
        for (auto& each : rules_->grants_on(name))
            rows.push_back({std::move(each.principal), std::move(each.privilege), kind, name});
        return told(order, {"Principal", "ActionType", "ObjectType", "ObjectKey"}, rows);
    }
    throw unsupported("this form of SHOW");
}

// ---------------------------------------------------------------- information_schema

std::string catalog_reader::schemata_json(std::string_view catalog) const {
    std::vector<std::string> made;
    for (const auto& each : places_of(
             "SELECT lower(database_name), lower(schema_name), '' FROM duckdb_schemas() WHERE " +
             std::string{not_internal} + match("database_name", catalog) + " ORDER BY ALL"
         ))
        made.push_back(json_object{}
                           .add("catalog_name", each.catalog)
                           .add("schema_name", each.schema)
                           .add("schema_owner", rules_->owner_of(each.catalog + "." + each.schema))
                           .text());
    return json_array(made);
}

std::string catalog_reader::tables_json(std::string_view catalog, std::string_view user) const {
    std::vector<std::string> made;
    for (const auto& each : tables_in(catalog, user)) {
        const auto found = describe(each.catalog, each.schema, each.name);
        if (!found)
            continue;
        json_object row;
        row.add("table_catalog", each.catalog)
            .add("table_schema", each.schema)
            .add("table_name", each.name)
            .add("table_type", found->is_view ? "VIEW" : "MANAGED")
            .add("is_insertable_into", found->is_view ? "NO" : "YES")
            .add(
                "table_owner", rules_->owner_of(each.catalog + "." + each.schema + "." + each.name)
            );
        add_comment(row, found->comment);
        if (!found->is_view)
            row.add("data_source_format", "DELTA");
        made.push_back(row.text());
    }
    return json_array(made);
}

std::string catalog_reader::columns_json(std::string_view catalog, std::string_view user) const {
    std::vector<std::string> made;
    for (const auto& each : tables_in(catalog, user)) {
        const auto found = describe(each.catalog, each.schema, each.name);
        if (!found)
            continue;
        int position = 0;
        for (const auto& column : found->columns) {
            json_object row;
            row.add("table_catalog", each.catalog)
                .add("table_schema", each.schema)
                .add("table_name", each.name)
                .add("column_name", column.shape.name)
                .add("ordinal_position", position++)
                .add("is_nullable", column.nullable ? "YES" : "NO")
                .add("full_data_type", column.declared_type)
                .add("data_type", column.shape.type_name)
                .add("is_identity", column.is_identity ? "YES" : "NO");
            if (!column.default_text.empty())
                row.add("column_default", column.default_text);
            add_precision(row, column.shape);
            add_comment(row, column.comment);
            made.push_back(row.text());
        }
    }
    return json_array(made);
}

std::string catalog_reader::keys_json(
    std::string_view relation, std::string_view catalog, std::string_view user
) const {
    std::vector<std::string> made;
    for (const auto& each : tables_in(catalog, user)) {
        const auto begin = [&](const key_fact& key) {
            return json_object{}
                .add("constraint_catalog", each.catalog)
                .add("constraint_schema", each.schema)
                .add("constraint_name", key.name);
        };
        const auto add_table = [&](json_object& to) {
            to.add("table_catalog", each.catalog)
                .add("table_schema", each.schema)
                .add("table_name", each.name);
        };
        for (const auto& key :
             facts_->of(each.catalog + "." + each.schema + "." + each.name).keys) {
            if (relation == "table_constraints") {
                auto row = begin(key);
                add_table(row);
                row.add("constraint_type", key.is_primary() ? "PRIMARY KEY" : "FOREIGN KEY");
                made.push_back(row.add("enforced", "NO").text());
            } else if (relation == "key_column_usage") {
                int position = 0;
                for (const auto& column : key.columns) {
                    auto row = begin(key);
                    add_table(row);
                    row.add("column_name", column).add("ordinal_position", ++position);
                    if (!key.is_primary())
                        row.add("position_in_unique_constraint", position);
                    made.push_back(row.text());
                }
            } else if (!key.is_primary()) {
                const auto target = parts_of(key.target);
                for (const auto& other : facts_->of(key.target).keys)
                    if (other.is_primary())
                        made.push_back(begin(key)
                                           .add("unique_constraint_catalog", target[0])
                                           .add("unique_constraint_schema", target[1])
                                           .add("unique_constraint_name", other.name)
                                           .text());
            }
        }
    }
    return json_array(made);
}

std::string catalog_reader::privileges_json(
    std::string_view relation, std::string_view catalog, std::string_view user
) const {
    std::vector<place> places;
    if (relation == "table_privileges") {
        places = tables_in(catalog, user);
    } else {
        const bool is_schema = relation == "schema_privileges";
        places = places_of(
            "SELECT DISTINCT lower(database_name), " +
            std::string{is_schema ? "lower(schema_name)" : "''"} +
            ", '' FROM duckdb_schemas() WHERE " + std::string{not_internal} +
            match("database_name", catalog) + " ORDER BY ALL"
        );
    }
    std::vector<std::string> made;
    for (const auto& each : places) {
        // What is granted on a level is granted on those below it.
        std::vector<std::pair<std::string, std::string_view>> levels{{each.catalog, "CATALOG"}};
        if (!each.schema.empty())
            levels.emplace_back(each.catalog + "." + each.schema, "SCHEMA");
        if (!each.name.empty())
            levels.emplace_back(levels.back().first + "." + each.name, "TABLE");
        for (const auto& [object, level] : levels) {
            for (const auto& grant : rules_->grants_on(object)) {
                json_object row;
                row.add("grantee", grant.principal);
                if (relation == "table_privileges")
                    row.add("table_catalog", each.catalog)
                        .add("table_schema", each.schema)
                        .add("table_name", each.name);
                else
                    row.add("catalog_name", each.catalog).add("schema_name", each.schema);
                made.push_back(
                    row.add("privilege_type", grant.privilege)
                        .add("is_grantable", "NO")
                        .add("inherited_from", &object == &levels.back().first ? "NONE" : level)
                        .text()
                );
            }
        }
    }
    return json_array(made);
}

std::string catalog_reader::rows_of(
    std::string_view relation, std::string_view catalog, std::string_view user
) const {
    if (relation == "tables")
        return tables_json(catalog, user);
    if (relation == "columns")
        return columns_json(catalog, user);
    if (relation == "schemata")
        return schemata_json(catalog);
    if (relation == "catalogs") {
        std::vector<std::string> made;
        for (const auto& each : places_of(
                 "SELECT lower(database_name), '', '' FROM duckdb_databases() WHERE NOT internal "
                 "AND database_name <> 'memory' ORDER BY 1"
             ))
            made.push_back(json_object{}
                               .add("catalog_name", each.catalog)
                               .add("catalog_owner", rules_->owner_of(each.catalog))
                               .text());
        return json_array(made);
    }
    return relation.ends_with("_privileges") ? privileges_json(relation, catalog, user)
                                             : keys_json(relation, catalog, user);
}

std::optional<statement_order> catalog_reader::with_information_schema(
    const statement_order& order, const token_list& tokens
) const {
    std::vector<text_edit> edits;
    std::vector<parameter> given;
    for (const auto& use : table_uses(tokens)) {
        const auto parts = use.parts.size();
        if (parts < 2 || use.parts[parts - 2] != "information_schema")
            continue;
        const auto& [name, shape] = relation_named(use.parts.back());
        // `system` shows all catalogs.
        auto catalog = parts == 3 ? use.parts[0] : catalog_of(order);
        if (catalog == "system")
            catalog.clear();
        auto held = rows_of(name, catalog, order.user);
        const auto marker = "weir_information_schema_" + std::to_string(given.size());
        const auto from = tokens[use.first].offset;
        auto text = "(SELECT inline(from_json(:" + marker + ", '" + std::string{shape} + "')))";
        if (!use.has_alias)
            text += " AS " + in_backticks(name);
        edits.push_back({from, end_of_name(tokens[use.last - 1]) - from, std::move(text)});
        given.push_back({.name = marker, .type = "STRING", .value = std::move(held)});
    }
    if (edits.empty())
        return std::nullopt;
    auto made = order;
    made.text = edited(order.text, std::move(edits));
    made.parameters.insert(made.parameters.end(), given.begin(), given.end());
    return made;
}

} // namespace local_workspace
