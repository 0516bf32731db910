// SPDX-License-Identifier: Apache-2.0
// The commands of weir as main.cpp has them in its table: each adds what it takes and its page to
// the tree. The pages of help, the manual and what shells complete come of that.
#pragma once

#include <vector>

#include "command_line.hpp"

namespace weir::ops {

void add_diff(cli::command_line& to);
void add_migrate(cli::command_line& to);
void add_init_db(cli::command_line& to);
void add_introspect(cli::command_line& to);
void add_dump(cli::command_line& to);
void add_load(cli::command_line& to);
void add_pack(cli::command_line& to);
void add_provision(cli::command_line& to);
void add_sample(cli::command_line& to);

/// `--format text|json`, which every command with a report takes.
template <class Options>
CLI::Option* add_format(CLI::App& command, Options& to) {
    return command.add_option("--format", to.format, "how the report is printed")
        ->check(CLI::IsMember({"text", "json"}));
}

/// For the pages of commands: the settings that name a database, and the files that settings come
/// from.
[[nodiscard]] std::vector<cli::entry> database_settings();
[[nodiscard]] std::vector<cli::entry> settings_files();

/// Schema files as the only arguments.
void add_schemas(CLI::App& command, std::vector<std::string>& to, std::vector<std::string>& with);

/// `--approve ID` and `--keep ID`, for what may change tables.
void add_decisions(
    CLI::App& command, std::vector<std::string>& approved, std::vector<std::string>& kept
);

} // namespace weir::ops
