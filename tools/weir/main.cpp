// SPDX-License-Identifier: Apache-2.0
// weir: the commands that talk to live systems. Exit codes are those of commands.hpp.
#include <array>

#include "declare.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
    using namespace weir::ops;
    constexpr std::array commands{
        add_diff,
        add_migrate,
        add_init_db,
        add_introspect,
        add_dump,
        add_load,
        add_pack,
        add_provision,
        add_sample,
    };
    weir::cli::command_line line{
        "weir",
        "operate the tables of schema files",
        std::string{weir::gen::version},
        {
            .description = "Commands that talk to live systems: databases and workspaces. Reports "
                           "go to standard "
                           "output, all else to standard error. weir COMMAND --help tells more.",
            .examples =
                {{"weir diff schemas/shop.yaml", "what differs from the database"},
                 {"weir migrate schemas/shop.yaml", "change the database"}},
            .exit_codes =
                {{"0", "done, or nothing to do"},
                 {"1", "a schema file is wrong, or what was asked is refused"},
                 {"2", "the command line is wrong"},
                 {"3", "no connection, a missing setting, or a statement that failed"}},
            .environment = database_settings(),
        },
    };
    for (const auto add : commands)
        add(line);
    return line.main(argc, argv);
}
