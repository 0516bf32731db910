// SPDX-License-Identifier: Apache-2.0
// weir-gen: options and exit codes. 0 done, 1 the schema is wrong, 2 the command line is wrong, 3
// the machine failed.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

#include "commands.hpp"
#include "version.hpp"

namespace {

constexpr int wrong_command_line = 2;

} // namespace

int main(int argc, char** argv) {
    using namespace weir::gen;
    CLI::App app{"weir-gen: C++ headers, DDL and checks from weir schemas"};
    app.set_version_flag("--version", std::string{version});
    app.require_subcommand(1);

    generate_options generate;
    auto* generate_command =
        app.add_subcommand("generate", "write <name>.weir.hpp and <name>.weir_fwd.hpp");
    generate_command->add_option("schemas", generate.schemas, "schema files")->required();
    generate_command->add_option(
        "--out", generate.out, "the header to write (one schema); the forward header goes beside it"
    );
    generate_command->add_option(
        "--out-dir", generate.out_dir, "the folder to write to (any number of schemas)"
    );
    generate_command->add_option(
        "--depfile", generate.depfile, "a Make rule listing every schema read"
    );
    generate_command->add_option(
        "--with", generate.with, "schemas that are referred to but not generated"
    );
    generate_command->add_option(
        "--relative-to", generate.relative_to, "folder that paths in generated text start from"
    );
    generate_command->add_flag("--strict", generate.strict, "warnings are errors");
    generate_command->add_flag(
        "--print-model", generate.print_model, "print the resolved model as JSON"
    );

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : wrong_command_line;
    }
    if (*generate_command)
        return run(generate);
    return wrong_command_line;
}
