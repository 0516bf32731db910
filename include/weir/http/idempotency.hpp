// SPDX-License-Identifier: Apache-2.0
// `Idempotency-Key` as HTTP sees it: the header, what a request is recognised by, an answer as it
// is kept and given again. Costs core/sha256.hpp and data/idempotency.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/sha256.hpp>
#include <weir/data/idempotency.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

namespace detail {

inline constexpr std::string_view idempotency_header = "Idempotency-Key";

/// Appends a part of a text to be hashed, so that no two lists of parts make the same text.
inline void append_part(std::string& out, std::string_view part) {
    out.append(std::to_string(part.size())).append(":").append(part);
}

/// The header fields that say what a write does; with the query and the body they are the request.
inline constexpr std::string_view meaning_headers[]{
    "Content-Type", "Accept", "Prefer", "If-Match", "If-None-Match"
};

/// The header fields of an answer that are given again.
inline constexpr std::string_view kept_headers[]{
    "Content-Type", "Location", "ETag", "Last-Modified", "Content-Range", "Preference-Applied"
};

} // namespace detail

/// The key a client sent: 1 to 255 printable ASCII characters, in quotes or bare. Absent: none.
///
/// Errors: validation_error.
/// Source: draft-ietf-httpapi-idempotency-key-header-07; clients in the field send it bare.
[[nodiscard]] inline std::optional<std::string> read_idempotency_key(const headers& sent) {
    constexpr std::size_t longest = 255;
    const auto refuse = [](const char* type, const char* msg) {
        throw validation_error{
            {{type, {std::string{"header"}, std::string{detail::idempotency_header}}, msg}}
        };
    };
    const auto field = sent.find(detail::idempotency_header);
    if (!field)
        return std::nullopt;
    if (sent.count(detail::idempotency_header) != 1)
        refuse("repeated", "Idempotency-Key may be sent once only");
    auto key = trimmed(*field);
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"')
        key = key.substr(1, key.size() - 2);
    const bool is_printable =
        std::all_of(key.begin(), key.end(), [](char each) { return each >= ' ' && each <= '~'; });
    if (key.empty() || key.size() > longest || !is_printable)
        refuse("idempotency_key", "Idempotency-Key must be 1 to 255 printable ASCII characters");
    return std::string{key};
}

namespace detail {

/// What a key is kept under: it is the caller's, and this method's and path's.
[[nodiscard]] inline std::string idempotency_id(const request& asked, std::string_view key) {
    std::string text = asked.caller ? "caller" : "nobody";
    append_part(text, asked.caller ? std::string_view{asked.caller->id} : std::string_view{});
    append_part(text, asked.method);
    append_part(text, asked.path);
    append_part(text, key);
    return sha256_hex(text);
}

/// What tells one request from another under the same key.
[[nodiscard]] inline std::string request_fingerprint(const request& asked) {
    std::string text;
    const auto query = asked.target.find('?');
    append_part(
        text,
        query == std::string::npos ? std::string_view{}
                                   : std::string_view{asked.target}.substr(query + 1)
    );
    for (const auto name : meaning_headers) {
        append_part(text, name);
        for (const auto& field : asked.headers)
            if (equals_ignoring_case(field.name, name))
                append_part(text, field.value);
    }
    append_part(text, "body");
    append_part(text, asked.body);
    return sha256_hex(text);
}

/// An answer to keep. A body longer than `max_body_bytes` is left out.
[[nodiscard]] inline idempotency_record record_of(
    const response& answer, std::string request, timestamp expires_at, std::size_t max_body_bytes
) {
    idempotency_record made{
        .request = std::move(request), .status = answer.status, .expires_at = expires_at
    };
    std::string fields;
    for (const auto name : kept_headers)
        for (const auto& field : answer.headers)
            if (equals_ignoring_case(field.name, name))
                fields.append(field.name).append(": ").append(field.value).append("\n");
    made.headers = std::move(fields);
    if (!answer.stream && answer.body.size() <= max_body_bytes)
        made.body = answer.body;
    return made;
}

/// A kept answer, given again.
[[nodiscard]] inline response replay(const idempotency_record& kept) {
    const bool lost_body = !kept.body;
    response made{
        .status = kept.status, .headers = {}, .body = kept.body.value_or(""), .stream = {}
    };
    std::string_view fields = kept.headers ? std::string_view{*kept.headers} : std::string_view{};
    while (!fields.empty()) {
        const auto end = fields.find('\n');
        const auto line = fields.substr(0, end);
        const auto colon = line.find(": ");
        const auto name = line.substr(0, colon);
        if (colon != std::string_view::npos &&
            !(lost_body && equals_ignoring_case(name, "Content-Type")))
            made.headers.add(name, line.substr(colon + 2));
        fields = end == std::string_view::npos ? std::string_view{} : fields.substr(end + 1);
    }
    // Without what it had said it says no more than that it was done.
    if (lost_body && made.status == 200)
        made.status = 204;
    if (lost_body)
        made.headers.set("Preference-Applied", "return=minimal");
    made.headers.add("Idempotent-Replayed", "true");
    return made;
}

/// The answer to a key that was used with another request.
[[nodiscard]] inline response key_reused(const request& asked) {
    return problem_response(
        {422,
         "idempotency_key_reused",
         "This Idempotency-Key belongs to another request",
         {{"idempotency_key_reused",
           {std::string{"header"}, std::string{idempotency_header}},
           "It was sent before with another body, query or headers; send another key"}},
         {}},
        asked.request_id
    );
}

/// The answer while the first request under the key still runs.
[[nodiscard]] inline response key_in_use(const request& asked) {
    auto made = problem_response(
        {409,
         "idempotency_key_in_use",
         "The first request under this Idempotency-Key still runs",
         {},
         {}},
        asked.request_id
    );
    made.headers.add("Retry-After", "1");
    return made;
}

} // namespace detail

} // namespace weir::http
