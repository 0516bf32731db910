// SPDX-License-Identifier: Apache-2.0
// The query string of a list: select, order, limit, offset, cursor, count, deleted, and filters
// `column=operator.value`, by the facts of a table. Everything wrong is reported at once. Costs
// sql/order.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/as_of.hpp>
#include <weir/http/target.hpp>
#include <weir/http/url_conditions.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/order.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace weir::http {

/// What a client asks of a list.
struct list_query {
    /// Holds always when there are no filters.
    sql::condition where{};
    /// The asked order, or the table's own; the key is not in it unless asked for.
    std::vector<sql::order_term> order{};
    /// Whether the client asked for an order.
    bool has_order = false;
    /// Columns to answer, in the asked order; every public one unless asked.
    std::vector<std::uint16_t> columns{};
    /// `every_row`: no limit.
    std::uint64_t limit_rows = 0;
    std::uint64_t offset_rows = 0;
    bool counts_all = false;
    sql::deleted removed = sql::deleted::exclude;
    /// The rows as they were at this time.
    std::optional<timestamp> as_of{};
    /// Where to begin, as a list gave it (cursor.hpp); empty: at the first row.
    std::string cursor{};
    /// Whether an offset was asked for: such a client pages without cursors.
    bool has_offset = false;
    /// The part of the request all this stood in, for violations found later: `query` or `body`.
    /// Lifetime: static.
    std::string_view part{"query"};
};

/// How many rows a list may be asked for.
struct row_limits {
    /// Where the client names no limit.
    std::uint64_t usual = 0;
    std::uint64_t most = 0;
};

/// More rows than any table has: no limit.
inline constexpr auto every_row = std::numeric_limits<std::uint64_t>::max();

/// Of a list whose rows are kept in memory until all are there.
[[nodiscard]] constexpr row_limits page_limits(const table& of) noexcept {
    return {of.api.default_limit, of.api.max_limit};
}

/// Of a list whose rows are sent as they come: all of them, or whatever limit is asked for.
[[nodiscard]] constexpr row_limits stream_limits() noexcept {
    // As an offset: PostgreSQL takes 64 bits, Databricks 32.
    return {every_row, 2'147'483'647};
}

namespace detail {

inline constexpr std::array<std::string_view, 8> list_parameters{
    "select", "order", "limit", "offset", "count", "deleted", "as_of", "cursor"
};

/// Reads one list's query; the member functions each take one parameter.
class list_reader {
public:
    /// `root`: the part of the request that violations name, `query` or `body`.
    list_reader(
        const table& of,
        row_limits limits,
        std::string_view root = "query",
        wildcards known = wildcards::star
    )
        : of_(&of), root_(root), limits_(limits), conditions_(of, broken_, known) {
        made_.limit_rows = limits.usual;
    }

    [[nodiscard]] static bool is_parameter(std::string_view name) noexcept {
        return std::find(list_parameters.begin(), list_parameters.end(), name) !=
               list_parameters.end();
    }

    /// What is wrong so far, for whoever reads a part of the query itself.
    [[nodiscard]] violations& broken() noexcept { return broken_; }

    [[nodiscard]] list_query read(std::span<const query_parameter> query) {
        if (conditions_.budget().takes_query(query_size(query))) {
            for (const auto& given : query)
                take(given.name, given.value);
        }
        return finish(conditions_.take());
    }

    /// Takes one parameter.
    void take(std::string_view name, std::string_view value) {
        const auto known = std::find(list_parameters.begin(), list_parameters.end(), name);
        if (known != list_parameters.end()) {
            auto& seen = seen_[static_cast<std::size_t>(known - list_parameters.begin())];
            if (seen)
                return refuse(name, "repeated", "'" + std::string{name} + "' is given twice");
            seen = true;
            return take_known(name, value);
        }
        if (!conditions_.takes(name))
            return refuse_unknown(name, name, "parameter", true);
        conditions_.read(name, value, name);
    }

    /// Refuses a member that a body does not have.
    void refuse_member(std::string_view name) {
        std::array<std::string_view, list_parameters.size() + 1> members{"where"};
        std::copy(list_parameters.begin(), list_parameters.end(), members.begin() + 1);
        std::string message = "Unknown member '" + std::string{shortened(name)} + "'";
        if (const auto near = nearest_name(name, members); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        refuse(shortened(name), "unknown_member", std::move(message));
    }

    /// The query of all parameters taken.
    ///
    /// Errors: validation_error with every violation.
    [[nodiscard]] list_query finish(sql::condition where) {
        if (!made_.cursor.empty() && made_.has_offset)
            refuse("cursor", "conflict", "'cursor' and 'offset' exclude each other");
        if (!broken_.empty())
            throw validation_error{std::move(broken_)};
        made_.where = std::move(where);
        made_.part = root_;
        made_.has_order = !made_.order.empty();
        if (!made_.has_order) {
            for (const auto& term : of_->api.order_by)
                made_.order.push_back({.column = term.column, .descending = term.descending});
        }
        if (made_.columns.empty()) {
            made_.columns.reserve(of_->columns.size());
            for (std::size_t at = 0; at < of_->columns.size(); ++at)
                if (is_answer_column(of_->columns[at]))
                    made_.columns.push_back(static_cast<std::uint16_t>(at));
        }
        return std::move(made_);
    }

private:
    // PostgreSQL takes 64 bits, Databricks 32.
    static constexpr std::uint64_t most_offset = 2'147'483'647;
    static constexpr std::size_t most_order_columns = 32;

    void take_known(std::string_view name, std::string_view value) {
        if (name == "select")
            return take_select(value);
        if (name == "order")
            return take_order(value);
        if (name == "limit")
            return take_number(name, value, limits_.most, made_.limit_rows);
        if (name == "offset") {
            made_.has_offset = true;
            return take_number(name, value, most_offset, made_.offset_rows);
        }
        if (name == "cursor") {
            made_.cursor = value;
            if (value.empty())
                refuse(name, "cursor", "A cursor is never empty; leave it out to begin anew");
            return;
        }
        if (name == "count") {
            made_.counts_all = value == "exact";
            if (value != "exact" && value != "none")
                refuse(name, "choice", "'count' is exact or none");
            return;
        }
        if (name == "as_of") {
            made_.as_of = read_as_of(*of_, root_, value, broken_);
            return;
        }
        if (value == "include") {
            made_.removed = sql::deleted::include;
        } else if (value == "only") {
            made_.removed = sql::deleted::only;
        } else if (value != "exclude") {
            refuse(name, "choice", "'deleted' is exclude, include or only");
        }
    }

    void take_number(
        std::string_view name, std::string_view value, std::uint64_t most, std::uint64_t& out
    ) {
        std::uint64_t number = 0;
        const auto [end, failed] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (failed == std::errc{} && end == value.data() + value.size() && number <= most) {
            out = number;
        } else {
            refuse(
                name,
                "out_of_range",
                "'" + std::string{name} + "' is a whole number from 0 to " + std::to_string(most)
            );
        }
    }

    void take_select(std::string_view value) {
        if (value == "*")
            return;
        for (const auto item : items_of(value)) {
            const auto column = find_public(item);
            if (!column) {
                refuse_unknown("select", item, "column", false);
            } else if (std::find(made_.columns.begin(), made_.columns.end(), *column) !=
                       made_.columns.end()) {
                refuse("select", "repeated", "Column '" + std::string{item} + "' is named twice");
            } else {
                made_.columns.push_back(*column);
            }
        }
    }

    void take_order(std::string_view value) {
        const auto items = items_of(value);
        if (items.size() > most_order_columns)
            return refuse("order", "too_many_columns", "'order' names at most 32 columns");
        for (auto item : items) {
            sql::order_term term;
            const auto name = item.substr(0, item.find('.'));
            item.remove_prefix(name.size());
            const auto column = find_public(name);
            if (!column) {
                refuse_unknown("order", name, "column", false);
                continue;
            }
            term.column = *column;
            if (!read_modifiers(item, term)) {
                refuse(
                    "order",
                    "order",
                    "After '" + std::string{name} +
                        "' may come .asc or .desc, then .nullsfirst or .nullslast"
                );
                continue;
            }
            if (!sql::has_order(of_->columns[*column].type.kind)) {
                refuse("order", "order", "Column '" + std::string{name} + "' has no order");
                continue;
            }
            const bool is_repeated = std::any_of(
                made_.order.begin(),
                made_.order.end(),
                [&](const sql::order_term& other) { return other.column == term.column; }
            );
            if (is_repeated) {
                refuse("order", "repeated", "Column '" + std::string{name} + "' is named twice");
            } else {
                made_.order.push_back(term);
            }
        }
    }

    // ".desc.nullslast": either may be missing.
    static bool read_modifiers(std::string_view text, sql::order_term& term) {
        const auto take = [&text](std::string_view word) {
            if (!text.starts_with(word))
                return false;
            text.remove_prefix(word.size());
            return true;
        };
        term.descending = !take(".asc") && take(".desc");
        if (text == ".nullsfirst")
            term.nulls = sql::null_order::first;
        if (text == ".nullslast")
            term.nulls = sql::null_order::last;
        return text.empty() || term.nulls != sql::null_order::usual;
    }

    [[nodiscard]] static std::vector<std::string_view> items_of(std::string_view value) {
        std::vector<std::string_view> items;
        while (true) {
            const auto comma = value.find(',');
            items.push_back(trimmed(value.substr(0, comma)));
            if (comma == std::string_view::npos)
                return items;
            value.remove_prefix(comma + 1);
        }
    }

    // Private columns are answered like names that do not exist.
    [[nodiscard]] std::optional<std::uint16_t> find_public(std::string_view name) const {
        const auto at = find_column(of_->columns, name);
        if (at == of_->columns.size() || !is_answer_column(of_->columns[at]))
            return std::nullopt;
        return static_cast<std::uint16_t>(at);
    }

    void refuse_unknown(
        std::string_view parameter, std::string_view name, std::string_view what, bool with_list
    ) {
        std::vector<std::string_view> candidates;
        if (with_list) {
            candidates.assign(list_parameters.begin(), list_parameters.end());
            candidates.insert(candidates.end(), group_parameters.begin(), group_parameters.end());
        }
        for (const auto& column : of_->columns)
            if (is_answer_column(column))
                candidates.push_back(column.name);
        std::string message =
            "Unknown " + std::string{what} + " '" + std::string{shortened(name)} + "'";
        if (const auto near = nearest_name(name, candidates); !near.empty())
            message += "; did you mean '" + std::string{near} + "'?";
        refuse(shortened(parameter), "unknown_" + std::string{what}, std::move(message));
    }

    void refuse(std::string_view parameter, std::string_view type, std::string message) {
        broken_.push_back(
            {std::string{type}, {std::string{root_}, std::string{parameter}}, std::move(message)}
        );
    }

    const table* of_;
    std::string_view root_;
    row_limits limits_;
    list_query made_{};
    std::array<bool, list_parameters.size()> seen_{};
    violations broken_{};
    url_conditions conditions_;
};

} // namespace detail

/// Reads the query of a list.
///
/// Errors: validation_error with every violation, at `query` and the parameter's name; unknown
/// names carry the
///         nearest known one.
[[nodiscard]] inline list_query read_list_query(
    const table& of,
    std::span<const query_parameter> query,
    row_limits limits,
    wildcards known = wildcards::star
) {
    return detail::list_reader{of, limits, "query", known}.read(query);
}

/// The same of a page.
[[nodiscard]] inline list_query read_list_query(
    const table& of, std::span<const query_parameter> query, wildcards known = wildcards::star
) {
    return read_list_query(of, query, page_limits(of), known);
}

/// Refuses every query parameter: for routes that take none.
///
/// Errors: validation_error naming each.
inline void refuse_parameters(std::span<const query_parameter> query) {
    violations broken;
    for (const auto& given : query) {
        const std::string name{detail::shortened(given.name)};
        broken.push_back(
            {"unknown_parameter", {"query", name}, "This route takes no parameter '" + name + "'"}
        );
    }
    if (!broken.empty())
        throw validation_error{std::move(broken)};
}

} // namespace weir::http
