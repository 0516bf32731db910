// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document of tables, by their facts alone: the same text from a service and from
// weir-gen. Costs what the other headers of this folder cost.
#pragma once

#include <weir/http/openapi/names.hpp>
#include <weir/http/openapi/operation.hpp>
#include <weir/http/openapi/parameters.hpp>
#include <weir/http/openapi/query_schemas.hpp>
#include <weir/http/openapi/record_operations.hpp>
#include <weir/http/openapi/responses.hpp>
#include <weir/http/openapi/row_schemas.hpp>
#include <weir/http/openapi/shared_schemas.hpp>
#include <weir/http/openapi/table_operations.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/table/jobs.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

namespace openapi {

/// Builds one document. Lifetime: refers to what it was made with.
class document {
public:
    document(tables served, const openapi_options& options)
        : served_(served.begin(), served.end()), options_(&options), called_(served),
          has_records_(
              options.records || std::any_of(
                                     served.begin(),
                                     served.end(),
                                     [](const table* each) { return each->api.records_v1; }
                                 )
          ) {
        std::erase_if(served_, [](const table* each) { return each->api.path.empty(); });
        rows_ = served_;
        // Embedded rows are described even where they have no routes of their own.
        for (std::size_t at = 0; at < rows_.size(); ++at) {
            for (const auto& each : rows_[at]->api.include) {
                const auto* const embedded = &each.of();
                const bool is_new =
                    std::none_of(rows_.begin(), rows_.end(), [&](const table* known) {
                        return known->name == embedded->name && known->space == embedded->space;
                    });
                if (is_new)
                    rows_.push_back(embedded);
            }
        }
        for (const auto* each : served_)
            for (auto& operation : table_operations{*each, called_, options}.list())
                operations_.push_back(std::move(operation));
        if (has_records_)
            for (auto& operation : record_operations(options.base))
                operations_.push_back(std::move(operation));
        if (options.jobs)
            add_cancel();
        if (options.health)
            add_health();
    }

    [[nodiscard]] std::string text() {
        to_.begin_object();
        to_.text("openapi", "3.1.0");
        to_.text("jsonSchemaDialect", "https://spec.openapis.org/oas/3.1/dialect/base");
        info();
        to_.begin_array("servers");
        to_.raw(R"({"url": "/", "description": "The service this document comes from."})");
        to_.end_array();
        tags();
        paths();
        to_.begin_object("components");
        schemas();
        parameters();
        responses();
        headers();
        to_.begin_object("securitySchemes");
        write_security_schemes(to_);
        to_.end_object();
        to_.end_object();
        to_.end_object();
        return to_.take();
    }

private:
    static constexpr std::string_view service_tag = "service";

    /// Of the one table whose rows are jobs.
    void add_cancel() {
        const auto jobs = std::find_if(served_.begin(), served_.end(), [](const table* each) {
            return each->name == job_table({}).name;
        });
        if (jobs == served_.end())
            return;
        operation cancel;
        cancel.method = "delete";
        cancel.path = options_->base + "/" + std::string{(*jobs)->api.path} + "/{key}";
        cancel.id = "cancel_job";
        cancel.summary = "Cancel a job";
        cancel.tag = called_.tag(**jobs);
        cancel.parameters.push_back(called_.row(**jobs, key_parameter));
        cancel.answers.push_back({200, "It is cancelled.", content::one, {called_.row(**jobs)}});
        cancel.answers.push_back(
            {202,
             "It runs, and was told to end.",
             content::one,
             {called_.row(**jobs)},
             {"X-Request-ID", "Retry-After"}}
        );
        cancel.fails = {400, 401, 404, 406, 409, 500, 503, 504};
        cancel.needs_caller = true;
        operations_.push_back(std::move(cancel));
    }

    void add_health() {
        operation alive;
        alive.method = "get";
        alive.path = "/livez";
        alive.id = "get_liveness";
        alive.summary = "Whether the process lives";
        alive.tag = service_tag;
        alive.answers.push_back({200, "It does.", content::one, {"weir.liveness"}});
        // Escapes that spell nothing are refused on every path.
        alive.fails = {400, 500};
        operations_.push_back(std::move(alive));

        operation health;
        health.method = "get";
        health.path = options_->base + "/healthcheck";
        health.id = "get_health";
        health.summary = "Whether the service and what it needs work";
        health.tag = service_tag;
        health.answers.push_back({200, "Everything works.", content::one, {"weir.health"}});
        health.answers.push_back(
            {503,
             "Something does not.",
             content::one,
             {"weir.health"},
             {"X-Request-ID", "Retry-After"}}
        );
        health.fails = {400, 500};
        operations_.push_back(std::move(health));
    }

    [[nodiscard]] std::string title() const {
        if (!options_->title.empty())
            return options_->title;
        std::set<std::string_view> seen;
        std::string made;
        for (const auto* each : served_)
            if (seen.insert(each->space).second)
                made.append(made.empty() ? "" : ", ").append(each->space);
        return made.empty() ? "weir" : made;
    }

    void info() {
        to_.begin_object("info");
        to_.text("title", title());
        to_.text(
            "description",
            options_->description.empty()
                ? std::string_view{"Tables over HTTP. Every answer carries `X-Request-ID`; every "
                                   "error has the body `weir.problem`. Unknown parameters and "
                                   "fields are refused."}
                : std::string_view{options_->description}
        );
        to_.text("version", options_->version);
        to_.end_object();
    }

    void tags() {
        to_.begin_array("tags");
        for (const auto* each : served_) {
            to_.begin_object();
            to_.text("name", called_.tag(*each));
            to_.text(
                "description",
                each->description.empty() ? "Rows of `" + std::string{each->name} + "`."
                                          : std::string{each->description}
            );
            to_.end_object();
        }
        if (has_records_) {
            to_.begin_object();
            to_.text("name", records_tag);
            to_.text(
                "description",
                "Rows of any table, by `catalog`, `schema` and `table` in the request."
            );
            to_.end_object();
        }
        if (options_->health) {
            to_.begin_object();
            to_.text("name", service_tag);
            to_.text("description", "The service itself.");
            to_.end_object();
        }
        to_.end_array();
    }

    void paths() {
        const operation_writer writer{to_};
        to_.begin_object("paths");
        std::set<std::string_view> written;
        for (const auto& first : operations_) {
            if (!written.insert(first.path).second)
                continue;
            to_.begin_object(first.path);
            for (const auto& each : operations_)
                if (each.path == first.path)
                    writer.write(each);
            to_.end_object();
        }
        to_.end_object();
    }

    void schemas() {
        const row_schemas writer{to_, called_};
        to_.begin_object("schemas");
        for (const auto* each : rows_)
            writer.write(*each);
        writer.write_types(rows_);
        const query_schemas queries{to_, called_};
        std::vector<const table*> listed;
        for (const auto* each : served_)
            if (each->api.offered.has(operations::list))
                listed.push_back(each);
        for (const auto* each : listed)
            queries.write(*each);
        queries.write_comparisons(listed);
        if (has_records_)
            write_record_schemas(to_);
        write_shared_schemas(to_, options_->health);
        to_.end_object();
    }

    void parameters() {
        std::set<std::string_view> used;
        for (const auto& each : operations_)
            used.insert(each.parameters.begin(), each.parameters.end());
        const parameter_components writer{to_, called_};
        to_.begin_object("parameters");
        writer.write_shared([&used](std::string_view name) { return used.contains(name); });
        for (const auto* each : served_)
            writer.write(*each);
        if (has_records_)
            write_record_parameters(to_);
        to_.end_object();
    }

    void responses() {
        to_.begin_object("responses");
        write_failures(to_, [this](int status) {
            return std::any_of(operations_.begin(), operations_.end(), [&](const operation& each) {
                return std::find(each.fails.begin(), each.fails.end(), status) != each.fails.end();
            });
        });
        to_.end_object();
    }

    void headers() {
        std::set<std::string_view> used{"X-Request-ID"};
        for (const auto& each : operations_) {
            for (const auto& answered : each.answers)
                used.insert(answered.headers.begin(), answered.headers.end());
            if (std::find(each.fails.begin(), each.fails.end(), 503) != each.fails.end())
                used.insert("Retry-After");
            if (std::find(each.fails.begin(), each.fails.end(), 401) != each.fails.end())
                used.insert("WWW-Authenticate");
        }
        to_.begin_object("headers");
        write_headers(to_, [&used](std::string_view name) { return used.contains(name); });
        to_.end_object();
    }

    std::vector<const table*> served_;
    std::vector<const table*> rows_{};
    const openapi_options* options_;
    names called_;
    bool has_records_;
    std::vector<operation> operations_{};
    json::document_writer to_{};
};

} // namespace openapi

/// The OpenAPI 3.1 document of tables, as text; those without `api:` are not in it.
///
/// Shape: the same bytes for the same facts and options, wherever the facts come from.
[[nodiscard]] inline std::string
openapi_document(openapi::tables of, const openapi_options& options = {}) {
    return openapi::document{of, options}.text();
}

} // namespace weir::http
