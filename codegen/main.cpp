// SPDX-License-Identifier: Apache-2.0
// weir-gen: its commands, what they take and their pages of help. Exit codes are those of
// commands.hpp.
#include <string>

#include "command_line.hpp"
#include "commands.hpp"
#include "version.hpp"

namespace weir::gen {

namespace {

void add_inputs(CLI::App& command, check_options& to) {
    command.add_option("schemas", to.schemas, "schema files")
        ->required()
        ->type_name(cli::schema_file);
    command.add_option("--with", to.with, "schema files that are only referred to")
        ->type_name(cli::schema_file);
    command.add_flag("--strict", to.strict, "warnings are errors");
}

CLI::Option* add_print_model(CLI::App& command, check_options& to) {
    return command.add_flag("--print-model", to.print_model, "print the resolved model as JSON");
}

void add_generate(cli::command_line& to) {
    to.add<generate_options>(
        "generate",
        "write the C++ of schemas: <name>.weir.hpp, .weir_fwd.hpp and .weir.cpp",
        {
            .description =
                "Writes per schema its structs and facts (<name>.weir.hpp), their declarations "
                "(<name>.weir_fwd.hpp), and what compiles the routes of its tables "
                "(<name>.weir.cpp). The same schema "
                "gives the same bytes everywhere. A file that would not change is not written, so "
                "that builds stop "
                "there.",
            .examples =
                {{"weir-gen generate --out-dir build schemas/shop.yaml", "into a folder"},
                 {"weir-gen generate --out shop.weir.hpp --depfile shop.d shop.yaml",
                  "for a build system"}},
            .exit_codes = {{"0", "the files are as the schemas say"}},
        },
        [](CLI::App& command, generate_options& options) {
            add_inputs(command, options);
            command
                .add_option(
                    "--out",
                    options.out,
                    "the header to write, of one schema; the others go beside it"
                )
                ->type_name(cli::any_file);
            command
                .add_option(
                    "--out-dir", options.out_dir, "where to write, for any number of schemas"
                )
                ->type_name(cli::folder);
            command
                .add_option(
                    "--depfile", options.depfile, "a Make rule that lists every schema read"
                )
                ->type_name(cli::any_file);
            command
                .add_option(
                    "--relative-to", options.relative_to, "where paths in generated text start from"
                )
                ->type_name(cli::folder);
        }
    );
}

void add_check(cli::command_line& to) {
    to.add<check_options>(
        "check",
        "report what is wrong, write nothing",
        {
            .description = "Tells every finding of all files in one run, as compilers do: "
                           "file:line:column, the line, "
                           "and a hint. --format json prints all of them for programs: errors, "
                           "warnings, findings.",
            .examples =
                {{"weir-gen check --strict schemas/*.yaml", "in CI"},
                 {"weir-gen check --format json shop.yaml", "for an editor"}},
            .exit_codes = {{"0", "nothing is wrong"}},
        },
        [](CLI::App& command, check_options& options) {
            add_inputs(command, options);
            auto* format =
                command.add_option("--format", options.format, "how findings are printed")
                    ->check(CLI::IsMember({"text", "json"}));
            add_print_model(command, options)->excludes(format);
        }
    );
}

void add_ddl(cli::command_line& to) {
    to.add<ddl_options>(
        "ddl",
        "print the SQL that creates the tables",
        {
            .description = "Prints what makes the tables of one backend in an empty schema. Tables "
                           "that are there are "
                           "changed by weir migrate.",
            .examples = {{"weir-gen ddl --dialect lakebase schemas/shop.yaml | psql", "make them"}},
        },
        [](CLI::App& command, ddl_options& options) {
            add_inputs(command, options);
            command.add_option("--dialect", options.dialect, "whose SQL")
                ->required()
                ->check(CLI::IsMember({"lakebase", "warehouse"}));
            command.add_flag(
                "--all", options.all_tables, "every table, also those of the other backend"
            );
            command
                .add_option(
                    "--policies",
                    options.policies,
                    "also row filters and masks of a warehouse, which this principal passes"
                )
                ->type_name("PRINCIPAL");
        }
    );
}

void add_openapi(cli::command_line& to) {
    to.add<openapi_options>(
        "openapi",
        "print the OpenAPI 3.1 document that services answer",
        {
            .description =
                "The document is byte for byte the one that a service of these schemas answers at "
                "/openapi.json.",
            .examples =
                {{"weir-gen openapi --out openapi.json schemas/shop.yaml",
                  "for generators of clients"}},
        },
        [](CLI::App& command, openapi_options& options) {
            add_inputs(command, options);
            command
                .add_option("--out", options.out, "the file to write (default: standard output)")
                ->type_name(cli::any_file);
            command
                .add_option(
                    "--title", options.title, "title of the document (default: the schemas' names)"
                )
                ->type_name("TEXT");
            command
                .add_option(
                    "--api-version", options.version, "version of the document (default: 1.0.0)"
                )
                ->type_name("TEXT");
            command
                .add_option(
                    "--base", options.base, "path that routes begin with (default: /api/v1)"
                )
                ->type_name("PATH");
        }
    );
}

void add_fmt(cli::command_line& to) {
    to.add<fmt_options>(
        "fmt",
        "rewrite schemas in their canonical form",
        {
            .description = "One line per column, one spelling of everything. Comments stay.",
            .examples =
                {{"weir-gen fmt schemas/*.yaml", "rewrite"},
                 {"weir-gen fmt --check schemas/*.yaml", "in CI"}},
            .exit_codes =
                {{"0", "the files are in canonical form"},
                 {"1", "a schema is wrong, or --check: a file would change"}},
        },
        [](CLI::App& command, fmt_options& options) {
            command.add_option("schemas", options.schemas, "schema files")
                ->required()
                ->type_name(cli::schema_file);
            command.add_flag(
                "--check", options.check, "change nothing; fail if something would change"
            );
        }
    );
}

void add_schema(cli::command_line& to) {
    to.add<language_options>(
        "schema",
        "print the JSON Schema of the schema language, for editors",
        {
            .description = "Names every key, its type and what it means, so that an editor "
                           "completes and checks schema "
                           "files while they are written.",
            .examples =
                {{"weir-gen schema > .vscode/weir.schema.json", "for an editor with YAML support"}},
            .exit_codes = {{"0", "it is printed"}},
        },
        [](CLI::App&, language_options&) {}
    );
}

} // namespace

} // namespace weir::gen

int main(int argc, char** argv) {
    using namespace weir::gen;
    weir::cli::command_line line{
        "weir-gen",
        "C++ headers, DDL, OpenAPI documents and checks from weir schemas",
        std::string{version},
        {
            .description =
                "Reads schema files and talks to nothing else. Findings go to standard error. "
                "weir-gen COMMAND --help tells more.",
            .examples =
                {{"weir-gen check schemas/shop.yaml", "what is wrong"},
                 {"weir-gen generate --out-dir build schemas/shop.yaml", "write the C++"}},
            .exit_codes =
                {{"0", "done"},
                 {"1", "a schema is wrong"},
                 {"2", "the command line is wrong"},
                 {"3", "a file cannot be read or written"}},
        },
    };
    for (const auto add : {add_generate, add_check, add_ddl, add_openapi, add_fmt, add_schema})
        add(line);
    return line.main(argc, argv);
}
