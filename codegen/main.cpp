// SPDX-License-Identifier: Apache-2.0
// weir-gen: options and exit codes. 0 done, 1 the schema is wrong, 2 the command line is wrong, 3
// the machine failed.
#include <CLI/CLI.hpp>

#include <string>

#include "commands.hpp"
#include "version.hpp"

namespace {

constexpr int wrong_command_line = 2;

} // namespace

int main(int argc, char** argv) {
    using namespace weir::gen;
    CLI::App app{"weir-gen: C++ headers, DDL, OpenAPI documents and checks from weir schemas"};
    app.set_version_flag("--version", std::string{version});
    app.require_subcommand(1);

    const auto add_inputs = [](CLI::App& command, check_options& to) {
        command.add_option("schemas", to.schemas, "schema files")->required();
        command.add_option("--with", to.with, "schemas that are only referred to");
        command.add_flag("--strict", to.strict, "warnings are errors");
        command.add_flag("--print-model", to.print_model, "print the resolved model as JSON");
    };

    generate_options generate;
    auto& generate_command =
        *app.add_subcommand("generate", "write <name>.weir.hpp, .weir_fwd.hpp and .weir.cpp");
    add_inputs(generate_command, generate);
    generate_command.add_option(
        "--out", generate.out, "the header to write, of one schema; the other files go beside it"
    );
    generate_command.add_option(
        "--out-dir", generate.out_dir, "the folder to write to, for any number of schemas"
    );
    generate_command.add_option(
        "--depfile", generate.depfile, "a Make rule that lists every schema read"
    );
    generate_command.add_option(
        "--relative-to", generate.relative_to, "the folder that paths in generated text start from"
    );

    check_options check;
    auto& check_command = *app.add_subcommand("check", "report what is wrong, write nothing");
    add_inputs(check_command, check);

    ddl_options ddl;
    auto& ddl_command = *app.add_subcommand("ddl", "print the SQL that creates the tables");
    add_inputs(ddl_command, ddl);
    ddl_command.add_option("--dialect", ddl.dialect, "lakebase or warehouse")->required();
    ddl_command.add_flag("--all", ddl.all_tables, "every table, also those of the other backend");

    openapi_options openapi;
    auto& openapi_command =
        *app.add_subcommand("openapi", "print the OpenAPI 3.1 document that services answer");
    add_inputs(openapi_command, openapi);
    openapi_command.add_option("--out", openapi.out, "the file to write instead");
    openapi_command.add_option("--title", openapi.title, "instead of the schemas' names");
    openapi_command.add_option("--api-version", openapi.version, "instead of 1.0.0");
    openapi_command.add_option("--base", openapi.base, "instead of /api/v1");

    fmt_options fmt;
    auto& fmt_command = *app.add_subcommand("fmt", "rewrite schemas in their canonical form");
    fmt_command.add_option("schemas", fmt.schemas, "schema files")->required();
    fmt_command.add_flag("--check", fmt.check, "change nothing; fail if something would change");

    auto& schema_command =
        *app.add_subcommand("schema", "print the JSON Schema of the schema language, for editors");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : wrong_command_line;
    }
    if (generate_command)
        return run(generate);
    if (check_command)
        return run(check);
    if (ddl_command)
        return run(ddl);
    if (openapi_command)
        return run(openapi);
    if (fmt_command)
        return run(fmt);
    if (schema_command)
        return run_schema();
    return wrong_command_line;
}
