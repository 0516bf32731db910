// SPDX-License-Identifier: Apache-2.0
#include "survey.hpp"

#include <algorithm>
#include <utility>

#include "catalog.hpp"
#include "records.hpp"

namespace weir::ops {

namespace {

/// A schema's name out of its prefix: `"app_data".` is app_data.
std::string bare(std::string_view prefix) {
    return std::string{prefix.substr(1, prefix.size() - 3)};
}

/// What each expression of the wanted tables looks like in the catalogs.
void spell(database& at, const wanted_tables& wanted, schema_state& state) {
    std::vector<table_state> made;
    at.run("begin");
    try {
        for (const auto& each : wanted.temporary())
            at.run(each);
        const auto name =
            at.query("select nspname from pg_namespace where oid = pg_my_temp_schema()");
        made = read_catalog(at, name.front().front(), {});
    } catch (const database_error& refused) {
        if (refused.sqlstate() == "42501")
            throw database_error{
                std::string{refused.what()} +
                    "\nto compare, the role needs the right TEMPORARY on the database",
                refused.sqlstate()
            };
        throw;
    }
    at.run("rollback");
    for (auto& table : state.tables) {
        const auto* const seen = find_named(made, table.name);
        if (seen == nullptr)
            continue;
        table.policies = seen->policies;
        for (auto& column : table.columns) {
            if (const auto* same = find_named(seen->columns, column.name))
                column.default_value.compared = same->default_value.compared;
        }
        for (auto& rule : table.rules) {
            const auto* same = find_named(seen->rules, rule.name);
            if (rule.kind == rule_kind::check && same != nullptr)
                rule.definition.compared = same->definition.compared;
        }
        for (auto& index : table.indexes) {
            if (const auto* same = find_named(seen->indexes, index.name))
                index.definition.compared = same->definition.compared;
        }
    }
}

} // namespace

bool is_named(const schema_state& wanted, const table_state& table) {
    return std::any_of(wanted.tables.begin(), wanted.tables.end(), [&](const auto& each) {
        return each.prefix == table.prefix && (each.name == table.name || each.was == table.name);
    });
}

void refuse_where_rows_forbid(
    comparison& found, const std::function<bool(const std::string&)>& has_rows
) {
    for (auto& each : found.changes) {
        if (each.is == effect::refused || each.obstacle.empty())
            continue;
        try {
            if (!has_rows(each.obstacle))
                continue;
        } catch (const database_error& refused) {
            // What cannot be asked before the change is looked at by the change itself.
            if (refused.sqlstate().empty())
                throw;
            continue;
        }
        each.is = effect::refused;
        each.hint = each.obstacle_text;
    }
}

comparison survey(database& at, const wanted_tables& wanted) {
    auto state = wanted.state();
    schema_state live;
    made_names made;
    bool is_any_there = false;
    for (const auto& prefix : wanted.prefixes()) {
        const auto name = bare(prefix);
        if (at.query("select 1 from pg_namespace where nspname = $1", {name}).empty()) {
            live.absent_schemas.push_back(prefix.substr(0, prefix.size() - 1));
            continue;
        }
        made.merge(read_made(at, prefix));
        for (auto& table : read_catalog(at, name, prefix)) {
            if (table.is_table && is_named(state, table)) {
                is_any_there = true;
                table.has_rows =
                    !at.query("select 1 from " + table.full_name() + " limit 1").empty();
            }
            live.tables.push_back(std::move(table));
        }
    }
    if (is_any_there)
        spell(at, wanted, state);
    auto found = compare(live, state, made);
    refuse_where_rows_forbid(found, [&](const std::string& obstacle) {
        return !at.query(obstacle).empty();
    });
    return found;
}

} // namespace weir::ops
