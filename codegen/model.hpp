// SPDX-License-Identifier: Apache-2.0
// The resolved schema: plain structs without any YAML in them. Checks read it, emitters print it.
#pragma once

#include <weir/core/int128.hpp>
#include <weir/table/column.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "source.hpp"

namespace weir::gen {

/// A value and the bytes it was written in.
template <class T>
struct located {
    T value{};
    range at{};
};

using located_text = located<std::string>;

struct enumeration;
struct structure;

/// A column's type. Leaves name their kind, containers own their parts, named types point to the
/// declaration.
struct column_type_model {
    weir::type kind = weir::type::string;
    std::uint8_t precision = 0;
    std::uint8_t scale = 0;
    std::uint32_t length = 0;
    std::shared_ptr<const column_type_model> element{};
    std::shared_ptr<const column_type_model> key{};
    const gen::enumeration* enumeration = nullptr;
    const gen::structure* structure = nullptr;
};

using type_model = column_type_model;

/// A default or a limit, read by its type: the member in use is the one its type's kind calls for.
struct value {
    /// integers, boolean, decimal (times 10^scale), date (days), timestamps (microseconds),
    /// enumeration (position).
    int128 exact = 0;
    double real = 0;
    /// string kinds, json (as JSON text), uuid (canonical), binary (the bytes).
    std::string text{};
    /// array: elements; map: values; structure: one per field.
    std::vector<value> items{};
    /// map: one per item.
    std::vector<value> keys{};
    /// A structure's field that is left out or null.
    bool is_null = false;
};

/// The rules a column or a named scalar carries.
struct rules {
    std::optional<located<value>> min{};
    std::optional<located<value>> max{};
    std::optional<located<std::uint32_t>> min_length{};
    std::optional<located<std::uint32_t>> max_length{};
    std::optional<located<std::uint32_t>> min_items{};
    std::optional<located<std::uint32_t>> max_items{};
    std::optional<located_text> pattern{};
    std::optional<located_text> format{};
};

/// One column of a table or one field of a structure.
struct column_model {
    located_text name{};
    /// Absent where the schema's type is wrong: already told, nothing more can be said about this
    /// column.
    std::optional<type_model> type{};
    range type_at{};
    bool required = false;
    bool key = false;
    bool unique = false;
    bool is_private = false;
    bool readonly = false;
    located<weir::generated_by> generated{};
    audit_role audit = audit_role::none;
    std::optional<located<value>> default_value{};
    gen::rules rules{};
    located_text was{};
    std::string description{};
    std::vector<std::string> tags{};

    [[nodiscard]] bool nullable() const noexcept {
        return !required && !key && generated.value == generated_by::nobody;
    }
};

/// A closed set of labels; becomes an `enum class`.
struct enumeration {
    located_text name{};
    /// The namespace of the schema that declares it.
    std::string space{};
    std::string description{};
    std::vector<located_text> labels{};
    /// Declared on a column, not under `types`.
    bool is_inline = false;
};

/// A group of fields; becomes a struct.
struct structure {
    located_text name{};
    std::string space{};
    std::string description{};
    std::vector<column_model> fields{};
    bool is_inline = false;
};

struct table_model;

struct relation_model {
    located_text name{};
    located_text to{};
    std::vector<located_text> from{};
    located_text inverse{};
    delete_action on_delete = delete_action::no_action;
    range on_delete_at{};
    /// nullptr where `to` names no table: already told.
    const table_model* target = nullptr;
};

struct sort_model {
    located_text column{};
    bool descending = false;
};

struct index_model {
    std::vector<sort_model> columns{};
    std::string where{};
    range at{};
};

struct check_model {
    located_text name{};
    located_text expr{};
};

struct access_model {
    access_rule rule = access_rule::open;
    /// The owner column or the relation, as named.
    located_text by{};
    std::vector<located_text> read_all{};
    std::vector<located_text> purge{};
    range at{};
};

/// What `include` names, found: rows of `of`, joined by `relations[relation]` of the table that
/// refers.
struct inclusion_model {
    std::string name{};
    const table_model* of = nullptr;
    std::size_t relation = 0;
    bool is_many = false;
};

struct api_model {
    located_text path{};
    std::uint16_t operations = weir::operations::all;
    located<std::uint32_t> default_limit{100, {}};
    located<std::uint32_t> max_limit{1000, {}};
    std::vector<sort_model> order_by{};
    std::vector<located_text> include{};
    /// Those of `include` that exist, in its order.
    std::vector<inclusion_model> inclusions{};
    bool records_v1 = false;
    bool async = false;
    /// Absent: every read asks the database.
    std::optional<located<std::uint32_t>> cache_seconds{};
    range at{};
};

struct table_model {
    located_text name{};
    located_text row{};
    std::string space{};
    std::string description{};
    located<weir::backend> backend{};
    std::vector<located_text> key{};
    range key_at{};
    std::vector<column_model> columns{};
    /// How many of the columns the schema's author wrote; the audit columns follow.
    std::size_t written_columns = 0;
    std::vector<std::vector<located_text>> unique{};
    std::vector<index_model> indexes{};
    std::vector<check_model> checks{};
    std::vector<relation_model> relations{};
    bool audit = true;
    bool soft_delete = true;
    range soft_delete_at{};
    bool history = false;
    range history_at{};
    access_model access{};
    std::optional<api_model> api{};
    std::vector<located_text> cluster_by{};
    range cluster_by_at{};
    located_text was{};
};

/// One schema file.
struct schema_model {
    /// Path as given to the generator.
    std::string path{};
    /// Path as generated text shows it: the same on every machine.
    std::string shown_path{};
    std::uint32_t file = 0;
    located_text name{};
    /// Where lakebase tables and warehouse tables live; absent: not declared.
    std::optional<located_text> lakebase_schema{};
    std::optional<located_text> warehouse_catalog{};
    std::optional<located_text> warehouse_schema{};
    std::deque<enumeration> enumerations{};
    std::deque<structure> structures{};
    /// Scalar types with rules, kept so that their rules are checked even where no column uses
    /// them.
    std::vector<column_model> aliases{};
    std::deque<table_model> tables{};
    /// Schemas whose types this one uses, and those it only has relations to; sorted, without
    /// itself.
    std::vector<std::string> type_imports{};
    std::vector<std::string> relation_imports{};
};

/// Position of a column by name; columns.size() when there is none.
[[nodiscard]] inline std::size_t
find_column(const std::vector<column_model>& columns, std::string_view name) {
    std::size_t at = 0;
    while (at < columns.size() && columns[at].name.value != name)
        ++at;
    return at;
}

/// The table's place as settings resolve it: `app_data`, `${UC_CATALOG:-main}.production`.
[[nodiscard]] inline std::string place_of(const schema_model& schema, const table_model& table) {
    if (table.backend.value == backend::lakebase) {
        return schema.lakebase_schema ? schema.lakebase_schema->value
                                      : "${LAKEBASE_SCHEMA:-app_data}";
    }
    const auto part = [](const std::optional<located_text>& of) {
        return of ? of->value : std::string{};
    };
    return part(schema.warehouse_catalog) + '.' + part(schema.warehouse_schema);
}

/// The column an owner rule names; columns.size() when the table has no such rule.
[[nodiscard]] inline std::size_t owner_of(const table_model& table) {
    return table.access.rule == access_rule::owner
               ? find_column(table.columns, table.access.by.value)
               : table.columns.size();
}

/// The relation a via rule names; relations.size() when there is none.
[[nodiscard]] inline std::size_t via_of(const table_model& table) {
    std::size_t at = 0;
    while (at < table.relations.size() && table.relations[at].name.value != table.access.by.value)
        ++at;
    return at;
}

} // namespace weir::gen
