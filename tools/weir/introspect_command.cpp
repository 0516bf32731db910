// SPDX-License-Identifier: Apache-2.0
// weir introspect: reads a database, writes the file, and holds the file against the database.
#include <weir/json/document_writer.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog.hpp"
#include "command_parts.hpp"
#include "commands.hpp"
#include "connect.hpp"
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
std::vector<std::string>
differences_of(database& at, const written_schema& file, const target& from) {
    gen::facts_store store;
    const auto facts = store.tables(file.schemas());
    if (!facts)
        throw configuration_error{"relations point to more than 1024 tables"};
    const wanted_tables wanted{*facts, facts->size(), {}, from.variables};
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
    if (made.text.ends_with("tables:\n"))
        return fail(outcome::refused, "the schema " + schema + " has no table for a schema file");
    const written_schema file{made.text};
    if (const auto problems = file.problems(); !problems.empty()) {
        std::fputs(problems.c_str(), stderr);
        return fail(outcome::refused, "a schema file cannot say what this database has");
    }
    for (auto& each : differences_of(at, file, from))
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
        return print(json_report(options, schema, text, made.left_out), then);
    return options.output.empty() ? print(text, then) : code(then);
}

} // namespace

int run(const introspect_options& options) {
    return guarded([&] { return introspect_database(options); });
}

} // namespace weir::ops
