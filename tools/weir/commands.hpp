// SPDX-License-Identifier: Apache-2.0
// What each command of weir does, from options to exit code.
#pragma once

#include <string>
#include <vector>

namespace weir::ops {

/// Exit codes of every command.
enum class outcome : int {
    /// Nothing differs, or everything was done.
    done = 0,
    /// A schema file is wrong, or a change cannot be made.
    refused = 1,
    wrong_command_line = 2,
    /// No connection, a missing setting, a statement that failed.
    machine_failed = 3,
    /// `diff`: there are changes to make. `init-db --check`: something is missing.
    /// `introspect`: the file does not say all that is there. `load`: rows were rejected.
    differs = 4,
    /// `migrate`: somebody must approve first. Nothing was done.
    needs_approval = 5,
};

struct schema_options {
    std::vector<std::string> schemas{};
    std::vector<std::string> with{};
    /// `text` or `json`.
    std::string format{"text"};
    /// Prints the statements instead.
    bool sql = false;
    /// `lakebase` or `warehouse`; empty: Lakebase if any of the tables is there.
    std::string on{};
};

struct diff_options : schema_options {
    /// Compare with these files, not with a database.
    std::vector<std::string> from{};
};

struct migrate_options : schema_options {
    bool dry_run = false;
    std::vector<std::string> approved{};
    std::vector<std::string> kept{};
    /// How long to wait for a lock on a table, and for another migration to end.
    unsigned lock_seconds = 10;
    unsigned wait_seconds = 60;
    /// On a warehouse: the run that holds the lock is known to have ended.
    bool breaks_lock = false;
};

struct init_options : schema_options {
    /// Who serves: it gets the rights.
    std::string role{};
    /// Only tells what is missing.
    bool check = false;
    unsigned lock_seconds = 10;
    unsigned wait_seconds = 60;
};

struct introspect_options {
    /// The PostgreSQL schema; empty: the one of the settings, else app_data. On a warehouse
    /// `catalog.schema`.
    std::string schema{};
    /// `lakebase` or `warehouse`.
    std::string on{"lakebase"};
    /// The file's `name`; empty: the schema's.
    std::string name{};
    /// Empty: standard output.
    std::string output{};
    /// `text` or `json`.
    std::string format{"text"};
};

struct pack_options {
    std::string binary{};
    std::vector<std::string> schemas{};
    std::vector<std::string> with{};
    /// deployment.yaml; empty: what usually holds.
    std::string deployment{};
    /// Whose app.yaml it is.
    std::string environment{"development"};
    std::string output{};
    /// A program that is too large for one file goes into several.
    bool split = false;
    /// `text` or `json`.
    std::string format{"text"};
};

struct provision_options {
    /// The folder that `pack` made.
    std::string packed{};
    std::vector<std::string> schemas{};
    std::vector<std::string> with{};
    std::string deployment{};
    std::string environment{};
    /// Prints the calls that would change something, and makes none.
    bool dry_run = false;
    /// As of `migrate`.
    std::vector<std::string> approved{};
    std::vector<std::string> kept{};
    /// How long to wait for what the platform does by itself.
    unsigned wait_seconds = 1200;
    /// `text` or `json`.
    std::string format{"text"};
};

[[nodiscard]] int run(const pack_options& options);
[[nodiscard]] int run(const provision_options& options);
[[nodiscard]] int run(const init_options& options);
[[nodiscard]] int run(const introspect_options& options);
[[nodiscard]] int run(const diff_options& options);
[[nodiscard]] int run(const migrate_options& options);

} // namespace weir::ops
