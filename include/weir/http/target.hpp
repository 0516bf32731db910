// SPDX-License-Identifier: Apache-2.0
// Takes a request target apart, strictly: a bad escape, a NUL or text that is not UTF-8 is an
// error. Light: string, vector.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/percent.hpp>
#include <weir/core/utf8.hpp>
#include <weir/core/violation.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// One `name=value` of a query, decoded.
struct query_parameter {
    std::string name;
    std::string value;
};

/// The bytes of a query's parameters, escapes undone, with what stands between them.
[[nodiscard]] inline std::size_t query_size(std::span<const query_parameter> query) noexcept {
    std::size_t size = 0;
    for (const auto& given : query)
        size += given.name.size() + given.value.size() + 2;
    return size;
}

/// One `{name}` of a route's pattern and what stands there, decoded and as sent.
struct path_parameter {
    std::string name;
    std::string value;
    std::string raw;
};

/// How a plus sign is read: as itself in a path, as a space in a query.
/// Source: WHATWG URL, application/x-www-form-urlencoded parsing.
enum class plus_sign { literal, space };

/// Undoes percent-encoding. False, with `out` unspecified, when an escape is malformed, or the
/// result holds a NUL or is not UTF-8.
[[nodiscard]] inline bool
percent_decode(std::string_view text, std::string& out, plus_sign plus = plus_sign::literal) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
            return c - 'A' + 10;
        return -1;
    };
    out.clear();
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            if (text.size() - at < 3)
                return false;
            const int high = digit(text[at + 1]);
            const int low = digit(text[at + 2]);
            if (high < 0 || low < 0)
                return false;
            out.push_back(static_cast<char>(high * 16 + low));
            at += 2;
        } else if (text[at] == '+' && plus == plus_sign::space) {
            out.push_back(' ');
        } else {
            out.push_back(text[at]);
        }
    }
    return out.find('\0') == std::string::npos && is_valid_utf8(out);
}

using weir::append_percent_encoded;

/// What stands before the query, as sent.
[[nodiscard]] constexpr std::string_view target_path(std::string_view target) noexcept {
    return target.substr(0, target.find('?'));
}

/// The parts of a target: its path as sent and its query, decoded.
struct target_parts {
    std::string path;
    std::vector<query_parameter> query;
};

/// Splits a target. Decodes the query, not the path: the router decodes it segment by segment.
///
/// Errors: validation_error naming every query parameter that cannot be decoded.
[[nodiscard]] inline target_parts split_target(std::string_view target) {
    target_parts parts;
    const auto mark = target.find('?');
    parts.path = target.substr(0, mark);
    if (mark == std::string_view::npos)
        return parts;

    violations broken;
    std::string_view rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (pair.empty())
            continue;
        const auto equals = pair.find('=');
        query_parameter parameter;
        const bool named = percent_decode(pair.substr(0, equals), parameter.name, plus_sign::space);
        const bool valued =
            equals == std::string_view::npos ||
            percent_decode(pair.substr(equals + 1), parameter.value, plus_sign::space);
        if (named && valued) {
            parts.query.push_back(std::move(parameter));
        } else {
            location where{"query"};
            if (named)
                where.emplace_back(parameter.name);
            broken.push_back(
                {"url_encoding",
                 std::move(where),
                 "Escapes must be % and two hexadecimal digits, spell UTF-8 and no NUL"}
            );
        }
    }
    if (!broken.empty())
        throw validation_error{std::move(broken), "The query cannot be decoded"};
    return parts;
}

} // namespace weir::http
