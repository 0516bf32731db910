// SPDX-License-Identifier: Apache-2.0
#include "compare.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "sql_words.hpp"
#include "type_change.hpp"

namespace weir::ops {

namespace {

constexpr std::string_view required_suffix = "_weir_required";
constexpr std::string_view rebuilt_suffix = "_weir_new";

/// Whether a constraint or an index has a name that weir gives.
bool has_made_name(std::string_view name, std::string_view table) {
    constexpr std::array<std::string_view, 8> endings{
        "_pkey", "_key", "_idx", "_fkey", "_enum", "_range", "_elements", required_suffix
    };
    if (name.ends_with(rebuilt_suffix))
        return true;
    return name.starts_with(std::string{table} + '_') &&
           std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
               return name.ends_with(ending);
           });
}

/// Compares one table that is there with what it should be.
class table_comparer {
public:
    /// `seen` is the table by its wanted name, its columns still as they are.
    table_comparer(
        comparison& into, const table_state& live, const table_state& wanted, const made_names& made
    )
        : into_(&into), live_(live), wanted_(&wanted), made_(&made), old_name_(live.name) {
        live_.name = wanted.name;
    }

    void run() {
        if (old_name_ != wanted_->name)
            rename_table();
        match_columns();
        view_rows();
        compare_columns();
        drop_columns();
        compare_rules();
        compare_indexes();
        compare_comments();
        compare_policies();
    }

private:
    change& add(std::string kind, const std::string& object, effect is, std::string what) const {
        change made{.kind = std::move(kind), .table = wanted_->name, .object = object, .is = is};
        made.id = made.kind + ':' + made.table + (object.empty() ? "" : '.' + object);
        made.what = std::move(what);
        return into_->changes.emplace_back(std::move(made));
    }

    [[nodiscard]] std::string alter(std::string_view action) const {
        return "alter table " + wanted_->full_name() + ' ' + std::string{action};
    }

    [[nodiscard]] std::string alter_column(std::string_view column, std::string_view action) const {
        return alter("alter column " + quoted(column) + ' ' + std::string{action});
    }

    void rename_table() {
        auto& made = add("rename_table", {}, effect::free, "was " + old_name_);
        made.breaks_clients = wanted_->is_in_api;
        made.steps.push_back(
            {phase::rename,
             "alter table " + live_.prefix + quoted(old_name_) + " rename to " +
                 quoted(wanted_->name)}
        );
    }

    void match_columns() {
        std::map<std::string, std::string> renamed;
        for (const auto& column : wanted_->columns) {
            if (column.was.empty() || find_named(live_.columns, column.name) != nullptr)
                continue;
            const auto* former = find_named(live_.columns, column.was);
            if (former == nullptr || find_named(wanted_->columns, column.was) != nullptr)
                continue;
            renamed.emplace(column.was, column.name);
            auto& made = add("rename_column", column.name, effect::free, "was " + column.was);
            made.breaks_clients = wanted_->is_in_api && column.is_shown;
            made.steps.push_back(
                {phase::rename,
                 alter("rename column " + quoted(column.was) + " to " + quoted(column.name))}
            );
        }
        for (const auto& column : live_.columns) {
            const auto found = renamed.find(column.name);
            live_names_.emplace(found == renamed.end() ? column.name : found->second, column.name);
        }
        if (renamed.empty())
            return;
        for (auto& column : live_.columns) {
            if (const auto found = renamed.find(column.name); found != renamed.end())
                column.name = found->second;
        }
        for (auto& rule : live_.rules) {
            rule.definition.compared = rename_words(rule.definition.compared, renamed);
            for (auto& column : rule.columns) {
                if (const auto found = renamed.find(column); found != renamed.end())
                    column = found->second;
            }
        }
        for (auto& index : live_.indexes)
            index.definition.compared = rename_words(index.definition.compared, renamed);
    }

    /// The rows that are there, by the names and with the values they are about to have: what
    /// obstacles are looked for in.
    void view_rows() {
        rows_ = "(select ";
        std::string_view comma;
        for (const auto& column : wanted_->columns) {
            const auto found = live_names_.find(column.name);
            rows_.append(comma);
            comma = ", ";
            if (found != live_names_.end()) {
                const auto& value = column.default_value.text;
                const auto* const old = find_named(live_.columns, column.name);
                const bool is_filled =
                    column.required && !old->required && !value.empty() && !column.default_varies;
                rows_.append(
                    is_filled ? "coalesce(" + quoted(found->second) + ", " + value + ")"
                              : quoted(found->second)
                );
            } else {
                const bool has_default =
                    !column.default_value.empty() && !column.default_varies && !column.identity;
                rows_.append("cast(")
                    .append(has_default ? column.default_value.text : "null")
                    .append(" as ")
                    .append(column.type)
                    .append(")");
            }
            rows_.append(" as ").append(quoted(column.name));
        }
        rows_.append(" from ").append(live_.prefix).append(quoted(old_name_)).append(") as t");
    }

    void compare_columns() {
        for (const auto& column : wanted_->columns) {
            const auto* const old = find_named(live_.columns, column.name);
            if (old == nullptr) {
                add_column(column);
                continue;
            }
            compare_type(*old, column);
            compare_identity(*old, column);
            compare_default(*old, column);
            if (column.required != old->required)
                compare_required(*old, column);
        }
    }

    void add_column(const column_state& column) {
        const bool lacks_value = column.required && !column.identity &&
                                 column.default_value.empty() && column.fill.empty();
        const bool is_filled = column.required && !column.fill.empty() && live_.has_rows;
        auto is = effect::free;
        if (live_.has_rows && (column.identity || column.default_varies))
            is = effect::rewrite;
        if (is_filled)
            is = effect::backfill;
        if (lacks_value && live_.has_rows)
            is = effect::refused;
        auto& made =
            add("add_column", column.name, is, column.type + (column.required ? ", required" : ""));
        made.breaks_clients = wanted_->is_in_api && column.is_asked;
        if (is == effect::refused) {
            made.hint = "the rows that are there would have no value in it: give it a default, or "
                        "make it optional, fill it, and require it then";
            return;
        }
        std::string text = "add column " + quoted(column.name) + ' ' + column.type;
        if (!column.collation.empty())
            text.append(" collate ").append(quoted(column.collation));
        if (column.required)
            text.append(" not null");
        if (column.identity)
            text.append(" generated by default as identity");
        if (!column.default_value.empty())
            text.append(" default ").append(column.default_value.text);
        if (is_filled)
            text.append(" default ").append(column.fill);
        made.steps.push_back({phase::add, alter(text)});
        if (is_filled)
            made.steps.push_back({phase::add, alter_column(column.name, "drop default")});
    }

    void compare_type(const column_state& old, const column_state& column) {
        const auto changed = change_of_type(old.type, column.type);
        const bool same_order = old.collation == column.collation;
        if (changed == type_change::same && same_order)
            return;
        const auto is = changed == type_change::refused   ? effect::refused
                        : changed == type_change::rewrite ? effect::rewrite
                        : same_order                      ? effect::free
                                                          : effect::rewrite;
        auto& made =
            add("change_type",
                column.name,
                is,
                old.type + " to " + column.type + (same_order ? "" : ", in another order of texts")
            );
        made.breaks_clients =
            wanted_->is_in_api && column.is_shown && changes_json(old.type, column.type);
        if (is == effect::refused) {
            made.hint = "some values might not survive: add a column of the new type, copy what "
                        "fits, then drop this one";
            return;
        }
        changes_types_ = true;
        if (!old.default_value.empty())
            made.steps.push_back({phase::alter, alter_column(column.name, "drop default")});
        std::string text = "type " + column.type;
        if (!column.collation.empty())
            text.append(" collate ").append(quoted(column.collation));
        if (changed == type_change::rewrite)
            text.append(" using ").append(quoted(column.name)).append("::").append(column.type);
        made.steps.push_back({phase::alter, alter_column(column.name, text)});
        if (!old.default_value.empty() && !column.default_value.empty())
            made.steps.push_back(
                {phase::alter, alter_column(column.name, "set default " + column.default_value.text)
                }
            );
        type_changed_.insert(column.name);
    }

    void compare_identity(const column_state& old, const column_state& column) {
        if (old.identity == column.identity)
            return;
        if (!column.identity) {
            add("drop_identity", column.name, effect::free, "values are given from now on")
                .steps.push_back({phase::alter, alter_column(column.name, "drop identity")});
            return;
        }
        auto& made =
            add("add_identity", column.name, effect::backfill, "goes on after the greatest value");
        if (!old.default_value.empty())
            made.steps.push_back({phase::alter, alter_column(column.name, "drop default")});
        if (!old.required)
            made.steps.push_back({phase::alter, alter_column(column.name, "set not null")});
        made.steps.push_back(
            {phase::alter, alter_column(column.name, "add generated by default as identity")}
        );
        made.steps.push_back(
            {phase::alter,
             "select setval(pg_get_serial_sequence(" + literal(wanted_->full_name()) + ", " +
                 literal(column.name) + "), greatest(max(" + quoted(column.name) +
                 "), 0) + 1, false) from " + wanted_->full_name()}
        );
    }

    void compare_default(const column_state& old, const column_state& column) {
        if (old.default_value.compared == column.default_value.compared)
            return;
        // Went with the type; or gave way to the identity.
        const bool is_done = type_changed_.contains(column.name) && !old.default_value.empty();
        if (is_done || (column.identity && !old.identity))
            return;
        const bool is_set = !column.default_value.empty();
        add("change_default",
            column.name,
            effect::free,
            is_set ? "for rows to come: " + column.default_value.text : "none any more")
            .steps.push_back(
                {phase::alter,
                 alter_column(
                     column.name,
                     is_set ? "set default " + column.default_value.text : "drop default"
                 )}
            );
    }

    void compare_required(const column_state& old, const column_state& column) {
        if (!column.required) {
            add("allow_null", column.name, effect::free, "becomes optional")
                .steps.push_back({phase::alter, alter_column(column.name, "drop not null")});
            return;
        }
        if (column.identity && !old.identity)
            return;
        const auto& value = column.default_value.empty() ? column.fill : column.default_value.text;
        auto& made =
            add("require",
                column.name,
                live_.has_rows ? effect::backfill : effect::free,
                value.empty() || !live_.has_rows
                    ? "becomes required"
                    : "becomes required; rows without a value get " + value);
        made.breaks_clients = wanted_->is_in_api && column.is_asked;
        if (!live_.has_rows) {
            made.steps.push_back({phase::alter, alter_column(column.name, "set not null")});
            return;
        }
        const auto name = quoted(object_name(wanted_->name + '_' + column.name, required_suffix));
        made.steps.push_back({phase::prepare, alter_old("drop constraint if exists " + name)});
        made.steps.push_back(
            {phase::rule,
             alter(
                 "add constraint " + name + " check (" + quoted(column.name) +
                 " is not null) not valid"
             )}
        );
        if (value.empty()) {
            made.obstacle =
                "select 1 from " + rows_ + " where t." + quoted(column.name) + " is null limit 1";
            made.obstacle_text = "rows have no value in it: fill them first, or give it a default";
        } else {
            // In small pieces, so that no row stays locked for long. What is inserted by now has a
            // value.
            made.steps.push_back(
                {phase::backfill,
                 "update " + wanted_->full_name() + " set " + quoted(column.name) + " = " + value +
                     " where ctid = any (array(select ctid from " + wanted_->full_name() +
                     " where " + quoted(column.name) + " is null limit 10000))",
                 true}
            );
        }
        made.steps.push_back({phase::validate, alter("validate constraint " + name)});
        // The check that holds by now spares it the look at every row.
        made.steps.push_back({phase::tighten, alter_column(column.name, "set not null")});
        made.steps.push_back({phase::tighten, alter("drop constraint " + name)});
    }

    void drop_columns() {
        for (const auto& column : live_.columns) {
            if (find_named(wanted_->columns, column.name) != nullptr)
                continue;
            auto& made =
                add("drop_column", column.name, effect::destroys, "every value of it is lost");
            made.breaks_clients = wanted_->is_in_api;
            made.steps.push_back({phase::drop, alter_old("drop column " + quoted(column.name))});
            const bool must_be_given =
                column.required && !column.identity && column.default_value.empty();
            if (must_be_given)
                made.kept_steps.push_back({phase::alter, alter_column(column.name, "drop not null")}
                );
            drops_columns_ = true;
        }
    }

    /// Before renames.
    [[nodiscard]] std::string alter_old(std::string_view action) const {
        return "alter table " + live_.prefix + quoted(old_name_) + ' ' + std::string{action};
    }

    /// Whether what no schema asks for was made by weir; else it is noted.
    bool may_drop(std::string_view what, const std::string& name) const {
        if (has_made_name(name, old_name_) || has_made_name(name, wanted_->name) ||
            made_->contains(old_name_ + '/' + name))
            return true;
        into_->notes.push_back(
            std::string{what} + ' ' + name + " of " + wanted_->name +
            " is not weir's and stays as it is"
        );
        return false;
    }

    void compare_rules() {
        std::set<std::string> matched;
        for (const auto& rule : wanted_->rules) {
            const auto* old = find_named(live_.rules, rule.name);
            if (old == nullptr) {
                for (const auto& each : live_.rules) {
                    if (each.kind == rule.kind && !matched.contains(each.name) &&
                        find_named(wanted_->rules, each.name) == nullptr &&
                        each.definition.compared == rule.definition.compared) {
                        old = &each;
                        break;
                    }
                }
            }
            if (old == nullptr) {
                add_rule("add", rule);
                continue;
            }
            matched.insert(old->name);
            if (old->definition.compared != rule.definition.compared) {
                change_rule(*old, rule);
                continue;
            }
            if (old->name != rule.name) {
                add("rename_constraint", rule.name, effect::free, "was " + old->name)
                    .steps.push_back(
                        {phase::rename,
                         alter(
                             "rename constraint " + quoted(old->name) + " to " + quoted(rule.name)
                         )}
                    );
            }
            if (!old->is_valid) {
                auto& made =
                    add("validate", rule.name, effect::free, "the rows that are there are looked at"
                    );
                validate(made, rule);
            }
        }
        for (const auto& rule : live_.rules) {
            if (matched.contains(rule.name))
                continue;
            if (rule.kind == rule_kind::other || !may_drop("constraint", rule.name)) {
                if (rule.kind == rule_kind::other)
                    into_->notes.push_back(
                        "constraint " + rule.name + " of " + wanted_->name +
                        " is not weir's and stays as it is"
                    );
                continue;
            }
            add("drop_constraint", rule.name, effect::free, "nothing asks for it any more")
                .steps.push_back(
                    {phase::retire, alter_old("drop constraint if exists " + quoted(rule.name))}
                );
        }
    }

    void change_rule(const rule_state& old, const rule_state& rule) {
        const auto drop = alter_old("drop constraint if exists " + quoted(old.name));
        if (rule.is_enumeration && old.kind == rule_kind::check) {
            const auto before = literals_of(old.definition.compared);
            const auto after = literals_of(rule.definition.compared);
            const bool grows =
                std::includes(after.begin(), after.end(), before.begin(), before.end());
            auto& made = add_rule(grows ? "grow_enumeration" : "shrink_enumeration", rule);
            made.steps.insert(made.steps.begin(), {phase::retire, drop});
            if (!grows) {
                made.is = live_.has_rows ? effect::backfill : effect::free;
                made.breaks_clients = wanted_->is_in_api;
            }
            return;
        }
        auto& made = add_rule("change", rule);
        made.steps.insert(made.steps.begin(), {phase::retire, drop});
    }

    change& add_rule(const std::string& verb, const rule_state& rule) {
        constexpr std::array<std::string_view, 4> words{
            "_primary_key", "_check", "_foreign_key", "_constraint"
        };
        const auto kind = verb.ends_with("_enumeration")
                              ? verb
                              : verb + std::string{words[static_cast<std::size_t>(rule.kind)]};
        auto& made = add(kind, rule.name, effect::free, rule.definition.text);
        const auto text = alter("add constraint " + quoted(rule.name) + ' ' + rule.definition.text);
        if (rule.kind == rule_kind::primary_key) {
            made.is = live_.has_rows ? effect::rewrite : effect::free;
            made.steps.push_back({phase::rule, text});
            set_obstacle_of_key(made, rule.columns, {}, true);
            return made;
        }
        if (!live_.has_rows) {
            made.steps.push_back({phase::rule, text});
            return made;
        }
        made.steps.push_back({phase::rule, text + " not valid"});
        validate(made, rule);
        return made;
    }

    void validate(change& made, const rule_state& rule) const {
        made.steps.push_back({phase::validate, alter("validate constraint " + quoted(rule.name))});
        if (rule.kind == rule_kind::check) {
            made.obstacle =
                "select 1 from " + rows_ + " where not (" + rule.condition + ") limit 1";
            made.obstacle_text = "rows are there that break it: change them first";
        } else if (rule.kind == rule_kind::foreign_key) {
            made.obstacle = "select 1 from " + rows_ + " where ";
            std::string matches;
            for (std::size_t at = 0; at < rule.columns.size(); ++at) {
                made.obstacle.append("t." + quoted(rule.columns[at]) + " is not null and ");
                matches.append(at == 0 ? "" : " and ")
                    .append("r." + quoted(rule.target_columns[at]) + " = t.")
                    .append(quoted(rule.columns[at]));
            }
            made.obstacle.append(
                "not exists (select 1 from " + rule.target + " as r where " + matches + ") limit 1"
            );
            made.obstacle_text = "rows refer to rows that are not there: change them first";
        }
    }

    void set_obstacle_of_key(
        change& made,
        const std::vector<std::string>& columns,
        const std::string& where,
        bool is_primary
    ) const {
        std::string list;
        std::string nulls;
        for (const auto& column : columns) {
            list.append(list.empty() ? "" : ", ").append(quoted(column));
            nulls.append(nulls.empty() ? "" : " or ").append("bool_or(" + quoted(column));
            nulls.append(" is null)");
        }
        if (list.empty() || !live_.has_rows)
            return;
        std::string condition = where.empty() ? "" : "(" + where + ")";
        if (!is_primary) {
            for (const auto& column : columns)
                condition.append(condition.empty() ? "" : " and ")
                    .append(quoted(column) + " is not null");
        }
        made.obstacle = "select 1 from " + rows_ +
                        (condition.empty() ? "" : " where " + condition) + " group by " + list +
                        " having count(*) > 1" + (is_primary ? " or " + nulls : "") + " limit 1";
        made.obstacle_text = "rows have the same values in it: change them first";
    }

    void compare_indexes() {
        std::set<std::string> matched;
        for (const auto& index : wanted_->indexes) {
            const auto* old = find_named(live_.indexes, index.name);
            if (old == nullptr) {
                for (const auto& each : live_.indexes) {
                    if (each.is_unique == index.is_unique && each.is_valid &&
                        !matched.contains(each.name) && has_made_name(each.name, old_name_) &&
                        !each.name.ends_with(rebuilt_suffix) &&
                        find_named(wanted_->indexes, each.name) == nullptr &&
                        each.definition.compared == index.definition.compared) {
                        old = &each;
                        break;
                    }
                }
            }
            if (old == nullptr) {
                add_index(index, nullptr);
                continue;
            }
            matched.insert(old->name);
            if (!old->is_valid || old->is_unique != index.is_unique ||
                old->definition.compared != index.definition.compared) {
                add_index(index, old);
            } else if (old->name != index.name) {
                add("rename_index", index.name, effect::free, "was " + old->name)
                    .steps.push_back({phase::rename, rename_index(old->name, index.name)});
            }
        }
        for (const auto& index : live_.indexes) {
            if (!matched.contains(index.name) && may_drop("index", index.name))
                add("drop_index", index.name, effect::free, "nothing asks for it any more")
                    .steps.push_back({phase::retire, drop_index(index.name)});
        }
    }

    [[nodiscard]] std::string drop_index(std::string_view name) const {
        return "drop index if exists " + live_.prefix + quoted(name);
    }

    [[nodiscard]] std::string rename_index(std::string_view from, std::string_view to) const {
        return "alter index " + live_.prefix + quoted(from) + " rename to " + quoted(to);
    }

    void add_index(const index_state& index, const index_state* old) {
        const bool beside = live_.has_rows && !live_.is_partitioned;
        auto& made =
            add(old == nullptr ? "add_index" : "rebuild_index",
                index.name,
                beside || !live_.has_rows ? effect::free : effect::rewrite,
                (index.is_unique ? "unique " : "") + index.definition.text);
        if (index.is_unique)
            set_obstacle_of_key(made, index.columns, index.where, false);
        // One that serves until its successor does.
        const bool is_replaced = old != nullptr && old->is_valid && beside;
        const auto name = is_replaced ? object_name(index.name, rebuilt_suffix) : index.name;
        if (old != nullptr && !is_replaced)
            made.steps.push_back({phase::prepare, drop_index(old->name)});
        made.steps.push_back(
            {beside ? phase::build : phase::rule,
             std::string{"create "} + (index.is_unique ? "unique " : "") + "index " +
                 (beside ? "concurrently " : "") + quoted(name) + " on " + wanted_->full_name() +
                 ' ' + index.definition.text}
        );
        if (is_replaced) {
            made.steps.push_back({phase::swap, drop_index(old->name)});
            made.steps.push_back({phase::swap, rename_index(name, index.name)});
        }
    }

    void compare_comments() {
        std::vector<step> steps;
        const auto comment = [&](const std::string& on, const std::string& text) {
            steps.push_back({phase::describe, "comment on " + on + " is " + literal(text)});
        };
        if (!wanted_->comment.empty() && wanted_->comment != live_.comment)
            comment("table " + wanted_->full_name(), wanted_->comment);
        for (const auto& column : wanted_->columns) {
            const auto* const old = find_named(live_.columns, column.name);
            if (!column.comment.empty() && (old == nullptr || old->comment != column.comment))
                comment(
                    "column " + wanted_->full_name() + '.' + quoted(column.name), column.comment
                );
        }
        if (!steps.empty())
            add("describe", {}, effect::free, "descriptions").steps = std::move(steps);
    }

    void compare_policies() {
        constexpr std::array<std::string_view, 4> verbs{"select", "insert", "update", "delete"};
        std::string drops;
        for (const auto verb : verbs)
            drops.append(drops.empty() ? "" : ";\n")
                .append("drop policy if exists " + quoted("weir_" + std::string{verb}) + " on ")
                .append(live_.prefix + quoted(old_name_));
        if (live_.has_foreign_policies)
            into_->notes.push_back(
                wanted_->name + " has row policies that are not weir's: they may let people see "
                                "more rows"
            );
        if (wanted_->policies.empty()) {
            if (live_.policies.empty())
                return;
            auto& made = add(
                "drop_policies", {}, effect::exposes, "everybody may see and change every row of it"
            );
            made.steps.push_back(
                {phase::retire,
                 drops + ";\n" +
                     alter_old("no force row level security, disable row level security")}
            );
            return;
        }
        // PostgreSQL changes and drops no column that a policy names; one that is not wanted is
        // named only by a policy that is not either.
        const bool differs = live_.policies != wanted_->policies;
        const bool in_the_way =
            !live_.policies.empty() && (changes_types_ || (drops_columns_ && differs));
        if (!differs && !in_the_way)
            return;
        auto& made = add("replace_policies", {}, effect::free, "who may see which rows");
        if (in_the_way)
            made.steps.push_back({phase::retire, drops});
        made.steps.push_back({phase::police, wanted_->police});
    }

    comparison* into_;
    table_state live_;
    const table_state* wanted_;
    const made_names* made_;
    std::string old_name_;
    /// Columns by the names they will have: those they have.
    std::map<std::string, std::string> live_names_{};
    std::set<std::string> type_changed_{};
    std::string rows_{};
    bool changes_types_ = false;
    bool drops_columns_ = false;
};

class schema_comparer {
public:
    schema_comparer(const schema_state& live, const schema_state& wanted, const made_names& made)
        : live_(live), wanted_(&wanted), made_(&made) {}

    comparison run() {
        follow_renames();
        for (const auto& name : live_.absent_schemas) {
            auto& made = add("create_schema", name.substr(1, name.size() - 2), effect::free, "");
            made.steps.push_back({phase::schema, "create schema if not exists " + name});
        }
        std::set<const table_state*> matched;
        for (const auto& table : wanted_->tables) {
            const auto* const old = former(table);
            if (old == nullptr) {
                create(table);
                continue;
            }
            matched.insert(old);
            if (!old->is_table) {
                add("create_table", table.name, effect::refused, "").hint =
                    "something else has this name";
                continue;
            }
            table_comparer{found_, *old, table, *made_}.run();
        }
        for (const auto& table : live_.tables) {
            if (!matched.contains(&table))
                drop(table);
        }
        return std::move(found_);
    }

private:
    /// References follow the tables they point to.
    void follow_renames() {
        for (const auto& table : wanted_->tables) {
            const auto* const old = former(table);
            if (old == nullptr || old->name == table.name)
                continue;
            const auto from = old->full_name();
            for (auto& each : live_.tables) {
                for (auto& rule : each.rules) {
                    if (rule.target != from)
                        continue;
                    rule.target = table.full_name();
                    auto& text = rule.definition.compared;
                    text.replace(text.find(from), from.size(), rule.target);
                }
            }
        }
    }

    [[nodiscard]] const table_state* find(const std::string& prefix, std::string_view name) const {
        for (const auto& each : live_.tables) {
            if (each.prefix == prefix && each.name == name)
                return &each;
        }
        return nullptr;
    }

    [[nodiscard]] const table_state* former(const table_state& table) const {
        if (const auto* same = find(table.prefix, table.name))
            return same;
        if (table.was.empty() || find_named(wanted_->tables, table.was) != nullptr)
            return nullptr;
        const auto* const was = find(table.prefix, table.was);
        return was != nullptr && was->is_table ? was : nullptr;
    }

    change& add(std::string kind, std::string table, effect is, std::string what) {
        change made{.kind = std::move(kind), .table = std::move(table), .is = is};
        made.id = made.kind + ':' + made.table;
        made.what = std::move(what);
        return found_.changes.emplace_back(std::move(made));
    }

    void create(const table_state& table) {
        auto& made =
            add("create_table",
                table.name,
                effect::free,
                std::to_string(table.columns.size()) + " columns");
        for (const auto& each : table.create)
            made.steps.push_back({phase::create, each});
    }

    void drop(const table_state& table) {
        if (!table.is_table || is_weirs_own(table.name))
            return;
        if (!made_->contains(table.name)) {
            found_.notes.push_back(
                "table " + table.name + " is in no schema given and stays as it is"
            );
            return;
        }
        auto& made = add("drop_table", table.name, effect::destroys, "every row of it is lost");
        made.breaks_clients = table.is_in_api;
        made.steps.push_back({phase::drop, "drop table " + table.full_name()});
    }

    schema_state live_;
    const schema_state* wanted_;
    const made_names* made_;
    comparison found_{};
};

} // namespace

comparison compare(const schema_state& live, const schema_state& wanted, const made_names& made) {
    return schema_comparer{live, wanted, made}.run();
}

} // namespace weir::ops
