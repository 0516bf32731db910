// SPDX-License-Identifier: Apache-2.0
// weir: the commands that talk to live systems. Exit codes are those of commands.hpp.
#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "rows/rows.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
    using namespace weir::ops;
    CLI::App app{"weir: compares schema files with a live database and changes it"};
    app.set_version_flag("--version", std::string{weir::gen::version});
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 nothing to do or done, 1 a schema or a change is refused, 2 wrong command "
        "line,\n3 no connection or a statement failed, 4 diff: something differs, init-db "
        "--check: something is missing, introspect: the file does not say all, load: some "
        "rows were rejected, 5 migrate: "
        "something needs approval.\nThe database is the "
        "one that the settings of services "
        "name: DATABASE_URL, PGHOST …, LAKEBASE_HOST …."
    );

    const auto add_common = [](CLI::App& command, schema_options& to) {
        command.add_option("schemas", to.schemas, "schema files")->required();
        command.add_option("--with", to.with, "schemas that are only referred to");
        command.add_option("--format", to.format, "text or json")
            ->check(CLI::IsMember({"text", "json"}));
        command.add_flag("--sql", to.sql, "print the statements instead");
    };

    diff_options diff;
    auto& diff_command = *app.add_subcommand(
        "diff", "show what differs between schema files and the database; change nothing"
    );
    add_common(diff_command, diff);
    diff_command.add_option("--from", diff.from, "compare with these files, not with a database");

    migrate_options migrate;
    auto& migrate_command =
        *app.add_subcommand("migrate", "change the database until it is as the schema files say");
    add_common(migrate_command, migrate);
    migrate_command.add_flag("--dry-run", migrate.dry_run, "show what would happen, do nothing");
    migrate_command
        .add_option("--approve", migrate.approved, "the id of a change that loses or exposes data")
        ->take_all();
    migrate_command.add_option("--keep", migrate.kept, "the id of one that is not to be made")
        ->take_all();
    migrate_command.add_option(
        "--lock-timeout", migrate.lock_seconds, "seconds to wait for a lock on a table; 10"
    );
    migrate_command.add_option(
        "--wait", migrate.wait_seconds, "seconds to wait for another migration to end; 60"
    );

    init_options init;
    auto& init_command = *app.add_subcommand(
        "init-db", "make schemas and tables, and give a service's role the rights it needs"
    );
    add_common(init_command, init);
    init_command.add_option("--role", init.role, "the database role of the service")->required();
    init_command.add_flag("--check", init.check, "tell all that is missing, do nothing");

    introspect_options introspect;
    auto& introspect_command =
        *app.add_subcommand("introspect", "write the schema file of tables that are there");
    introspect_command.add_option(
        "--schema", introspect.schema, "PostgreSQL schema; LAKEBASE_SCHEMA, else app_data"
    );
    introspect_command.add_option("--name", introspect.name, "name of the file's namespace");
    introspect_command.add_option("--output,-o", introspect.output, "file; standard output");

    pack_options pack;
    auto& pack_command =
        *app.add_subcommand("pack", "make the folder from which a service is deployed as an app");
    pack_command.add_option("binary", pack.binary, "the service's program")->required();
    pack_command.add_option("schemas", pack.schemas, "schema files")->required();
    pack_command.add_option("--with", pack.with, "schemas that are only referred to");
    pack_command.add_option("--deployment", pack.deployment, "deployment.yaml");
    pack_command.add_option("--env", pack.environment, "whose app.yaml it is; development")
        ->check(CLI::IsMember({"development", "staging", "production"}));
    pack_command.add_option("--output,-o", pack.output, "the folder")->required();
    pack_command.add_flag("--split", pack.split, "put a program over 10 MB into several files");

    const auto add_rows = [](CLI::App& command, rows_options& to) {
        command.add_option("schema", to.schema, "schema file")->required();
        command.add_option("--table", to.table, "table of the file")->required();
        command.add_option("--with", to.with, "schemas that are only referred to");
        command.add_option("--format", to.format, "csv or ndjson; as the file's name ends")
            ->check(CLI::IsMember({"csv", "ndjson"}));
    };

    dump_options dump;
    auto& dump_command = *app.add_subcommand("dump", "write the rows of a table");
    add_rows(dump_command, dump);
    dump_command.add_option("--output,-o", dump.output, "file; standard output");

    load_options load;
    auto& load_command =
        *app.add_subcommand("load", "bring the rows of a CSV or NDJSON file into a table");
    add_rows(load_command, load);
    load_command.add_option("file", load.file, "file of rows")->required();
    load_command.add_option("--rejects", load.rejects, "file of what is not loaded, and why");
    load_command.add_option("--batch", load.batch, "rows in a transaction; 10,000")
        ->check(CLI::PositiveNumber);
    load_command.add_option("--as", load.actor, "who inserted the rows; the connection's role");
    auto* const resume =
        load_command.add_flag("--resume", load.resume, "go on where a load was cut off");
    load_command.add_flag("--again", load.again, "load a file that was loaded before")
        ->excludes(resume);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(outcome::wrong_command_line);
    }
    if (diff_command)
        return run(diff);
    if (introspect_command)
        return run(introspect);
    if (pack_command)
        return run(pack);
    if (dump_command)
        return run(dump);
    if (load_command)
        return run(load);
    return migrate_command ? run(migrate) : run(init);
}
