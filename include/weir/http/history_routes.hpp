// SPDX-License-Identifier: Apache-2.0
// `GET /x/{key}/history`: the old versions of a row. By the table's facts alone, compiled once.
// Costs data/table_reader.hpp and json/.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/condition_builder.hpp>
#include <weir/http/negotiation.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/target.hpp>
#include <weir/json/page_writer.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/history.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weir::http::detail {

/// Which versions are asked for. In versions.
struct history_page {
    std::uint64_t limit = 0;
    std::uint64_t offset = 0;
};

/// Reads `limit` and `offset`.
///
/// Errors: validation_error at `query`.
[[nodiscard]] inline history_page
read_history_page(const table& of, std::span<const query_parameter> query) {
    // As an offset: PostgreSQL takes 64 bits, Databricks 32.
    constexpr std::uint64_t most_offset = 2'147'483'647;
    history_page made{.limit = of.api.default_limit};
    violations broken;
    std::array<bool, 2> seen{};
    for (const auto& given : query) {
        const std::string name{shortened(given.name)};
        const auto refuse = [&](std::string_view type, std::string message) {
            broken.push_back({std::string{type}, {"query", name}, std::move(message)});
        };
        if (name != "limit" && name != "offset") {
            refuse(
                "unknown_parameter", "This route takes 'limit' and 'offset', not '" + name + "'"
            );
            continue;
        }
        const bool is_limit = name == "limit";
        if (std::exchange(seen[is_limit ? 0 : 1], true)) {
            refuse("repeated", "'" + name + "' is given twice");
            continue;
        }
        const auto most = is_limit ? std::uint64_t{of.api.max_limit} : most_offset;
        std::uint64_t number = 0;
        const auto* const end = given.value.data() + given.value.size();
        const auto [stop, failed] = std::from_chars(given.value.data(), end, number);
        if (failed != std::errc{} || stop != end || number > most) {
            refuse(
                "out_of_range", "'" + name + "' is a whole number from 0 to " + std::to_string(most)
            );
            continue;
        }
        (is_limit ? made.limit : made.offset) = number;
    }
    if (!broken.empty())
        throw validation_error{std::move(broken)};
    return made;
}

/// The history columns as clients see them. The hashes are not among them: they would let anybody
/// who knows the other columns try out the values of private ones.
inline constexpr std::array<column, sql::listed_history.size()> told_history{{
    {.name = "version", .type = {.kind = type::int64}},
    {.name = "operation", .type = {.kind = type::string}},
    {.name = "from", .type = {.kind = type::timestamp}},
    {.name = "to", .type = {.kind = type::timestamp}},
    {.name = "by", .type = {.kind = type::string}},
}};

/// Answers one page of versions.
///
/// Errors: not_found_error when there is no such row for this caller, deleted ones included.
template <class Reader, class BindKey>
[[nodiscard]] response answer_history(
    const request& asked, Reader rows, const history_page& page, const BindKey& bind_key
) {
    const auto& of = rows.facts();
    if (!rows.find(bind_key, sql::deleted::include).next())
        throw_absent(of);
    const auto numbers = read_preferences(asked.headers).numbers;
    const json::row_writer told{told_history, rows.format(), numbers};
    const json::row_writer row{of.columns, rows.format(), numbers};
    std::string body;
    json::page_writer out{body};
    auto found = rows.versions(bind_key, page.limit, page.offset);
    while (const auto fields = found.next()) {
        out.append_written([&](std::string& to) {
            told.append(to, fields->first(told_history.size()));
            to.back() = ',';
            to += "\"row\":";
            row.append(to, fields->subspan(told_history.size()));
            to += '}';
        });
    }
    out.end_rows();
    out.close();
    return answer_json(200, std::move(body), {.minimal = false, .numbers = numbers});
}

} // namespace weir::http::detail
