// SPDX-License-Identifier: Apache-2.0
// Reads the head of an HTTP/1.1 request and decides where its body ends, refusing every shape two
// parties could read differently. Pure text to values: transports call it, tests and fuzzers too.
// Light.
#pragma once

#include <weir/http/headers.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

/// How much of a request is read at most.
struct head_limits {
    std::size_t head_bytes = 32 * 1024;
    std::size_t target_bytes = 8 * 1024;
    std::size_t fields = 100;
};

/// How a request's body is delimited, and what it asks of the connection.
struct framing {
    /// The body's length; absent when chunked.
    std::optional<std::uint64_t> content_length{};
    bool chunked = false;
    /// The client waits for `100 Continue` before it sends the body.
    bool expects_continue = false;
    bool keep_alive = true;
    /// Whether the client understands a chunked answer: HTTP/1.1.
    bool takes_chunks = true;

    [[nodiscard]] bool has_body() const noexcept {
        return chunked || content_length.value_or(0) > 0;
    }
};

namespace detail {

[[nodiscard]] inline problem bad_request(std::string message) {
    return {400, "bad_request", std::move(message), {}, {}};
}

/// Source: RFC 9110 5.6.2, tchar.
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [marks](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

/// Source: RFC 9110 5.5; a tab is the only control character a field value may hold.
[[nodiscard]] constexpr bool is_field_value(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

[[nodiscard]] inline std::optional<problem> read_length(const headers& sent, framing& out) {
    const auto lengths = sent.count("Content-Length");
    const auto codings = sent.count("Transfer-Encoding");
    if (lengths + codings > 1)
        return bad_request("Content-Length and Transfer-Encoding: one of them, once");
    if (codings == 1) {
        if (!equals_ignoring_case(*sent.find("Transfer-Encoding"), "chunked"))
            return problem{501, "not_implemented", "Transfer-Encoding other than chunked", {}, {}};
        out.chunked = true;
    } else if (lengths == 1) {
        const auto text = *sent.find("Content-Length");
        std::uint64_t value = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failed != std::errc{} || end != text.data() + text.size())
            return bad_request("Content-Length is not a number");
        out.content_length = value;
    }
    return std::nullopt;
}

} // namespace detail

/// Checks the fields of a request, however they were read, and works out its framing. A problem:
/// answer it and close the connection, for where the next request begins is not known. Source: RFC
/// 9112 6 (message body), 9.3 (persistence); RFC 9110 10.1.1 (Expect).
[[nodiscard]] inline std::optional<problem>
read_framing(const headers& sent, int minor_version, const head_limits& limits, framing& out) {
    if (sent.size() > limits.fields)
        return problem{431, "too_many_headers", "Too many header fields", {}, {}};
    for (const auto& field : sent) {
        if (!detail::is_token(field.name))
            return detail::bad_request("A header name is malformed");
        if (!detail::is_field_value(field.value))
            return detail::bad_request("A header value holds a control character");
    }
    const auto hosts = sent.count("Host");
    if (hosts > 1 || (hosts == 0 && minor_version > 0))
        return detail::bad_request("Host: exactly once");
    if (auto refused = detail::read_length(sent, out))
        return refused;
    if (out.chunked && minor_version == 0)
        return detail::bad_request("HTTP/1.0 knows no Transfer-Encoding");
    for (const auto& field : sent) {
        if (equals_ignoring_case(field.name, "Content-Encoding") &&
            !equals_ignoring_case(field.value, "identity"))
            return problem{415, "unsupported_content_coding", "Send the body uncompressed", {}, {}};
    }
    if (const auto expected = sent.find("Expect"); expected && minor_version > 0) {
        if (!equals_ignoring_case(*expected, "100-continue"))
            return problem{417, "expectation_failed", "Expect: 100-continue only", {}, {}};
        out.expects_continue = true;
    }
    out.keep_alive = out.takes_chunks = minor_version > 0;
    sent.for_each_item_of("Connection", [&](std::string_view option) {
        if (equals_ignoring_case(option, "close"))
            out.keep_alive = false;
        if (equals_ignoring_case(option, "keep-alive") && minor_version == 0)
            out.keep_alive = true;
    });
    return std::nullopt;
}

namespace detail {

/// What no target may be, whatever version of HTTP it comes by.
[[nodiscard]] inline std::optional<problem>
check_target(std::string_view target, const head_limits& limits) {
    if (target.size() > limits.target_bytes)
        return problem{414, "uri_too_long", "The request target is too long", {}, {}};
    const bool plain = std::all_of(target.begin(), target.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '#';
    });
    if (target.empty() || !plain)
        return bad_request("The request target is malformed");
    return std::nullopt;
}

[[nodiscard]] inline std::optional<problem> read_request_line(
    std::string_view line, const head_limits& limits, request& out, int& minor_version
) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return bad_request("The request line is malformed");
    const auto method = line.substr(0, first);
    auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);

    if (!is_token(method))
        return bad_request("The request line is malformed");
    if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.')
        return bad_request("The request line is malformed");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return problem{505, "version_not_supported", "HTTP/1.1 or HTTP/1.0", {}, {}};
    if (auto refused = check_target(target, limits))
        return refused;

    // RFC 9112 3.2.2: a server takes the absolute form too, though only proxies send it.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme))
            continue;
        const auto path = target.find_first_of("/?", scheme.size());
        target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    out.target = target.starts_with('?') ? "/" + std::string{target} : std::string{target};
    out.method = method;
    minor_version = version[7] - '0';
    return std::nullopt;
}

} // namespace detail

/// Reads a request's head: everything up to and with the empty line that ends it. Fills method,
/// target and headers of `out`, and `body`.
[[nodiscard]] inline std::optional<problem>
read_head(std::string_view text, const head_limits& limits, request& out, framing& body) {
    int minor_version = 1;
    bool is_first = true;
    while (true) {
        const auto end = text.find("\r\n");
        if (end == std::string_view::npos)
            return detail::bad_request("A line of the head does not end in CRLF");
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 2);
        if (is_first) {
            is_first = false;
            if (auto refused = detail::read_request_line(line, limits, out, minor_version))
                return refused;
            continue;
        }
        if (line.empty())
            break;
        // A name may hold no space, so a folded line and "Name : value" end here too.
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !detail::is_token(line.substr(0, colon)))
            return detail::bad_request("A header field is malformed");
        if (out.headers.size() == limits.fields)
            return problem{431, "too_many_headers", "Too many header fields", {}, {}};
        out.headers.add(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
    return read_framing(out.headers, minor_version, limits, body);
}

} // namespace weir::http
