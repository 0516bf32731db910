// SPDX-License-Identifier: Apache-2.0
#include "emit_schema.hpp"

#include <weir/json/document_writer.hpp>

#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "words.hpp"

namespace weir::gen {

namespace {

using key_list = std::span<const std::string_view>;

constexpr std::string_view identifier = "^[A-Za-z_][A-Za-z0-9_]*$";
// The grammar of types is recursive; weir-gen itself checks what stands inside the brackets.
constexpr std::string_view type_pattern =
    "^(decimal\\(\\s*[0-9]+\\s*,\\s*[0-9]+\\s*\\)|varchar\\(\\s*[0-9]+\\s*\\)|char\\(\\s*[0-9]+\\s*"
    "\\)"
    "|array<.+>|map<.+,.+>|struct<.+:.+>|[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?)$";
constexpr std::string_view format_pattern =
    "^(email|uuid|uri|date|date-time|ipv4|ipv6|hostname|date:[^A-Za-z0-9]*(YYYY|MM|DD)[^A-Za-z0-9]*"
    "((YYYY|MM|DD)[^A-Za-z0-9]*){1,2})$";

struct described {
    std::string_view shape;
    std::string_view meaning;
};

// What each key holds, by its name; the same name means the same everywhere, but for these in
// `special`.
const std::map<std::string_view, described> shapes{
    {"name", {"identifier", "The name."}},
    {"row", {"identifier", "The C++ struct's name; left out, the table's name without its plural."}
    },
    {"was", {"identifier", "The former name, for migrations."}},
    {"description", {"text", "For people: documentation, OpenAPI, comments in the database."}},
    {"backend", {"backend", "Where the table lives."}},
    {"key", {"identifiers", "The columns rows are found by."}},
    {"required", {"flag", "Never NULL, and needed in an insert."}},
    {"private", {"flag", "Never in JSON, in either direction."}},
    {"readonly", {"flag", "In answers, never taken from a payload."}},
    {"default", {"any", "What an insert puts where nothing is given."}},
    {"min", {"limit", "The least value, inclusive."}},
    {"max", {"limit", "The greatest value, inclusive."}},
    {"min_length", {"count", "Least characters (binary: bytes)."}},
    {"max_length", {"count", "Most characters (binary: bytes)."}},
    {"min_items", {"count", "Least items of an array or map."}},
    {"max_items", {"count", "Most items of an array or map."}},
    {"pattern", {"text", "RE2 syntax, searched anywhere unless anchored."}},
    {"format", {"format", "How the text is spelled."}},
    {"type",
     {"type",
      "string, bigint, decimal(12,2), array<string>, map<string,int>, struct<a:int!>, a named "
      "type, …"}},
    {"enum", {"labels", "The labels, in order."}},
    {"generated", {"generated", "Who fills the column on insert."}},
    {"tags", {"texts", "Free words."}},
    {"audit", {"flag", "Adds the eight audit columns."}},
    {"soft_delete", {"flag", "Deleting marks the row; needs audit."}},
    {"history", {"flag", "Old versions can be read; needs audit."}},
    {"cluster_by", {"identifiers", "Liquid clustering, on a warehouse."}},
    {"columns", {"columns", "The columns, in order."}},
    {"relations", {"relations", "References to the keys of other tables."}},
    {"checks", {"checks", "SQL conditions every row keeps."}},
    {"indexes", {"indexes", "Indexes, on lakebase."}},
    {"access", {"access", "Who may see and change which rows."}},
    {"api", {"api", "How the table appears over HTTP."}},
    {"version", {"version", "The version of the schema language."}},
    {"backends",
     {"backends", "Where tables live; ${VARIABLE:-default} is taken from the environment."}},
    {"defaults", {"defaults", "What every table takes unless it says otherwise."}},
    {"types", {"types", "Named types."}},
    {"tables", {"tables", "The tables."}},
    {"struct", {"fields", "The fields, in order."}},
    {"schema", {"place", "The database schema."}},
    {"catalog", {"place", "The Unity Catalog catalog."}},
    {"lakebase", {"lakebase", "PostgreSQL."}},
    {"warehouse", {"warehouse", "A SQL warehouse."}},
    {"expr", {"text", "The condition, in SQL."}},
    {"where", {"text", "The condition of a partial index, in SQL."}},
    {"to", {"reference", "The other table; schema.table for one of another file."}},
    {"from", {"identifiers", "This table's columns that hold the other's key."}},
    {"inverse", {"identifier", "The name under which the other table sees these rows."}},
    {"on_delete", {"delete_action", "What happens to these rows when the other one goes."}},
    {"owner", {"identifier", "The column that holds the caller's id."}},
    {"via", {"identifier", "The relation whose row's own rule decides."}},
    {"run_as", {"run_as", "Every statement runs as the calling user."}},
    {"read_all", {"texts", "Groups that read every row."}},
    {"purge", {"texts", "Groups that may delete for good."}},
    {"path", {"path", "The address under /api/v1; left out, the table's name with hyphens."}},
    {"operations", {"operations", "What is offered; left out, everything."}},
    {"default_limit", {"positive", "Rows of a list when the request says nothing."}},
    {"max_limit", {"positive", "Most rows of a list."}},
    {"order_by", {"order", "The order of a list when the request says nothing."}},
    {"include", {"identifiers", "Relations that requests may embed."}},
    {"records_v1", {"flag", "Also in the records API."}},
    {"async", {"flag", "Slow requests become jobs."}},
    {"cache_seconds", {"positive", "How long reads by key may be answered from memory."}},
};

class schema_writer {
public:
    std::string all() {
        to_.begin_object();
        to_.text("$schema", "https://json-schema.org/draft/2020-12/schema");
        to_.text("title", "weir schema");
        to_.text("description", "Tables, types and routes of a weir service.");
        object_body(words::file_keys, {"version", "name"});
        to_.begin_object("$defs");
        scalars();
        lists();
        objects();
        to_.end_object();
        to_.end_object();
        return to_.take();
    }

private:
    void object_body(key_list keys, std::vector<std::string_view> required) {
        to_.text("type", "object");
        to_.begin_object("properties");
        for (const auto key : keys)
            property(key, keys);
        to_.end_object();
        if (!required.empty())
            to_.texts("required", required);
        to_.flag("additionalProperties", false);
    }

    // Two words mean one thing on a table and another on a column or index.
    void property(std::string_view key, key_list among) {
        const bool on_table = among.size() == words::table_keys.size();
        if (key == "unique") {
            to_.begin_object(key);
            to_.text(
                "description",
                on_table ? "Sets of columns whose values differ from row to row."
                         : "The values differ from row to row."
            );
            to_.text("$ref", on_table ? "#/$defs/column_sets" : "#/$defs/flag");
            to_.end_object();
            return;
        }
        if (key == "columns" && !on_table) {
            to_.begin_object(key);
            to_.text("description", "The index's columns, each with asc or desc.");
            to_.text("$ref", "#/$defs/order");
            to_.end_object();
            return;
        }
        const auto& what = shapes.at(key);
        to_.begin_object(key);
        to_.text("description", what.meaning);
        to_.text("$ref", "#/$defs/" + std::string{what.shape});
        to_.end_object();
    }

    void object(std::string_view name, key_list keys, std::vector<std::string_view> required) {
        to_.begin_object(name);
        object_body(keys, std::move(required));
        to_.end_object();
    }

    void type_of(std::string_view name, std::string_view type) {
        to_.begin_object(name);
        to_.text("type", type);
        to_.end_object();
    }

    void types_of(std::string_view name, const std::vector<std::string_view>& types) {
        to_.begin_object(name);
        to_.texts("type", types);
        to_.end_object();
    }

    void pattern(std::string_view name, std::string_view expression) {
        to_.begin_object(name);
        to_.text("type", "string");
        to_.text("pattern", expression);
        to_.end_object();
    }

    void words_of(std::string_view name, key_list known) {
        to_.begin_object(name);
        to_.texts("enum", known);
        to_.end_object();
    }

    void scalars() {
        pattern("identifier", identifier);
        pattern("reference", "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?$");
        pattern("place", "^([A-Za-z0-9_]|\\$\\{[A-Za-z0-9_]+(:-[A-Za-z0-9_]+)?\\})+$");
        pattern("path", "^[a-z0-9_-]{1,100}$");
        pattern("format", format_pattern);
        to_.begin_object("text");
        // `description: 12` is text too: the schema decides types.
        to_.texts("type", std::vector<std::string_view>{"string", "number", "boolean"});
        to_.end_object();
        type_of("flag", "boolean");
        to_.begin_object("any");
        to_.end_object();
        types_of("limit", {"number", "string"});
        to_.begin_object("count");
        to_.text("type", "integer");
        to_.number("minimum", 0);
        to_.number("maximum", 4294967294U);
        to_.end_object();
        to_.begin_object("positive");
        to_.text("type", "integer");
        to_.number("minimum", 1);
        to_.number("maximum", 4294967294U);
        to_.end_object();
        to_.begin_object("version");
        to_.raw("const", "1");
        to_.end_object();
        to_.begin_object("type");
        to_.text("type", "string");
        to_.text("pattern", type_pattern);
        to_.texts("examples", words::types);
        to_.end_object();
        types_of("label", {"string", "number", "boolean", "null"});
        words_of("backend", words::backend_names);
        words_of("generated", words::generators);
        words_of("delete_action", words::delete_actions);
        words_of("run_as", words::run_as);
        words_of("operation", words::operations);
        pattern("ordered_column", "^[A-Za-z_][A-Za-z0-9_]*( (asc|desc))?$");
    }

    void list(std::string_view name, std::string_view item, std::uint64_t least, bool or_one) {
        to_.begin_object(name);
        if (or_one) {
            to_.begin_array("anyOf");
            to_.begin_object();
            to_.text("$ref", "#/$defs/" + std::string{item});
            to_.end_object();
            to_.begin_object();
        }
        to_.text("type", "array");
        to_.begin_object("items");
        to_.text("$ref", "#/$defs/" + std::string{item});
        to_.end_object();
        if (least > 0)
            to_.number("minItems", least);
        if (or_one) {
            to_.end_object();
            to_.end_array();
        }
        to_.end_object();
    }

    void lists() {
        list("identifiers", "identifier", 1, true);
        list("texts", "text", 0, true);
        list("labels", "label", 1, true);
        list("order", "ordered_column", 1, true);
        list("operations", "operation", 1, true);
        list("columns", "column", 1, false);
        list("fields", "field", 1, false);
        list("relations", "relation", 0, false);
        list("checks", "check", 0, false);
        list("indexes", "index", 0, false);
        list("tables", "table", 0, false);
        list("column_set", "identifier", 1, false);
        list("column_sets", "column_set", 0, false);
    }

    void objects() {
        object("backends", words::backend_names, {});
        object("lakebase", words::lakebase_keys, {"schema"});
        object("warehouse", words::warehouse_keys, {"catalog", "schema"});
        object("defaults", words::defaults_keys, {});
        object("table", words::table_keys, {"name", "key", "columns"});
        typed("column", words::column_keys, {"name"});
        typed("field", words::field_keys, {"name"});
        object("relation", words::relation_keys, {"name", "to", "from"});
        object("check", words::check_keys, {"name", "expr"});
        object("index", words::index_keys, {"columns"});
        exactly_one("access", words::access_keys, {"owner", "via", "run_as"});
        object("api", words::api_keys, {});
        exactly_one("named_type", words::named_type_keys, {"enum", "struct", "type"});
        to_.begin_object("types");
        to_.text("type", "object");
        to_.begin_object("propertyNames");
        to_.text("$ref", "#/$defs/identifier");
        to_.end_object();
        to_.begin_object("additionalProperties");
        to_.text("$ref", "#/$defs/named_type");
        to_.end_object();
        to_.end_object();
    }

    void need(std::string_view key) {
        to_.begin_object();
        to_.texts("required", std::vector{key});
        to_.end_object();
    }

    // A column says its type, or its labels.
    void typed(std::string_view name, key_list keys, std::vector<std::string_view> required) {
        to_.begin_object(name);
        object_body(keys, std::move(required));
        to_.begin_array("anyOf");
        need("type");
        need("enum");
        to_.end_array();
        to_.end_object();
    }

    void exactly_one(
        std::string_view name, key_list keys, const std::vector<std::string_view>& choices
    ) {
        to_.begin_object(name);
        object_body(keys, {});
        to_.begin_array("oneOf");
        for (const auto each : choices)
            need(each);
        to_.end_array();
        to_.end_object();
    }

    json::document_writer to_{};
};

} // namespace

std::string emit_language_schema() {
    return schema_writer{}.all();
}

} // namespace weir::gen
