// SPDX-License-Identifier: Apache-2.0
#include "declare.hpp"

#include "commands.hpp"

namespace weir::ops {

void add_pack(cli::command_line& to) {
    to.add<pack_options>(
        "pack",
        "make the folder from which a service is deployed as an App",
        {
            .description = "Looks at the program first: what could not run in an App is refused, "
                           "and nothing is written. "
                           "The folder holds the program, a script that starts it, app.yaml of one "
                           "environment, and "
                           "databricks.yml with targets for all.",
            .examples =
                {{"weir pack field-ops shop.yaml -o out", "with what usually holds"},
                 {"weir pack field-ops shop.yaml --deployment app.yaml --env staging -o out",
                  "as deployment.yaml says"}},
            .exit_codes =
                {{"0", "the folder is written"},
                 {"1", "a schema file is wrong, or the program cannot run in an App"},
                 {"3", "a file cannot be read or written"}},
        },
        [](CLI::App& command, pack_options& options) {
            command.add_option("binary", options.binary, "the service's program")
                ->required()
                ->type_name(cli::any_file);
            add_schemas(command, options.schemas, options.with);
            command
                .add_option(
                    "--deployment",
                    options.deployment,
                    "a deployment.yaml (default: what usually holds)"
                )
                ->type_name(cli::schema_file);
            command.add_option("--env", options.environment, "whose app.yaml it is")
                ->check(CLI::IsMember({"development", "staging", "production"}));
            command.add_option("--output,-o", options.output, "the folder to write")
                ->required()
                ->type_name(cli::folder);
            command.add_flag(
                "--split", options.split, "put a program over 10 MB into several files"
            );
        }
    );
}

} // namespace weir::ops
