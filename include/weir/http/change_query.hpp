// SPDX-License-Identifier: Apache-2.0
// The query strings of writes: the filters and `dry_run` of a change of many rows, `on_conflict` of
// an upsert. Costs url_conditions.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/http/preferences.hpp>
#include <weir/http/target.hpp>
#include <weir/http/url_conditions.hpp>
#include <weir/http/wildcards.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// Which rows a change is about.
struct change_query {
    sql::condition where{};
    /// Count only.
    bool is_dry_run = false;
};

namespace detail {

inline void refuse_change_parameter(const table& of, std::string_view name, violations& broken) {
    std::string message = "A change of many rows takes filters and dry_run, not '" +
                          std::string{shortened(name)} + "'";
    name_guess guess{name};
    guess.consider("dry_run");
    for (const auto& column : of.columns)
        if (is_answer_column(column))
            guess.consider(column.name);
    if (!guess.best().empty())
        message += "; did you mean '" + std::string{guess.best()} + "'?";
    broken.push_back(
        {"unknown_parameter", {"query", std::string{shortened(name)}}, std::move(message)}
    );
}

} // namespace detail

/// Reads the query of `PATCH /wells?…` or `DELETE /wells?…`.
///
/// Errors: validation_error with every violation; a query without a filter is one.
[[nodiscard]] inline change_query read_change_query(
    const table& of, std::span<const query_parameter> query, wildcards known = wildcards::star
) {
    violations broken;
    change_query made;
    url_conditions filters{of, broken, known};
    std::size_t size = 0;
    for (const auto& given : query)
        size += given.name.size() + given.value.size() + 2;
    bool has_dry_run = false;
    if (filters.budget().takes_query(size)) {
        for (const auto& given : query) {
            if (given.name == "dry_run") {
                made.is_dry_run = given.value == "true";
                if (std::exchange(has_dry_run, true))
                    broken.push_back({"repeated", {"query", "dry_run"}, "'dry_run' is given twice"}
                    );
                if (!made.is_dry_run && given.value != "false")
                    broken.push_back({"choice", {"query", "dry_run"}, "'dry_run' is true or false"}
                    );
            } else if (filters.takes(given.name)) {
                filters.read(given.name, given.value, given.name);
            } else {
                detail::refuse_change_parameter(of, given.name, broken);
            }
        }
    }
    made.where = filters.take();
    if (broken.empty() && made.where.is_always())
        broken.push_back(
            {"filter_required",
             {"query"},
             "A change of many rows needs a filter, as column=operator.value"}
        );
    if (!broken.empty())
        throw validation_error{std::move(broken)};
    return made;
}

namespace detail {

/// The positions of the columns of `on_conflict`.
[[nodiscard]] inline std::vector<std::uint16_t>
read_conflict_columns(const table& of, std::string_view text) {
    std::vector<std::uint16_t> columns;
    while (true) {
        const auto comma = text.find(',');
        const auto at = find_column(of.columns, trimmed(text.substr(0, comma)));
        if (at == of.columns.size())
            return {};
        columns.push_back(static_cast<std::uint16_t>(at));
        if (comma == std::string_view::npos)
            return columns;
        text.remove_prefix(comma + 1);
    }
}

[[nodiscard]] inline bool are_same_columns(column_indexes left, column_indexes right) {
    return left.size() == right.size() &&
           std::is_permutation(left.begin(), left.end(), right.begin());
}

[[nodiscard]] inline bool are_inserted(const table& of, column_indexes columns) {
    return !columns.empty() && std::all_of(columns.begin(), columns.end(), [&](std::uint16_t at) {
        return sql::is_inserted(of, at) && is_answer_column(of.columns[at]);
    });
}

/// `id`, `customer,reference`: what on_conflict may be.
[[nodiscard]] inline std::string conflict_choices(const table& of) {
    std::string text;
    const auto add = [&](column_indexes columns) {
        if (!are_inserted(of, columns))
            return;
        text += text.empty() ? "" : " or ";
        for (std::size_t at = 0; at < columns.size(); ++at)
            text.append(at == 0 ? "" : ",").append(of.columns[columns[at]].name);
    };
    add(of.key);
    for (const auto& set : of.unique)
        add(set.columns);
    return text;
}

} // namespace detail

/// Reads the query of an insert: `on_conflict`, the columns by which rows exist; absent: the key.
///
/// Errors: validation_error for other parameters, for `on_conflict` without a resolution, and where
///         rows cannot exist by these columns.
[[nodiscard]] inline std::vector<std::uint16_t> read_insert_query(
    const table& of, std::span<const query_parameter> query, const preferences& preferred
) {
    violations broken;
    std::vector<std::uint16_t> columns{of.key.begin(), of.key.end()};
    bool is_given = false;
    for (const auto& given : query) {
        const std::string name{detail::shortened(given.name)};
        if (given.name != "on_conflict") {
            broken.push_back(
                {"unknown_parameter",
                 {"query", name},
                 "This route takes no parameter '" + name + "'"}
            );
        } else if (std::exchange(is_given, true)) {
            broken.push_back({"repeated", {"query", name}, "'on_conflict' is given twice"});
        } else if (preferred.resolution == resolution::none) {
            broken.push_back(
                {"on_conflict",
                 {"query", name},
                 "'on_conflict' needs Prefer: resolution=merge-duplicates or ignore-duplicates"}
            );
        } else {
            columns = detail::read_conflict_columns(of, given.value);
        }
    }
    if (broken.empty() && preferred.resolution != resolution::none) {
        bool is_set = detail::are_same_columns(columns, of.key);
        for (const auto& set : of.unique)
            is_set = is_set || detail::are_same_columns(columns, set.columns);
        if (!is_set || !detail::are_inserted(of, columns)) {
            const auto choices = detail::conflict_choices(of);
            broken.push_back(
                {"on_conflict",
                 {"query", "on_conflict"},
                 choices.empty() ? "Rows of this table cannot be merged or ignored"
                                 : "Rows exist by on_conflict=" + choices}
            );
        }
    }
    if (!broken.empty())
        throw validation_error{std::move(broken)};
    return columns;
}

} // namespace weir::http
