// SPDX-License-Identifier: Apache-2.0
#include "compare_table.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "../compare_parts.hpp"
#include "../sql_words.hpp"
#include "../type_change.hpp"
#include "words.hpp"

namespace weir::ops {

namespace {

constexpr auto spoken = sql::dialect::databricks;

const rule_state* primary_key_of(const table_state& of) {
    for (const auto& each : of.rules) {
        if (each.kind == rule_kind::primary_key)
            return &each;
    }
    return nullptr;
}

class delta_table : table_comparison {
public:
    delta_table(
        comparison& into, const table_state& live, const table_state& wanted, const made_names& made
    )
        : table_comparison(into, live, wanted, made, spoken) {}

    void run() {
        if (old_name_ != wanted_->name)
            rename_table(wanted_->full_name());
        const auto first = into_->changes.size();
        const auto renamed = renames_of(live_, *wanted_);
        match_columns();
        for (const auto& [from, to] : renamed) {
            auto& made = change_named(first, "rename_column", to);
            need(made, "delta.columnMapping.mode", "name");
            free_of_checks(made, from, to);
        }
        view_rows();
        for (const auto& column : wanted_->columns)
            compare_column(column);
        drop_columns();
        compare_rules();
        compare_clustering();
        compare_comments();
    }

private:
    change& change_named(std::size_t from, std::string_view kind, std::string_view object) const {
        auto& all = into_->changes;
        while (all[from].kind != kind || all[from].object != object)
            ++from;
        return all[from];
    }

    /// A property that the table must have before.
    void need(change& made, const std::string& property, const std::string& value) const {
        const auto found = live_.properties.find(property);
        const bool has_it = found != live_.properties.end() &&
                            (found->second == value || (property.starts_with("delta.feature.") &&
                                                        found->second == "enabled"));
        if (!has_it)
            made.steps.push_back({phase::prepare, set_property(property, value)});
    }

    [[nodiscard]] std::string
    set_property(std::string_view property, std::string_view value) const {
        return alter_old(
            "set tblproperties (" + literal(property, spoken) + " = " + literal(value, spoken) + ")"
        );
    }

    /// Delta changes no column that a check names: weir's go before, and are made again.
    void free_of_checks(change& made, std::string_view old_name, std::string_view name) {
        for (auto each = live_.rules.begin(); each != live_.rules.end();) {
            // Renames are in their conditions already.
            const bool names_it =
                each->kind == rule_kind::check && has_word(each->definition.compared, name);
            if (!names_it) {
                ++each;
                continue;
            }
            if (find_named(wanted_->rules, each->name) == nullptr && !is_made(each->name)) {
                made.is = effect::refused;
                made.hint = "the constraint " + each->name + ", which is not weir's, names " +
                            std::string{old_name} + ": drop it first";
                ++each;
                continue;
            }
            made.steps.push_back({phase::retire, drop_constraint(each->name)});
            each = live_.rules.erase(each);
        }
    }

    [[nodiscard]] bool is_made(const std::string& constraint) const {
        return has_made_name(constraint, old_name_) || has_made_name(constraint, wanted_->name) ||
               made_->contains(old_name_ + '/' + constraint);
    }

    [[nodiscard]] std::string drop_constraint(const std::string& constraint) const {
        return alter_old("drop constraint if exists " + name(constraint));
    }

    [[nodiscard]] std::string drop_primary_key() const {
        return alter_old("drop primary key if exists cascade");
    }

    void compare_column(const column_state& column) {
        const auto* const old = find_named(live_.columns, column.name);
        if (old == nullptr) {
            add_column(column);
            return;
        }
        compare_type(*old, column);
        if (old->identity != column.identity)
            add(column.identity ? "add_identity" : "drop_identity", column.name, effect::refused, {}
            )
                .hint = "on a warehouse an identity is declared when the table is made";
        const bool fills = old->is_unfilled && !value_of(column).empty();
        if (fills)
            finish_filling(column);
        compare_default(*old, column);
        if (column.required != old->required)
            compare_required(*old, column);
    }

    /// What rows get that have no value.
    [[nodiscard]] static const std::string& value_of(const column_state& column) {
        return column.default_value.empty() ? column.fill : column.default_value.text;
    }

    [[nodiscard]] std::string fill_text(const column_state& column) const {
        return "update " + wanted_->full_name() + " set " + name(column.name) + " = " +
               value_of(column) + " where " + name(column.name) + " is null";
    }

    void set_default(change& made, const column_state& column) const {
        need(made, "delta.feature.allowColumnDefaults", "supported");
        made.steps.push_back(
            {phase::alter, alter_column(column.name, "set default " + column.default_value.text)}
        );
    }

    [[nodiscard]] step unmark(const column_state& column) const {
        return {
            phase::tighten,
            alter(
                "unset tblproperties if exists (" +
                literal(unfilled_property(column.name), spoken) + ")"
            )
        };
    }

    void add_column(const column_state& column) {
        const bool has_value = !value_of(column).empty();
        const bool is_filled = has_value && live_.has_rows;
        auto is = is_filled ? effect::backfill : effect::free;
        if (column.identity || (column.required && live_.has_rows && !has_value))
            is = effect::refused;
        auto& made =
            add("add_column", column.name, is, column.type + (column.required ? ", required" : ""));
        made.breaks_clients = wanted_->is_in_api && column.is_asked;
        if (is == effect::refused) {
            made.hint = column.identity
                            ? "on a warehouse an identity is declared when the table is made"
                            : "the rows that are there would have no value in it: give it a "
                              "default, or make it optional, fill it, and require it then";
            return;
        }
        // An optional column that was added and not filled would look finished.
        const bool is_marked = is_filled && !column.required;
        if (is_marked)
            made.steps.push_back(
                {phase::prepare, set_property(unfilled_property(column.name), "true")}
            );
        std::string text = "add column (" + name(column.name) + ' ' + column.type;
        if (!column.comment.empty())
            text.append(" comment ").append(literal(column.comment, spoken));
        made.steps.push_back({phase::add, alter(text + ")")});
        if (!column.default_value.empty())
            set_default(made, column);
        if (is_filled)
            made.steps.push_back({phase::backfill, fill_text(column)});
        if (column.required)
            made.steps.push_back({phase::tighten, alter_column(column.name, "set not null")});
        if (is_marked)
            made.steps.push_back(unmark(column));
    }

    void finish_filling(const column_state& column) const {
        auto& made =
            add("fill_column",
                column.name,
                effect::backfill,
                "a run that was cut off left rows without " + value_of(column));
        made.steps.push_back({phase::backfill, fill_text(column)});
        made.steps.push_back(unmark(column));
    }

    void compare_type(const column_state& old, const column_state& column) {
        const auto changed = change_of_type_on_warehouse(old.type, column.type);
        if (changed == type_change::same)
            return;
        auto& made =
            add("change_type",
                column.name,
                changed == type_change::refused ? effect::refused : effect::free,
                old.type + " to " + column.type);
        made.breaks_clients =
            wanted_->is_in_api && column.is_shown && changes_json(old.type, column.type);
        if (changed == type_change::refused) {
            made.hint = "Delta widens no such type: add a column of the new type, copy what fits, "
                        "then drop this one";
            return;
        }
        if (changed == type_change::rewrite)
            need(made, "delta.enableTypeWidening", "true");
        free_of_checks(made, column.name, column.name);
        if (made.is != effect::refused)
            made.steps.push_back({phase::alter, alter_column(column.name, "type " + column.type)});
    }

    void compare_default(const column_state& old, const column_state& column) const {
        if (old.default_value.compared == column.default_value.compared)
            return;
        const bool is_set = !column.default_value.empty();
        auto& made =
            add("change_default",
                column.name,
                effect::free,
                is_set ? "for rows to come: " + column.default_value.text : "none any more");
        if (is_set)
            set_default(made, column);
        else
            made.steps.push_back({phase::alter, alter_column(column.name, "drop default")});
    }

    void compare_required(const column_state& old, const column_state& column) {
        if (!column.required) {
            add("allow_null", column.name, effect::free, "becomes optional")
                .steps.push_back({phase::alter, alter_column(column.name, "drop not null")});
            return;
        }
        const auto& value = value_of(column);
        const bool is_filled = live_.has_rows && !value.empty();
        auto& made =
            add("require",
                old.name,
                live_.has_rows ? effect::backfill : effect::free,
                is_filled ? "becomes required; rows without a value get " + value
                          : "becomes required");
        made.breaks_clients = wanted_->is_in_api && column.is_asked;
        if (is_filled)
            made.steps.push_back({phase::backfill, fill_text(column)});
        made.steps.push_back({phase::tighten, alter_column(column.name, "set not null")});
        if (live_.has_rows && value.empty()) {
            made.obstacle =
                "select 1 from " + rows_ + " where t." + name(column.name) + " is null limit 1";
            made.obstacle_text = "rows have no value in it: fill them first, or give it a default";
        }
    }

    void drop_columns() {
        for (const auto& column : live_.columns) {
            if (find_named(wanted_->columns, column.name) != nullptr)
                continue;
            auto& made =
                add("drop_column", column.name, effect::destroys, "every value of it is lost");
            made.breaks_clients = wanted_->is_in_api;
            for (const auto& rule : live_.rules) {
                if (rule.kind == rule_kind::check &&
                    has_word(rule.definition.compared, column.name) &&
                    find_named(wanted_->rules, rule.name) == nullptr && !is_made(rule.name)) {
                    made.is = effect::refused;
                    made.hint = "the constraint " + rule.name +
                                ", which is not weir's, names it: "
                                "drop it first";
                }
            }
            need(made, "delta.columnMapping.mode", "name");
            if (is_clustered_by(column.name))
                made.steps.push_back({phase::retire, alter_old("cluster by none")});
            made.steps.push_back({phase::drop, alter_old("drop column " + name(column.name))});
            if (column.required && !column.identity && column.default_value.empty())
                made.kept_steps.push_back({phase::alter, alter_column(column.name, "drop not null")}
                );
        }
    }

    [[nodiscard]] bool is_clustered_by(const std::string& column) const {
        return std::find(live_.clustering.begin(), live_.clustering.end(), column) !=
               live_.clustering.end();
    }

    // ------------------------------------------------------------ rules

    void compare_rules() {
        std::set<std::string> matched;
        for (const auto& rule : wanted_->rules) {
            const auto* old = find_named(live_.rules, rule.name);
            for (const auto& each : live_.rules) {
                if (old == nullptr && each.kind == rule.kind && !matched.contains(each.name) &&
                    find_named(wanted_->rules, each.name) == nullptr && is_alike(each, rule))
                    old = &each;
            }
            if (old == nullptr) {
                add_rule("add", rule);
                continue;
            }
            matched.insert(old->name);
            if (old->definition.compared != rule.definition.compared)
                change_rule(*old, rule);
            // A key's name means nothing; a check is found again by it.
            else if (old->name != rule.name && rule.kind == rule_kind::check)
                rename_check(*old, rule);
        }
        for (const auto& rule : live_.rules) {
            if (matched.contains(rule.name) || !may_drop("constraint", rule.name))
                continue;
            add("drop_constraint", rule.name, effect::free, "nothing asks for it any more")
                .steps.push_back(
                    {phase::retire,
                     rule.kind == rule_kind::primary_key ? drop_primary_key()
                                                         : drop_constraint(rule.name)}
                );
        }
    }

    /// A table has one primary key, whatever it is called.
    static bool is_alike(const rule_state& old, const rule_state& wanted) {
        return wanted.kind == rule_kind::primary_key ||
               old.definition.compared == wanted.definition.compared;
    }

    void rename_check(const rule_state& old, const rule_state& rule) {
        auto& made = add("rename_constraint", rule.name, effect::free, "was " + old.name);
        made.steps.push_back({phase::retire, drop_constraint(old.name)});
        made.steps.push_back({phase::rule, add_text(rule)});
    }

    void change_rule(const rule_state& old, const rule_state& rule) {
        if (rule.kind == rule_kind::primary_key) {
            add_rule("change", rule).steps.push_back({phase::retire, drop_primary_key()});
            return;
        }
        std::string verb = "change";
        bool shrinks = false;
        if (rule.is_enumeration && old.kind == rule_kind::check) {
            const auto before = literals_of(old.definition.compared, spoken);
            const auto after = literals_of(rule.definition.compared, spoken);
            shrinks = !std::includes(after.begin(), after.end(), before.begin(), before.end());
            verb = shrinks ? "shrink_enumeration" : "grow_enumeration";
        }
        auto& made = add_rule(verb, rule);
        made.steps.push_back({phase::retire, drop_constraint(old.name)});
        if (shrinks) {
            made.is = live_.has_rows ? effect::backfill : effect::free;
            made.breaks_clients = wanted_->is_in_api;
        }
    }

    [[nodiscard]] std::string add_text(const rule_state& rule) const {
        return alter("add constraint " + name(rule.name) + ' ' + rule.definition.text);
    }

    change& add_rule(const std::string& verb, const rule_state& rule) const {
        std::string kind = verb;
        auto when = phase::rule;
        if (rule.kind == rule_kind::primary_key) {
            kind += "_primary_key";
            // After its columns are required.
            when = phase::build;
        } else if (rule.kind == rule_kind::foreign_key) {
            kind += "_foreign_key";
            when = phase::swap;
        } else if (!verb.ends_with("_enumeration")) {
            kind += "_check";
        }
        auto& made = add(kind, rule.name, effect::free, rule.definition.text);
        made.steps.push_back({when, add_text(rule)});
        if (rule.kind == rule_kind::primary_key) {
            set_obstacle_of_key(made, rule.columns, {}, true);
        } else if (rule.kind == rule_kind::check && live_.has_rows) {
            // Delta takes NULL for a violation; weir's checks say that it is none.
            made.obstacle =
                "select 1 from " + rows_ + " where not (" + rule.condition + ") limit 1";
            made.obstacle_text = "rows are there that break it: change them first";
        }
        return made;
    }

    // ------------------------------------------------------------ the rest

    void compare_clustering() {
        const auto renamed = [&](const std::string& column) {
            for (const auto& [now, before] : live_names_) {
                if (before == column)
                    return now;
            }
            return column;
        };
        auto live = live_.clustering;
        std::transform(live.begin(), live.end(), live.begin(), renamed);
        if (live == wanted_->clustering)
            return;
        const auto list = name_list(wanted_->clustering);
        add("cluster", {}, effect::free, list.empty() ? "by nothing any more" : "by " + list)
            .steps.push_back(
                {phase::rule, alter("cluster by " + (list.empty() ? "none" : "(" + list + ")"))}
            );
    }

    void compare_comments() {
        std::vector<step> steps;
        if (!wanted_->comment.empty() && wanted_->comment != live_.comment)
            steps.push_back(
                {phase::describe,
                 "comment on table " + wanted_->full_name() + " is " +
                     literal(wanted_->comment, spoken)}
            );
        for (const auto& column : wanted_->columns) {
            const auto* const old = find_named(live_.columns, column.name);
            if (old != nullptr && !column.comment.empty() && old->comment != column.comment)
                steps.push_back(
                    {phase::describe,
                     alter_column(column.name, "comment " + literal(column.comment, spoken))}
                );
        }
        if (!steps.empty())
            add("describe", {}, effect::free, "descriptions").steps = std::move(steps);
    }
};

} // namespace

void compare_on_warehouse(
    comparison& into, const table_state& live, const table_state& wanted, const made_names& made
) {
    delta_table{into, live, wanted, made}.run();
}

void foresee_keys(schema_state& live, std::size_t of, const table_state& wanted) {
    auto& old = live.tables[of];
    const auto renamed = renames_of(old, wanted);
    const auto has_renamed = [&](const rule_state& rule) {
        return std::any_of(rule.columns.begin(), rule.columns.end(), [&](const auto& column) {
            return renamed.contains(column);
        });
    };
    const auto* const key = primary_key_of(old);
    const auto* const asked = primary_key_of(wanted);
    const bool key_goes =
        key != nullptr && (has_renamed(*key) || asked == nullptr || asked->columns != key->columns);
    const auto from = old.full_name();
    for (auto& table : live.tables) {
        std::erase_if(table.rules, [&](const rule_state& rule) {
            const bool refers = rule.kind == rule_kind::foreign_key && rule.target == from;
            const bool is_own = &table == &old && rule.kind != rule_kind::check;
            return (refers && key_goes) || (is_own && has_renamed(rule));
        });
        for (auto& rule : table.rules) {
            if (rule.kind != rule_kind::foreign_key || rule.target != from)
                continue;
            rule.target = wanted.full_name();
            rule.definition = foreign_key_text(rule.columns, rule.target, rule.target_columns);
        }
    }
}

} // namespace weir::ops
