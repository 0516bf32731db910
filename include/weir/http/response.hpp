// SPDX-License-Identifier: Apache-2.0
// One HTTP response as weir makes it, whatever transport it leaves by. Costs <memory> through
// body_stream.hpp.
#pragma once

#include <weir/http/body_stream.hpp>
#include <weir/http/headers.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

/// A response. The transport adds `Content-Length`, or for a stream what ends it, and sends no body
/// where HTTP forbids one (HEAD, 204, 304).
struct response {
    int status = 200;
    http::headers headers{};
    std::string body{};
    /// The body where it is made as it is sent; `body` is not used then.
    body_stream stream{};
};

/// A response with a JSON body.
[[nodiscard]] inline response json_response(int status, std::string body) {
    response made{.status = status, .headers = {}, .body = std::move(body), .stream = {}};
    made.headers.add("Content-Type", "application/json");
    return made;
}

/// A response whose body is made as it is sent.
[[nodiscard]] inline response stream_response(std::string_view content_type, body_stream body) {
    response made{.status = 200, .headers = {}, .body = {}, .stream = std::move(body)};
    made.headers.add("Content-Type", content_type);
    return made;
}

/// Whether a status never has a body.
[[nodiscard]] constexpr bool is_bodiless(int status) noexcept {
    return status == 204 || status == 304 || (status >= 100 && status < 200);
}

/// The standard phrase of a status weir answers with; empty for others.
/// Source: RFC 9110 15, RFC 6585.
[[nodiscard]] constexpr std::string_view reason_phrase(int status) noexcept {
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return {};
    }
}

} // namespace weir::http
