// SPDX-License-Identifier: Apache-2.0
// weir introspect: reads a database, writes the file, and holds the file against the database.
#include <weir/json/document_writer.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog.hpp"
#include "command_parts.hpp"
#include "commands.hpp"
#include "connect.hpp"
#include "delta/catalog.hpp"
#include "delta/introspect.hpp"
#include "delta/survey.hpp"
#include "fmt.hpp"
#include "introspect.hpp"
#include "sql_words.hpp"
#include "survey.hpp"

namespace weir::ops {

namespace {

std::map<std::string, policy_text> read_policies(database& at, const std::string& schema) {
    std::map<std::string, policy_text> found;
    for (auto& row : at.query(
             "select c.relname, p.polname, pg_get_expr(p.polqual, p.polrelid) from pg_policy as p "
             "join pg_class as c on c.oid = p.polrelid "
             "join pg_namespace as n on n.oid = c.relnamespace where n.nspname = $1 "
             "and p.polname in ('weir_select', 'weir_delete')",
             {schema}
         ))
        (row[1] == "weir_select" ? found[row[0]].select : found[row[0]].remove) = std::move(row[2]);
    return found;
}

/// A file that was just written, read as any other.
class written_schema {
public:
    explicit written_schema(const std::string& text)
        : read_(gen::load(
              {"introspected"},
              [&](const std::string& path) -> std::optional<std::string> {
                  return path == "introspected" ? std::optional{text} : std::nullopt;
              },
              found_
          )) {}

    [[nodiscard]] std::string problems() const {
        return found_.has_errors() ? found_.print(read_.files) : std::string{};
    }

    [[nodiscard]] std::optional<std::string> canonical() const {
        return gen::format_schema(read_.files, 0, read_.documents.front());
    }

    [[nodiscard]] const std::deque<gen::schema_model>& schemas() const { return read_.schemas; }

private:
    gen::diagnostics found_{};
    gen::schema_set read_;
};

/// What `weir migrate` would do with the file: all that it fails to say.
template <class Database>
std::vector<std::string> differences_of(
    Database& at, const written_schema& file, const wanted_tables::lookup& variables, backend on
) {
    gen::facts_store store;
    const auto facts = store.tables(file.schemas());
    if (!facts)
        throw configuration_error{"relations point to more than 1024 tables"};
    const wanted_tables wanted{*facts, facts->size(), {}, variables, on};
    const auto found = survey(at, wanted);
    std::vector<std::string> told;
    for (const auto& each : found.changes) {
        // Tables that are not in the file have been told of, or are weir's own.
        if (each.kind != "drop_table")
            told.push_back(each.id + ": " + each.what);
    }
    return told;
}

std::string json_report(
    const introspect_options& options,
    const std::string& schema,
    const std::string& text,
    const std::vector<std::string>& left_out
) {
    json::document_writer to;
    to.begin_object();
    to.text("outcome", left_out.empty() ? "complete" : "incomplete");
    to.text("schema", schema);
    to.text("output", options.output);
    to.text("file", text);
    to.texts("not_in_file", left_out);
    to.end_object();
    return to.take();
}

/// Holds the file against what it was written of, and writes it with all that it does not say.
template <class Differences>
int write_file(
    introspection made,
    const std::string& what,
    const introspect_options& options,
    const Differences& differences
) {
    if (made.text.ends_with("tables:\n"))
        return fail(outcome::refused, "the schema " + what + " has no table for a schema file");
    const written_schema file{made.text};
    if (const auto problems = file.problems(); !problems.empty()) {
        std::fputs(problems.c_str(), stderr);
        return fail(outcome::refused, "a schema file cannot say what this database has");
    }
    for (auto& each : differences(file))
        made.left_out.push_back("weir migrate would " + each);
    auto text = file.canonical().value_or(made.text);
    std::string head;
    for (auto& each : made.left_out) {
        std::replace(each.begin(), each.end(), '\n', ' ');
        std::fprintf(stderr, "not in the file: %s\n", each.c_str());
        head.append("# not in this file: ").append(each).push_back('\n');
    }
    text.insert(0, head);
    const auto then = made.left_out.empty() ? outcome::done : outcome::differs;
    if (!options.output.empty()) {
        std::ofstream to{options.output, std::ios::binary};
        to << text;
        if (!to.flush())
            return fail(outcome::machine_failed, "cannot write " + options.output);
    }
    if (options.format == "json")
        return print(json_report(options, what, text, made.left_out), then);
    return options.output.empty() ? print(text, then) : code(then);
}

int introspect_database(const introspect_options& options) {
    const auto from = target_of_settings();
    std::string schema = options.schema;
    if (schema.empty())
        schema = from.schema.empty() ? "app_data" : from.schema;
    database at{from.connection};
    if (at.query("select 1 from pg_namespace where nspname = $1", {schema}).empty())
        return fail(outcome::machine_failed, "the database has no schema " + schema);
    const auto live = read_catalog(at, schema, quoted(schema) + '.');
    auto made = introspect(
        live, read_policies(at, schema), schema, options.name.empty() ? schema : options.name
    );
    return write_file(std::move(made), schema, options, [&](const written_schema& file) {
        return differences_of(at, file, from.variables, backend::lakebase);
    });
}

int introspect_catalog(const introspect_options& options) {
    const auto dot = options.schema.find('.');
    if (dot == std::string::npos)
        return fail(
            outcome::wrong_command_line,
            "on a warehouse --schema names a catalog too: main.app_data"
        );
    constexpr auto spoken = sql::dialect::databricks;
    const auto prefix = quoted(options.schema.substr(0, dot), spoken) + '.' +
                        quoted(options.schema.substr(dot + 1), spoken) + '.';
    const auto chosen = app::settings::from_environment();
    house at{chosen};
    if (!has_schema(at, prefix))
        return fail(outcome::machine_failed, "there is no schema " + options.schema);
    const auto place = place_of(prefix);
    auto made = introspect_warehouse(
        read_delta_tables(
            at, prefix, [](const table_state& each) { return !is_weirs_own(each.name); }
        ),
        place,
        options.name.empty() ? place.schema : options.name
    );
    return write_file(std::move(made), options.schema, options, [&](const written_schema& file) {
        return differences_of(at, file, variables_of(chosen), backend::warehouse);
    });
}

} // namespace

int run(const introspect_options& options) {
    return guarded([&] {
        return options.on == "warehouse" ? introspect_catalog(options)
                                         : introspect_database(options);
    });
}

} // namespace weir::ops
