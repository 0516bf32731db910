// SPDX-License-Identifier: Apache-2.0
// weir init-db: a database that a service can begin on.
#include <weir/json/document_writer.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "command_parts.hpp"
#include "commands.hpp"
#include "grants.hpp"
#include "live.hpp"
#include "migrate.hpp"
#include "report.hpp"

namespace weir::ops {

namespace {

std::string init_report(
    const init_options& options,
    const comparison& found,
    const std::vector<missing_grant>& grants,
    std::string_view outcome
) {
    if (options.format == "json") {
        json::document_writer to;
        to.begin_object();
        to.text("outcome", outcome);
        to.begin_array("changes");
        for (const auto& each : found.changes)
            to.text(each.id);
        to.end_array();
        to.begin_array("grants");
        for (const auto& each : grants) {
            to.begin_object();
            to.text("what", each.what);
            to.text("statement", each.statement);
            to.text("hint", each.hint);
            to.end_object();
        }
        to.end_array();
        to.end_object();
        return to.take();
    }
    const std::string word = outcome == "done" ? "done     " : "missing  ";
    std::string out;
    for (const auto& each : found.changes)
        out.append(word).append(each.id).push_back('\n');
    for (const auto& each : grants) {
        out.append(word).append(each.what).push_back('\n');
        if (!each.hint.empty())
            out.append(9, ' ').append(each.hint).push_back('\n');
    }
    if (out.empty())
        return "nothing is missing\n";
    return out;
}

std::string statements_of(const plan& tables, const std::vector<missing_grant>& grants) {
    auto out = sql_report(tables);
    for (const auto& each : grants) {
        if (!each.statement.empty())
            out.append(each.statement).append(";\n");
    }
    return out;
}

int init(const init_options& options, const asked_tables& tables) {
    const auto at = open_live(tables, options.on);
    at->lock(std::chrono::seconds{options.wait_seconds});
    const auto found = at->look();
    const auto made = make_plan(found.changes, {}, at->has_transactions());
    auto grants = at->missing_grants(options.role);
    if (options.sql)
        return print(statements_of(made, grants), outcome::done);
    const bool is_complete = found.changes.empty() && grants.empty();
    if (options.check || is_complete)
        return print(
            init_report(options, found, grants, is_complete ? "same" : "missing"),
            is_complete ? outcome::done : outcome::differs
        );
    if (!made.may_run())
        return print(
            options.format == "json" ? json_report(found, made, "refused")
                                     : text_report(found, made, {}),
            made.refused.empty() ? outcome::needs_approval : outcome::refused
        );
    if (!grants.empty() && grants.front().statement.empty())
        return fail(outcome::refused, grants.front().what + " is missing: " + grants.front().hint);
    migrate_options how;
    how.lock_seconds = options.lock_seconds;
    how.wait_seconds = options.wait_seconds;
    at->run(found, made, {}, how, tell_step);
    // What was made meanwhile may have its rights by default already.
    grants = at->missing_grants(options.role);
    at->give(grants);
    // PostgreSQL only warns where the connected role has no rights to give.
    const auto left = at->missing_grants(options.role);
    if (!left.empty())
        return print(init_report(options, {}, left, "missing"), outcome::machine_failed);
    return print(init_report(options, found, grants, "done"), outcome::done);
}

} // namespace

int run(const init_options& options) {
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] { return init(options, asked_tables{read}); });
}

} // namespace weir::ops
