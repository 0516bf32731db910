// SPDX-License-Identifier: Apache-2.0
#include "introspect.hpp"

#include <weir/sql/place.hpp>
#include <weir/table/history.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "introspect_parts.hpp"
#include "sql_words.hpp"
#include "value_json.hpp"

namespace weir::ops {

namespace {

/// A type in the schema's words; absent where it has none.
std::optional<std::string> word_of(std::string_view type) {
    if (type.ends_with("[]")) {
        const auto element = word_of(type.substr(0, type.size() - 2));
        if (!element || type == "jsonb[]")
            return std::nullopt;
        return "array<" + *element + ">";
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> words{{
        {"smallint", "smallint"},
        {"integer", "int"},
        {"bigint", "bigint"},
        {"real", "float"},
        {"double precision", "double"},
        {"text", "string"},
        {"boolean", "boolean"},
        {"date", "date"},
        {"timestamptz", "timestamp"},
        {"timestamp", "timestamp_ntz"},
        {"bytea", "binary"},
        {"uuid", "uuid"},
        {"jsonb", "json"},
    }};
    for (const auto& [theirs, ours] : words) {
        if (type == theirs)
            return std::string{ours};
    }
    constexpr std::string_view number = "numeric(";
    if (type.starts_with(number))
        return "decimal(" + std::string{type.substr(number.size())};
    if (type.starts_with("varchar(") || type.starts_with("char("))
        return std::string{type};
    return std::nullopt;
}

/// The position after a text in quotes that begins at `at`; a quote in it is doubled.
std::size_t end_of_literal(std::string_view text, std::size_t at) {
    do
        at = sql::detail::skip_quoted(text, at, sql::dialect::postgres);
    while (at < text.size() && text[at] == '\'');
    return at;
}

/// A time as the schema writes it: PostgreSQL has a blank for the T, and `+00` for the Z.
std::string time_of(std::string text) {
    if (text.size() > 10 && text[10] == ' ')
        text[10] = 'T';
    if (text.ends_with("+00"))
        return text.substr(0, text.size() - 3) + 'Z';
    const bool has_hours =
        text.size() > 13 && (text[text.size() - 3] == '+' || text[text.size() - 3] == '-');
    return has_hours ? text + ":00" : text;
}

/// `'it''s'` without its quotes.
std::string unquoted(std::string_view literal) {
    std::string made;
    for (std::size_t at = 1; at + 1 < literal.size(); ++at) {
        made.push_back(literal[at]);
        if (literal[at] == '\'')
            ++at;
    }
    return made;
}

/// An expression without the casts that PostgreSQL adds to texts, and without brackets around all
/// of it.
std::string plain(std::string_view expression) {
    std::string made;
    for (std::size_t at = 0; at < expression.size();) {
        if (expression[at] != '\'') {
            made.push_back(expression[at++]);
            continue;
        }
        const auto end = end_of_literal(expression, at);
        made.append(expression.substr(at, end - at));
        at = end;
        constexpr std::string_view cast = "::text";
        const auto rest = expression.substr(at);
        if (rest.starts_with(cast) && !rest.substr(cast.size()).starts_with('['))
            at += cast.size();
    }
    const auto is_enclosed = [](std::string_view text) {
        if (!text.starts_with('(') || !text.ends_with(')'))
            return false;
        int depth = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] == '\'')
                at = end_of_literal(text, at) - 1;
            else if (text[at] == '(')
                ++depth;
            else if (text[at] == ')' && --depth == 0)
                return at + 1 == text.size();
        }
        return false;
    };
    while (is_enclosed(made))
        made = made.substr(1, made.size() - 2);
    return made;
}

/// A value in PostgreSQL's text form as YAML; absent where a schema writes it in no such way.
std::optional<std::string> scalar_of(const std::string& text, std::string_view word) {
    if (word == "binary")
        return std::nullopt;
    if (word == "boolean")
        return text == "t" || text == "true" ? "true" : "false";
    if (word.ends_with("int") || word == "float" || word == "double")
        return text;
    return yaml_text(word.starts_with("timestamp") ? time_of(text) : text);
}

/// `{a,"b c"}` as YAML; absent with NULL or arrays in it.
std::optional<std::string> array_of(std::string_view text, std::string_view word) {
    std::string made;
    for (std::size_t at = 1; at + 1 < text.size();) {
        std::string item;
        const bool is_quoted = text[at] == '"';
        if (is_quoted) {
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\')
                    ++at;
                item.push_back(text[at]);
            }
            ++at;
        } else {
            while (text[at] != ',' && at + 1 < text.size())
                item.push_back(text[at++]);
        }
        // Behind the comma.
        ++at;
        const auto value = scalar_of(item, word);
        if (!value || (!is_quoted && (item == "NULL" || item.starts_with('{'))))
            return std::nullopt;
        made.append(made.empty() ? "[" : ", ").append(*value);
    }
    return made.empty() ? "[]" : made + "]";
}

/// A default as YAML; absent where it is no constant that a schema can give.
std::optional<std::string> default_of(std::string_view expression, std::string_view word) {
    const auto cast = expression.rfind("::");
    if (expression.starts_with('\'')) {
        const auto end = end_of_literal(expression, 0);
        if (end != expression.size() && end != cast)
            return std::nullopt;
        const auto text = unquoted(expression.substr(0, end));
        if (word == "json")
            return text;
        if (word.starts_with("array<"))
            return array_of(text, word.substr(6, word.size() - 7));
        return scalar_of(text, word);
    }
    if (expression == "true" || expression == "false")
        return std::string{expression};
    auto number = std::string{expression.substr(0, cast)};
    if (number.starts_with('(') && number.ends_with(')'))
        number = number.substr(1, number.size() - 2);
    if (number.empty() || number.find_first_not_of("+-.0123456789e") != std::string::npos)
        return std::nullopt;
    return word.starts_with("decimal") ? '"' + number + '"' : number;
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const auto end = list.find(", ");
        parts.emplace_back(list.substr(0, end));
        list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 2);
    }
    return parts;
}

/// Names in an index or a key as PostgreSQL lists them, `"a", b`.
std::vector<std::string> bare_names(std::string_view list) {
    auto names = split(list);
    for (auto& each : names)
        std::erase(each, '"');
    return names;
}

class table_writer {
public:
    table_writer(
        introspection& into,
        const table_state& of,
        const std::set<std::string>& written,
        const std::map<std::string, policy_text>& policies,
        bool has_history
    )
        : into_(&into), of_(&of), written_(&written), policies_(&policies),
          has_history_(has_history) {}

    void run() {
        is_audited_ = has_audit_columns(*of_);
        read_rules();
        read_indexes();
        line("  - name: ", of_->name);
        if (!of_->comment.empty())
            line("    description: ", gen::json_string(of_->comment));
        line("    key: ", listed(key_));
        line("    audit: ", is_audited_ ? "true" : "false");
        if (!is_audited_ || !uniques_.empty())
            line("    soft_delete: ", is_soft_ ? "true" : "false");
        line("    columns:", "");
        for (const auto& each : of_->columns)
            write_column(each);
        write_list("unique", uniques_);
        write_list("indexes", indexes_);
        write_list("checks", checks_);
        write_list("relations", relations_);
        write_access();
        if (has_history_)
            line("    history: ", "true");
    }

private:
    void line(std::string_view begin, std::string_view rest) {
        into_->text.append(begin).append(rest).push_back('\n');
    }

    void write_list(std::string_view word, const std::vector<std::string>& items) {
        if (items.empty())
            return;
        line("    " + std::string{word} + ":", "");
        for (const auto& each : items)
            line("      - ", each);
    }

    void leave_out(std::string what) { into_->left_out.push_back(of_->name + ": " + what); }

    void read_rules() {
        for (const auto& each : of_->rules) {
            if (each.kind == rule_kind::primary_key) {
                constexpr std::string_view begin = "primary key (";
                const std::string_view text = each.definition.text;
                key_ = bare_names(text.substr(begin.size(), text.size() - begin.size() - 1));
            } else if (each.kind == rule_kind::foreign_key) {
                read_reference(each);
            } else if (each.kind == rule_kind::check) {
                read_check(each);
            } else {
                leave_out("constraint " + each.name + ", " + each.definition.text);
            }
        }
    }

    void read_reference(const rule_state& rule) {
        const std::string_view text = rule.definition.text;
        constexpr std::string_view begin = "foreign key (";
        const auto close = text.find(')');
        const auto from = bare_names(text.substr(begin.size(), close - begin.size()));
        const auto dot = rule.target.find("\".\"");
        const auto target = rule.target.substr(dot + 3, rule.target.size() - dot - 4);
        if (rule.target.substr(0, dot + 2) != of_->prefix.substr(0, dot + 2) ||
            !written_->contains(target)) {
            leave_out("constraint " + rule.name + ", whose table is not in the file");
            return;
        }
        const auto name = relation_name(from, target, relation_names_);
        const auto action = text.find(" on delete ");
        auto made = "{name: " + name + ", to: " + target + ", from: " + listed(from);
        if (action != std::string_view::npos) {
            std::string word{text.substr(action + 11)};
            std::replace(word.begin(), word.end(), ' ', '_');
            made.append(", on_delete: ").append(word);
        }
        relations_.push_back(made + "}");
        targets_.emplace(target, name);
    }

    void read_check(const rule_state& rule) {
        const std::string_view text = rule.definition.text;
        for (const auto& column : of_->columns) {
            if (rule.name == object_name(of_->name, "_" + column.name + "_enum")) {
                enumerations_[column.name] = labels_of(text);
                return;
            }
            if (rule.name == object_name(of_->name, "_" + column.name + "_range") &&
                column.type == "smallint") {
                tiny_.insert(column.name);
                return;
            }
            if (rule.name == object_name(of_->name, "_" + column.name + "_elements") &&
                column.type.ends_with("[]"))
                return;
        }
        constexpr std::string_view begin = "CHECK ";
        checks_.push_back(
            "{name: " + rule.name + ", expr: " +
            gen::json_string(plain(text.substr(text.starts_with(begin) ? begin.size() : 0))) + "}"
        );
    }

    /// In their order.
    static std::vector<std::string> labels_of(std::string_view text) {
        std::vector<std::string> labels;
        for (std::size_t at = 0; at < text.size();) {
            if (text[at] != '\'') {
                ++at;
                continue;
            }
            const auto end = end_of_literal(text, at);
            labels.push_back(yaml_text(unquoted(text.substr(at, end - at))));
            at = end;
        }
        return labels;
    }

    void read_indexes() {
        for (const auto& each : of_->indexes) {
            const std::string_view text = each.definition.text;
            constexpr std::string_view begin = "btree (";
            const auto where = text.find(" WHERE ");
            const auto columns = text.substr(0, where);
            const auto listed_columns =
                columns.starts_with(begin) && columns.ends_with(')')
                    ? split(columns.substr(begin.size(), columns.size() - begin.size() - 1))
                    : std::vector<std::string>{};
            std::vector<std::string> made;
            for (const auto& column : listed_columns) {
                const bool descends = column.ends_with(" DESC");
                auto name = descends ? column.substr(0, column.size() - 5) : column;
                std::erase(name, '"');
                if (find_named(of_->columns, name) == nullptr)
                    break;
                made.push_back(descends ? name + " desc" : name);
            }
            const auto condition =
                where == std::string_view::npos ? std::string{} : plain(text.substr(where + 7));
            const bool is_of_kept = is_audited_ && condition == "is_deleted = false";
            if (made.empty() || made.size() != listed_columns.size() ||
                (each.is_unique && !condition.empty() && !is_of_kept)) {
                leave_out("index " + each.name + ", using " + std::string{text});
            } else if (each.is_unique) {
                uniques_.push_back(listed(made));
                is_soft_ = is_of_kept;
            } else {
                auto item = "{columns: " + listed(made);
                if (!condition.empty())
                    item.append(", where: ").append(gen::json_string(condition));
                indexes_.push_back(item + "}");
            }
        }
        if (uniques_.empty())
            is_soft_ = is_audited_;
    }

    void write_column(const column_state& column) {
        if (is_audited_ && is_audit_column(column.name))
            return;
        auto word = word_of(column.type);
        if (!word || !is_word(column.name)) {
            leave_out("column " + column.name + ", a " + column.type);
            return;
        }
        if (tiny_.contains(column.name))
            word = "tinyint";
        auto made = "      - {name: " + column.name + ", type: " + yaml_text(*word);
        std::string generated;
        const std::string_view given = column.default_value.text;
        if (column.identity)
            generated = "identity";
        else if (given == "gen_random_uuid()")
            generated = "uuid";
        else if (given == "CURRENT_TIMESTAMP" || given == "now()")
            generated = "now";
        if (!generated.empty()) {
            made.append(", generated: ").append(generated);
        } else {
            if (column.required)
                made.append(", required: true");
            if (!given.empty()) {
                if (const auto value = default_of(given, *word))
                    made.append(", default: ").append(*value);
                else
                    leave_out("the default of column " + column.name + ", " + std::string{given});
            }
        }
        if (const auto labels = enumerations_.find(column.name); labels != enumerations_.end())
            made.append(", enum: ").append(listed(labels->second));
        if (!column.comment.empty())
            made.append(", description: ").append(gen::json_string(column.comment));
        line(made, "}");
    }

    void write_access() {
        const auto found = policies_->find(of_->name);
        if (found == policies_->end() || of_->policies.empty())
            return;
        const std::string_view text = found->second.select;
        const auto begin = text.find_first_not_of('(');
        const auto name = text.substr(begin, text.find(' ', begin) - begin);
        std::string made;
        if (name == "EXISTS") {
            for (const auto& [target, relation] : targets_) {
                const auto from = text.find("FROM ");
                if (text.substr(from, text.find("WHERE") - from).find("." + target + " ") !=
                    std::string_view::npos)
                    made = "{via: " + relation;
            }
        } else if (find_named(of_->columns, name) != nullptr) {
            made = "{owner: " + std::string{name};
        }
        if (made.empty()) {
            leave_out("row policies, of a form that access has no word for");
            return;
        }
        const auto purging = groups_of(found->second.remove);
        auto reading = groups_of(text);
        std::erase_if(reading, [&](const auto& each) {
            return std::find(purging.begin(), purging.end(), each) != purging.end();
        });
        if (name != "EXISTS") {
            if (!reading.empty())
                made.append(", read_all: ").append(listed(reading));
            if (!purging.empty())
                made.append(", purge: ").append(listed(purging));
        }
        line("    access: ", made + "}");
    }

    static std::vector<std::string> groups_of(std::string_view policy) {
        const auto begin = policy.find("&& ARRAY[");
        if (begin == std::string_view::npos)
            return {};
        return labels_of(policy.substr(begin, policy.find(']', begin + 9) - begin));
    }

    introspection* into_;
    const table_state* of_;
    const std::set<std::string>* written_;
    const std::map<std::string, policy_text>* policies_;
    bool has_history_;
    bool is_audited_ = false;
    bool is_soft_ = false;
    std::vector<std::string> key_{};
    std::vector<std::string> uniques_{};
    std::vector<std::string> indexes_{};
    std::vector<std::string> checks_{};
    std::vector<std::string> relations_{};
    std::set<std::string> relation_names_{};
    std::map<std::string, std::string> targets_{};
    std::map<std::string, std::vector<std::string>> enumerations_{};
    std::set<std::string> tiny_{};
};

bool is_history(const table_state& of) {
    return of.name.ends_with(history_suffix) &&
           find_named(of.columns, "history_version") != nullptr;
}

} // namespace

introspection introspect(
    const std::vector<table_state>& tables,
    const std::map<std::string, policy_text>& policies,
    const std::string& schema,
    const std::string& name
) {
    introspection made;
    std::set<std::string> written;
    std::set<std::string> histories;
    for (const auto& each : tables) {
        if (is_weirs_own(each.name))
            continue;
        if (is_history(each))
            histories.insert(each.name.substr(0, each.name.size() - history_suffix.size()));
        else if (!each.is_table || each.is_partitioned)
            made.left_out.push_back(each.name + ": it is no plain table");
        else if (const auto why = why_undeclared(each); !why.empty())
            made.left_out.push_back(each.name + ": " + std::string{why});
        else
            written.insert(each.name);
    }
    made.text = "version: 1\nname: " + name +
                "\nbackends:\n  lakebase: {schema: " + yaml_text(schema) + "}\ntables:\n";
    for (const auto& each : tables) {
        if (written.contains(each.name))
            table_writer{made, each, written, policies, histories.contains(each.name)}.run();
    }
    return made;
}

} // namespace weir::ops
