// SPDX-License-Identifier: Apache-2.0
#include "introspect.hpp"

#include <weir/sql/place.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "../introspect_parts.hpp"
#include "../sql_words.hpp"
#include "value_json.hpp"
#include "words.hpp"

namespace weir::ops {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether a schema has words for a type; those of Databricks are the schema's own.
bool can_say(std::string_view type) {
    constexpr std::array<std::string_view, 18> known{
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "float",
        "double",
        "decimal",
        "string",
        "varchar",
        "char",
        "boolean",
        "date",
        "binary",
        "array",
        "timestamp",
        "timestamp_ntz",
        "map",
        "struct"
    };
    for (std::size_t at = 0; at < type.size();) {
        if (!is_letter(type[at])) {
            if (std::string_view{"<>,:()"}.find(type[at]) == std::string_view::npos)
                return false;
            ++at;
            continue;
        }
        const auto first = at;
        while (at < type.size() && is_letter(type[at]))
            ++at;
        const auto word = type.substr(first, at - first);
        const bool is_field = at < type.size() && type[at] == ':';
        const bool is_number = word.find_first_not_of("0123456789") == std::string_view::npos;
        if (!is_field && !is_number && std::find(known.begin(), known.end(), word) == known.end())
            return false;
    }
    return true;
}

/// `'it\'s'` without its quotes; absent where more than one literal stands there.
std::optional<std::string> unquoted(std::string_view literal) {
    if (!literal.starts_with('\'') ||
        sql::detail::skip_quoted(literal, 0, sql::dialect::databricks) != literal.size())
        return std::nullopt;
    std::string made;
    for (std::size_t at = 1; at + 1 < literal.size(); ++at) {
        if (literal[at] == '\\')
            ++at;
        made.push_back(literal[at]);
    }
    return made;
}

/// A default as YAML; absent where it is no constant that a schema can give.
std::optional<std::string> default_of(std::string_view expression, std::string_view type) {
    std::string_view constant = expression;
    constexpr std::string_view cast = "CAST(";
    if (const auto as = constant.rfind(" AS "); constant.starts_with(cast) && as != constant.npos)
        constant = constant.substr(cast.size(), as - cast.size());
    if (const auto text = unquoted(constant)) {
        if (type == "binary")
            return std::nullopt;
        return yaml_text(*text);
    }
    if (constant == "true" || constant == "false")
        return std::string{constant};
    if (constant.empty() || constant.find_first_not_of("+-.0123456789eE") != constant.npos)
        return std::nullopt;
    return type.starts_with("decimal") ? '"' + std::string{constant} + '"' : std::string{constant};
}

/// The labels that a check of an enumeration lists, in their order.
std::vector<std::string> labels_of(std::string_view text) {
    std::vector<std::string> labels;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '\'') {
            ++at;
            continue;
        }
        const auto end = sql::detail::skip_quoted(text, at, sql::dialect::databricks);
        labels.push_back(yaml_text(unquoted(text.substr(at, end - at)).value_or(std::string{})));
        at = end;
    }
    return labels;
}

class delta_writer {
public:
    delta_writer(introspection& into, const table_state& of, const std::set<std::string>& written)
        : into_(&into), of_(&of), written_(&written) {}

    void run() {
        is_audited_ = has_audit_columns(*of_);
        for (const auto& rule : of_->rules)
            read_rule(rule);
        line("  - name: ", of_->name);
        if (!of_->comment.empty())
            line("    description: ", gen::json_string(of_->comment));
        line("    key: ", listed(key_));
        line("    audit: ", is_audited_ ? "true" : "false");
        if (!is_audited_)
            line("    soft_delete: ", "false");
        line("    columns:", "");
        for (const auto& column : of_->columns)
            write_column(column);
        if (!of_->clustering.empty())
            line("    cluster_by: ", listed(of_->clustering));
        write_list("checks", checks_);
        write_list("relations", relations_);
    }

private:
    void line(std::string_view begin, std::string_view rest) {
        into_->text.append(begin).append(rest).push_back('\n');
    }

    void write_list(std::string_view word, const std::vector<std::string>& items) {
        if (!items.empty())
            line("    " + std::string{word} + ":", "");
        for (const auto& each : items)
            line("      - ", each);
    }

    void leave_out(std::string_view what) {
        into_->left_out.push_back(of_->name + ": " + std::string{what});
    }

    void read_rule(const rule_state& rule) {
        if (rule.kind == rule_kind::primary_key)
            key_ = rule.columns;
        else if (rule.kind == rule_kind::foreign_key)
            read_reference(rule);
        else
            read_check(rule);
    }

    void read_reference(const rule_state& rule) {
        const auto& prefix = of_->prefix;
        const auto target =
            rule.target.starts_with(prefix)
                ? rule.target.substr(prefix.size() + 1, rule.target.size() - prefix.size() - 2)
                : std::string{};
        if (!written_->contains(target)) {
            leave_out("constraint " + rule.name + ", whose table is not in the file");
            return;
        }
        relations_.push_back(
            "{name: " + relation_name(rule.columns, target, relation_names_) + ", to: " + target +
            ", from: " + listed(rule.columns) + "}"
        );
    }

    void read_check(const rule_state& rule) {
        constexpr std::string_view begin = "check (";
        const std::string_view text = rule.definition.text;
        auto condition = text.substr(begin.size(), text.size() - begin.size() - 1);
        for (const auto& column : of_->columns) {
            if (rule.name == of_->name + '_' + column.name + "_enum") {
                enumerations_[column.name] = labels_of(condition);
                return;
            }
        }
        // What weir puts around it, because Delta takes NULL for a violation.
        constexpr std::string_view end = ") is not false";
        if (condition.starts_with('(') && condition.ends_with(end))
            condition = condition.substr(1, condition.size() - end.size() - 1);
        else
            leave_out("that constraint " + rule.name + " refuses NULL");
        checks_.push_back("{name: " + rule.name + ", expr: " + gen::json_string(condition) + "}");
    }

    void write_column(const column_state& column) {
        if (is_audited_ && is_audit_column(column.name))
            return;
        if (!can_say(column.type) || !is_word(column.name)) {
            leave_out("column " + column.name + ", a " + column.type);
            return;
        }
        auto made = "      - {name: " + column.name + ", type: " + yaml_text(column.type);
        const auto& given = column.default_value.compared;
        if (column.identity) {
            made.append(", generated: identity");
        } else if (given == "current_timestamp()" || given == "now()") {
            made.append(", generated: now");
        } else {
            if (column.required)
                made.append(", required: true");
            if (!given.empty()) {
                if (const auto value = default_of(column.default_value.text, column.type))
                    made.append(", default: ").append(*value);
                else
                    leave_out(
                        "the default of column " + column.name + ", " + column.default_value.text
                    );
            }
        }
        if (const auto labels = enumerations_.find(column.name); labels != enumerations_.end())
            made.append(", enum: ").append(listed(labels->second));
        if (!column.comment.empty())
            made.append(", description: ").append(gen::json_string(column.comment));
        line(made, "}");
    }

    introspection* into_;
    const table_state* of_;
    const std::set<std::string>* written_;
    bool is_audited_ = false;
    std::vector<std::string> key_{};
    std::vector<std::string> checks_{};
    std::vector<std::string> relations_{};
    std::set<std::string> relation_names_{};
    std::map<std::string, std::vector<std::string>> enumerations_{};
};

} // namespace

introspection introspect_warehouse(
    const std::vector<table_state>& tables, const place_names& place, const std::string& name
) {
    introspection made;
    std::set<std::string> written;
    for (const auto& each : tables) {
        if (is_weirs_own(each.name))
            continue;
        if (!each.is_table)
            made.left_out.push_back(each.name + ": it is no Delta table");
        else if (const auto why = why_undeclared(each); !why.empty())
            made.left_out.push_back(each.name + ": " + std::string{why});
        else
            written.insert(each.name);
    }
    made.text = "version: 1\nname: " + name +
                "\nbackends:\n  warehouse: {catalog: " + yaml_text(place.catalog) +
                ", schema: " + yaml_text(place.schema) +
                "}\ndefaults: {backend: warehouse}\ntables:\n";
    for (const auto& each : tables) {
        if (written.contains(each.name))
            delta_writer{made, each, written}.run();
    }
    return made;
}

} // namespace weir::ops
