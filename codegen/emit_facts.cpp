// SPDX-License-Identifier: Apache-2.0
#include "emit_facts.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cpp_text.hpp"
#include "value_json.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

constexpr std::array kind_names{
    "int8",   "int16",   "int32",      "int64",       "float32", "float64",   "decimal",
    "string", "varchar", "fixed_char", "boolean",     "date",    "timestamp", "timestamp_ntz",
    "binary", "uuid",    "json",       "enumeration", "array",   "map",       "structure",
};
constexpr std::array generated_names{"nobody", "uuid", "identity", "now"};
constexpr std::array rule_names{"open", "owner", "via", "run_as_user"};
constexpr std::array action_names{"no_action", "restrict", "cascade", "set_null"};
constexpr std::array format_names{
    "email", "uuid", "uri", "date", "date_time", "ipv4", "ipv6", "hostname"
};
constexpr std::array operation_names{"list", "get", "create", "update", "remove"};

std::string flag(bool value) {
    return value ? "true" : "false";
}

class facts_emitter {
public:
    facts_emitter(writer& to, const schema_model& schema, const sources& files)
        : to_(&to), schema_(&schema), files_(&files) {}

    void all() {
        to_->gap();
        to_->line("namespace facts {");
        to_->gap();
        reserve_names();
        for (const auto& each : schema_->enumerations)
            labels(each);
        for (const auto& each : schema_->structures)
            columns(each.name.value + "_fields", each.name.value, each.fields);
        declare_tables();
        for (const auto& each : schema_->tables)
            table(each);
        to_->gap();
        to_->line("} // namespace facts");
    }

private:
    // Names other headers refer to must not depend on what else is in this schema.
    void reserve_names() {
        for (const auto& each : schema_->enumerations)
            taken_.insert(each.name.value + "_labels");
        for (const auto& each : schema_->structures)
            taken_.insert(each.name.value + "_fields");
        for (const auto& each : schema_->tables) {
            for (const char* suffix :
                 {"_table",
                  "_columns",
                  "_key_columns",
                  "_indexes",
                  "_checks",
                  "_relations",
                  "_unique",
                  "_cluster_by",
                  "_read_all",
                  "_purge",
                  "_order_by",
                  "_include"}) {
                taken_.insert(each.row.value + suffix);
            }
        }
    }

    std::string fresh(const std::string& wanted) {
        auto name = wanted;
        for (int number = 2; !taken_.insert(name).second; ++number)
            name = wanted + '_' + std::to_string(number);
        return name;
    }

    void texts(const std::string& name, const std::vector<std::string>& items) {
        std::vector<part> parts;
        for (const auto& each : items)
            parts.push_back({{}, cpp_string(each), {}});
        to_->table("inline constexpr std::string_view " + name + "[]", parts);
    }

    static std::vector<std::string> plain(const std::vector<located_text>& items) {
        std::vector<std::string> made;
        for (const auto& each : items)
            made.push_back(each.value);
        return made;
    }

    void indexes(const std::string& name, const std::vector<std::size_t>& positions) {
        std::vector<part> parts;
        for (const auto each : positions)
            parts.push_back({{}, std::to_string(each), {}});
        to_->table("inline constexpr std::uint16_t " + name + "[]", parts);
    }

    static std::vector<std::size_t>
    positions(const table_model& of, const std::vector<located_text>& names) {
        std::vector<std::size_t> made;
        for (const auto& each : names)
            made.push_back(find_column(of.columns, each.value));
        return made;
    }

    static std::vector<part> sorted(const table_model& of, const std::vector<sort_model>& by) {
        std::vector<part> parts;
        for (const auto& each : by) {
            part one{
                {}, {}, {{"column", std::to_string(find_column(of.columns, each.column.value)), {}}}
            };
            if (each.descending)
                one.parts.push_back({"descending", "true", {}});
            parts.push_back(std::move(one));
        }
        return parts;
    }

    void labels(const enumeration& of) { texts(of.name.value + "_labels", plain(of.labels)); }

    // What a type points to is written before the column that points.
    part type_facts(const type_model& of, const std::string& path) {
        part made{
            {},
            {},
            {{"kind",
              std::string{"weir::type::"} + kind_names[static_cast<std::size_t>(of.kind)],
              {}}}
        };
        const auto add = [&made](std::string name, std::string text) {
            made.parts.push_back({std::move(name), std::move(text), {}});
        };
        if (of.kind == type::decimal) {
            add("precision", std::to_string(of.precision));
            if (of.scale != 0)
                add("scale", std::to_string(of.scale));
        }
        if (of.length != 0)
            add("length", std::to_string(of.length));
        if (of.kind == type::enumeration) {
            add("name", cpp_string(of.enumeration->name.value));
            add("labels", foreign(of.enumeration->space) + of.enumeration->name.value + "_labels");
        }
        if (of.kind == type::array)
            add("element", '&' + pointed(*of.element, path + "_element"));
        if (of.kind == type::map) {
            add("element", '&' + pointed(*of.element, path + "_value"));
            add("key", '&' + pointed(*of.key, path + "_key"));
        }
        if (of.kind == type::structure) {
            add("name", cpp_string(of.structure->name.value));
            add("fields", foreign(of.structure->space) + of.structure->name.value + "_fields");
            add("field_count", std::to_string(of.structure->fields.size()));
        }
        return made;
    }

    std::string foreign(const std::string& space) const {
        return space == schema_->name.value ? std::string{} : "::" + space + "::facts::";
    }

    std::string pointed(const type_model& of, const std::string& path) {
        auto facts = type_facts(of, path);
        const auto name = fresh(path);
        const auto flat = "inline constexpr weir::column_type " + name + facts.flat() + ';';
        if (flat.size() <= writer::width) {
            to_->line(flat);
        } else {
            to_->table("inline constexpr weir::column_type " + name, facts.parts);
        }
        return name;
    }

    static std::string bound(const value& of, const type_model& type) {
        if (type.kind == type::float32 || type.kind == type::float64) {
            return "weir::bound::of_real(" + cpp_real(of.real, false) + ')';
        }
        return "weir::bound::of_exact(" + cpp_integer(of.exact) + ')';
    }

    void add_rules(std::vector<part>& parts, const column_model& of) {
        const auto add = [&parts](const char* name, std::string text) {
            parts.push_back({name, std::move(text), {}});
        };
        if (of.rules.min)
            add("min", bound(of.rules.min->value, *of.type));
        if (of.rules.max)
            add("max", bound(of.rules.max->value, *of.type));
        if (of.rules.min_length)
            add("min_length", std::to_string(of.rules.min_length->value));
        if (of.rules.max_length)
            add("max_length", std::to_string(of.rules.max_length->value));
        if (of.rules.min_items)
            add("min_items", std::to_string(of.rules.min_items->value));
        if (of.rules.max_items)
            add("max_items", std::to_string(of.rules.max_items->value));
        if (of.rules.pattern)
            add("pattern", cpp_string(of.rules.pattern->value));
        if (!of.rules.format)
            return;
        const auto& format = of.rules.format->value;
        if (format.starts_with("date:")) {
            add("format", "weir::string_format::date_pattern");
            add("format_pattern", cpp_string(std::string_view{format}.substr(5)));
            return;
        }
        const auto known = std::find(words::formats.begin(), words::formats.end(), format);
        add("format",
            std::string{"weir::string_format::"} +
                format_names[static_cast<std::size_t>(known - words::formats.begin())]);
    }

    part column(const column_model& of, const std::string& path) {
        std::vector<part> parts{{"name", cpp_string(of.name.value), {}}};
        auto type = type_facts(*of.type, path + '_' + of.name.value);
        type.name = "type";
        parts.push_back(std::move(type));
        const auto add = [&parts](const char* name, std::string text) {
            parts.push_back({name, std::move(text), {}});
        };
        if (!of.nullable())
            add("nullable", "false");
        if (of.key)
            add("key", "true");
        if (of.is_private)
            add("is_private", "true");
        if (of.readonly)
            add("readonly", "true");
        if (of.generated.value != generated_by::nobody) {
            add("generated",
                std::string{"weir::generated_by::"} +
                    generated_names[static_cast<std::size_t>(of.generated.value)]);
        }
        if (of.audit != audit_role::none) {
            add("audit", "weir::audit_role::" + of.name.value);
        }
        if (of.default_value)
            add("default_json", cpp_string(json_of(of.default_value->value, *of.type)));
        add_rules(parts, of);
        if (!of.was.value.empty())
            add("was", cpp_string(of.was.value));
        if (!of.description.empty())
            add("description", cpp_string(of.description));
        if (!of.tags.empty()) {
            const auto name = fresh(path + '_' + of.name.value + "_tags");
            texts(name, of.tags);
            add("tags", name);
        }
        if (of.audit == audit_role::none) {
            const auto& file = (*files_)[of.name.at.file];
            add("line", std::to_string(file.at(of.name.at.begin).line));
        }
        return {{}, {}, std::move(parts)};
    }

    void
    columns(const std::string& name, const std::string& path, const std::vector<column_model>& of) {
        std::vector<part> parts;
        for (const auto& each : of)
            parts.push_back(column(each, path));
        to_->table("inline constexpr weir::column " + name + "[]", parts);
    }

    // Tables may refer to each other in circles, so each has a name before it has facts.
    void declare_tables() {
        if (schema_->tables.empty())
            return;
        to_->gap();
        for (const auto& table : schema_->tables) {
            to_->line("constexpr const weir::table& " + table.row.value + "_table() noexcept;");
        }
    }

    void relations(const table_model& of) {
        std::vector<part> parts;
        for (const auto& each : of.relations) {
            const auto from = fresh(of.row.value + '_' + each.name.value + "_from");
            indexes(from, positions(of, each.from));
            part one{
                {},
                {},
                {
                    {"name", cpp_string(each.name.value), {}},
                    {"target",
                     '&' + foreign(each.target->space) + each.target->row.value + "_table",
                     {}},
                    {"from", from, {}},
                }
            };
            if (!each.inverse.value.empty())
                one.parts.push_back({"inverse", cpp_string(each.inverse.value), {}});
            if (each.on_delete != delete_action::no_action) {
                one.parts.push_back(
                    {"on_delete",
                     std::string{"weir::delete_action::"} +
                         action_names[static_cast<std::size_t>(each.on_delete)],
                     {}}
                );
            }
            parts.push_back(std::move(one));
        }
        to_->table("inline constexpr weir::relation " + of.row.value + "_relations[]", parts);
    }

    void inclusions(const table_model& of) {
        std::vector<part> parts;
        for (const auto& each : of.api->inclusions) {
            part one{
                {},
                {},
                {{"name", cpp_string(each.name), {}},
                 {"of", '&' + foreign(each.of->space) + each.of->row.value + "_table", {}},
                 {"relation", std::to_string(each.relation), {}}}
            };
            if (each.is_many)
                one.parts.push_back({"is_many", "true", {}});
            parts.push_back(std::move(one));
        }
        to_->table("inline constexpr weir::inclusion " + of.row.value + "_include[]", parts);
    }

    void table(const table_model& of) {
        const auto& row = of.row.value;
        to_->gap();
        columns(row + "_columns", row, of.columns);
        indexes(row + "_key_columns", positions(of, of.key));
        if (!of.unique.empty()) {
            std::vector<part> parts;
            for (const auto& each : of.unique) {
                const auto name = fresh(row + "_unique_" + std::to_string(parts.size()));
                indexes(name, positions(of, each));
                parts.push_back({{}, {}, {{"columns", name, {}}}});
            }
            to_->table("inline constexpr weir::unique_set " + row + "_unique[]", parts);
        }
        if (!of.indexes.empty()) {
            std::vector<part> parts;
            for (const auto& each : of.indexes) {
                const auto name = fresh(row + "_index_" + std::to_string(parts.size()));
                to_->table(
                    "inline constexpr weir::sort_column " + name + "[]", sorted(of, each.columns)
                );
                part one{{}, {}, {{"columns", name, {}}}};
                if (!each.where.empty())
                    one.parts.push_back({"where", cpp_string(each.where), {}});
                parts.push_back(std::move(one));
            }
            to_->table("inline constexpr weir::index " + row + "_indexes[]", parts);
        }
        if (!of.checks.empty()) {
            std::vector<part> parts;
            for (const auto& each : of.checks) {
                parts.push_back(
                    {{},
                     {},
                     {{"name", cpp_string(each.name.value), {}},
                      {"expr", cpp_string(each.expr.value), {}}}}
                );
            }
            to_->table("inline constexpr weir::check " + row + "_checks[]", parts);
        }
        if (!of.relations.empty())
            relations(of);
        if (!of.access.read_all.empty())
            texts(row + "_read_all", plain(of.access.read_all));
        if (!of.access.purge.empty())
            texts(row + "_purge", plain(of.access.purge));
        if (of.api && !of.api->order_by.empty()) {
            to_->table(
                "inline constexpr weir::sort_column " + row + "_order_by[]",
                sorted(of, of.api->order_by)
            );
        }
        if (of.api && !of.api->inclusions.empty())
            inclusions(of);
        if (!of.cluster_by.empty())
            indexes(row + "_cluster_by", positions(of, of.cluster_by));
    }

    writer* to_;
    const schema_model* schema_;
    const sources* files_;
    std::set<std::string> taken_{};
};

std::string operations_text(std::uint16_t bits) {
    std::string made;
    for (std::size_t at = 0; at < operation_names.size(); ++at) {
        if ((bits & (1U << at)) == 0)
            continue;
        made +=
            (made.empty() ? "" : " | ") + std::string{"weir::operations::"} + operation_names[at];
    }
    return made;
}

std::vector<part> access_facts(const table_model& of, const std::string& facts) {
    const auto& access = of.access;
    std::vector<part> parts{
        {"rule",
         std::string{"weir::access_rule::"} + rule_names[static_cast<std::size_t>(access.rule)],
         {}}
    };
    if (access.rule == access_rule::owner)
        parts.push_back({"owner", std::to_string(owner_of(of)), {}});
    if (access.rule == access_rule::via) {
        parts.push_back({"via", std::to_string(via_of(of)), {}});
    }
    if (!access.read_all.empty())
        parts.push_back({"read_all", facts + "_read_all", {}});
    if (!access.purge.empty())
        parts.push_back({"purge", facts + "_purge", {}});
    return parts;
}

std::vector<part> api_facts(const api_model& api, const std::string& facts) {
    const weir::api usual{};
    std::vector<part> parts{{"path", cpp_string(api.path.value), {}}};
    if (api.operations != operations::all) {
        parts.push_back({"offered", {}, {{{}, operations_text(api.operations), {}}}});
    }
    if (api.default_limit.value != usual.default_limit)
        parts.push_back({"default_limit", std::to_string(api.default_limit.value), {}});
    if (api.max_limit.value != usual.max_limit)
        parts.push_back({"max_limit", std::to_string(api.max_limit.value), {}});
    if (!api.order_by.empty())
        parts.push_back({"order_by", facts + "_order_by", {}});
    if (!api.inclusions.empty())
        parts.push_back({"include", facts + "_include", {}});
    if (api.records_v1)
        parts.push_back({"records_v1", "true", {}});
    if (api.async)
        parts.push_back({"async", "true", {}});
    if (api.cache_seconds)
        parts.push_back({"cache_seconds", std::to_string(api.cache_seconds->value), {}});
    return parts;
}

void emit_table(
    writer& to, const schema_model& schema, const table_model& of, const sources& files
) {
    const auto& space = schema.name.value;
    const auto facts = space + "::facts::" + of.row.value;
    std::vector<part> parts;
    const auto add = [&parts](const char* name, std::string text) {
        parts.push_back({name, std::move(text), {}});
    };
    add("name", cpp_string(of.name.value));
    add("row", cpp_string(of.row.value));
    add("space", cpp_string(space));
    if (!of.description.empty())
        add("description", cpp_string(of.description));
    add("backend",
        of.backend.value == backend::lakebase ? "weir::backend::lakebase"
                                              : "weir::backend::warehouse");
    add("place", cpp_string(place_of(schema, of)));
    add("columns", facts + "_columns");
    add("key", facts + "_key_columns");
    if (!of.unique.empty())
        add("unique", facts + "_unique");
    if (!of.indexes.empty())
        add("indexes", facts + "_indexes");
    if (!of.checks.empty())
        add("checks", facts + "_checks");
    if (!of.relations.empty())
        add("relations", facts + "_relations");
    if (!of.audit)
        add("audit", flag(false));
    if (!of.soft_delete)
        add("soft_delete", flag(false));
    if (of.history)
        add("history", flag(true));
    if (of.access.rule != access_rule::open)
        parts.push_back({"access", {}, access_facts(of, facts)});
    if (of.api)
        parts.push_back({"api", {}, api_facts(*of.api, facts)});
    if (!of.cluster_by.empty())
        add("cluster_by", facts + "_cluster_by");
    if (!of.was.value.empty())
        add("was", cpp_string(of.was.value));
    add("source", cpp_string(schema.shown_path));
    add("line", std::to_string(files[of.name.at.file].at(of.name.at.begin).line));
    to.gap();
    to.line("template <>");
    to.table(
        "inline constexpr weir::table weir::table_of<" + space + "::" + of.row.value + ">", parts
    );
}

void included_types(writer& to, const api_model& api) {
    std::vector<std::string> rows;
    for (const auto& each : api.inclusions)
        rows.push_back(each.of->space + "::" + each.of->row.value);
    std::string flat = "    using included = weir::table_list<";
    const auto head = flat;
    for (const auto& row : rows)
        flat += (flat == head ? "" : ", ") + row;
    flat += ">;";
    if (flat.size() <= writer::width) {
        to.line(flat);
        return;
    }
    to.line("    using included = weir::table_list<");
    for (std::size_t at = 0; at < rows.size(); ++at)
        to.line("        " + rows[at] + (at + 1 < rows.size() ? "," : ">;"));
}

} // namespace

void emit_facts(writer& to, const schema_model& schema, const sources& files) {
    facts_emitter{to, schema, files}.all();
}

void emit_specialisations(writer& to, const schema_model& schema, const sources& files) {
    const auto& space = schema.name.value;
    const auto constant =
        [&to](const std::string& type, const std::string& name, const std::string& value) {
            to.gap();
            to.line("template <>");
            const auto head = "inline constexpr " + type;
            if (head.size() + name.size() + value.size() + 4 <= writer::width) {
                to.line(head + ' ' + name + '{' + value + "};");
                return;
            }
            if (head.size() + name.size() + 2 <= writer::width) {
                to.line(head + ' ' + name + '{');
                to.line("    " + value);
                to.line("};");
                return;
            }
            to.line(head);
            if (name.size() + value.size() + 7 <= writer::width) {
                to.line("    " + name + '{' + value + "};");
                return;
            }
            to.line("    " + name + '{');
            to.line("        " + value);
            to.line("    };");
        };
    for (const auto& each : schema.enumerations) {
        constant(
            "std::span<const std::string_view>",
            "weir::enumeration_labels<" + space + "::" + each.name.value + '>',
            space + "::facts::" + each.name.value + "_labels"
        );
    }
    for (const auto& each : schema.structures) {
        constant(
            "std::span<const weir::column>",
            "weir::structure_fields<" + space + "::" + each.name.value + '>',
            space + "::facts::" + each.name.value + "_fields"
        );
    }
    for (const auto& each : schema.tables) {
        const auto name = space + "::" + each.row.value;
        emit_table(to, schema, each, files);
        to.gap();
        to.line(
            "constexpr const weir::table& " + space + "::facts::" + each.row.value +
            "_table() noexcept {"
        );
        to.line("    return weir::table_of<" + name + ">;");
        to.line("}");
        to.gap();
        to.line("template <>");
        to.line("struct weir::row_types<" + name + "> {");
        to.line("    using create = " + name + "_create;");
        to.line("    using update = " + name + "_update;");
        to.line("    using key = " + name + "_key;");
        if (each.api && !each.api->inclusions.empty())
            included_types(to, *each.api);
        to.line("};");
    }
}

} // namespace weir::gen
