// SPDX-License-Identifier: Apache-2.0
// A request in PostgREST's language as a request in weir's: the same conditions, other names around
// them. Costs http/request.hpp.
// Source: PostgREST documentation, "Tables and Views", "Prefer Header", "Pagination and Count".
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/postgrest/projection.hpp>
#include <weir/http/postgrest/select.hpp>
#include <weir/http/request.hpp>
#include <weir/http/target.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::postgrest {

/// What form an answer shall have.
enum class form : std::uint8_t { array, object, csv };

/// A request as weir's routes understand it, and what its answer shall look like.
struct question {
    request asked{};
    std::vector<selected> select{};
    postgrest::form form = form::array;
    /// False: the client accepts nothing weir writes.
    bool is_acceptable = true;
    bool strips_nulls = false;
    bool wants_rows = true;
    bool counts = false;
    std::uint64_t offset = 0;
};

namespace detail {

/// The first and, where said, the last row of `Range: 0-9`.
struct row_range {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> last{};
};

[[nodiscard]] inline std::optional<std::uint64_t> read_row_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || number > INT32_MAX)
        return std::nullopt;
    return number;
}

/// Errors: false for what is no range of rows. Other units than items are passed over, as HTTP
/// asks.
[[nodiscard]] inline bool read_range(const headers& sent, std::optional<row_range>& out) {
    const auto text = sent.find("Range");
    if (!text || text->find('=') != std::string_view::npos)
        return true;
    const auto dash = text->find('-');
    const auto first = read_row_number(text->substr(0, dash));
    if (!first || dash == std::string_view::npos)
        return false;
    out = row_range{.first = *first};
    if (dash + 1 == text->size())
        return true;
    out->last = read_row_number(text->substr(dash + 1));
    return out->last && *out->last >= *first;
}

/// Makes one question; the member functions each translate one part of the request.
class question_writer {
public:
    question_writer(const table& of, const request& from) : of_(&of), from_(&from) {
        made_.asked.method = from.method == "HEAD" ? "GET" : from.method;
        made_.asked.body = from.body;
        made_.asked.remote_address = from.remote_address;
        made_.asked.until = from.until;
        made_.asked.request_id = from.request_id;
        made_.asked.routes = from.routes;
        made_.asked.trace = from.trace;
        made_.asked.traceparent = from.traceparent;
        made_.asked.outcome = from.outcome;
        made_.asked.patterns = wildcards::star_and_sql;
    }

    /// `path`: the table's, in weir's routes.
    [[nodiscard]] question write(std::string_view path) {
        take_select();
        if (from_->method == "GET" || from_->method == "HEAD")
            take_page();
        for (const auto& each : from_->query)
            take_parameter(each);
        take_accept();
        take_preferences();
        if (!broken_.empty())
            throw validation_error{std::move(broken_)};
        made_.asked.target = std::string{path};
        char before = '?';
        for (const auto& [name, value] : query_) {
            made_.asked.target.push_back(std::exchange(before, '&'));
            append_percent_encoded(made_.asked.target, name);
            made_.asked.target.push_back('=');
            append_percent_encoded(made_.asked.target, value);
        }
        return std::move(made_);
    }

private:
    [[nodiscard]] bool reads() const noexcept { return made_.asked.method == "GET"; }

    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const {
        for (const auto& each : from_->query)
            if (each.name == name)
                return each.value;
        return std::nullopt;
    }

    void add(std::string name, std::string value) {
        query_.emplace_back(std::move(name), std::move(value));
    }

    void take_select() {
        made_.select = read_select(parameter("select").value_or("*"), broken_);
        if (reads())
            return add_select(*of_, made_.select, "");
        for (const auto& each : made_.select) {
            if (each.is_relation)
                refuse("select", "Rows that were written come without their relations");
            else
                check_column(each);
        }
    }

    // `select=id,lines(sku)` is `select=id&include=lines&lines.select=sku`.
    void add_select(const table& of, std::span<const selected> items, const std::string& path) {
        std::string columns;
        bool has_all = false;
        for (const auto& each : items) {
            if (each.is_everything()) {
                has_all = true;
            } else if (!each.is_relation) {
                columns += columns.empty() ? "" : ",";
                columns += each.name;
            } else if (const auto* const found = find_inclusion(of, each.name)) {
                include_ += include_.empty() ? "" : ",";
                include_ += path + each.name;
                add_select(found->of(), each.items, path + each.name + ".");
            } else {
                refuse(
                    "select",
                    "Table '" + std::string{of.name} + "' embeds nothing called '" +
                        each.name.substr(0, 64) + "'"
                );
            }
        }
        if (!has_all && !columns.empty())
            add(path + "select", std::move(columns));
        if (path.empty() && !include_.empty())
            add("include", include_);
    }

    void check_column(const selected& item) {
        if (item.is_everything())
            return;
        const auto at = find_column(of_->columns, item.name);
        if (at == of_->columns.size() || !is_answer_column(of_->columns[at]))
            refuse("select", "Unknown column '" + item.name.substr(0, 64) + "'");
    }

    // Rows are limited by the table's own ceiling, as by PostgREST's db-max-rows: asking for more
    // is no mistake.
    void take_page() {
        std::optional<row_range> range;
        if (!read_range(from_->headers, range))
            refuse("Range", "'Range' is two row numbers, such as 0-9");
        std::uint64_t limit = of_->api.max_limit;
        if (const auto text = parameter("limit")) {
            const auto asked = read_row_number(*text);
            if (!asked)
                refuse("limit", "'limit' is a number of rows");
            limit = std::min(limit, asked.value_or(0));
        }
        if (const auto text = parameter("offset")) {
            const auto asked = read_row_number(*text);
            if (!asked)
                refuse("offset", "'offset' is a number of rows");
            made_.offset = asked.value_or(0);
        }
        if (range) {
            made_.offset = std::max(made_.offset, range->first);
            if (range->last)
                limit = std::min(limit, *range->last - range->first + 1);
        }
        add("limit", std::to_string(limit));
        // Always said: pages by offset need no cursors.
        add("offset", std::to_string(made_.offset));
    }

    void take_parameter(const query_parameter& given) {
        const std::string_view name = given.name;
        // `columns` names the members a body may have; weir's validation looks at the body itself.
        if (name == "select" || name == "columns")
            return;
        if (reads() && (name == "limit" || name == "offset"))
            return;
        add(unaliased(given.name), given.value);
    }

    // Parameters of an embedded relation begin with what the answer calls it.
    [[nodiscard]] std::string unaliased(const std::string& name) const {
        std::string made;
        std::span<const selected> items{made_.select};
        std::string_view rest = name;
        while (true) {
            const auto point = rest.find('.');
            const auto found = std::find_if(items.begin(), items.end(), [&](const selected& each) {
                return each.is_relation && each.shown == rest.substr(0, point);
            });
            if (point == std::string_view::npos || found == items.end())
                return made + std::string{rest};
            made += found->name + ".";
            items = found->items;
            rest.remove_prefix(point + 1);
        }
    }

    void take_accept() {
        bool is_known = !from_->headers.find("Accept");
        from_->headers.for_each_item_of("Accept", [&](std::string_view item) {
            if (std::exchange(is_known, true))
                return;
            const auto end = std::min(item.find(';'), item.size());
            const auto type = trimmed(item.substr(0, end));
            made_.strips_nulls = item.find("nulls=stripped", end) != std::string_view::npos;
            if (equals_ignoring_case(type, "application/vnd.pgrst.object+json")) {
                made_.form = form::object;
            } else if (equals_ignoring_case(type, "text/csv")) {
                made_.form = form::csv;
            } else {
                is_known = equals_ignoring_case(type, "application/json") ||
                           equals_ignoring_case(type, "application/vnd.pgrst.array+json") ||
                           type == "*/*" || equals_ignoring_case(type, "application/*");
            }
        });
        const bool is_csv = made_.form == form::csv;
        made_.is_acceptable = is_known && !(is_csv && !reads());
        made_.asked.headers.add("Accept", is_csv ? "text/csv" : "application/json");
        if (is_csv && (reshapes(made_.select) || !include_.empty()))
            refuse("select", "CSV has neither aliases nor relations");
    }

    void take_preferences() {
        std::string prefer;
        const auto pass = [&prefer](std::string_view item) {
            prefer += prefer.empty() ? "" : ", ";
            prefer += item;
        };
        made_.wants_rows = reads();
        from_->headers.for_each_item_of("Prefer", [&](std::string_view item) {
            if (item == "return=representation") {
                made_.wants_rows = true;
            } else if (item.starts_with("count=")) {
                made_.counts = true;
            } else if (item == "tx=rollback") {
                refuse("Prefer", "Trying a write out by 'tx=rollback' is not offered", "header");
            } else if (item.starts_with("resolution=") || item.starts_with("max-affected=") ||
                       item.starts_with("handling=") || item.starts_with("numbers=")) {
                pass(item);
            }
        });
        if (!reads())
            pass(made_.wants_rows ? "return=representation" : "return=minimal");
        if (made_.form == form::object && (from_->method == "PATCH" || from_->method == "DELETE"))
            pass("max-affected=1");
        if (reads() && made_.counts)
            add("count", "exact");
        if (!prefer.empty())
            made_.asked.headers.add("Prefer", prefer);
        for (const auto& each : from_->headers) {
            constexpr std::string_view translated[]{
                "Accept", "Prefer", "Range", "Range-Unit", "Accept-Encoding"
            };
            const bool is_own = std::any_of(
                std::begin(translated),
                std::end(translated),
                [&](std::string_view name) { return equals_ignoring_case(each.name, name); }
            );
            if (!is_own)
                made_.asked.headers.add(each.name, each.value);
        }
    }

    void refuse(std::string where, std::string message, std::string part = "query") {
        broken_.push_back({"postgrest", {std::move(part), std::move(where)}, std::move(message)});
    }

    const table* of_;
    const request* from_;
    question made_{};
    std::vector<std::pair<std::string, std::string>> query_{};
    std::string include_{};
    violations broken_{};
};

} // namespace detail

/// Translates a request for a table whose routes are at `path`.
///
/// Errors: validation_error with everything that is malformed or not offered; what the table's own
/// routes refuse is told by them.
[[nodiscard]] inline question ask_of(const table& of, const request& from, std::string_view path) {
    return detail::question_writer{of, from}.write(path);
}

} // namespace weir::http::postgrest
