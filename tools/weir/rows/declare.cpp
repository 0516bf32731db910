// SPDX-License-Identifier: Apache-2.0
#include "declare.hpp"

#include "rows/rows.hpp"

namespace weir::ops {

namespace {

void add_rows(CLI::App& command, rows_options& to) {
    command.add_option("schema", to.schema, "schema file of the table")
        ->required()
        ->type_name(cli::schema_file);
    command.add_option("--table", to.table, "table of the file")->required()->type_name("TABLE");
    command.add_option("--with", to.with, "schema files that are only referred to")
        ->type_name(cli::schema_file);
    command
        .add_option(
            "--row-format", to.row_format, "how rows are written (default: as the file's name ends)"
        )
        ->check(CLI::IsMember({"csv", "ndjson"}));
}

} // namespace

void add_dump(cli::command_line& to) {
    to.add<dump_options>(
        "dump",
        "write the rows of a table",
        {
            .description = "Writes all rows of one moment as CSV or NDJSON, in the order of the "
                           "key and in constant memory. What is "
                           "dumped can be loaded. A file has its name only when it is whole.",
            .examples =
                {{"weir dump shop.yaml --table customers -o customers.csv", "into a file"},
                 {"weir dump shop.yaml --table orders --row-format ndjson",
                  "to standard output, where the usual format is csv"}},
            .exit_codes = {{"0", "all rows are written"}, {"1", "the schema file is wrong"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, dump_options& options) {
            add_rows(command, options);
            auto* const output = command
                                     .add_option(
                                         "--output,-o",
                                         options.output,
                                         "the file to write (default: standard output)"
                                     )
                                     ->type_name(cli::any_file);
            add_format(command, options)->needs(output);
        }
    );
}

void add_load(cli::command_line& to) {
    to.add<load_options>(
        "load",
        "bring the rows of a CSV or NDJSON file into a table",
        {
            .description = "Reads each row as the API reads a payload. Rows that are not taken go "
                           "into a file of their own with "
                           "the reason; the others are loaded. A load that was cut off loses no "
                           "row and doubles none: --resume "
                           "goes on. A file that was loaded before is refused without --again.",
            .examples =
                {{"weir load shop.yaml --table customers customers.csv", "into a table"},
                 {"weir load shop.yaml --table customers customers.csv --resume",
                  "go on where that was cut off"}},
            .exit_codes =
                {{"0", "all rows are loaded"},
                 {"1",
                  "the schema file is wrong, or the file was loaded or begun before; nothing was "
                  "done"},
                 {"3",
                  "no such table, column or file, no connection, or a statement that failed: what "
                  "was committed "
                  "stays"},
                 {"4", "some rows were rejected"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, load_options& options) {
            add_rows(command, options);
            command.add_option("file", options.file, "file of rows")
                ->required()
                ->type_name(cli::any_file);
            command
                .add_option(
                    "--rejects",
                    options.rejects,
                    "file of what is not loaded, and why (default: FILE.rejects.ndjson)"
                )
                ->type_name(cli::any_file);
            command
                .add_option(
                    "--batch",
                    options.batch,
                    "how many rows come together (default: 10000, and all of a table on Lakebase "
                    "that "
                    "refers to itself)"
                )
                ->check(CLI::PositiveNumber)
                ->default_str("")
                ->type_name("ROWS");
            command
                .add_option(
                    "--as", options.actor, "who inserted the rows (default: who is connected)"
                )
                ->type_name("NAME");
            auto* const resume =
                command.add_flag("--resume", options.resume, "go on where a load was cut off");
            command.add_flag("--again", options.again, "load a file that was loaded before")
                ->excludes(resume);
            add_format(command, options);
        }
    );
}

void add_sample(cli::command_line& to) {
    to.add<sample_options>(
        "sample",
        "fill tables with made-up rows that keep every rule",
        {
            .description = "Makes rows up from the schema alone, the same for the same seed. A "
                           "table that has made-up rows already is left as it is. Values that "
                           "cannot be made up are given in the schema by tags: sample=VALUE.",
            .examples =
                {{"weir sample shop.yaml", "5 to 10 rows in each table"},
                 {"weir sample shop.yaml --rows 1000000 --table orders",
                  "many, in a table and those it refers to"},
                 {"weir sample shop.yaml --clean", "take them away again, and no others"}},
            .exit_codes =
                {{"0", "done, or the rows are there already"},
                 {"1", "a schema file is wrong, or a value cannot be made up"},
                 {"3",
                  "no such table, a check that no row keeps, no connection, or a statement that "
                  "failed: tables that were filled before stay filled"}},
            .environment = database_settings(),
            .files = settings_files(),
        },
        [](CLI::App& command, sample_options& options) {
            add_schemas(command, options.schemas, options.with);
            command
                .add_option(
                    "--table", options.tables, "a table, with those it refers to (default: all)"
                )
                ->take_all()
                ->type_name("TABLE");
            command
                .add_option(
                    "--rows", options.rows, "how many rows of each table (default: 5 to 10)"
                )
                ->check(CLI::Range(1, 10'000'000))
                ->default_str("")
                ->type_name("ROWS");
            command.add_option("--seed", options.seed, "another one gives other values")
                ->type_name("SEED");
            command
                .add_option(
                    "--owner",
                    options.owners,
                    "whose rows they are, where rows are owned (default: some people of "
                    "example.com)"
                )
                ->take_all()
                ->type_name("ID");
            command.add_flag("--clean", options.clean, "take the made-up rows away, and no others");
            add_format(command, options);
        }
    );
}

} // namespace weir::ops
