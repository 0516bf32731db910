// SPDX-License-Identifier: Apache-2.0
#include "table_facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "json.hpp"

namespace local_workspace {

namespace {

bool contains(const std::vector<std::string>& in, std::string_view name) {
    return std::find(in.begin(), in.end(), name) != in.end();
}

/// `decimal(8,2)` taken apart.
struct type_parts {
    std::string_view name{};
    int first = 0;
    int second = 0;
};

type_parts type_parts_of(std::string_view type) {
    const auto open = type.find('(');
    type_parts made{type.substr(0, open)};
    if (open == std::string_view::npos)
        return made;
    const auto* const end = type.data() + type.size();
    const auto read = std::from_chars(type.data() + open + 1, end, made.first);
    if (read.ec == std::errc{} && read.ptr != end && *read.ptr == ',')
        std::from_chars(read.ptr + 1, end, made.second);
    return made;
}

/// Lengths of texts grow whatever the table has; everything else is type widening.
bool is_longer_text(const type_parts& from, const type_parts& to) {
    if (from.name == "varchar")
        return to.name == "string" || (to.name == "varchar" && to.first >= from.first);
    return from.name == "string" && to.name == "string";
}

/// Digits of an integer type; 0 for any other.
int digits_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, int>, 4> known{
        {{"tinyint", 3}, {"smallint", 5}, {"int", 10}, {"bigint", 20}}
    };
    for (const auto& [each, digits] : known)
        if (each == name)
            return digits;
    return 0;
}

/// Source: Delta Lake, type widening, supported type changes.
bool is_wider(const type_parts& from, const type_parts& to) {
    const int digits = digits_of(from.name);
    if (digits != 0 && digits_of(to.name) != 0)
        return digits_of(to.name) >= digits;
    if (to.name == "double")
        return from.name == "float" || (digits != 0 && digits <= 10);
    if (to.name == "decimal" && digits != 0)
        return to.first - to.second >= std::max(digits, 10);
    if (to.name == "decimal" && from.name == "decimal")
        return to.second >= from.second && to.first - to.second >= from.first - from.second;
    return from.name == "date" && to.name == "timestamp_ntz";
}

/// Whether an expression has the column's name in it.
bool names(std::string_view expression, std::string_view column) {
    for (const auto& each : weir::embedded::tokenize(expression))
        if (each.is_name() && lower(each.text) == column)
            return true;
    return false;
}

} // namespace

bool table_facts::has_property(std::string_view table, std::string_view name) const {
    const auto found = tables_.find(table);
    return found != tables_.end() && found->second.properties.contains(std::string{name});
}

std::string table_facts::property(std::string_view table, const std::string& name) const {
    return has_property(table, name) ? tables_.find(table)->second.properties.at(name)
                                     : std::string{};
}

void table_facts::check(const table_ddl& of, std::string_view column_type) const {
    const std::lock_guard lock{mutex_};
    const bool is_mapped = property(of.table, "delta.columnMapping.mode") == "name";
    switch (of.kind) {
    case ddl_kind::drop_columns:
    case ddl_kind::rename_column:
        if (!is_mapped)
            throw failure_of(
                of.kind == ddl_kind::drop_columns ? "DELTA_UNSUPPORTED_DROP_COLUMN"
                                                  : "DELTA_UNSUPPORTED_RENAME_COLUMN",
                "0AKDC",
                "The table needs column mapping: set delta.columnMapping.mode to name"
            );
        for (const auto& each : of.names) {
            check_column_is_free(of, each);
            const auto found = tables_.find(of.table);
            if (of.kind == ddl_kind::drop_columns && found != tables_.end() &&
                contains(found->second.clustering, each))
                throw failure_of(
                    "DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN",
                    "0AKDC",
                    "The table is clustered by " + each
                );
        }
        return;
    case ddl_kind::set_default: {
        const auto feature = property(of.table, "delta.feature.allowColumnDefaults");
        if (feature != "supported" && feature != "enabled")
            throw failure_of(
                "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED",
                "0AKDE",
                "The table has not the feature allowColumnDefaults"
            );
        return;
    }
    case ddl_kind::set_type:
        return check_type(of, column_type);
    case ddl_kind::add_key:
        return check_key(of);
    case ddl_kind::drop_constraint:
    case ddl_kind::drop_primary_key:
        return check_dropped_key(of);
    default:
        return;
    }
}

// Requires the lock.
void table_facts::check_column_is_free(const table_ddl& of, std::string_view column) const {
    const auto found = tables_.find(of.table);
    if (found == tables_.end())
        return;
    for (const auto& [name, text] : found->second.properties)
        if (name.starts_with(check_property("")) && names(text, column))
            throw failure_of(
                "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE",
                "42K09",
                "Cannot alter column " + std::string{column} + ": the check constraint " +
                    name.substr(check_property("").size()) + " refers to it"
            );
}

// Requires the lock.
void table_facts::check_dropped_key(const table_ddl& of) const {
    const auto found = tables_.find(of.table);
    if (of.cascades || found == tables_.end())
        return;
    const bool drops_primary = std::any_of(
        found->second.keys.begin(),
        found->second.keys.end(),
        [&](const key_fact& each) {
            return each.is_primary() && (of.names.empty() || each.name == of.names.front());
        }
    );
    for (const auto& [table, fact] : tables_)
        for (const auto& key : fact.keys)
            if (drops_primary && key.target == of.table)
                throw failure_of(
                    "PRIMARY_KEY_HAS_DEPENDENTS",
                    "42893",
                    "The foreign key " + key.name + " of " + table +
                        " refers to it: drop it first, or add CASCADE"
                );
}

// Requires the lock.
void table_facts::check_type(const table_ddl& of, std::string_view column_type) const {
    const auto& [column, wanted] = of.columns.front();
    const auto from = type_parts_of(column_type);
    const auto to = type_parts_of(wanted.type);
    check_column_is_free(of, column);
    if (column_type == wanted.type || is_longer_text(from, to))
        return;
    if (!is_wider(from, to) || property(of.table, "delta.enableTypeWidening") != "true")
        throw failure_of(
            "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
            "0AKDC",
            "ALTER TABLE ALTER COLUMN is not supported for changing column " + column + " from " +
                std::string{column_type} + " to " + wanted.type
        );
}

// Requires the lock.
void table_facts::check_key(const table_ddl& of) const {
    const auto& key = of.keys.front();
    const auto found = tables_.find(of.table);
    if (found == tables_.end())
        return;
    for (const auto& each : found->second.keys)
        if (each.name == key.name || (each.is_primary() && key.is_primary()))
            throw failure_of(
                "CONSTRAINT_ALREADY_EXISTS", "42710", "The constraint " + each.name + " exists"
            );
    if (key.is_primary())
        return;
    const auto target = tables_.find(key.target);
    const bool has_key = target != tables_.end() &&
                         std::any_of(
                             target->second.keys.begin(),
                             target->second.keys.end(),
                             [&](const key_fact& each) {
                                 return each.is_primary() && (key.target_columns.empty() ||
                                                              each.columns == key.target_columns);
                             }
                         );
    if (!has_key)
        throw failure_of(
            "NO_MATCHING_PRIMARY_KEY", "42830", key.target + " has no such primary key"
        );
}

bool table_facts::note(const table_ddl& of) {
    const std::lock_guard lock{mutex_};
    const auto is_inside = [&](const auto& each) { return each.first.starts_with(of.table + "."); };
    switch (of.kind) {
    case ddl_kind::other:
        return false;
    case ddl_kind::create_table:
        create(of);
        return true;
    case ddl_kind::drop_table:
        return tables_.erase(of.table) != 0;
    case ddl_kind::drop_schema:
        return std::erase_if(tables_, is_inside) != 0;
    case ddl_kind::rename_table:
        rename(of);
        return true;
    case ddl_kind::rename_column:
        rename_column(of);
        return true;
    case ddl_kind::drop_columns:
        drop_columns(of);
        return true;
    default:
        break;
    }
    auto& fact = tables_[of.table];
    for (const auto& [name, column] : of.columns) {
        auto& known = fact.columns[name];
        if (of.kind == ddl_kind::add_columns)
            known = column;
        if (of.kind == ddl_kind::set_type)
            known.type = column.type;
        if (of.kind == ddl_kind::set_default || of.kind == ddl_kind::drop_default)
            known.default_text = column.default_text;
    }
    for (const auto& [name, value] : of.properties)
        fact.properties[name] = value;
    if (of.kind == ddl_kind::unset_properties)
        for (const auto& name : of.names)
            fact.properties.erase(name);
    if (of.kind == ddl_kind::cluster)
        fact.clustering = of.clustering;
    if (of.kind == ddl_kind::add_key)
        fact.keys.push_back(of.keys.front());
    if (of.kind == ddl_kind::drop_primary_key)
        drop_key(of.table, [](const key_fact& each) { return each.is_primary(); });
    if (of.kind == ddl_kind::drop_constraint) {
        fact.properties.erase(check_property(of.names.front()));
        drop_key(of.table, [&](const key_fact& each) { return each.name == of.names.front(); });
    }
    return true;
}

// Requires the lock. Foreign keys that point to a primary key go with it.
void table_facts::drop_key(
    const std::string& table, const std::function<bool(const key_fact&)>& which
) {
    auto& keys = tables_[table].keys;
    const bool had_primary = std::any_of(keys.begin(), keys.end(), [&](const key_fact& each) {
        return each.is_primary() && which(each);
    });
    std::erase_if(keys, which);
    if (!had_primary)
        return;
    for (auto& [name, fact] : tables_)
        std::erase_if(fact.keys, [&](const key_fact& each) { return each.target == table; });
}

// Requires the lock.
void table_facts::create(const table_ddl& of) {
    table_fact made;
    for (const auto& [name, column] : of.columns)
        made.columns[name] = column;
    made.properties = of.properties;
    made.clustering = of.clustering;
    made.keys = of.keys;
    for (auto& key : made.keys) {
        if (key.name.empty())
            key.name = of.table.substr(of.table.rfind('.') + 1) + "_pk";
    }
    tables_[of.table] = std::move(made);
}

// Requires the lock.
void table_facts::rename(const table_ddl& of) {
    auto held = tables_.extract(of.table);
    if (!held.empty()) {
        held.key() = of.new_name;
        tables_.insert(std::move(held));
    }
    for (auto& [name, fact] : tables_)
        for (auto& key : fact.keys)
            if (key.target == of.table)
                key.target = of.new_name;
}

// Requires the lock. Source: Databricks SQL reference, ALTER TABLE: the keys that name a column
// that is renamed or dropped are dropped.
void table_facts::drop_keys_of(const std::string& table, std::string_view column) {
    drop_key(table, [&](const key_fact& each) { return contains(each.columns, column); });
}

// Requires the lock.
void table_facts::rename_column(const table_ddl& of) {
    const auto& from = of.names.front();
    drop_keys_of(of.table, from);
    auto& fact = tables_[of.table];
    auto held = fact.columns.extract(from);
    if (!held.empty()) {
        held.key() = of.new_name;
        fact.columns.insert(std::move(held));
    }
    std::replace(fact.clustering.begin(), fact.clustering.end(), from, of.new_name);
}

// Requires the lock.
void table_facts::drop_columns(const table_ddl& of) {
    for (const auto& each : of.names) {
        drop_keys_of(of.table, each);
        tables_[of.table].columns.erase(each);
    }
}

table_fact table_facts::of(std::string_view table) const {
    const std::lock_guard lock{mutex_};
    const auto found = tables_.find(table);
    return found == tables_.end() ? table_fact{} : found->second;
}

std::string table_facts::save() const {
    const std::lock_guard lock{mutex_};
    json_object all;
    for (const auto& [table, fact] : tables_) {
        json_object properties;
        for (const auto& [name, value] : fact.properties)
            properties.add(name, value);
        json_object columns;
        for (const auto& [name, column] : fact.columns)
            columns.add(
                name,
                json_object{}
                    .add("type", column.type)
                    .add("default", column.default_text)
                    .add("identity", column.is_identity)
            );
        std::vector<std::string> keys;
        for (const auto& key : fact.keys)
            keys.push_back(json_object{}
                               .add("name", key.name)
                               .add_raw("columns", texts_json(key.columns))
                               .add("target", key.target)
                               .add_raw("target_columns", texts_json(key.target_columns))
                               .text());
        all.add(
            table,
            json_object{}
                .add("properties", properties)
                .add_raw("clustering", texts_json(fact.clustering))
                .add_raw("keys", json_array(keys))
                .add("columns", columns)
        );
    }
    return all.text();
}

void table_facts::load(std::string_view json) {
    const auto kept = parse_json(json);
    if (!kept)
        throw weir::configuration_error{
            "What the workspace's file keeps of its tables cannot be read"
        };
    const std::lock_guard lock{mutex_};
    for (const auto& [table, from] : kept->members) {
        auto& fact = tables_[table];
        if (const auto* properties = from.find("properties"))
            for (const auto& [name, value] : properties->members)
                fact.properties[name] = value.text;
        if (const auto* columns = from.find("columns"))
            for (const auto& [name, column] : columns->members)
                fact.columns[name] = {
                    column.string("type"), column.string("default"), column.truth("identity")
                };
        fact.clustering = texts_of(from, "clustering");
        if (const auto* keys = from.find("keys"))
            for (const auto& key : keys->elements)
                fact.keys.push_back(
                    {key.string("name"),
                     texts_of(key, "columns"),
                     key.string("target"),
                     texts_of(key, "target_columns")}
                );
    }
}

} // namespace local_workspace
