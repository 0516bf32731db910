// SPDX-License-Identifier: Apache-2.0
// The records API in the document: its operations, parameters and bodies, the same for all tables.
// Costs openapi/operation.hpp.
#pragma once

#include <weir/http/openapi/operation.hpp>
#include <weir/json/document_writer.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::openapi {

inline constexpr std::string_view records_tag = "records";

namespace detail {

/// A piece of the document as JSON.
struct record_piece {
    std::string_view name;
    std::string_view text;
};

inline constexpr std::array<record_piece, 7> record_parameters{{
    {"records.catalog",
     R"({"name": "catalog", "in": "query", "required": true, "schema": {"type": "string"}})"},
    {"records.schema",
     R"({"name": "schema", "in": "query", "required": true, "schema": {"type": "string"}})"},
    {"records.table",
     R"({"name": "table", "in": "query", "required": true, "schema": {"type": "string"}})"},
    {"records.limit",
     R"({"name": "limit", "in": "query", "description": "100 unless asked.", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}})"
    },
    {"records.offset",
     R"({"name": "offset", "in": "query", "description": "Rows to skip; none unless asked.", "schema": {"type": "integer", "minimum": 0, "maximum": 2147483647}})"
    },
    {"records.columns",
     R"({"name": "columns", "in": "query", "description": "Names with commas between them; all unless asked.", "schema": {"type": "string"}})"
    },
    {"records.filters",
     R"({"name": "filters", "in": "query", "description": "A JSON array of `{column, op, value}`, all of which must hold.", "schema": {"type": "string"}})"
    },
}};

inline constexpr std::array<record_piece, 8> record_schemas{{
    {"records.column",
     R"({"type": "object", "properties": {"name": {"type": "string"}, "data_type": {"type": "string", "description": "BIGINT INT INTEGER SMALLINT TINYINT DOUBLE FLOAT DECIMAL STRING VARCHAR CHAR BOOLEAN DATE TIMESTAMP TIMESTAMP_NTZ BINARY ARRAY MAP STRUCT, with parameters and element types."}, "nullable": {"type": "boolean", "default": true}}, "required": ["name", "data_type"]})"
    },
    {"records.filter",
     R"({"type": "object", "properties": {"column": {"type": "string"}, "op": {"type": "string", "enum": ["=", "!=", "<>", ">", ">=", "<", "<=", "like", "in", "not in", "is null", "is not null", "between"]}, "value": {}}, "required": ["column", "op"]})"
    },
    {"records.write",
     R"({"type": "object", "properties": {"catalog": {"type": "string"}, "schema": {"type": "string"}, "table": {"type": "string"}, "auto_create": {"type": "boolean", "default": false}, "schema_definition": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/records.column"}}, "data": {"type": "array", "minItems": 1, "items": {"type": "object"}}}, "required": ["catalog", "schema", "table", "data"]})"
    },
    {"records.update",
     R"({"type": "object", "description": "Exactly one of key_value, key_values, bulk_updates, filters.", "properties": {"catalog": {"type": "string"}, "schema": {"type": "string"}, "table": {"type": "string"}, "key_column": {"type": "string"}, "key_value": {}, "key_values": {"type": "array", "minItems": 1, "items": {}}, "bulk_updates": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"key_value": {}, "updates": {"type": "object", "minProperties": 1}}, "required": ["key_value", "updates"]}}, "filters": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/records.filter"}}, "updates": {"type": "object", "minProperties": 1}}, "required": ["catalog", "schema", "table"]})"
    },
    {"records.delete",
     R"({"type": "object", "description": "Exactly one of key_value, key_values, filters.", "properties": {"catalog": {"type": "string"}, "schema": {"type": "string"}, "table": {"type": "string"}, "key_column": {"type": "string"}, "key_value": {}, "key_values": {"type": "array", "minItems": 1, "items": {}}, "filters": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/records.filter"}}, "soft": {"type": "boolean", "default": true}}, "required": ["catalog", "schema", "table"]})"
    },
    {"records.written",
     R"({"type": "object", "properties": {"message": {"type": "string"}, "count": {"type": "integer", "minimum": 0}}, "required": ["message", "count"]})"
    },
    {"records.page",
     R"({"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object"}}, "count": {"type": "integer", "minimum": 0}, "total": {"type": "integer", "minimum": 0}}, "required": ["data", "count", "total"]})"
    },
    {"records.changed",
     R"({"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object"}}, "count": {"type": "integer", "minimum": 0}, "total": {"type": "null"}}, "required": ["data", "count", "total"]})"
    },
}};

[[nodiscard]] inline operation
record_operation(std::string_view method, std::string path, std::string id, std::string summary) {
    operation made;
    made.method = method;
    made.path = std::move(path);
    made.id = std::move(id);
    made.summary = std::move(summary);
    made.tag = records_tag;
    return made;
}

} // namespace detail

/// The operations of the records API under a base path.
[[nodiscard]] inline std::vector<operation> record_operations(const std::string& base) {
    const auto path = base + "/records/";
    std::vector<operation> made;
    const auto add_change = [&](std::string_view method,
                                const std::string& name,
                                std::string id,
                                std::string summary,
                                const char* body,
                                const char* answer) {
        auto added =
            detail::record_operation(method, path + name, std::move(id), std::move(summary));
        added.takes = content::one;
        added.body_schemas = {body};
        added.answers.push_back({200, "It is done.", content::one, {answer}});
        added.fails = {400, 401, 403, 404, 406, 409, 413, 415, 500, 501};
        made.push_back(std::move(added));
    };
    add_change(
        "post",
        "write",
        "records_write",
        "Insert records into a table, which may be made for them",
        "records.write",
        "records.written"
    );
    auto read = detail::record_operation(
        "get", path + "read", "records_read", "Rows of a table that match"
    );
    for (const auto& each : detail::record_parameters)
        read.parameters.emplace_back(each.name);
    read.answers.push_back({200, "A page.", content::one, {"records.page"}});
    read.fails = {400, 401, 403, 404, 406, 500};
    made.push_back(std::move(read));
    add_change(
        "put",
        "update",
        "records_update",
        "Update rows by key or by filter",
        "records.update",
        "records.changed"
    );
    add_change(
        "delete",
        "delete",
        "records_delete",
        "Delete rows by key or by filter",
        "records.delete",
        "records.changed"
    );
    add_change(
        "post",
        "delete",
        "records_delete_by_post",
        "The same for clients whose DELETE has no body",
        "records.delete",
        "records.changed"
    );
    return made;
}

inline void write_record_parameters(json::document_writer& to) {
    for (const auto& each : detail::record_parameters)
        to.raw(each.name, each.text);
}

inline void write_record_schemas(json::document_writer& to) {
    for (const auto& each : detail::record_schemas)
        to.raw(each.name, each.text);
}

} // namespace weir::http::openapi
