// SPDX-License-Identifier: Apache-2.0
// Tables as a database holds them, or as a schema file asks for them: what is compared, and the
// words that make it so. Plain values; nothing here knows where they came from.
#pragma once

#include <weir/sql/dialect.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir::ops {

/// A piece of SQL as it is written, and as it is compared: a database spells expressions its own
/// way.
struct spelled {
    std::string text{};
    std::string compared{};

    spelled() = default;

    explicit spelled(std::string of) : text(of), compared(std::move(of)) {}

    [[nodiscard]] bool empty() const noexcept { return text.empty(); }
};

struct column_state {
    std::string name{};
    /// As weir's DDL spells it: `varchar(20)`, not `character varying(20)`.
    std::string type{};
    /// Empty: the type's own.
    std::string collation{};
    bool required = false;
    bool identity = false;
    /// The default's expression; empty: none.
    spelled default_value{};
    /// Whether the default gives each row its own value.
    bool default_varies = false;
    /// What rows that are there already get in a new required column without a default; an SQL
    /// expression, empty: nobody knows.
    std::string fill{};
    std::string comment{};
    /// The former name.
    std::string was{};
    /// On a warehouse: rows were to get the default, and that was cut off.
    bool is_unfilled = false;
    /// Whether clients see it, and whether they must give it to create a row.
    bool is_shown = true;
    bool is_asked = false;
};

enum class rule_kind : std::uint8_t { primary_key, check, foreign_key, other };

/// A constraint.
struct rule_state {
    rule_kind kind = rule_kind::check;
    std::string name{};
    /// What follows `constraint "name"`.
    spelled definition{};
    /// The columns of a key or a reference.
    std::vector<std::string> columns{};
    /// Where a reference points to, quoted with its schema, and the columns there.
    std::string target{};
    std::vector<std::string> target_columns{};
    /// The condition of a check.
    std::string condition{};
    /// Whether it lists the labels of an enumeration.
    bool is_enumeration = false;
    /// Whether the rows that are there have been looked at.
    bool is_valid = true;
};

struct index_state {
    std::string name{};
    bool is_unique = false;
    /// What follows the table's name: `("a", "b" desc) where …`.
    spelled definition{};
    std::vector<std::string> columns{};
    std::string where{};
    /// False after building it was interrupted.
    bool is_valid = true;
};

/// Whether a table is what weir keeps beside those of schemas: jobs, kept answers, migrations.
[[nodiscard]] constexpr bool is_weirs_own(std::string_view table) noexcept {
    return table.starts_with("weir_");
}

struct table_state {
    /// Its schema, quoted and with a dot: `"app_data".`, `` `main`.`app_data`. ``.
    std::string prefix{};
    std::string name{};
    std::string was{};
    std::string comment{};
    std::vector<column_state> columns{};
    std::vector<rule_state> rules{};
    std::vector<index_state> indexes{};
    /// What row policies are in place, or asked for; empty: none.
    std::string policies{};
    /// Policies that weir did not make.
    bool has_foreign_policies = false;
    /// Whether it is a table and not a view or such; whether it is made of partitions.
    bool is_table = true;
    bool is_partitioned = false;
    bool has_rows = true;
    bool is_in_api = false;
    /// What a service needs to do to it: `select, insert, update, delete`, or less.
    std::string rights{};
    /// On a warehouse: what its files are ordered by, and its properties.
    std::vector<std::string> clustering{};
    std::map<std::string, std::string> properties{};
    /// Statements that make it with all that belongs to it, and those that make its policies anew.
    std::vector<std::string> create{};
    std::string police{};

    /// In quotes as its schema is.
    [[nodiscard]] std::string full_name() const {
        const char quote = prefix.empty() ? '"' : prefix.front();
        return prefix + quote + name + quote;
    }
};

struct schema_state {
    sql::dialect spoken = sql::dialect::postgres;
    std::vector<table_state> tables{};
    /// Schemas that must be there first: quoted names that are not.
    std::vector<std::string> absent_schemas{};
};

/// The one with a name; nullptr when there is none.
template <class Items>
[[nodiscard]] auto* find_named(Items& items, std::string_view name) {
    for (auto& each : items) {
        if (each.name == name)
            return &each;
    }
    return static_cast<decltype(&*items.begin())>(nullptr);
}

} // namespace weir::ops
