// SPDX-License-Identifier: Apache-2.0
// What every operation shares: error bodies (design 4), response headers, health, security. Costs
// json/document_writer.hpp.
#pragma once

#include <weir/http/openapi/names.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/response.hpp>
#include <weir/json/document_writer.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace weir::http::openapi {

/// A status that is an error, when it is answered, and the `code` in its body.
struct failure {
    int status;
    std::string_view code;
    std::string_view message;
    std::string_view when;
};

inline constexpr std::array<failure, 14> failures{{
    {400,
     "validation",
     "Validation failed",
     "The request is not valid; `details.errors` says where and why, all of it at once."},
    {401,
     "authentication",
     "This table is for known callers only",
     "Nobody is known to ask, and the table is for known callers only."},
    {403, "permission", "Permission denied", "The caller may not do this."},
    {404,
     "not_found",
     "No row has this key",
     "No such row for this caller: absent, deleted, or somebody else's; or the row that a new one "
     "belongs to is."},
    {406,
     "not_acceptable",
     "Answers are application/json",
     "The answer has no form that `Accept` admits."},
    {409,
     "conflict",
     "Another row has this key or unique value already",
     "The key or a unique value is taken, a referenced row is absent, another writer was in the "
     "way, or the first request under the `Idempotency-Key` still runs."},
    {412,
     "precondition",
     "The row has changed since",
     "The row is not the version that `If-Match` names."},
    {413, "body_too_large", "The body is too large", "The body is larger than the service takes."},
    {415, "unsupported_media_type", "Send application/json", "The body's media type is not taken."},
    {422,
     "idempotency_key_reused",
     "This Idempotency-Key belongs to another request",
     "The `Idempotency-Key` was sent before with another body, query or headers."},
    {500, "internal", "Internal server error", "The service failed; the reason is in its log."},
    {501,
     "not_supported",
     "The database behind this table cannot do that",
     "Only the typed routes of the table, or another database, can do that."},
    {503,
     "connection",
     "Database operation failed",
     "The database cannot be reached or is busy; try again after `Retry-After` seconds."},
    {504,
     "timeout",
     "Database operation failed",
     "The request's time is over; what ran was cancelled."},
}};

/// The name of a failure's response component: `NotFound`.
[[nodiscard]] inline std::string failure_name(int status) {
    std::string made{reason_phrase(status)};
    std::erase(made, ' ');
    return made;
}

namespace detail {

struct header_text {
    std::string_view name;
    std::string_view type;
    std::string_view format;
    std::string_view told;
    /// As JSON.
    std::string_view example;
};

inline constexpr std::array<header_text, 10> response_headers{{
    {"X-Request-ID",
     "string",
     {},
     "The request's id: the one it came with, if that is 1 to 128 printable characters, else a "
     "new one.",
     "\"6f1f3b0a-2a53-4c52-9c2e-4b5c3f8f1d10\""},
    {"ETag", "string", {}, "The version of the row, for `If-Match`.", "\"\\\"1a2b3c4d\\\"\""},
    {"Location", "string", "uri-reference", "The path of the new row.", "\"/api/v1/rows/1\""},
    {"Link",
     "string",
     {},
     "The neighbouring pages: `rel=\"next\"` and `rel=\"prev\"`.",
     "\"</api/v1/rows?cursor=abc>; rel=\\\"next\\\"\""},
    {"Content-Range",
     "string",
     {},
     "Which rows a page holds, and behind the slash how many match, where `count=exact` asks for "
     "it.",
     "\"0-99/1234\""},
    {"Preference-Applied",
     "string",
     {},
     "The preferences of `Prefer` that were honoured.",
     "\"return=minimal\""},
    {"Retry-After", "integer", {}, "Seconds to wait before trying again.", "1"},
    {"WWW-Authenticate", "string", {}, "How to say who asks.", "\"Bearer\""},
    {"Idempotent-Replayed", "string", {}, "`true` where an earlier answer is repeated.", "\"true\""
    },
    {"Vary", "string", {}, "The request headers the answer depends on.", "\"Accept\""},
}};

} // namespace detail

/// References to response headers, in the object that is open.
template <class Names>
void write_header_references(json::document_writer& to, const Names& wanted) {
    to.begin_object("headers");
    for (const std::string_view name : wanted) {
        to.begin_object(name);
        to.text("$ref", reference("headers", name));
        to.end_object();
    }
    to.end_object();
}

/// The response components of the statuses for which `is_used(status)` holds.
template <class IsUsed>
void write_failures(json::document_writer& to, const IsUsed& is_used) {
    for (const auto& each : failures) {
        if (!is_used(each.status))
            continue;
        to.begin_object(failure_name(each.status));
        to.text("description", each.when);
        if (each.status == 503) {
            write_header_references(
                to, std::array<std::string_view, 2>{"X-Request-ID", "Retry-After"}
            );
        } else if (each.status == 401) {
            write_header_references(
                to, std::array<std::string_view, 2>{"X-Request-ID", "WWW-Authenticate"}
            );
        } else {
            write_header_references(to, std::array<std::string_view, 1>{"X-Request-ID"});
        }
        to.begin_object("content");
        to.begin_object("application/json");
        to.begin_object("schema");
        to.text("$ref", reference("schemas", "weir.problem"));
        to.end_object();
        problem told{each.status, each.code, std::string{each.message}, {}, {}};
        if (each.status == 400)
            told.errors.push_back(
                {"unknown_parameter",
                 {std::string{"query"}, std::string{"limt"}},
                 "Unknown parameter 'limt'; did you mean 'limit'?"}
            );
        to.raw("example", problem_body(told, "6f1f3b0a-2a53-4c52-9c2e-4b5c3f8f1d10"));
        to.end_object();
        to.end_object();
        to.end_object();
    }
}

/// The header components for which `is_used(name)` holds.
template <class IsUsed>
void write_headers(json::document_writer& to, const IsUsed& is_used) {
    for (const auto& each : detail::response_headers) {
        if (!is_used(each.name))
            continue;
        to.begin_object(each.name);
        to.text("description", each.told);
        to.begin_object("schema");
        to.text("type", each.type);
        if (!each.format.empty())
            to.text("format", each.format);
        to.end_object();
        to.raw("example", each.example);
        to.end_object();
    }
}

/// How callers say who they are (design 6).
inline void write_security_schemes(json::document_writer& to) {
    to.begin_object("platform_token");
    to.text("type", "http");
    to.text("scheme", "bearer");
    to.text(
        "description",
        "In a Databricks App the platform's proxy checks the caller's token or session and tells "
        "the "
        "service who calls by `X-Forwarded-User`, `X-Forwarded-Email` and "
        "`X-Forwarded-Preferred-Username`. The service itself reads no token."
    );
    to.end_object();
    to.begin_object("forwarded_user");
    to.text("type", "apiKey");
    to.text("in", "header");
    to.text("name", "X-Forwarded-User");
    to.text(
        "description",
        "The caller's id as a trusted proxy sends it. Believed only in a Databricks App or with "
        "`WEIR_TRUST_FORWARDED_HEADERS=true`; otherwise the caller is `WEIR_LOCAL_USER`, else "
        "nobody."
    );
    to.end_object();
}

} // namespace weir::http::openapi
