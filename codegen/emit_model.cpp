// SPDX-License-Identifier: Apache-2.0
#include "emit_model.hpp"

#include <weir/json/document_writer.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

#include "type_text.hpp"
#include "value_json.hpp"
#include "words.hpp"

namespace weir::gen {

namespace {

std::vector<std::string> names_of(const std::vector<located_text>& of) {
    std::vector<std::string> made;
    for (const auto& each : of)
        made.push_back(each.value);
    return made;
}

std::vector<std::string> words_of(const std::vector<sort_model>& of) {
    std::vector<std::string> made;
    for (const auto& each : of)
        made.push_back(each.column.value + (each.descending ? " desc" : ""));
    return made;
}

class model_writer {
public:
    explicit model_writer(const sources& files) : files_(&files) {}

    std::string all(const std::deque<schema_model>& schemas, std::size_t given) {
        to_.begin_object();
        to_.begin_array("schemas");
        for (std::size_t at = 0; at < std::min(given, schemas.size()); ++at)
            schema(schemas[at]);
        to_.end_array();
        to_.end_object();
        return to_.take();
    }

private:
    void schema(const schema_model& of) {
        to_.begin_object();
        to_.text("name", of.name.value);
        to_.begin_array("enums");
        for (const auto& each : of.enumerations) {
            to_.begin_object();
            to_.text("name", each.name.value);
            to_.texts("labels", names_of(each.labels));
            to_.end_object();
        }
        to_.end_array();
        to_.begin_array("structs");
        for (const auto& each : of.structures) {
            to_.begin_object();
            to_.text("name", each.name.value);
            columns("fields", each.fields);
            to_.end_object();
        }
        to_.end_array();
        to_.begin_array("tables");
        for (const auto& each : of.tables)
            table(of, each);
        to_.end_array();
        to_.end_object();
    }

    void line(range at) { to_.number("line", (*files_)[at.file].at(at.begin).line); }

    void columns(std::string_view key, const std::vector<column_model>& of) {
        to_.begin_array(key);
        for (const auto& each : of)
            column(each);
        to_.end_array();
    }

    void optional_text(std::string_view key, std::string_view value) {
        if (!value.empty())
            to_.text(key, value);
    }

    void optional_flag(std::string_view key, bool value) {
        if (value)
            to_.flag(key, true);
    }

    void optional_number(std::string_view key, const std::optional<located<std::uint32_t>>& value) {
        if (value)
            to_.number(key, value->value);
    }

    void column(const column_model& of) {
        to_.begin_object();
        to_.text("name", of.name.value);
        to_.text("type", gen::words_of(*of.type));
        to_.flag("nullable", of.nullable());
        optional_flag("key", of.key);
        if (of.generated.value != generated_by::nobody) {
            to_.text(
                "generated", words::generators[static_cast<std::size_t>(of.generated.value) - 1]
            );
        }
        optional_flag("audit", of.audit != audit_role::none);
        if (of.default_value)
            to_.raw("default", json_of(of.default_value->value, *of.type));
        if (of.rules.min)
            to_.raw("min", json_of(of.rules.min->value, *of.type));
        if (of.rules.max)
            to_.raw("max", json_of(of.rules.max->value, *of.type));
        optional_number("min_length", of.rules.min_length);
        optional_number("max_length", of.rules.max_length);
        optional_number("min_items", of.rules.min_items);
        optional_number("max_items", of.rules.max_items);
        if (of.rules.pattern)
            to_.text("pattern", of.rules.pattern->value);
        if (of.rules.format)
            to_.text("format", of.rules.format->value);
        optional_flag("private", of.is_private);
        optional_flag("readonly", of.readonly);
        optional_text("was", of.was.value);
        optional_text("description", of.description);
        if (!of.tags.empty())
            to_.texts("tags", of.tags);
        line(of.name.at);
        to_.end_object();
    }

    void table(const schema_model& in, const table_model& of) {
        to_.begin_object();
        to_.text("name", of.name.value);
        to_.text("row", of.row.value);
        optional_text("description", of.description);
        to_.text("backend", words::backend_names[static_cast<std::size_t>(of.backend.value)]);
        to_.text("place", place_of(in, of));
        to_.texts("key", names_of(of.key));
        columns("columns", of.columns);
        to_.begin_array("unique");
        for (const auto& each : of.unique) {
            to_.begin_object();
            to_.texts("columns", names_of(each));
            to_.end_object();
        }
        to_.end_array();
        to_.begin_array("indexes");
        for (const auto& each : of.indexes) {
            to_.begin_object();
            to_.texts("columns", words_of(each.columns));
            optional_text("where", each.where);
            to_.end_object();
        }
        to_.end_array();
        to_.begin_array("checks");
        for (const auto& each : of.checks) {
            to_.begin_object();
            to_.text("name", each.name.value);
            to_.text("expr", each.expr.value);
            to_.end_object();
        }
        to_.end_array();
        to_.begin_array("relations");
        for (const auto& each : of.relations)
            relation(each);
        to_.end_array();
        to_.flag("audit", of.audit);
        to_.flag("soft_delete", of.soft_delete);
        to_.flag("history", of.history);
        access(of.access);
        if (of.api)
            api(*of.api);
        if (!of.cluster_by.empty())
            to_.texts("cluster_by", names_of(of.cluster_by));
        optional_text("was", of.was.value);
        line(of.name.at);
        to_.end_object();
    }

    void relation(const relation_model& of) {
        to_.begin_object();
        to_.text("name", of.name.value);
        to_.text("to", of.target->space + '.' + of.target->name.value);
        to_.texts("from", names_of(of.from));
        optional_text("inverse", of.inverse.value);
        to_.text("on_delete", words::delete_actions[static_cast<std::size_t>(of.on_delete)]);
        to_.end_object();
    }

    void access(const access_model& of) {
        if (of.rule == access_rule::open)
            return;
        to_.begin_object("access");
        if (of.rule == access_rule::owner)
            to_.text("owner", of.by.value);
        if (of.rule == access_rule::via)
            to_.text("via", of.by.value);
        if (of.rule == access_rule::run_as_user)
            to_.text("run_as", "user");
        if (!of.read_all.empty())
            to_.texts("read_all", names_of(of.read_all));
        if (!of.purge.empty())
            to_.texts("purge", names_of(of.purge));
        to_.end_object();
    }

    void api(const api_model& of) {
        std::vector<std::string_view> offered;
        for (std::size_t at = 0; at < words::operations.size(); ++at) {
            if ((of.operations & (1U << at)) != 0)
                offered.push_back(words::operations[at]);
        }
        to_.begin_object("api");
        to_.text("path", of.path.value);
        to_.texts("operations", offered);
        to_.number("default_limit", of.default_limit.value);
        to_.number("max_limit", of.max_limit.value);
        if (!of.order_by.empty())
            to_.texts("order_by", words_of(of.order_by));
        if (!of.include.empty())
            to_.texts("include", names_of(of.include));
        optional_flag("records_v1", of.records_v1);
        optional_flag("async", of.async);
        if (of.cache_seconds)
            to_.number("cache_seconds", of.cache_seconds->value);
        to_.end_object();
    }

    const sources* files_;
    json::document_writer to_{};
};

} // namespace

std::string
emit_model(const std::deque<schema_model>& schemas, std::size_t given, const sources& files) {
    return model_writer{files}.all(schemas, given);
}

} // namespace weir::gen
