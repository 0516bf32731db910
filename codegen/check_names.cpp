// SPDX-License-Identifier: Apache-2.0
#include <weir/table/identifier.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "check.hpp"
#include "names.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

constexpr std::array<std::string_view, 3> foreign_namespaces{"std", "weir", "boost"};
constexpr std::array<std::string_view, 2> own_names{"facts", "tables"};

template <class Names>
bool contains(const Names& names, std::string_view wanted) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
}

std::size_t longest_name(backend of) {
    return of == backend::lakebase ? postgres_identifier_limit : databricks_identifier_limit;
}

class name_checks {
public:
    name_checks(const schema_model& schema, diagnostics& to) : schema_(&schema), to_(&to) {}

    void all() {
        identifier("schema", schema_->name, databricks_identifier_limit);
        scope_name("schema", schema_->name);
        for (const auto& each : schema_->enumerations)
            enumeration_names(each);
        for (const auto& each : schema_->structures) {
            type_name(each.name, each.is_inline);
            columns(each.fields, "field", databricks_identifier_limit, false);
        }
        for (const auto& each : schema_->aliases)
            type_name(each.name, false);
        for (const auto& each : schema_->tables)
            table_names(each);
        duplicate_table();
        name_clash();
    }

private:
    // What cannot stand in C++ or SQL at all.
    bool identifier(std::string_view noun, const located_text& name, std::size_t limit) {
        const auto& text = name.value;
        if (text.empty())
            return false;
        if (!is_identifier(text)) {
            to_->error(
                "bad-name",
                name.at,
                "the " + std::string{noun} + " name '" + text + "' is no identifier",
                "use letters, digits and underscores, and begin with a letter"
            );
            return false;
        }
        if (text.size() > limit) {
            to_->error(
                "long-name",
                name.at,
                "the " + std::string{noun} + " name has " + std::to_string(text.size()) +
                    " bytes; the backend keeps " + std::to_string(limit),
                "shorten it"
            );
            return false;
        }
        if (is_keyword(text)) {
            to_->error(
                "reserved-name",
                name.at,
                "'" + text + "' is a word of C++; members and columns share one name",
                "choose another, '" + text +
                    "_code' for one; 'was' keeps the old one for migrations"
            );
            return false;
        }
        if (is_reserved(text)) {
            to_->error(
                "reserved-name",
                name.at,
                "'" + text + "' is reserved: compilers or system headers use it",
                "choose another"
            );
            return false;
        }
        return true;
    }

    // What would hide a namespace the generated code names.
    void scope_name(std::string_view noun, const located_text& name) {
        if (!contains(foreign_namespaces, name.value))
            return;
        to_->error(
            "reserved-name",
            name.at,
            "no " + std::string{noun} + " can be called '" + name.value + "'",
            "the generated code needs that namespace: choose another"
        );
    }

    void type_name(const located_text& name, bool is_inline) {
        // Names of inline types are made of names that are checked themselves.
        if (is_inline || !identifier("type", name, databricks_identifier_limit))
            return;
        scope_name("type", name);
        if (contains(words::types, name.value)) {
            to_->error(
                "reserved-name",
                name.at,
                "'" + name.value + "' is a type of the language already",
                "choose another"
            );
        }
    }

    void enumeration_names(const enumeration& of) {
        type_name(of.name, of.is_inline);
        if (of.labels.empty()) {
            to_->error(
                "enum-empty",
                of.name.at,
                "the enum '" + of.name.value + "' has no labels",
                "write enum: [first, second]"
            );
        }
        constexpr std::size_t most_labels = 1000;
        if (of.labels.size() > most_labels) {
            to_->error(
                "enum-size",
                of.name.at,
                "the enum '" + of.name.value + "' has more than 1000 labels",
                "make it a table"
            );
        }
        std::map<std::string_view, range> seen;
        for (const auto& label : of.labels) {
            const bool has_control =
                std::any_of(label.value.begin(), label.value.end(), [](char c) {
                    return static_cast<unsigned char>(c) < 0x20;
                });
            if (label.value.empty() || has_control) {
                to_->error(
                    "enum-label", label.at, "a label must be text without control characters", ""
                );
                continue;
            }
            const auto [place, is_new] = seen.emplace(label.value, label.at);
            if (is_new)
                continue;
            to_->add(
                {"duplicate-label",
                 severity::error,
                 label.at,
                 "the label '" + label.value + "' is given twice",
                 {},
                 {{place->second, "first given here"}}}
            );
        }
    }

    void columns(
        const std::vector<column_model>& of, std::string_view noun, std::size_t limit, bool audited
    ) {
        std::map<std::string, range> seen;
        for (const auto& each : of) {
            if (each.name.value.empty() || each.audit != audit_role::none)
                continue;
            identifier(noun, each.name, limit);
            const auto lower = lower_case(each.name.value);
            if (audited && contains(words::audit_columns, lower)) {
                to_->error(
                    "audit-column",
                    each.name.at,
                    "'" + each.name.value + "' is an audit column: the table has it already",
                    "leave it out, or write 'audit: false' and fill it yourself"
                );
            }
            const auto [place, is_new] = seen.emplace(lower, each.name.at);
            if (is_new)
                continue;
            to_->add(
                {"duplicate-column",
                 severity::error,
                 each.name.at,
                 "two " + std::string{noun} + "s are called '" + each.name.value + "'",
                 "SQL does not tell upper from lower case",
                 {{place->second, "first declared here"}}}
            );
        }
        for (const auto& each : of) {
            if (each.was.value.empty())
                continue;
            identifier(noun, each.was, limit);
            if (seen.contains(lower_case(each.was.value))) {
                to_->error(
                    "bad-was",
                    each.was.at,
                    "the former name '" + each.was.value + "' is in use",
                    "'was' names what a " + std::string{noun} +
                        " was called before; nothing may be called so now"
                );
            }
        }
    }

    void table_names(const table_model& of) {
        const auto limit = longest_name(of.backend.value);
        identifier("table", of.name, limit);
        if (of.row.at.begin != of.name.at.begin) {
            identifier("row", of.row, databricks_identifier_limit);
        } else if (is_identifier(of.row.value) &&
                   (is_keyword(of.row.value) || is_reserved(of.row.value))) {
            to_->error(
                "reserved-name",
                of.name.at,
                "the row of '" + of.name.value + "' would be called '" + of.row.value +
                    "', a reserved word",
                "add 'row: …' with another name"
            );
        }
        scope_name("row", of.row);
        identifier("table", of.was, limit);
        columns(of.columns, "column", limit, of.audit);
        for (const auto& each : of.checks)
            identifier("check", each.name, limit);
        for (const auto& each : of.relations) {
            identifier("relation", each.name, limit);
            identifier("relation", each.inverse, limit);
        }
    }

    void duplicate_table() {
        std::map<std::pair<backend, std::string>, range> seen;
        for (const auto& each : schema_->tables) {
            if (each.name.value.empty())
                continue;
            const auto [place, is_new] = seen.emplace(
                std::pair{each.backend.value, lower_case(each.name.value)}, each.name.at
            );
            if (is_new)
                continue;
            to_->add(
                {"duplicate-table",
                 severity::error,
                 each.name.at,
                 "two tables are called '" + each.name.value + "'",
                 "SQL does not tell upper from lower case",
                 {{place->second, "first declared here"}}}
            );
        }
        for (const auto& each : schema_->tables) {
            if (each.was.value.empty())
                continue;
            for (const auto& other : schema_->tables) {
                if (other.backend.value == each.backend.value &&
                    lower_case(other.name.value) == lower_case(each.was.value)) {
                    to_->error(
                        "bad-was",
                        each.was.at,
                        "the former name '" + each.was.value + "' is in use",
                        "'was' names what a table was called before; nothing may be called so now"
                    );
                }
            }
        }
    }

    // Everything a header declares in the schema's namespace.
    void name_clash() {
        std::map<std::string, located_text> seen;
        for (const auto name : own_names)
            seen.emplace(name, located_text{});
        const auto declare = [&](const std::string& name, const located_text& by) {
            if (by.value.empty())
                return;
            const auto [place, is_new] = seen.emplace(name, by);
            if (is_new)
                return;
            diagnostic found{
                "name-clash",
                severity::error,
                by.at,
                "the C++ name '" + name + "' would be declared twice",
                "rename a type, or give the table another 'row'"
            };
            if (!place->second.value.empty())
                found.notes.push_back({place->second.at, "this declares it too"});
            to_->add(std::move(found));
        };
        for (const auto& each : schema_->enumerations)
            declare(each.name.value, each.name);
        for (const auto& each : schema_->structures)
            declare(each.name.value, each.name);
        for (const auto& each : schema_->tables) {
            for (const char* suffix : {"", "_create", "_update", "_key", "_columns"})
                declare(each.row.value + suffix, each.row);
        }
    }

    const schema_model* schema_;
    diagnostics* to_;
};

} // namespace

void check_names(const schema_model& schema, diagnostics& to) {
    name_checks{schema, to}.all();
}

} // namespace weir::gen
