// SPDX-License-Identifier: Apache-2.0
// The words of the schema language, in canonical order: the reader accepts them, `fmt` writes them
// in this order, the JSON Schema describes them.
#pragma once

#include <array>
#include <string_view>

namespace weir::gen::words {

using list = std::string_view;

inline constexpr std::array<list, 6> file_keys{
    "version",
    "name",
    "backends",
    "defaults",
    "types",
    "tables",
};
inline constexpr std::array<list, 2> backend_names{"lakebase", "warehouse"};
inline constexpr std::array<list, 1> lakebase_keys{"schema"};
inline constexpr std::array<list, 2> warehouse_keys{"catalog", "schema"};
inline constexpr std::array<list, 4> defaults_keys{"backend", "audit", "soft_delete", "history"};
inline constexpr std::array<list, 16> named_type_keys{
    "enum",
    "struct",
    "type",
    "min",
    "max",
    "min_length",
    "max_length",
    "min_items",
    "max_items",
    "pattern",
    "format",
    "default",
    "private",
    "readonly",
    "description",
    "tags",
};
inline constexpr std::array<list, 2> named_enumeration_keys{"enum", "description"};
inline constexpr std::array<list, 2> named_structure_keys{"struct", "description"};
inline constexpr std::array<list, 17> table_keys{
    "name",
    "row",
    "was",
    "description",
    "backend",
    "key",
    "columns",
    "unique",
    "cluster_by",
    "relations",
    "checks",
    "indexes",
    "access",
    "audit",
    "soft_delete",
    "history",
    "api",
};
inline constexpr std::array<list, 20> column_keys{
    "name",   "type",       "enum",       "required",  "generated",   "default", "min",
    "max",    "min_length", "max_length", "min_items", "max_items",   "pattern", "format",
    "unique", "private",    "readonly",   "was",       "description", "tags",
};
inline constexpr std::array<list, 16> field_keys{
    "name",
    "type",
    "enum",
    "required",
    "default",
    "min",
    "max",
    "min_length",
    "max_length",
    "min_items",
    "max_items",
    "pattern",
    "format",
    "was",
    "description",
    "tags",
};
inline constexpr std::array<list, 2> index_keys{"columns", "where"};
inline constexpr std::array<list, 2> check_keys{"name", "expr"};
inline constexpr std::array<list, 5> relation_keys{"name", "to", "from", "inverse", "on_delete"};
inline constexpr std::array<list, 5> access_keys{"owner", "via", "run_as", "read_all", "purge"};
inline constexpr std::array<list, 9> api_keys{
    "path",
    "operations",
    "default_limit",
    "max_limit",
    "order_by",
    "include",
    "records_v1",
    "async",
    "cache_seconds",
};
inline constexpr std::array<list, 5> operations{"list", "get", "create", "update", "delete"};
inline constexpr std::array<list, 4> delete_actions{"no_action", "restrict", "cascade", "set_null"};
inline constexpr std::array<list, 3> generators{"uuid", "identity", "now"};
inline constexpr std::array<list, 1> run_as{"user"};
inline constexpr std::array<list, 8> formats{
    "email",
    "uuid",
    "uri",
    "date",
    "date-time",
    "ipv4",
    "ipv6",
    "hostname",
};

/// Types without arguments, then those with; `integer` is another word for `int`.
inline constexpr std::array<list, 22> types{
    "tinyint", "smallint", "int",       "integer",       "bigint", "float", "double", "string",
    "boolean", "date",     "timestamp", "timestamp_ntz", "binary", "uuid",  "json",   "decimal",
    "varchar", "char",     "array",     "map",           "struct", "enum",
};

/// Names every audited table has already.
inline constexpr std::array<list, 8> audit_columns{
    "record_uuid",
    "is_deleted",
    "inserted_at",
    "inserted_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "deleted_by",
};

} // namespace weir::gen::words
