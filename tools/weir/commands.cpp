// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <chrono>
#include <cstdio>
#include <string_view>

#include "command_parts.hpp"
#include "live.hpp"
#include "migrate.hpp"
#include "report.hpp"
#include "wanted.hpp"

namespace weir::ops {

namespace {

std::string report_of(
    const schema_options& options,
    const comparison& found,
    const plan& made,
    const decisions& by,
    std::string_view outcome
) {
    if (options.sql)
        return sql_report(made);
    return options.format == "json" ? json_report(found, made, outcome)
                                    : text_report(found, made, by);
}

bool is_decided(const comparison& found, const decisions& by) {
    for (const auto& each : found.changes) {
        if (!by.kept.contains(each.id))
            return false;
    }
    return true;
}

int migrate(const migrate_options& options, const loaded_schemas& read, const decisions& decided) {
    const asked_tables tables{read};
    const auto at = open_live(tables, options.on);
    at->lock(std::chrono::seconds{options.wait_seconds});
    const auto found = at->look();
    const auto made = make_plan(found.changes, decided, at->has_transactions());
    if (!made.may_run()) {
        const bool can_be = made.refused.empty() && made.unknown.empty();
        return print(
            report_of(options, found, made, decided, "refused"),
            can_be ? outcome::needs_approval : outcome::refused
        );
    }
    if (options.dry_run || options.sql)
        return print(report_of(options, found, made, decided, "planned"), outcome::done);
    const bool is_nothing = made.batches.empty();
    if (!is_nothing && options.format == "text")
        print(text_report(found, made, decided), outcome::done);
    at->run(found, made, decided, options, tell_step);
    if (is_nothing)
        return print(report_of(options, found, made, decided, "same"), outcome::done);
    const auto left = at->look();
    if (!is_decided(left, decided)) {
        std::fputs(text_report(left, {}, decided).c_str(), stderr);
        return fail(outcome::machine_failed, "after all steps the database differs still");
    }
    return options.format == "json" ? print(json_report(found, made, "applied"), outcome::done)
                                    : print("done\n", outcome::done);
}

} // namespace

int run(const diff_options& options) {
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] {
        comparison found;
        bool has_transactions = true;
        if (options.from.empty()) {
            const asked_tables tables{read};
            const auto at = open_live(tables, options.on);
            found = at->look();
            has_transactions = at->has_transactions();
        } else {
            const loaded_schemas old{options.from, {}};
            if (const auto stop = old.problem())
                return *stop;
            // They hold the slots that relations point to: one set of facts at a time.
            const auto on = backend_of(asked_tables{read}, options.on);
            const asked_tables before{old};
            has_transactions = on == backend::lakebase;
            const auto live = before.wanted({}, environment, on).state();
            const asked_tables after{read};
            made_names made;
            for (const auto& table : live.tables) {
                made.insert(table.name);
                for (const auto& rule : table.rules)
                    made.insert(table.name + '/' + rule.name);
            }
            found = compare(live, after.wanted({}, environment, on).state(), made);
        }
        decisions nobodys;
        if (options.sql) {
            for (const auto& each : found.changes)
                nobodys.approved.insert(each.id);
        }
        const auto made = make_plan(found.changes, nobodys, has_transactions);
        const bool same = found.changes.empty();
        return print(
            report_of(options, found, made, nobodys, same ? "same" : "differs"),
            same ? outcome::done : outcome::differs
        );
    });
}

int run(const migrate_options& options) {
    const decisions decided{
        {options.approved.begin(), options.approved.end()},
        {options.kept.begin(), options.kept.end()}
    };
    for (const auto& each : decided.approved) {
        if (decided.kept.contains(each))
            return fail(outcome::wrong_command_line, each + " is both approved and kept");
    }
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] { return migrate(options, read, decided); });
}

} // namespace weir::ops
