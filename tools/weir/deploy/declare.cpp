// SPDX-License-Identifier: Apache-2.0
#include "declare.hpp"

#include "commands.hpp"
#include "deploy/deployment.hpp"

namespace weir::ops {

namespace {

CLI::Validator is_environment() {
    return CLI::IsMember(std::vector<std::string>{environments.begin(), environments.end()});
}

} // namespace

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
                ->check(is_environment());
            command.add_option("--output,-o", options.output, "the folder to write")
                ->required()
                ->type_name(cli::folder);
            command.add_flag(
                "--split", options.split, "put a program over 10 MB into several files"
            );
            add_format(command, options);
        }
    );
}

void add_provision(cli::command_line& to) {
    to.add<provision_options>(
        "provision",
        "make a workspace as deployment.yaml says, and deploy the packed service there",
        {
            .description =
                "Makes or resizes Lakebase, makes or changes the App with its resources, "
                "migrates, gives the App's role its rights, uploads, deploys, and waits "
                "for each. Every step looks first: a second run changes nothing, and one "
                "that was cut off is finished by the next. Progress goes to standard "
                "error; the last line of standard output is the App's address.",
            .examples =
                {{"weir provision out shop.yaml --deployment app.yaml --env staging "
                  "--dry-run",
                  "the calls it would make"},
                 {"weir provision out shop.yaml --deployment app.yaml --env staging", "make them"}},
            .exit_codes =
                {{"0", "the service is deployed"},
                 {"1", "a file is wrong, or a change of the tables is refused"},
                 {"3", "a step failed, and is named; what was done stays"},
                 {"5", "a change of the tables needs approval"}},
            .environment =
                {{"DATABRICKS_HOST, DATABRICKS_TOKEN, …",
                  "the workspace, and as whom (docs/workspace.md)"}},
        },
        [](CLI::App& command, provision_options& options) {
            command.add_option("packed", options.packed, "the folder that weir pack made")
                ->required()
                ->type_name(cli::folder);
            add_schemas(command, options.schemas, options.with);
            command.add_option("--deployment", options.deployment, "a deployment.yaml")
                ->required()
                ->type_name(cli::schema_file);
            command.add_option("--env", options.environment, "which of its environments")
                ->required()
                ->check(is_environment());
            command.add_flag("--dry-run", options.dry_run, "print the calls, make none");
            add_decisions(command, options.approved, options.kept);
            command
                .add_option(
                    "--wait",
                    options.wait_seconds,
                    "how long to wait for each of the platform's doings"
                )
                ->type_name("SECONDS");
            add_format(command, options);
        }
    );
}

} // namespace weir::ops
