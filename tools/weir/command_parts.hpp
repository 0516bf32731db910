// SPDX-License-Identifier: Apache-2.0
// What every command of weir begins and ends with: schema files, and what is printed.
#pragma once

#include <weir/core/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "database.hpp"
#include "diagnostics.hpp"
#include "facts.hpp"
#include "load.hpp"
#include "wanted.hpp"

namespace weir::ops {

[[nodiscard]] constexpr int code(outcome of) noexcept {
    return static_cast<int>(of);
}

/// Tells stderr, and gives the exit code.
int fail(outcome of, std::string_view message);

/// Prints to stdout, and gives the exit code.
int print(const std::string& text, outcome then);

/// Tells stderr which step of a plan comes, by the first line of its statement.
void tell_step(std::size_t step, std::size_t of, const std::string& statement);

/// Schema files read and checked.
class loaded_schemas {
public:
    /// `with`: files that are only referred to.
    loaded_schemas(std::vector<std::string> paths, const std::vector<std::string>& with);

    /// The exit code where they cannot be used, after what is wrong was printed.
    [[nodiscard]] std::optional<int> problem() const;

    [[nodiscard]] const std::deque<gen::schema_model>& schemas() const { return read_.schemas; }

    /// Their texts; those that are referred to follow.
    [[nodiscard]] const gen::sources& files() const { return read_.files; }

    [[nodiscard]] std::size_t given() const noexcept { return given_; }

private:
    std::size_t given_;
    gen::diagnostics found_{};
    gen::schema_set read_{};
};

/// A variable of the process.
[[nodiscard]] std::optional<std::string> environment(std::string_view name);

/// The facts of the tables of schema files.
class asked_tables {
public:
    /// Errors: configuration_error. Lifetime: `read` longer than this.
    explicit asked_tables(const loaded_schemas& read);

    /// Lifetime: this longer than what is given.
    [[nodiscard]] wanted_tables wanted(
        std::string schema, wanted_tables::lookup variables, backend on = backend::lakebase
    ) const;

    /// Those of the files that were given.
    [[nodiscard]] std::span<const table* const> own() const { return {tables_.data(), given_}; }

    /// Those that are only referred to as well.
    [[nodiscard]] std::span<const table* const> all() const { return tables_; }

private:
    gen::facts_store store_{};
    std::vector<const table*> tables_{};
    std::size_t given_ = 0;
};

[[nodiscard]] bool has_table_on(backend wanted, std::span<const table* const> tables);

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

} // namespace weir::ops
