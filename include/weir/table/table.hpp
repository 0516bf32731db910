// SPDX-License-Identifier: Apache-2.0
// The facts about one table. Flat and constexpr: generated code specialises table_of<Row>, run-time
// tables build the same struct; statements, validation, JSON, DDL and routes derive from it.
#pragma once

#include <weir/table/column.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace weir {

/// Positions of columns in `table::columns`, 0-based.
using column_indexes = std::span<const std::uint16_t>;

/// Where a table lives.
enum class backend : std::uint8_t { lakebase, warehouse };

enum class delete_action : std::uint8_t { no_action, restrict, cascade, set_null };

struct table;

/// A reference from this table's columns to the key of another table.
struct relation {
    std::string_view name{};
    /// The other table; a function, because tables may refer to each other.
    const table& (*target)() = nullptr;
    column_indexes from{};
    /// The name under which the other table sees these rows; empty: it does not.
    std::string_view inverse{};
    delete_action on_delete = delete_action::no_action;
};

struct sort_column {
    std::uint16_t column = 0;
    bool descending = false;
};

struct index {
    std::span<const sort_column> columns{};
    /// SQL condition of a partial index; empty: all rows.
    std::string_view where{};
};

struct check {
    std::string_view name{};
    /// SQL expression as the schema's author wrote it. Trusted: it comes from the schema, never
    /// from input.
    std::string_view expr{};
};

struct unique_set {
    column_indexes columns{};
};

enum class access_rule : std::uint8_t { open, owner, via, run_as_user };

/// Who may see and change which rows.
struct access {
    access_rule rule = access_rule::open;
    /// owner: the column that holds the caller's id.
    std::uint16_t owner = 0;
    /// via: position in `relations`; the referenced row's own rule decides.
    std::uint16_t via = 0;
    /// Groups that read every row, and groups that may purge.
    std::span<const std::string_view> read_all{};
    std::span<const std::string_view> purge{};
};

/// Operations a table offers over HTTP; a bit set.
struct operations {
    std::uint16_t bits = 0;

    static constexpr std::uint16_t list = 1U << 0U;
    static constexpr std::uint16_t get = 1U << 1U;
    static constexpr std::uint16_t create = 1U << 2U;
    static constexpr std::uint16_t update = 1U << 3U;
    static constexpr std::uint16_t remove = 1U << 4U;
    static constexpr std::uint16_t all = list | get | create | update | remove;

    [[nodiscard]] constexpr bool has(std::uint16_t wanted) const noexcept {
        return (bits & wanted) == wanted;
    }
};

/// Rows of another table that clients may have embedded in this table's rows.
struct inclusion {
    /// The relation's name, or its inverse name where the other table refers to this one.
    std::string_view name{};
    /// The embedded table.
    const table& (*of)() = nullptr;
    /// Position in the referring table's `relations`: of() where is_many, else this table's own.
    std::uint16_t relation = 0;
    /// The embedded rows refer to this one, so there may be any number of them; else this row
    /// refers to at most one.
    bool is_many = false;
};

/// How a table appears over HTTP; `path` empty: it does not.
struct api {
    std::string_view path{};
    operations offered{operations::all};
    std::uint32_t default_limit = 100;
    std::uint32_t max_limit = 1000;
    std::span<const sort_column> order_by{};
    /// What clients may embed, in any order; nothing else can be embedded.
    std::span<const inclusion> include{};
    bool records_v1 = false;
    bool async = false;
    /// How long a service may answer reads by key with what it has read before; 0: it asks each
    /// time.
    std::uint32_t cache_seconds = 0;
};

/// One table. Every view refers to static or longer-lived facts.
struct table {
    std::string_view name{};
    /// Name of the struct that holds one row; empty: the table has none.
    std::string_view row{};
    /// Name of the schema file's namespace.
    std::string_view space{};
    std::string_view description{};
    weir::backend backend = weir::backend::lakebase;
    /// The schema as written: `app_data`, or `${UC_CATALOG:-main}.production`; settings resolve it
    /// at start.
    std::string_view place{};
    std::span<const column> columns{};
    column_indexes key{};
    std::span<const unique_set> unique{};
    std::span<const index> indexes{};
    std::span<const check> checks{};
    std::span<const relation> relations{};
    bool audit = true;
    bool soft_delete = true;
    bool history = false;
    weir::access access{};
    weir::api api{};
    column_indexes cluster_by{};
    std::string_view was{};
    /// Schema file as given to the generator, and line of the table in it.
    std::string_view source{};
    std::uint32_t line = 0;
};

/// The facts of a row type; generated code specialises it.
template <class Row>
inline constexpr table table_of{};

/// `table_of<Row>` as a function, for facts that must name a table before it is defined.
template <class Row>
[[nodiscard]] constexpr const table& facts_of() {
    return table_of<Row>;
}

/// The types derived from a row: `create` (what an insert takes), `update` (each field absent, null
/// or a value), and, for a table with `api: {include: …}`, `included` (a table_list of the embedded
/// row types, in that order). Generated code specialises it.
template <class Row>
struct row_types;

/// The fields of a structure declared in a schema; generated code specialises it.
template <class Structure>
inline constexpr std::span<const column> structure_fields{};

/// The labels of an enumeration, by value; generated code specialises it.
template <class Enumeration>
inline constexpr std::span<const std::string_view> enumeration_labels{};

/// Position of a column by name; columns.size() when there is none.
[[nodiscard]] constexpr std::size_t
find_column(std::span<const column> columns, std::string_view name) noexcept {
    std::size_t at = 0;
    while (at < columns.size() && columns[at].name != name)
        ++at;
    return at;
}

/// Position of an audit column; columns.size() when the table has none.
[[nodiscard]] constexpr std::size_t
find_column(std::span<const column> columns, audit_role role) noexcept {
    std::size_t at = 0;
    while (at < columns.size() && columns[at].audit != role)
        ++at;
    return at;
}

/// The relation behind an inclusion of `in`, as the referring table has it.
[[nodiscard]] constexpr const relation& relation_of(const table& in, const inclusion& each) {
    return (each.is_many ? each.of() : in).relations[each.relation];
}

/// The inclusion with a name; nullptr when clients may embed nothing called so.
[[nodiscard]] constexpr const inclusion*
find_inclusion(const table& in, std::string_view name) noexcept {
    for (const auto& each : in.api.include) {
        if (each.name == name)
            return &each;
    }
    return nullptr;
}

} // namespace weir
