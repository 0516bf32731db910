// SPDX-License-Identifier: Apache-2.0
// The schemas of a table's rows: as stored, as created, as replaced, as changed, as listed. Costs
// what value_schema.hpp costs.
#pragma once

#include <weir/http/openapi/example.hpp>
#include <weir/http/openapi/names.hpp>
#include <weir/http/openapi/value_schema.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::openapi {

/// Whether a replacement's body differs from a creation's: it may leave out the key, which the path
/// names, and takes no rows inside.
[[nodiscard]] inline bool replacement_differs(const table& of) {
    const auto& include = of.api.include;
    const bool is_nested =
        std::any_of(include.begin(), include.end(), [&of](const inclusion& each) {
            return is_nestable(of, each);
        });
    return is_nested || std::any_of(of.key.begin(), of.key.end(), [&of](std::size_t position) {
               return is_payload_column(of, position) && is_required_column(of, position);
           });
}

/// Writes the component schemas of tables. Lifetime: refers to what it was made with.
class row_schemas {
public:
    row_schemas(json::document_writer& to, const names& called) : to_(&to), called_(&called) {}

    /// Every schema of a table that its operations use; of one that is only embedded, its row's.
    void write(const table& of) const {
        const auto offered = of.api.path.empty() ? weir::operations{} : of.api.offered;
        row(of);
        const bool is_created = offered.has(operations::create);
        if (is_created || (offered.has(operations::update) && !replacement_differs(of)))
            creation(of);
        if (is_created)
            creations_inside(of);
        if (offered.has(operations::update)) {
            if (replacement_differs(of))
                replacement(of);
            update(of);
        }
        if (offered.has(operations::list))
            page(of);
        if (is_created || offered.has(operations::update) || offered.has(operations::remove))
            written(of);
        if (offered.has(operations::update))
            batch(of);
        if (offered.has(operations::get) && of.history)
            history(of);
    }

    /// The enumerations and structures declared in the tables' schemas, each once.
    void write_types(tables all) const {
        std::set<std::string> seen;
        for (const auto* each : all) {
            const bool is_written =
                !each->api.path.empty() && (each->api.offered.has(operations::create) ||
                                            each->api.offered.has(operations::update));
            for (std::size_t at = 0; at < each->columns.size(); ++at) {
                const auto& column = each->columns[at];
                if (is_answer_column(column))
                    named_type(*each, column.type, direction::answer, seen);
                if (is_written && is_payload_column(*each, at))
                    named_type(*each, column.type, direction::payload, seen);
            }
        }
    }

private:
    template <class IsMember>
    void properties(
        const table& of,
        direction way,
        const IsMember& is_member,
        bool fills_in,
        bool takes_nested = false
    ) const {
        const value_schema values{*to_, *called_, of, way};
        to_->begin_object("properties");
        for (std::size_t at = 0; at < of.columns.size(); ++at) {
            if (!is_member(at))
                continue;
            to_->begin_object(of.columns[at].name);
            values.column_members(of.columns[at], fills_in);
            if (way == direction::answer && !is_payload_column(of, at))
                to_->flag("readOnly", true);
            to_->end_object();
        }
        if (way == direction::answer)
            inclusions(of);
        if (takes_nested)
            rows_inside(of);
        to_->end_object();
    }

    void rows_inside(const table& of) const {
        for (const auto& each : of.api.include) {
            if (!is_nestable(of, each))
                continue;
            to_->begin_object(each.name);
            to_->text("type", "array");
            to_->begin_object("items");
            to_->text("$ref", reference("schemas", inside_name(of, each)));
            to_->end_object();
            to_->text("description", "Rows that refer to this one, stored with it or not at all.");
            to_->end_object();
        }
    }

    [[nodiscard]] std::string inside_name(const table& of, const inclusion& each) const {
        return called_->row(of, ".").append(each.name).append(".create");
    }

    // A row inside another: what refers to the row around it may be left out.
    void creations_inside(const table& of) const {
        for (const auto& each : of.api.include) {
            if (!is_nestable(of, each))
                continue;
            const auto& rows = each.of();
            const auto from = relation_of(of, each).from;
            const auto is_member = [&](std::size_t at) { return is_payload_column(rows, at); };
            to_->begin_object(inside_name(of, each));
            to_->text("type", "object");
            to_->text("description", "A new row inside the row it refers to.");
            properties(rows, direction::payload, is_member, true);
            required(rows, [&](std::size_t at) {
                return is_member(at) && is_required_column(rows, at) &&
                       std::find(from.begin(), from.end(), at) == from.end();
            });
            to_->flag("additionalProperties", false);
            to_->end_object();
        }
    }

    void inclusions(const table& of) const {
        for (const auto& each : of.api.include) {
            const auto rows = reference("schemas", called_->row(each.of()));
            to_->begin_object(each.name);
            if (each.is_many) {
                to_->text("type", "array");
                to_->begin_object("items");
                to_->text("$ref", rows);
                to_->end_object();
            } else {
                to_->begin_array("anyOf");
                to_->begin_object();
                to_->text("$ref", rows);
                to_->end_object();
                to_->begin_object();
                to_->text("type", "null");
                to_->end_object();
                to_->end_array();
            }
            to_->text("description", "Present when `include` asks for it.");
            to_->flag("readOnly", true);
            to_->end_object();
        }
    }

    template <class IsMember>
    void required(const table& of, const IsMember& is_member) const {
        std::vector<std::string_view> found;
        for (std::size_t at = 0; at < of.columns.size(); ++at)
            if (is_member(at))
                found.push_back(of.columns[at].name);
        if (!found.empty())
            to_->texts("required", found);
    }

    void example(const std::optional<std::string>& of) const {
        if (!of)
            return;
        to_->begin_array("examples");
        to_->raw(*of);
        to_->end_array();
    }

    void row(const table& of) const {
        const auto is_member = [&of](std::size_t at) { return is_answer_column(of.columns[at]); };
        to_->begin_object(called_->row(of));
        to_->text("type", "object");
        if (!of.description.empty())
            to_->text("description", of.description);
        properties(of, direction::answer, is_member, false);
        required(of, is_member);
        example(example_object(of.columns, is_member));
        to_->end_object();
    }

    void creation(const table& of) const {
        const auto is_member = [&of](std::size_t at) { return is_payload_column(of, at); };
        to_->begin_object(called_->row(of, "_create"));
        to_->text("type", "object");
        to_->text("description", "A new row. Columns that are not required may be left out.");
        properties(of, direction::payload, is_member, true, true);
        required(of, [&](std::size_t at) { return is_member(at) && is_required_column(of, at); });
        to_->flag("additionalProperties", false);
        example(example_object(of.columns, is_member));
        to_->end_object();
    }

    void replacement(const table& of) const {
        const auto is_member = [&of](std::size_t at) { return is_payload_column(of, at); };
        to_->begin_object(called_->row(of, ".replacement"));
        to_->text("type", "object");
        to_->text(
            "description",
            "A whole row; columns left out become their default or null. The key may be left out, "
            "and must be the path's where it is given."
        );
        properties(of, direction::payload, is_member, true);
        required(of, [&](std::size_t at) {
            return is_member(at) && is_required_column(of, at) && !of.columns[at].key;
        });
        to_->flag("additionalProperties", false);
        example(example_object(of.columns, [&](std::size_t at) {
            return is_member(at) && !of.columns[at].key;
        }));
        to_->end_object();
    }

    void update(const table& of) const {
        const auto is_member = [&of](std::size_t at) { return is_update_payload_column(of, at); };
        to_->begin_object(called_->row(of, "_update"));
        to_->text("type", "object");
        to_->text("description", "Changes: what is left out stays, `null` clears.");
        properties(of, direction::payload, is_member, false);
        to_->flag("additionalProperties", false);
        example(example_object(of.columns, is_member));
        to_->end_object();
    }

    void rows_of(const table& of) const {
        to_->begin_object("data");
        to_->text("type", "array");
        to_->begin_object("items");
        to_->text("$ref", reference("schemas", called_->row(of)));
        to_->end_object();
        to_->end_object();
    }

    void count(std::string_view name, std::string_view told) const {
        to_->begin_object(name);
        to_->text("type", "integer");
        to_->number("minimum", 0);
        to_->text("description", told);
        to_->end_object();
    }

    void cursor(std::string_view key, std::string_view told) const {
        to_->begin_object(key);
        to_->text("type", "string");
        to_->text("description", told);
        to_->end_object();
    }

    void page(const table& of) const {
        to_->begin_object(called_->row(of, ".page"));
        to_->text("type", "object");
        to_->text(
            "description", "Rows of a list. With `select`, each holds only what was selected."
        );
        to_->begin_object("properties");
        rows_of(of);
        count("count", "Rows in `data`.");
        count("total", "Rows that match, with `count=exact`.");
        cursor("next_cursor", "Where the next page begins; absent after the last.");
        cursor("prev_cursor", "Where the page before ends; absent before the first.");
        to_->end_object();
        to_->texts("required", std::array<std::string_view, 2>{"data", "count"});
        to_->end_object();
    }

    void history(const table& of) const {
        to_->begin_object(called_->row(of, ".history"));
        to_->text("type", "object");
        to_->text("description", "Old versions of a row, newest first.");
        to_->begin_object("properties");
        to_->begin_object("data");
        to_->text("type", "array");
        to_->begin_object("items");
        to_->text("type", "object");
        to_->begin_object("properties");
        to_->raw("version", R"({"type": "integer", "minimum": 1})");
        to_->raw(
            "operation",
            R"({"type": "string", "enum": ["update", "delete", "restore", "purge"], "description": "What ended this version."})"
        );
        to_->raw("from", R"({"type": "string", "format": "date-time"})");
        to_->raw("to", R"({"type": "string", "format": "date-time"})");
        to_->raw("by", R"({"type": "string", "description": "Who ended this version."})");
        to_->begin_object("row");
        to_->text("$ref", reference("schemas", called_->row(of)));
        to_->end_object();
        to_->end_object();
        constexpr std::array<std::string_view, 6> always{
            "version", "operation", "from", "to", "by", "row"
        };
        to_->texts("required", always);
        to_->end_object();
        to_->end_object();
        count("count", "Versions in `data`.");
        to_->end_object();
        to_->texts("required", std::array<std::string_view, 2>{"data", "count"});
        to_->end_object();
    }

    void written(const table& of) const {
        to_->begin_object(called_->row(of, ".written"));
        to_->text("type", "object");
        to_->text("description", "What a write of many rows did.");
        to_->begin_object("properties");
        rows_of(of);
        count("count", "Rows written, or with `dry_run` to be written.");
        count("created", "Rows of an upsert that are new.");
        to_->end_object();
        to_->texts("required", std::array<std::string_view, 1>{"count"});
        to_->end_object();
    }

    // A key in a body: its value, or of several parts an array or an object by name.
    void key_in_body(const table& of) const {
        const value_schema values{*to_, *called_, of, direction::payload};
        if (of.key.size() == 1) {
            to_->begin_object("key");
            values.key_members(of.columns[of.key.front()]);
            to_->end_object();
            return;
        }
        to_->begin_object("key");
        to_->begin_array("anyOf");
        to_->begin_object();
        values.key_parts(of);
        to_->end_object();
        to_->begin_object();
        to_->text("type", "object");
        to_->begin_object("properties");
        std::vector<std::string_view> parts;
        for (const auto position : of.key) {
            parts.push_back(of.columns[position].name);
            to_->begin_object(parts.back());
            values.key_members(of.columns[position]);
            to_->end_object();
        }
        to_->end_object();
        to_->texts("required", parts);
        to_->flag("additionalProperties", false);
        to_->end_object();
        to_->end_array();
        to_->end_object();
    }

    void batch(const table& of) const {
        to_->begin_object(called_->row(of, ".batch"));
        to_->text("type", "array");
        to_->text("description", "Changes, no two of the same row.");
        to_->begin_object("items");
        to_->text("type", "object");
        to_->begin_object("properties");
        key_in_body(of);
        to_->begin_object("set");
        to_->text("$ref", reference("schemas", called_->row(of, "_update")));
        to_->end_object();
        to_->raw(
            "version",
            R"({"type": "string", "description": "An `ETag` without its quotes: the change is made only to this version."})"
        );
        to_->end_object();
        to_->texts("required", std::array<std::string_view, 2>{"key", "set"});
        to_->flag("additionalProperties", false);
        to_->end_object();
        to_->number("maxItems", 1'000);
        to_->end_object();

        to_->begin_object(called_->row(of, ".batch_results"));
        to_->text("type", "object");
        to_->begin_object("properties");
        to_->begin_object("results");
        to_->text("type", "array");
        to_->begin_object("items");
        to_->text("type", "object");
        to_->begin_object("properties");
        key_in_body(of);
        to_->raw(
            "status",
            R"({"type": "integer", "description": "As of an answer to this change alone."})"
        );
        to_->raw("version", R"({"type": "string", "description": "The row's version now."})");
        to_->raw("code", R"({"type": "string"})");
        to_->raw("message", R"({"type": "string"})");
        to_->begin_object("data");
        to_->text("$ref", reference("schemas", called_->row(of)));
        to_->end_object();
        to_->end_object();
        to_->texts("required", std::array<std::string_view, 2>{"key", "status"});
        to_->end_object();
        to_->end_object();
        count("count", "Rows changed.");
        to_->end_object();
        to_->texts("required", std::array<std::string_view, 2>{"results", "count"});
        to_->end_object();
    }

    void named_type(
        const table& in, const column_type& of, direction way, std::set<std::string>& seen
    ) const {
        if (of.element != nullptr)
            named_type(in, *of.element, way, seen);
        for (const auto& field : fields_of(of))
            named_type(in, field.type, way, seen);
        if (of.name.empty())
            return;
        const bool is_enumeration = of.kind == type::enumeration;
        const auto name =
            is_enumeration ? called_->type(in, of.name) : structure_name(*called_, in, of, way);
        if (!seen.insert(name).second)
            return;
        to_->begin_object(name);
        if (is_enumeration) {
            to_->text("type", "string");
            to_->texts("enum", of.labels);
        } else {
            value_schema{*to_, *called_, in, way}.structure_members(of);
        }
        to_->end_object();
    }

    json::document_writer* to_;
    const names* called_;
};

} // namespace weir::http::openapi
