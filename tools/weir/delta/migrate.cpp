// SPDX-License-Identifier: Apache-2.0
#include "migrate.hpp"

#include <algorithm>
#include <list>
#include <string>
#include <vector>

#include "../records.hpp"
#include "../report.hpp"
#include "catalog.hpp"
#include "records.hpp"
#include "survey.hpp"

namespace weir::ops {

namespace {

/// What is to be done but for the schemas, which the lock needs already.
std::vector<std::string> ids_without_schemas(const comparison& of) {
    std::vector<std::string> ids;
    for (const auto& each : of.changes) {
        if (each.kind != "create_schema")
            ids.push_back(each.id);
    }
    return ids;
}

} // namespace

void run_plan(
    house& at,
    const wanted_tables& wanted,
    const comparison& found,
    const plan& made,
    const decisions& by,
    std::chrono::seconds wait,
    bool breaks_lock,
    const progress& tell
) {
    const auto state = wanted.state();
    delta_run_record record{at, state};
    if (made.batches.empty() && record.is_known())
        return;
    std::list<delta_lock> alone;
    for (const auto& prefix : wanted.prefixes()) {
        if (!has_schema(at, prefix))
            at.run("create schema if not exists " + prefix.substr(0, prefix.size() - 1));
        if (breaks_lock)
            delta_lock::release(at, prefix);
        alone.emplace_back(at, prefix, wait);
    }
    // Whoever held the lock before may have done it.
    if (ids_without_schemas(survey(at, wanted)) != ids_without_schemas(found))
        throw database_error{
            "the tables have changed since they were looked at: look again", "40001"
        };
    record.begin(ids_of(found, by), sql_report(made));
    try {
        std::size_t step = 0;
        for (const auto& each : made.batches) {
            for (const auto& held : alone)
                held.require();
            tell(++step, made.batches.size(), each.statements.front());
            at.run(each.statements.front());
        }
    } catch (const database_error& failed) {
        if (!failed.sqlstate().empty())
            record.end("failed");
        throw;
    }
    record.end("done");
}

} // namespace weir::ops
