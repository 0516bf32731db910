// SPDX-License-Identifier: Apache-2.0
#include "migrate.hpp"

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "records.hpp"
#include "report.hpp"

namespace weir::ops {

namespace {

/// Runs work in a transaction that ends either way.
template <class Work>
void in_transaction(database& at, std::chrono::seconds lock_wait, const Work& work) {
    at.run("begin; set local lock_timeout = '" + std::to_string(lock_wait.count()) + "s'");
    try {
        work();
        at.run("commit");
    } catch (const database_error& failed) {
        if (!failed.sqlstate().empty())
            at.run("rollback");
        throw;
    }
}

void run_statement(database& at, const std::string& statement) {
    try {
        at.run(statement);
    } catch (const database_error& failed) {
        throw database_error{statement + "\n" + failed.what(), failed.sqlstate()};
    }
}

void run_batch(database& at, const batch& of, std::chrono::seconds lock_wait) {
    if (!of.in_transaction) {
        for (const auto& each : of.statements)
            run_statement(at, each);
        return;
    }
    bool again = true;
    while (again) {
        std::uint64_t affected = 0;
        in_transaction(at, lock_wait, [&] {
            for (const auto& each : of.statements) {
                if (of.repeats) {
                    affected = at.run(each);
                } else {
                    run_statement(at, each);
                }
            }
        });
        again = of.repeats && affected != 0;
    }
}

} // namespace

migration_lock::migration_lock(database& at, std::chrono::seconds wait) {
    const auto until = std::chrono::steady_clock::now() + wait;
    // Asked again and again: a statement that waits would hold back, with its snapshot, the index
    // that the other one builds.
    while (at.query("select pg_try_advisory_lock(hashtextextended('weir migrate', 0))")
               .front()
               .front() != "t") {
        if (std::chrono::steady_clock::now() >= until)
            throw database_error{"another migration of this database is running", "55P03"};
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
}

std::vector<std::string> ids_of(const comparison& found, const decisions& by) {
    std::vector<std::string> ids;
    for (const auto& each : found.changes) {
        if (!by.kept.contains(each.id))
            ids.push_back(each.id);
    }
    return ids;
}

void run_plan(
    database& at,
    const schema_state& wanted,
    const comparison& found,
    const plan& made,
    const decisions& by,
    std::chrono::seconds lock_wait,
    const progress& tell
) {
    run_record record{wanted};
    if (made.batches.empty() && record.is_known(at))
        return;
    const auto ids = ids_of(found, by);
    const auto total = made.batches.size();
    const auto statements = sql_report(made);
    std::size_t next = 0;
    // Where nothing needs a transaction first, the record is one by itself.
    const bool has_main =
        total != 0 && made.batches.front().in_transaction && !made.batches.front().repeats;
    in_transaction(at, lock_wait, [&] {
        if (has_main) {
            tell(1, total, made.batches.front().statements.front());
            for (const auto& each : made.batches.front().statements)
                run_statement(at, each);
            next = 1;
        }
        record.begin(at, ids, statements);
    });
    try {
        for (; next < total; ++next) {
            const auto& each = made.batches[next];
            tell(next + 1, total, each.statements.front());
            run_batch(at, each, lock_wait);
        }
    } catch (const database_error& failed) {
        if (!failed.sqlstate().empty())
            record.end(at, "failed");
        throw;
    }
    record.end(at, "done");
}

} // namespace weir::ops
