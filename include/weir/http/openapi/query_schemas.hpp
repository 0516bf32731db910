// SPDX-License-Identifier: Apache-2.0
// The schemas of `POST /x/query`: conditions and lists as bodies. Costs what value_schema.hpp and
// http/filter_operators.hpp cost.
#pragma once

#include <weir/http/filter_operators.hpp>
#include <weir/http/openapi/names.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/past.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::openapi {

/// Columns that are compared alike: the same operators, the same JSON values.
struct comparison_family {
    std::string_view name;
    /// The values' schema, as JSON; empty: only `is` is taken.
    std::string_view value;
};

[[nodiscard]] inline comparison_family comparison_family_of(const column_type& of) {
    constexpr std::string_view text = R"({"type": "string"})";
    switch (of.kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
    case type::float32:
    case type::float64:
    case type::decimal:
        return {"weir.compare.number", R"({"type": ["number", "string"]})"};
    case type::string:
    case type::varchar:
    case type::fixed_char:
        return {"weir.compare.text", text};
    case type::date:
    case type::timestamp:
    case type::timestamp_ntz:
        return {"weir.compare.time", text};
    case type::boolean:
        return {"weir.compare.boolean", R"({"type": "boolean"})"};
    case type::enumeration:
    case type::uuid:
    case type::binary:
        return {"weir.compare.word", text};
    case type::map:
        return {"weir.compare.map", R"({"type": ["object", "array"]})"};
    case type::array:
        if (takes_operator(of, sql::comparison::contains))
            return {"weir.compare.array", R"({"type": "array", "items": {}})"};
        return {"weir.compare.null", {}};
    case type::json:
    case type::structure:
        return {"weir.compare.null", {}};
    }
    return {"weir.compare.null", {}};
}

/// Writes the component schemas of queries. Lifetime: refers to what it was made with.
class query_schemas {
public:
    query_schemas(json::document_writer& to, const names& called) : to_(&to), called_(&called) {}

    /// A table's condition and query.
    void write(const table& of) const {
        condition(of);
        query(of);
    }

    /// The comparisons that the conditions of all tables use, each once.
    void write_comparisons(tables all) const {
        std::set<std::string_view> seen;
        for (const auto* each : all)
            for (const auto& column : each->columns)
                if (is_answer_column(column) &&
                    seen.insert(comparison_family_of(column.type).name).second)
                    comparison(column.type);
    }

private:
    // Columns of these names are compared by `column`, `op`, `value` only.
    static constexpr std::array<std::string_view, 4> words{"and", "or", "not", "column"};

    void refer(std::string_view key, std::string_view schema) const {
        to_->begin_object(key);
        to_->text("$ref", reference("schemas", schema));
        to_->end_object();
    }

    void list_of(std::string_view key, std::string_view schema) const {
        to_->begin_object(key);
        to_->text("type", "array");
        refer("items", schema);
        to_->end_object();
    }

    [[nodiscard]] static std::vector<std::string_view> column_names(const table& of) {
        std::vector<std::string_view> found;
        for (const auto& column : of.columns)
            if (is_answer_column(column))
                found.push_back(column.name);
        return found;
    }

    void condition(const table& of) const {
        const auto own = called_->row(of, ".condition");
        to_->begin_object(own);
        to_->text("type", "object");
        to_->text(
            "description",
            "All of its members must hold. A column takes a value (equals), null (is null), a list "
            "(in) or an object of operators; `column`, `op` and `value` together say one "
            "comparison."
        );
        to_->begin_object("properties");
        list_of("and", own);
        list_of("or", own);
        refer("not", own);
        to_->begin_object("column");
        to_->text("type", "string");
        to_->texts("enum", column_names(of));
        to_->end_object();
        to_->raw("op", R"({"type": "string"})");
        to_->raw("value", "{}");
        for (const auto& column : of.columns) {
            const bool is_word =
                std::find(words.begin(), words.end(), column.name) != words.end() ||
                column.name == "op" || column.name == "value";
            if (is_answer_column(column) && !is_word)
                refer(column.name, comparison_family_of(column.type).name);
        }
        to_->end_object();
        to_->flag("additionalProperties", false);
        to_->end_object();
    }

    // A string of items joined by commas, or a list of them.
    void items(std::string_view key, std::string_view told) const {
        to_->begin_object(key);
        to_->begin_array("anyOf");
        to_->raw(R"({"type": "string"})");
        to_->raw(R"({"type": "array", "items": {"type": "string"}})");
        to_->end_array();
        to_->text("description", told);
        to_->end_object();
    }

    void query(const table& of) const {
        to_->begin_object(called_->row(of, ".query"));
        to_->text("type", "object");
        to_->begin_object("properties");
        refer("where", called_->row(of, ".condition"));
        items("select", "The columns to answer; all unless asked.");
        items("order", "Columns to sort by, each as in the parameter `order`.");
        to_->begin_object("limit");
        to_->text("type", "integer");
        to_->number("minimum", 0);
        to_->text("description", "As the parameter `limit`.");
        to_->end_object();
        to_->raw("offset", R"({"type": "integer", "minimum": 0, "maximum": 2147483647})");
        to_->raw("cursor", R"({"type": "string", "maxLength": 4096})");
        to_->raw("count", R"({"type": "string", "enum": ["exact", "none"]})");
        to_->raw("deleted", R"({"type": "string", "enum": ["exclude", "include", "only"]})");
        if (sql::past_of(of) != sql::past::none)
            to_->raw("as_of", R"({"type": "string", "format": "date-time"})");
        if (!of.api.include.empty())
            items("include", "Relations whose rows are embedded, as in the parameter `include`.");
        to_->end_object();
        if (!of.api.include.empty()) {
            std::string paths{"^("};
            for (const auto& each : of.api.include)
                paths.append(paths.ends_with('(') ? "" : "|").append(each.name);
            to_->begin_object("patternProperties");
            to_->begin_object(paths + ")\\.");
            to_->text("description", "A parameter about embedded rows, as in the URL.");
            to_->texts("type", std::array<std::string_view, 3>{"string", "number", "array"});
            to_->end_object();
            to_->end_object();
        }
        to_->flag("additionalProperties", false);
        to_->end_object();
    }

    void comparison(const column_type& of) const {
        const auto family = comparison_family_of(of);
        to_->begin_object(family.name);
        to_->begin_array("anyOf");
        to_->raw(R"({"type": "null"})");
        const bool is_scalar_value = takes_operator(of, sql::comparison::equal);
        if (is_scalar_value) {
            to_->raw(family.value);
            to_->raw(list_schema(family.value));
        }
        to_->begin_object();
        to_->text("type", "object");
        to_->begin_object("properties");
        for (const auto name : operators_of(of)) {
            const auto how = find_operator(name)->how;
            if (how == sql::comparison::is_null) {
                to_->raw(name, R"({"enum": [null, "null", true, false, "true", "false"]})");
            } else if (how == sql::comparison::in) {
                to_->raw(name, list_schema(family.value));
            } else {
                to_->raw(name, family.value);
            }
        }
        to_->end_object();
        to_->raw("patternProperties", R"({"^not\\.": {"description": "The opposite."}})");
        to_->flag("additionalProperties", false);
        to_->end_object();
        to_->end_array();
        to_->end_object();
    }

    static std::string list_schema(std::string_view item) {
        return R"({"type": "array", "items": )" + std::string{item} + R"(, "maxItems": 500})";
    }

    json::document_writer* to_;
    const names* called_;
};

} // namespace weir::http::openapi
