// SPDX-License-Identifier: Apache-2.0
// What the headers of a list say about its page: Content-Range and Link. Costs http/cursor.hpp.
#pragma once

#include <weir/http/cursor.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/target.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

/// `rows 0-24/573`: the page's first and last row, counted from 0, and how many rows match; `*`
/// where that was not counted. Absent where the page is empty and nothing was counted. Source: RFC
/// 9110 14.4.
[[nodiscard]] inline std::optional<std::string>
content_range(std::uint64_t first, std::uint64_t rows, std::optional<std::uint64_t> total) {
    if (rows == 0 && !total)
        return std::nullopt;
    std::string range{"rows "};
    if (rows == 0) {
        range.push_back('*');
    } else {
        range.append(std::to_string(first)).append("-").append(std::to_string(first + rows - 1));
    }
    range.push_back('/');
    return range.append(total ? std::to_string(*total) : "*");
}

namespace detail {

/// The request's own path and query with another cursor. An offset has done its work: the cursor
/// stands where it led.
[[nodiscard]] inline std::string page_target(const request& asked, std::string_view cursor) {
    std::string target{asked.path};
    char before = '?';
    for (const auto& given : asked.query) {
        if (given.name == "cursor" || given.name == "offset")
            continue;
        target.push_back(before);
        append_percent_encoded(target, given.name);
        target.push_back('=');
        append_percent_encoded(target, given.value);
        before = '&';
    }
    target.push_back(before);
    // Letters, digits, `-` and `_`: nothing to encode.
    return target.append("cursor=").append(cursor);
}

} // namespace detail

/// Adds `Link: </wells?…&cursor=…>; rel="next"` for the cursors there are. Left out where it would
/// pass 4 KiB, which clients may refuse: the body has the cursors.
/// Source: RFC 8288 3.
inline void tell_links(response& to, const request& asked, const neighbours& beside) {
    constexpr std::size_t most_bytes = 4096;
    std::string links;
    const auto add = [&](const std::optional<std::string>& cursor, std::string_view relation) {
        if (!cursor)
            return;
        if (!links.empty())
            links.append(", ");
        links.append("<").append(detail::page_target(asked, *cursor)).append(">; rel=\"");
        links.append(relation).append("\"");
    };
    add(beside.next, "next");
    add(beside.previous, "prev");
    if (!links.empty() && links.size() <= most_bytes)
        to.headers.add("Link", links);
}

/// What a list's page turned out to be.
struct page_facts {
    std::uint64_t rows = 0;
    /// Rows that match, where they were counted.
    std::optional<std::uint64_t> total{};
    neighbours beside{};
};

/// Adds the headers of a list's page: Content-Range, but from a cursor, which does not know how
/// many rows come before it; Link, but where the request is more than its target.
inline void
tell_page(response& to, const request& asked, const list_query& query, const page_facts& found) {
    if (query.cursor.empty()) {
        if (const auto range = content_range(query.offset_rows, found.rows, found.total))
            to.headers.add("Content-Range", *range);
    }
    if (asked.method != "POST")
        tell_links(to, asked, found.beside);
}

} // namespace weir::http
