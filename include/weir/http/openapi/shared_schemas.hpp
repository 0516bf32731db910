// SPDX-License-Identifier: Apache-2.0
// The schemas every document has: the body of errors (design 4), and of the healthcheck. Costs
// json/document_writer.hpp.
#pragma once

#include <weir/http/openapi/names.hpp>
#include <weir/json/document_writer.hpp>

#include <array>
#include <string_view>

namespace weir::http::openapi {

namespace detail {

inline void write_violation(json::document_writer& to) {
    to.begin_object("weir.violation");
    to.text("type", "object");
    to.text("description", "One broken rule.");
    to.begin_object("properties");
    to.begin_object("type");
    to.text("type", "string");
    to.text("description", "A stable machine name of the rule.");
    to.end_object();
    to.begin_object("loc");
    to.text("type", "array");
    to.begin_object("items");
    to.texts("type", std::array<std::string_view, 2>{"string", "integer"});
    to.end_object();
    to.text("description", "Where: `body`, `query`, `path` or `header`, then names and positions.");
    to.end_object();
    to.begin_object("msg");
    to.text("type", "string");
    to.end_object();
    to.end_object();
    to.texts("required", std::array<std::string_view, 3>{"type", "loc", "msg"});
    to.end_object();
}

inline void write_expected_column(json::document_writer& to) {
    to.begin_object("weir.expected_column");
    to.text("type", "object");
    to.begin_object("properties");
    to.raw("name", R"({"type": "string"})");
    to.raw("type", R"({"type": "string"})");
    to.raw("nullable", R"({"type": "boolean"})");
    to.end_object();
    to.texts("required", std::array<std::string_view, 3>{"name", "type", "nullable"});
    to.end_object();
}

} // namespace detail

/// The schemas of error bodies and, with `health`, of the healthcheck's.
inline void write_shared_schemas(json::document_writer& to, bool health) {
    to.begin_object("weir.problem");
    to.text("type", "object");
    to.text("description", "The body of every error, a superset of RFC 9457's.");
    to.begin_object("properties");
    to.raw("error", R"({"type": "boolean", "const": true})");
    to.raw("message", R"({"type": "string"})");
    to.begin_object("details");
    to.text("type", "object");
    to.begin_object("properties");
    to.begin_object("errors");
    to.text("type", "array");
    to.begin_object("items");
    to.text("$ref", reference("schemas", "weir.violation"));
    to.end_object();
    to.end_object();
    to.raw("type", R"({"type": "string", "description": "Of the records API: `DatabaseError`."})");
    to.raw(
        "info",
        R"({"type": "string", "description": "Of the records API: what the database said, in short."})"
    );
    to.begin_object("expected_schema");
    to.text("type", "array");
    to.begin_object("items");
    to.text("$ref", reference("schemas", "weir.expected_column"));
    to.end_object();
    to.end_object();
    to.end_object();
    to.texts("required", std::array<std::string_view, 1>{"errors"});
    to.end_object();
    to.raw("type", R"({"type": "string", "const": "about:blank"})");
    to.raw("title", R"({"type": "string"})");
    to.raw("status", R"({"type": "integer"})");
    to.raw("code", R"({"type": "string", "description": "A stable machine name."})");
    to.raw(
        "request_id",
        R"({"type": "string", "description": "As in `X-Request-ID` and in the service's log."})"
    );
    to.end_object();
    to.texts(
        "required",
        std::array<std::string_view, 8>{
            "error", "message", "details", "type", "title", "status", "code", "request_id"
        }
    );
    to.end_object();
    detail::write_violation(to);
    detail::write_expected_column(to);
    if (!health)
        return;
    to.raw(
        "weir.liveness",
        R"({"type": "object", "properties": {"status": {"type": "string", "const": "alive"}}, "required": ["status"]})"
    );
    to.begin_object("weir.health");
    to.text("type", "object");
    to.begin_object("properties");
    to.raw("status", R"({"type": "string", "enum": ["healthy", "degraded"]})");
    to.raw("timestamp", R"({"type": "string", "format": "date-time"})");
    to.raw(
        "components",
        R"({"type": "object", "description": "`up`, `connected` or `ready`, else `error: …`.", "additionalProperties": {"type": "string"}})"
    );
    to.raw(
        "milliseconds",
        R"({"type": "object", "description": "How long each component took to answer.", "additionalProperties": {"type": "integer", "minimum": 0}})"
    );
    to.raw(
        "circuits",
        R"({"type": "object", "description": "Whether backends are left alone for a moment, because they could not be reached.", "additionalProperties": {"type": "string", "enum": ["closed", "open", "half-open"]}})"
    );
    to.end_object();
    to.texts(
        "required",
        std::array<std::string_view, 4>{"status", "components", "timestamp", "milliseconds"}
    );
    to.end_object();
}

} // namespace weir::http::openapi
