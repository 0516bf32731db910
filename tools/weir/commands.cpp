// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <weir/core/error.hpp>
#include <weir/core/sha256.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "connect.hpp"
#include "diagnostics.hpp"
#include "load.hpp"
#include "migrate.hpp"
#include "report.hpp"
#include "survey.hpp"
#include "wanted.hpp"
#include "write.hpp"

namespace weir::ops {

namespace {

int code(outcome of) {
    return static_cast<int>(of);
}

int fail(outcome of, std::string_view message) {
    std::fprintf(stderr, "weir: %.*s\n", static_cast<int>(message.size()), message.data());
    return code(of);
}

int print(const std::string& text, outcome then) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (written && std::fflush(stdout) == 0)
        return code(then);
    return fail(outcome::machine_failed, "cannot write to standard output");
}

/// Schema files read and checked; absent after what is wrong was printed.
class loaded_schemas {
public:
    loaded_schemas(std::vector<std::string> paths, const std::vector<std::string>& with)
        : given_(paths.size()) {
        paths.insert(paths.end(), with.begin(), with.end());
        read_ = gen::load(paths, gen::read_file, found_);
    }

    [[nodiscard]] std::optional<int> problem() const {
        if (!read_.unreadable.empty())
            return fail(outcome::machine_failed, "cannot read " + read_.unreadable);
        const auto text = found_.print(read_.files);
        std::fwrite(text.data(), 1, text.size(), stderr);
        if (found_.has_errors())
            return code(outcome::refused);
        return std::nullopt;
    }

    [[nodiscard]] const std::deque<gen::schema_model>& schemas() const { return read_.schemas; }

    [[nodiscard]] std::size_t given() const noexcept { return given_; }

private:
    std::size_t given_;
    gen::diagnostics found_{};
    gen::schema_set read_{};
};

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

/// Runs a command's work; failures of the world become messages.
template <class Work>
int guarded(const Work& work) {
    try {
        return work();
    } catch (const database_error& failed) {
        return fail(outcome::machine_failed, failed.what());
    } catch (const error& failed) {
        return fail(outcome::machine_failed, failed.what());
    }
}

/// What makes the schema files' tables, as one text to know it by.
std::string checksum_of(const schema_state& wanted) {
    std::string all;
    for (const auto& table : wanted.tables) {
        for (const auto& each : table.create)
            all.append(each).append(";\n");
    }
    return sha256_hex(all);
}

bool is_decided(const comparison& found, const decisions& by) {
    for (const auto& each : found.changes) {
        if (!by.kept.contains(each.id))
            return false;
    }
    return true;
}

int migrate(const migrate_options& options, const loaded_schemas& read, const decisions& decided) {
    const auto to = target_of_settings();
    const wanted_tables wanted{read.schemas(), read.given(), to.schema};
    const auto state = wanted.state();
    database at{to.connection};
    const migration_lock alone{at, std::chrono::seconds{options.wait_seconds}};
    const auto found = survey(at, wanted);
    const auto made = make_plan(found.changes, decided);
    if (!made.may_run()) {
        const bool can_be = made.refused.empty() && made.unknown.empty();
        return print(
            report_of(options, found, made, decided, "refused"),
            can_be ? outcome::needs_approval : outcome::refused
        );
    }
    if (options.dry_run || options.sql)
        return print(report_of(options, found, made, decided, "planned"), outcome::done);
    run_record record{state, checksum_of(state)};
    const bool is_nothing = made.batches.empty();
    if (!is_nothing && options.format == "text")
        print(text_report(found, made, decided), outcome::done);
    if (!is_nothing || !record.is_known(at)) {
        std::vector<std::string> ids;
        for (const auto& each : found.changes) {
            if (!decided.kept.contains(each.id))
                ids.push_back(each.id);
        }
        run_plan(
            at,
            made,
            record,
            ids,
            std::chrono::seconds{options.lock_seconds},
            [](std::size_t step, std::size_t of, const std::string& statement) {
                std::fprintf(
                    stderr,
                    "[%zu/%zu] %s\n",
                    step,
                    of,
                    statement.substr(0, statement.find('\n')).c_str()
                );
            }
        );
    }
    if (is_nothing)
        return print(report_of(options, found, made, decided, "same"), outcome::done);
    const auto left = survey(at, wanted);
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
        if (options.from.empty()) {
            const auto from = target_of_settings();
            const wanted_tables wanted{read.schemas(), read.given(), from.schema};
            database at{from.connection};
            found = survey(at, wanted);
        } else {
            const loaded_schemas old{options.from, {}};
            if (const auto stop = old.problem())
                return *stop;
            const wanted_tables before{old.schemas(), old.given(), {}};
            // They hold the slots that relations point to: one set of facts at a time.
            const auto live = before.state();
            const wanted_tables after{read.schemas(), read.given(), {}};
            made_names made;
            for (const auto& table : live.tables) {
                made.insert(table.name);
                for (const auto& rule : table.rules)
                    made.insert(table.name + '/' + rule.name);
            }
            found = compare(live, after.state(), made);
        }
        decisions nobodys;
        if (options.sql) {
            for (const auto& each : found.changes)
                nobodys.approved.insert(each.id);
        }
        const auto made = make_plan(found.changes, nobodys);
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
