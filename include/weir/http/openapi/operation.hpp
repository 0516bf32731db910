// SPDX-License-Identifier: Apache-2.0
// One operation of the document, and how it is written. Costs json/document_writer.hpp.
#pragma once

#include <weir/http/accept.hpp>
#include <weir/http/openapi/names.hpp>
#include <weir/http/openapi/responses.hpp>
#include <weir/json/document_writer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http::openapi {

/// What a body or an answer holds.
enum class content : std::uint8_t {
    nothing,
    /// JSON of one component schema.
    one,
    /// JSON of either: the first schema, or the second.
    either,
    /// JSON of the first schema, or an array of it.
    one_or_many,
    /// A page: also as NDJSON and CSV.
    page,
};

struct answer {
    int status = 200;
    std::string told{};
    content holds = content::nothing;
    std::vector<std::string> schemas{};
    std::vector<std::string_view> headers{"X-Request-ID"};
};

struct operation {
    /// In lower case.
    std::string_view method{};
    std::string path{};
    std::string id{};
    std::string summary{};
    std::string description{};
    std::string tag{};
    /// Component names.
    std::vector<std::string> parameters{};
    /// Path parameters' among them.
    content takes = content::nothing;
    std::vector<std::string> body_schemas{};
    std::size_t most_rows = 0;
    std::vector<answer> answers{};
    /// Statuses, ascending.
    std::vector<int> fails{};
    /// Whether a caller must be known.
    bool needs_caller = false;
};

/// Writes operations. Lifetime: refers to what it was made with.
class operation_writer {
public:
    explicit operation_writer(json::document_writer& to) : to_(&to) {}

    void write(const operation& of) const {
        to_->begin_object(of.method);
        to_->text("operationId", of.id);
        to_->text("summary", of.summary);
        if (!of.description.empty())
            to_->text("description", of.description);
        to_->texts("tags", std::array<std::string_view, 1>{of.tag});
        security(of.needs_caller);
        if (!of.parameters.empty()) {
            to_->begin_array("parameters");
            for (const auto& each : of.parameters) {
                to_->begin_object();
                to_->text("$ref", reference("parameters", each));
                to_->end_object();
            }
            to_->end_array();
        }
        if (of.takes != content::nothing) {
            to_->begin_object("requestBody");
            to_->flag("required", true);
            to_->begin_object("content");
            body("application/json", of.takes, of.body_schemas, of.most_rows);
            to_->end_object();
            to_->end_object();
        }
        to_->begin_object("responses");
        for (const auto& each : of.answers)
            response(each);
        for (const int status : of.fails) {
            to_->begin_object(std::to_string(status));
            to_->text("$ref", reference("responses", failure_name(status)));
            to_->end_object();
        }
        to_->end_object();
        to_->end_object();
    }

private:
    void security(bool needs_caller) const {
        to_->begin_array("security");
        if (!needs_caller) {
            to_->begin_object();
            to_->end_object();
        }
        for (const std::string_view scheme : {"platform_token", "forwarded_user"}) {
            to_->begin_object();
            to_->raw(scheme, "[]");
            to_->end_object();
        }
        to_->end_array();
    }

    void response(const answer& of) const {
        to_->begin_object(std::to_string(of.status));
        to_->text("description", of.told);
        write_header_references(*to_, of.headers);
        if (of.holds != content::nothing) {
            to_->begin_object("content");
            body("application/json", of.holds, of.schemas, 0);
            if (of.holds == content::page) {
                streamed(
                    http::media::ndjson, "Rows, each as JSON and a line feed; no page around them."
                );
                streamed(
                    http::media::csv,
                    "RFC 4180 with a line of column names; NULL is nothing at all."
                );
            }
            to_->end_object();
        }
        to_->end_object();
    }

    // OpenAPI 3.1 has no schema for items of a stream.
    void streamed(http::media form, std::string_view told) const {
        to_->begin_object(media_type(form));
        to_->begin_object("schema");
        to_->text("type", "string");
        to_->text("description", told);
        to_->end_object();
        to_->end_object();
    }

    void body(
        std::string_view type,
        content holds,
        const std::vector<std::string>& schemas,
        std::size_t most_rows
    ) const {
        to_->begin_object(type);
        to_->begin_object("schema");
        if (holds == content::one || holds == content::page) {
            to_->text("$ref", reference("schemas", schemas.front()));
        } else {
            to_->begin_array("oneOf");
            to_->begin_object();
            to_->text("$ref", reference("schemas", schemas.front()));
            to_->end_object();
            to_->begin_object();
            if (holds == content::either) {
                to_->text("$ref", reference("schemas", schemas.back()));
            } else {
                to_->text("type", "array");
                to_->begin_object("items");
                to_->text("$ref", reference("schemas", schemas.front()));
                to_->end_object();
                to_->number("minItems", 1);
                to_->number("maxItems", most_rows);
            }
            to_->end_object();
            to_->end_array();
        }
        to_->end_object();
        to_->end_object();
    }

    json::document_writer* to_;
};

} // namespace weir::http::openapi
