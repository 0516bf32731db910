// SPDX-License-Identifier: Apache-2.0
// What a statement makes of a table, read from its words: as far as Delta and Unity Catalog keep
// something of it that the engine has no place for. Source: databricks.md 4.6, 4.7.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine.hpp"
#include "statement_words.hpp"

namespace local_workspace {

struct column_fact {
    /// In lower case and without blanks: `varchar(20)`.
    std::string type{};
    /// The default as it was written; empty: none.
    std::string default_text{};
    bool is_identity = false;
};

/// A primary or a foreign key: both inform, and nothing enforces them.
struct key_fact {
    std::string name{};
    std::vector<std::string> columns{};
    /// `catalog.schema.table`; empty: a primary key.
    std::string target{};
    std::vector<std::string> target_columns{};

    [[nodiscard]] bool is_primary() const noexcept { return target.empty(); }
};

enum class ddl_kind : std::uint8_t {
    other,
    create_table,
    drop_table,
    drop_schema,
    rename_table,
    add_columns,
    drop_columns,
    rename_column,
    set_default,
    drop_default,
    set_type,
    add_check,
    add_key,
    drop_constraint,
    drop_primary_key,
    set_properties,
    unset_properties,
    cluster,
};

struct table_ddl {
    ddl_kind kind = ddl_kind::other;
    /// In full; a schema's place where one is dropped.
    std::string table{};
    bool is_if_absent = false;
    /// RENAME: the new name of the table, in full, or of the column.
    std::string new_name{};
    /// Columns with what is said of them.
    std::vector<std::pair<std::string, column_fact>> columns{};
    std::vector<key_fact> keys{};
    /// Constraints and properties by name.
    std::map<std::string, std::string> properties{};
    /// Names of properties or constraints.
    std::vector<std::string> names{};
    std::vector<std::string> clustering{};
    bool cascades = false;
};

/// The property that a CHECK is kept as. Source: Delta Lake, table properties.
[[nodiscard]] inline std::string check_property(std::string_view name) {
    return "delta.constraints." + lower(name);
}

/// Errors: statement_failure for what is no SQL.
[[nodiscard]] table_ddl read_table_ddl(const statement_order& order, const token_list& tokens);

} // namespace local_workspace
