// SPDX-License-Identifier: Apache-2.0
// The parameters of operations: those every table shares, and each table's own, filters among them.
// Costs http/filter.hpp.
#pragma once

#include <weir/http/embedding.hpp>
#include <weir/http/filter_operators.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/openapi/example.hpp>
#include <weir/http/openapi/names.hpp>
#include <weir/http/openapi/value_schema.hpp>
#include <weir/http/url_conditions.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::openapi {

namespace detail {

struct shared_parameter {
    std::string_view component;
    std::string_view in;
    std::string_view name;
    std::string_view told;
    /// As JSON.
    std::string_view schema;
};

inline constexpr std::string_view group_schema = R"({"type": "string", "pattern": "^\\(.+\\)$"})";

// No `example` and no `default`: the /docs page would send them with every request.
inline constexpr std::array<shared_parameter, 18> shared_parameters{{
    {"offset",
     "query",
     "offset",
     "Rows to skip; none unless asked.",
     R"({"type": "integer", "minimum": 0, "maximum": 2147483647})"},
    {"cursor",
     "query",
     "cursor",
     "Where the page begins: `next_cursor` or `prev_cursor` of the same list; not with `offset`.",
     R"({"type": "string", "maxLength": 4096})"},
    {"count",
     "query",
     "count",
     "`exact` also counts all rows that match, in `total`; `none`, as unless asked, does not.",
     R"({"type": "string", "enum": ["exact", "none"]})"},
    {"deleted",
     "query",
     "deleted",
     "Whether soft-deleted rows are among them: not unless asked.",
     R"({"type": "string", "enum": ["exclude", "include", "only"]})"},
    {"as_of",
     "query",
     "as_of",
     "The rows as they were at this time; as they are unless asked.",
     R"({"type": "string", "format": "date-time"})"},
    {"or",
     "query",
     "or",
     "Any of the conditions in it: `(column.operator.value,…)`, with `and(…)`, `or(…)` and `not.` "
     "inside.",
     group_schema},
    {"and", "query", "and", "All of the conditions in it, spelled as in `or`.", group_schema},
    {"not.or", "query", "not.or", "The rows for which `or` does not hold.", group_schema},
    {"not.and", "query", "not.and", "The rows for which `and` does not hold.", group_schema},
    {"idempotency_key",
     "header",
     "Idempotency-Key",
     "Names the request: sent again under the same key, it is answered as it was and not done "
     "again. 1 to 255 printable ASCII characters, such as a UUID.",
     R"({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"})"},
    {"prefer_read",
     "header",
     "Prefer",
     "`numbers=string` writes 64-bit integers and decimals as strings.",
     R"({"type": "string"})"},
    {"if_match",
     "header",
     "If-Match",
     "Entity tags: done only if the row is in one of these versions, else 412.",
     R"({"type": "string"})"},
    {"if_none_match",
     "header",
     "If-None-Match",
     "Entity tags: for reading, 304 if the row is in one of these versions; for writing, 412.",
     R"({"type": "string"})"},
    {"dry_run",
     "query",
     "dry_run",
     "`true` only counts what would be changed.",
     R"({"type": "boolean"})"},
    {"on_conflict",
     "query",
     "on_conflict",
     "With `Prefer: resolution=…`, the columns by which rows exist, joined by commas: the key, as "
     "unless asked, or one of the table's unique sets.",
     R"({"type": "string"})"},
    {"prefer_create",
     "header",
     "Prefer",
     "`resolution=merge-duplicates` replaces rows that exist, `resolution=ignore-duplicates` "
     "leaves them as they are; `return=minimal` leaves the rows out of the answer; "
     "`numbers=string` writes 64-bit integers and decimals as strings; `handling=strict` refuses "
     "preferences that are not understood.",
     R"({"type": "string"})"},
    {"prefer_many",
     "header",
     "Prefer",
     "`max-affected=N` refuses to change more rows than that; `return=representation` has the "
     "rows in the answer; `numbers=string` writes 64-bit integers and decimals as strings; "
     "`handling=strict` refuses preferences that are not understood.",
     R"({"type": "string"})"},
    {"prefer_write",
     "header",
     "Prefer",
     "`return=minimal` leaves the rows out of the answer; `numbers=string` writes 64-bit integers "
     "and decimals as strings.",
     R"({"type": "string"})"},
}};

/// Column names in words: "`a`, `b`".
[[nodiscard]] inline std::string code_list(const std::vector<std::string_view>& items) {
    std::string made;
    for (const auto item : items) {
        if (!made.empty())
            made += ", ";
        made.append("`").append(item).append("`");
    }
    return made;
}

} // namespace detail

/// Whether a list takes filters by a column: clients see it, and its name is no other parameter's.
[[nodiscard]] inline bool is_filter_column(const column& of) {
    const auto& taken = http::detail::list_parameters;
    return is_answer_column(of) && !http::detail::is_group_parameter(of.name) &&
           std::find(taken.begin(), taken.end(), of.name) == taken.end();
}

/// The component of a table's key; no column's and no relation's, which have no hyphen.
inline constexpr std::string_view key_parameter = ".path-key";

/// Writes parameter components. Lifetime: refers to what it was made with.
class parameter_components {
public:
    parameter_components(json::document_writer& to, const names& called)
        : to_(&to), called_(&called) {}

    /// Those for which `is_used(component)` holds.
    template <class IsUsed>
    void write_shared(const IsUsed& is_used) const {
        for (const auto& each : detail::shared_parameters) {
            if (!is_used(each.component))
                continue;
            to_->begin_object(each.component);
            to_->text("name", each.name);
            to_->text("in", each.in);
            to_->text("description", each.told);
            to_->raw("schema", each.schema);
            to_->end_object();
        }
    }

    /// A table's own: its key, and what its lists take.
    void write(const table& of) const {
        const auto offered = of.api.offered;
        if (offered.has(operations::get) || offered.has(operations::update) ||
            offered.has(operations::remove))
            key(of);
        const bool is_filtered = offered.has(operations::list) || offered.has(operations::update) ||
                                 offered.has(operations::remove);
        if (offered.has(operations::list))
            list_words(of, {}, of);
        if (is_filtered) {
            for (const auto& column : of.columns)
                if (is_filter_column(column))
                    filter(of, {}, column);
        }
        if (!of.api.include.empty() &&
            (offered.has(operations::list) || offered.has(operations::get)))
            include(of);
    }

private:
    // `prefix` is a relation's name and a dot where the parameter is about embedded rows.
    void begin(const table& of, std::string_view prefix, std::string_view name, std::string_view in)
        const {
        to_->begin_object(called_->row(of, ".").append(prefix).append(name));
        to_->text("name", std::string{prefix}.append(name));
        to_->text("in", in);
    }

    void list_words(const table& of, std::string_view prefix, const table& rows) const {
        columns_list(
            of,
            prefix,
            rows,
            "select",
            "The columns to answer, joined by commas; all unless asked",
            false
        );
        columns_list(
            of,
            prefix,
            rows,
            "order",
            "Columns to sort by, joined by commas, each with `.asc` or `.desc`, then `.nullsfirst` "
            "or `.nullslast`; every order ends in the key",
            true
        );
        limit(of, prefix, rows);
    }

    void include(const table& of) const {
        std::vector<std::string_view> known;
        for (const auto& each : of.api.include)
            known.push_back(each.name);
        begin(of, {}, "include", "query");
        to_->text(
            "description",
            "Relations whose rows are embedded, joined by commas: " + detail::code_list(known) +
                ". A dot leads on to the relations of embedded rows, at most " +
                std::to_string(embedding_limits::depth) +
                " deep; parameters about embedded rows have the relation's path before their name."
        );
        to_->begin_object("schema");
        to_->text("type", "string");
        to_->end_object();
        to_->end_object();
        for (const auto& each : of.api.include) {
            const auto& rows = each.of();
            const auto prefix = std::string{each.name} + '.';
            if (each.is_many) {
                list_words(of, prefix, rows);
                begin(of, prefix, "offset", "query");
                to_->text("description", "Embedded rows to skip.");
                to_->raw("schema", R"({"type": "integer", "minimum": 0})");
                to_->end_object();
            } else {
                columns_list(
                    of,
                    prefix,
                    rows,
                    "select",
                    "The columns to embed, joined by commas; all unless asked",
                    false
                );
            }
            for (const auto& column : rows.columns)
                if (is_filter_column(column))
                    filter(of, prefix, column);
        }
    }

    // Parts of a key are joined by unescaped commas: what OpenAPI calls a simple array.
    void key(const table& of) const {
        to_->begin_object(called_->row(of, key_parameter));
        to_->text("name", "key");
        to_->text("in", "path");
        to_->flag("required", true);
        const value_schema values{*to_, *called_, of, direction::payload};
        if (of.key.size() == 1) {
            const auto& column = of.columns[of.key.front()];
            to_->text("description", "The row's `" + std::string{column.name} + "`.");
            to_->begin_object("schema");
            values.key_members(column);
            to_->end_object();
            if (const auto example = example_value(column.type, &column))
                to_->raw("example", *example);
            to_->end_object();
            return;
        }
        std::vector<std::string_view> parts;
        std::string example{"["};
        for (const auto position : of.key) {
            const auto& column = of.columns[position];
            parts.push_back(column.name);
            const auto part = example_value(column.type, &column);
            example += (parts.size() == 1 ? "" : ", ") + part.value_or("\"\"");
        }
        to_->text("description", "The row's " + detail::code_list(parts) + ", joined by a comma.");
        to_->text("style", "simple");
        to_->flag("explode", false);
        to_->begin_object("schema");
        values.key_parts(of);
        to_->end_object();
        to_->raw("example", example + "]");
        to_->end_object();
    }

    void columns_list(
        const table& of,
        std::string_view prefix,
        const table& rows,
        std::string_view name,
        std::string_view told,
        bool only_ordered
    ) const {
        std::vector<std::string_view> found;
        for (const auto& column : rows.columns) {
            const bool has_order = is_scalar(column.type.kind) && column.type.kind != type::json;
            if (is_answer_column(column) && (has_order || !only_ordered))
                found.push_back(column.name);
        }
        begin(of, prefix, name, "query");
        to_->text(
            "description", std::string{told} + ". Columns: " + detail::code_list(found) + "."
        );
        to_->begin_object("schema");
        to_->text("type", "string");
        to_->end_object();
        to_->end_object();
    }

    // No maximum: it holds for pages, not for streams.
    void limit(const table& of, std::string_view prefix, const table& rows) const {
        const auto usual = std::to_string(rows.api.default_limit);
        const auto most = std::to_string(rows.api.max_limit);
        begin(of, prefix, "limit", "query");
        to_->text(
            "description",
            prefix.empty()
                ? "The most rows to answer. A page has " + usual + " unless asked and at most " +
                      most + "; a stream has all unless asked."
                : "The most rows to embed in each row: " + usual + " unless asked, at most " +
                      most + "."
        );
        to_->begin_object("schema");
        to_->text("type", "integer");
        to_->number("minimum", 0);
        to_->end_object();
        to_->end_object();
    }

    void filter(const table& of, std::string_view prefix, const column& by) const {
        const auto operators = operators_of(by.type);
        begin(of, prefix, by.name, "query");
        std::string told = "Keeps rows by `" + std::string{by.name} +
                           "`: `operator.value`, negated by `not.` before it; given again, both "
                           "must hold. Operators: " +
                           detail::code_list(operators) + ". For example `" + example_filter(by) +
                           "`.";
        if (!by.description.empty())
            told.append(" The column: ").append(by.description);
        to_->text("description", told);
        to_->begin_object("schema");
        to_->text("type", "array");
        to_->begin_object("items");
        to_->text("type", "string");
        to_->text("pattern", expression_of(operators));
        to_->end_object();
        to_->end_object();
        to_->texts("x-weir-operators", operators);
        to_->end_object();
    }

    static std::string expression_of(const std::vector<std::string_view>& operators) {
        std::string made{"^(not\\.)*("};
        for (const auto each : operators)
            made.append(made.ends_with('(') ? "" : "|").append(each);
        return made + ")\\.";
    }

    static std::string example_filter(const column& by) {
        const auto bare = [](const std::string& value) {
            return value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
        };
        if (by.type.kind == type::boolean)
            return "is.true";
        if (by.type.kind == type::array && !operators_of(*by.type.element).empty()) {
            const auto element = example_value(*by.type.element, nullptr);
            if (element && takes_operator(by.type, sql::comparison::contains))
                return "cs.{" + bare(*element) + "}";
        }
        const auto value = takes_operator(by.type, sql::comparison::equal)
                               ? example_value(by.type, &by)
                               : std::nullopt;
        return value ? "eq." + bare(*value) : "not.is.null";
    }

    json::document_writer* to_;
    const names* called_;
};

} // namespace weir::http::openapi
