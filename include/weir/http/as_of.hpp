// SPDX-License-Identifier: Apache-2.0
// The parameter `as_of`: the time as which rows are read. Light: sql/past.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/time.hpp>
#include <weir/core/time_text.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/condition_builder.hpp>
#include <weir/http/target.hpp>
#include <weir/sql/past.hpp>
#include <weir/table/table.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::http {

namespace detail {

/// Reads a time, if the table has a past to read; else adds a violation at `root`, `as_of`.
[[nodiscard]] inline std::optional<timestamp>
read_as_of(const table& of, std::string_view root, std::string_view value, violations& broken) {
    const location at{std::string{root}, std::string{"as_of"}};
    if (sql::past_of(of) == sql::past::none) {
        broken.push_back(
            {"no_history",
             at,
             "This table keeps no history: only its rows as they are now can be read"}
        );
        return std::nullopt;
    }
    timestamp then{};
    if (parse_rfc3339(value, then))
        return then;
    broken.push_back(
        {"datetime", at, "'as_of' is a time with its offset, such as 2026-05-01T10:00:00Z"}
    );
    return std::nullopt;
}

/// Reads the parameters of one row: `as_of` and no other.
///
/// Errors: validation_error at `query`.
[[nodiscard]] inline std::optional<timestamp>
read_as_of(const table& of, std::span<const query_parameter> query) {
    violations broken;
    std::optional<timestamp> then;
    bool is_given = false;
    for (const auto& given : query) {
        const std::string name{shortened(given.name)};
        if (name != "as_of") {
            broken.push_back(
                {"unknown_parameter",
                 {"query", name},
                 "This route takes no parameter '" + name + "'"}
            );
        } else if (is_given) {
            broken.push_back({"repeated", {"query", name}, "'as_of' is given twice"});
        } else {
            is_given = true;
            then = read_as_of(of, "query", given.value, broken);
        }
    }
    if (!broken.empty())
        throw validation_error{std::move(broken)};
    return then;
}

/// What is told where a table's past does not reach the time asked for.
[[nodiscard]] inline validation_error refused_time(std::string_view root) {
    return validation_error{
        {{"out_of_range",
          {std::string{root}, "as_of"},
          "The past of this table does not go back to this time"}}
    };
}

/// Relations are read as they are now: beside rows of the past they would be a lie.
///
/// Errors: validation_error.
[[nodiscard]] inline validation_error refused_past_relations(std::string_view root) {
    return validation_error{
        {{"not_embeddable",
          {std::string{root}, "as_of"},
          "Relations are embedded as they are now: leave out 'include' or 'as_of'"}}
    };
}

} // namespace detail

} // namespace weir::http
