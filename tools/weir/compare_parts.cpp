// SPDX-License-Identifier: Apache-2.0
#include "compare_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sql_words.hpp"

namespace weir::ops {

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

std::map<std::string, std::string> renames_of(const table_state& live, const table_state& wanted) {
    std::map<std::string, std::string> renamed;
    for (const auto& column : wanted.columns) {
        if (!column.was.empty() && find_named(live.columns, column.name) == nullptr &&
            find_named(live.columns, column.was) != nullptr &&
            find_named(wanted.columns, column.was) == nullptr)
            renamed.emplace(column.was, column.name);
    }
    return renamed;
}

table_comparison::table_comparison(
    comparison& into,
    const table_state& live,
    const table_state& wanted,
    const made_names& made,
    sql::dialect spoken
)
    : into_(&into), live_(live), wanted_(&wanted), made_(&made), spoken_(spoken),
      old_name_(live.name) {
    live_.name = wanted.name;
}

std::string table_comparison::name(std::string_view of) const {
    return quoted(of, spoken_);
}

change& table_comparison::add(
    std::string kind, const std::string& object, effect is, std::string what
) const {
    change made{.kind = std::move(kind), .table = wanted_->name, .object = object, .is = is};
    made.id = made.kind + ':' + made.table + (object.empty() ? "" : '.' + object);
    made.what = std::move(what);
    return into_->changes.emplace_back(std::move(made));
}

std::string table_comparison::alter(std::string_view action) const {
    return "alter table " + wanted_->full_name() + ' ' + std::string{action};
}

std::string table_comparison::alter_column(std::string_view column, std::string_view action) const {
    return alter("alter column " + name(column) + ' ' + std::string{action});
}

std::string table_comparison::alter_old(std::string_view action) const {
    return "alter table " + live_.prefix + name(old_name_) + ' ' + std::string{action};
}

change& table_comparison::rename_table(const std::string& to) {
    auto& made = add("rename_table", {}, effect::free, "was " + old_name_);
    made.breaks_clients = wanted_->is_in_api;
    made.steps.push_back({phase::rename, alter_old("rename to " + to)});
    return made;
}

void table_comparison::match_columns() {
    const auto renamed = renames_of(live_, *wanted_);
    for (const auto& column : wanted_->columns) {
        if (const auto found = renamed.find(column.was);
            found == renamed.end() || found->second != column.name)
            continue;
        auto& made = add("rename_column", column.name, effect::free, "was " + column.was);
        made.breaks_clients = wanted_->is_in_api && column.is_shown;
        made.steps.push_back(
            {phase::rename, alter("rename column " + name(column.was) + " to " + name(column.name))}
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
        rule.definition.compared = rename_words(rule.definition.compared, renamed, spoken_);
        for (auto& column : rule.columns) {
            if (const auto found = renamed.find(column); found != renamed.end())
                column = found->second;
        }
    }
    for (auto& index : live_.indexes)
        index.definition.compared = rename_words(index.definition.compared, renamed, spoken_);
}

void table_comparison::view_rows() {
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
                is_filled ? "coalesce(" + name(found->second) + ", " + value + ")"
                          : name(found->second)
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
        rows_.append(" as ").append(name(column.name));
    }
    rows_.append(" from ").append(live_.prefix).append(name(old_name_)).append(") as t");
}

bool table_comparison::may_drop(std::string_view what, const std::string& of) const {
    if (has_made_name(of, old_name_) || has_made_name(of, wanted_->name) ||
        made_->contains(old_name_ + '/' + of))
        return true;
    into_->notes.push_back(
        std::string{what} + ' ' + of + " of " + wanted_->name + " is not weir's and stays as it is"
    );
    return false;
}

void table_comparison::set_obstacle_of_key(
    change& made, const std::vector<std::string>& columns, const std::string& where, bool is_primary
) const {
    std::string list;
    std::string nulls;
    for (const auto& column : columns) {
        list.append(list.empty() ? "" : ", ").append(name(column));
        nulls.append(nulls.empty() ? "" : " or ").append("bool_or(" + name(column));
        nulls.append(" is null)");
    }
    if (list.empty() || !live_.has_rows)
        return;
    std::string condition = where.empty() ? "" : "(" + where + ")";
    if (!is_primary) {
        for (const auto& column : columns)
            condition.append(condition.empty() ? "" : " and ")
                .append(name(column) + " is not null");
    }
    made.obstacle = "select 1 from " + rows_ + (condition.empty() ? "" : " where " + condition) +
                    " group by " + list + " having count(*) > 1" +
                    (is_primary ? " or " + nulls : "") + " limit 1";
    made.obstacle_text = "rows have the same values in it: change them first";
}

} // namespace weir::ops
