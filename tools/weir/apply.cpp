// SPDX-License-Identifier: Apache-2.0
#include <weir/app/migrate.hpp>
#include <weir/app/settings.hpp>
#include <weir/core/error.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "connect.hpp"
#include "database.hpp"
#include "migrate.hpp"
#include "plan.hpp"
#include "state.hpp"
#include "survey.hpp"
#include "wanted.hpp"

namespace weir::app {

namespace {

using namespace ops;

void tell(const logger& log, std::string_view message, const change& of) {
    log.warning(
        message,
        {{"change", of.id}, {"what", of.what}, {"why", of.hint.empty() ? name_of(of.is) : of.hint}}
    );
}

/// A service has nobody to ask.
decisions kept_where_lossy(const comparison& found) {
    decisions made;
    for (const auto& each : found.changes) {
        if (each.needs_approval())
            made.kept.insert(each.id);
    }
    return made;
}

void migrate_tables(database& at, const wanted_tables& wanted, const logger& log) {
    // Whoever calls tries again.
    const migration_lock alone{at, std::chrono::seconds{0}};
    const auto found = survey(at, wanted);
    const auto by = kept_where_lossy(found);
    const auto made = make_plan(found.changes, by);
    for (const auto& each : found.changes) {
        if (each.is == effect::refused)
            tell(log, "the tables are not changed: a change cannot be made", each);
        if (by.kept.contains(each.id))
            tell(log, "kept: only weir migrate --approve changes it", each);
    }
    if (!made.may_run())
        return;
    run_plan(
        at,
        wanted.state(),
        found,
        made,
        by,
        std::chrono::seconds{10},
        [&](std::size_t step, std::size_t of, const std::string& statement) {
            log.info("migration", {{"step", step}, {"of", of}, {"statement", statement}});
        }
    );
}

} // namespace

void migrate(
    const settings& chosen,
    std::span<const table* const> tables,
    const logger& log,
    const std::stop_token& stop
) {
    const auto to = target_of(chosen);
    // What a service keeps beside its schemas no schema file asks for: it makes those itself, and
    // no record may say that a migration did.
    std::vector<const table*> asked{tables.begin(), tables.end()};
    std::erase_if(asked, [](const table* each) { return is_weirs_own(each->name); });
    const wanted_tables wanted{asked, asked.size(), to.schema, to.variables};
    try {
        database at{to.connection};
        const std::stop_callback cancelling{stop, [&at] { at.cancel(); }};
        migrate_tables(at, wanted, log);
    } catch (const database_error& failed) {
        error_detail why{.sqlstate = failed.sqlstate(), .server_text = failed.what()};
        if (failed.sqlstate().empty())
            throw connection_error{"The database could not be reached for its migration", why};
        if (failed.sqlstate() == "57014" || failed.sqlstate() == "55P03")
            throw timeout_error{"The migration did not come to its end", why};
        throw statement_error{"The migration failed", why};
    }
}

} // namespace weir::app
