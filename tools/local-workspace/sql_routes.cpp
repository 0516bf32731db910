// SPDX-License-Identifier: Apache-2.0
// Statements, sessions, warehouses, and tables as Unity Catalog shows them. Source: databricks.md
// 3, 6.7, 6.8.
#include <weir/core/sha256.hpp>

#include <chrono>
#include <utility>

#include "access_rules.hpp"
#include "services.hpp"
#include "statement_words.hpp"

namespace local_workspace {

namespace {

using weir::http::request;
using weir::http::response;

// The text of Spark's own JSON for simple types: decimals and nested ones are spelled as SQL.
std::string describe_column(const table_column& from, std::size_t position) {
    const auto text = lower(from.shape.type_text);
    json_object spark;
    spark.add("name", from.shape.name)
        .add(
            "type",
            text == "bigint" ? "long"
            : text == "int"  ? "integer"
                             : text
        )
        .add("nullable", from.nullable)
        .add_raw("metadata", "{}");
    json_object made;
    made.add("name", from.shape.name)
        .add("type_text", text)
        .add("type_name", from.shape.type_name)
        .add("type_json", spark.text())
        .add("type_precision", from.shape.precision)
        .add("type_scale", from.shape.scale)
        .add("position", position)
        .add("nullable", from.nullable);
    if (!from.comment.empty())
        made.add("comment", from.comment);
    return made.text();
}

struct table_name {
    std::string catalog;
    std::string schema;
    std::string table;

    [[nodiscard]] std::string full() const { return catalog + "." + schema + "." + table; }
};

table_name read_name(const std::string& text) {
    const auto first = text.find('.');
    const auto second = text.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos)
        throw invalid("'" + text + "' is not a full name of a table: catalog.schema.table");
    return {
        lower(text.substr(0, first)),
        lower(text.substr(first + 1, second - first - 1)),
        lower(text.substr(second + 1))
    };
}

std::string describe_table(workspace& of, const table_name& name, const identity& who) {
    if (!of.sql.access().may_read(name.full(), who.user_name))
        throw refusal{
            403, "PERMISSION_DENIED", "User does not have SELECT on Table '" + name.full() + "'."
        };
    const auto found = of.sql.describe(name.catalog, name.schema, name.table);
    if (!found)
        throw refusal{404, "TABLE_DOES_NOT_EXIST", "Table '" + name.full() + "' does not exist."};
    std::vector<std::string> columns;
    for (const auto& each : found->columns)
        columns.push_back(describe_column(each, columns.size()));
    json_object made;
    made.add("name", name.table)
        .add("catalog_name", name.catalog)
        .add("schema_name", name.schema)
        .add("full_name", name.full())
        .add("table_type", found->is_view ? "VIEW" : "MANAGED");
    if (!found->is_view)
        made.add("data_source_format", "DELTA");
    made.add_raw("columns", json_array(columns));
    if (!found->comment.empty())
        made.add("comment", found->comment);
    if (const auto filter = of.sql.access().filter_of(name.full())) {
        std::vector<std::string> inputs;
        for (const auto& column : filter->columns)
            weir::json::append_json_string(inputs.emplace_back(), column);
        made.add(
            "row_filter",
            json_object{}
                .add("function_name", filter->function)
                .add_raw("input_column_names", json_array(inputs))
        );
    }
    made.add("owner", of.how.tokens.front().second)
        .add("table_id", weir::sha256_hex(name.full()).substr(0, 32))
        .add_raw("properties", "{}");
    return made.text();
}

void add_tables(api& to, workspace& of) {
    to.add("GET", "/api/2.1/unity-catalog/tables/{name}", [&of](const call& from) {
        return answer(describe_table(of, read_name(from.path("name")), from.who));
    });
    to.add("GET", "/api/2.1/unity-catalog/tables/{name}/exists", [&of](const call& from) {
        const auto name = read_name(from.path("name"));
        const bool is_there = of.sql.describe(name.catalog, name.schema, name.table).has_value();
        return answer(json_object{}.add("table_exists", is_there));
    });
    to.add("GET", "/api/2.1/unity-catalog/tables", [&of](const call& from) {
        const auto catalog = from.query("catalog_name");
        const auto schema = from.query("schema_name");
        if (catalog.empty() || schema.empty())
            throw invalid("catalog_name and schema_name are required");
        std::vector<std::string> made;
        for (const auto& table : of.sql.tables_of(catalog, schema, from.who.user_name))
            made.push_back(
                describe_table(of, {lower(catalog), lower(schema), lower(table)}, from.who)
            );
        return answer(json_object{}.add_raw("tables", json_array(made)));
    });
}

void add_statements(api& to, workspace& of) {
    for (const auto* const path : {"/api/2.0/sql/statements", "/api/2.0/sql/statements/"})
        to.add("POST", path, [&of](const call& from) {
            return answer(of.running.execute(from.body, from.who.user_name));
        });
    to.add("GET", "/api/2.0/sql/statements/{id}", [&of](const call& from) {
        return answer(of.running.get(from.path("id"), from.who.user_name));
    });
    to.add("DELETE", "/api/2.0/sql/statements/{id}", [&of](const call& from) {
        of.running.close(from.path("id"), from.who.user_name);
        return answer(json_object{});
    });
    to.add("POST", "/api/2.0/sql/statements/{id}/cancel", [&of](const call& from) {
        of.running.cancel(from.path("id"), from.who.user_name);
        return answer(json_object{});
    });
    to.add("GET", "/api/2.0/sql/statements/{id}/result/chunks/{index}", [&of](const call& from) {
        return answer(of.running.chunk(from.path("id"), from.path("index"), from.who.user_name));
    });
    to.add("POST", "/api/2.0/sql/sessions", [&of](const call& from) {
        return answer(of.running.open_session(from.body));
    });
    to.add("DELETE", "/api/2.0/sql/sessions/{id}", [&of](const call& from) {
        of.running.close_session(from.path("id"));
        return answer(json_object{});
    });
    to.add_open("GET", "/external-links/{id}/{index}", [&of](const request& asked) {
        // As storages do: a request is signed one way only.
        if (asked.headers.find("Authorization"))
            return response{.status = 400, .body = "<Error><Code>InvalidArgument</Code></Error>"};
        std::string expires;
        std::string signature;
        for (const auto& given : asked.query) {
            if (given.name == "expires")
                expires = given.value;
            if (given.name == "signature")
                signature = given.value;
        }
        auto found = of.running.follow(
            std::string{asked.parameter("id")}, asked.parameter("index"), expires, signature
        );
        response made{.status = found.status, .body = std::move(found.data)};
        made.headers.add("Content-Type", found.content_type);
        return made;
    });
}

void add_warehouses(api& to, workspace& of) {
    to.add("GET", "/api/2.0/sql/warehouses", [&of](const call&) {
        return answer(json_object{}.add_raw("warehouses", json_array(of.houses.describe_all())));
    });
    to.add("GET", "/api/2.0/sql/warehouses/{id}", [&of](const call& from) {
        return answer(of.houses.describe(from.path("id")));
    });
    to.add("POST", "/api/2.0/sql/warehouses/{id}/start", [&of](const call& from) {
        static_cast<void>(of.houses.start(from.path("id")));
        return answer(json_object{});
    });
    to.add("POST", "/api/2.0/sql/warehouses/{id}/stop", [&of](const call& from) {
        of.houses.stop(from.path("id"));
        return answer(json_object{});
    });
}

void change_settings(workspace& of, const json_value& body) {
    auto settings = of.running.settings();
    const auto positive = [&](std::string_view name, auto& into) {
        const auto given = body.integer(name);
        if (given && *given < 1)
            throw invalid(std::string{name} + " must be positive");
        if (given)
            into = static_cast<std::remove_reference_t<decltype(into)>>(*given);
    };
    positive("inline_limit", settings.inline_limit);
    positive("chunk_rows", settings.chunk_rows);
    positive("chunk_bytes", settings.chunk_bytes);
    positive("link_life", settings.link_life);
    if (const auto binary = body.string("binary"); !binary.empty())
        settings.hex_binary = binary == "hex";
    if (const auto past = body.string("past"); !past.empty())
        settings.keeps_past = past == "kept";
    of.running.change(settings);
    if (const auto span = body.integer("cold_start_ms"))
        of.houses.set_cold_start(std::chrono::milliseconds{*span});
}

} // namespace

void add_sql_routes(api& to, workspace& of) {
    of.running.fail_by([&of](const std::string& text) { return of.injected.take_conflict(text); });
    add_statements(to, of);
    add_warehouses(to, of);
    add_tables(to, of);
    to.add_open("POST", "/admin/settings", [&of](const request& asked) {
        const auto body = parse_json(asked.body);
        if (!body)
            throw bad_request("The body must be JSON");
        change_settings(of, *body);
        return answer(json_object{});
    });
}

} // namespace local_workspace
