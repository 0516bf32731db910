// SPDX-License-Identifier: Apache-2.0
// `GET /records/read`: a page of a table's rows. Costs http/filter_array.hpp and
// data/table_reader.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/http/filter_array.hpp>
#include <weir/http/records/filters.hpp>
#include <weir/http/records/route.hpp>
#include <weir/json/page_writer.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/order.hpp>
#include <weir/table/audit.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// The query of a read. Parameters that it does not know are passed over; of one that is repeated
/// the last counts.
class record_query {
public:
    explicit record_query(const request& asked) : asked_(&asked) {}

    [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
        std::optional<std::string> found;
        for (const auto& each : asked_->query) {
            if (each.name == name)
                found = each.value;
        }
        return found;
    }

    /// A number from `least` to `most`.
    [[nodiscard]] std::uint64_t
    number(std::string_view name, std::uint64_t usual, std::uint64_t least, std::uint64_t most) {
        const auto text = find(name);
        if (!text)
            return usual;
        std::int64_t value = 0;
        const auto* const end = text->data() + text->size();
        const auto [stopped, failed] = std::from_chars(text->data(), end, value);
        if (stopped != end || text->empty()) {
            refuse(name, "int_parsing", "Input should be a valid integer");
        } else if (failed == std::errc{} && std::cmp_less(value, least)) {
            refuse(
                name,
                "greater_than_equal",
                "Input should be greater than or equal to " + std::to_string(least)
            );
        } else if (failed != std::errc{} || std::cmp_greater(value, most)) {
            refuse(
                name,
                "less_than_equal",
                "Input should be less than or equal to " + std::to_string(most)
            );
        } else {
            return static_cast<std::uint64_t>(value);
        }
        return usual;
    }

    [[nodiscard]] record_address address() {
        record_address at;
        for (const auto& [name, part] :
             {std::pair{"catalog", &at.catalog},
              std::pair{"schema", &at.schema},
              std::pair{"table", &at.table}}) {
            if (auto text = find(name)) {
                *part = std::move(*text);
            } else {
                refuse(name, "missing", "Field required");
            }
        }
        if (!broken_.empty())
            refuse_form(std::move(broken_));
        for (const auto* part : {&at.catalog, &at.schema, &at.table})
            require_identifier(*part);
        return at;
    }

private:
    void refuse(std::string_view name, std::string_view type, std::string message) {
        broken_.push_back(
            {std::string{type}, {std::string{"query"}, std::string{name}}, std::move(message)}
        );
    }

    const request* asked_;
    violations broken_{};
};

/// Answers reads.
class record_read : public record_route {
public:
    using record_route::record_route;

    [[nodiscard]] response operator()(const request& asked) const {
        record_query query{asked};
        const auto limit = query.number("limit", 100, 1, 1000);
        const auto offset = query.number("offset", 0, 0, INT32_MAX);
        const auto at = query.address();
        return on_table(
            at,
            asked,
            operations::list,
            [&](const record_target& target, any_session_base& session) {
                return page(*target.of, session, asked, query, limit, offset);
            }
        );
    }

private:
    [[nodiscard]] static response page(
        const table& of,
        any_session_base& session,
        const request& asked,
        const record_query& query,
        std::uint64_t limit,
        std::uint64_t offset
    ) {
        record_filters filters;
        const auto given = query.find("filters");
        if (given && !given->empty())
            filters = read_record_filters(of, *given, "query", filter_lists::may_be_empty);
        const auto columns = columns_of(of, query.find("columns").value_or("*"));
        table_reader rows{session, of, asked.until};
        read_request wanted{
            .where = &filters.where,
            .columns = columns,
            .limit_rows = limit,
            .offset_rows = offset,
            .removed = filters.removed,
        };
        for (const auto& term : of.api.order_by)
            wanted.order.push_back({.column = term.column, .descending = term.descending});
        const json::row_writer writer{of.columns, columns, rows.format()};
        std::string body;
        json::page_writer made{body};
        {
            auto found = rows.select(wanted);
            while (const auto fields = found.next())
                made.append(writer, *fields);
        }
        made.end_rows();
        // A page that is not full is the last: how many there are is known.
        const bool is_last = made.count() < limit && (made.count() > 0 || offset == 0);
        made.member(
            "total", is_last ? offset + made.count() : rows.count(&filters.where, filters.removed)
        );
        made.close();
        return json_response(200, std::move(body));
    }

    /// Errors: validation_error for names that are none, and for columns that are not there.
    [[nodiscard]] static std::vector<std::uint16_t>
    columns_of(const table& of, std::string_view names) {
        std::vector<std::uint16_t> chosen;
        const auto choose_all = [&] {
            for (std::size_t at = 0; at < of.columns.size(); ++at) {
                if (is_answer_column(of.columns[at]))
                    chosen.push_back(static_cast<std::uint16_t>(at));
            }
        };
        if (trimmed(names).empty() || trimmed(names) == "*") {
            choose_all();
            return chosen;
        }
        violations broken;
        condition_builder known{of, broken, "query"};
        const location at{std::string{"query"}, std::string{"columns"}};
        for_each_item(names, [&](std::string_view name) {
            require_identifier(name);
            if (const auto column = known.find_column(name)) {
                if (std::find(chosen.begin(), chosen.end(), *column) == chosen.end())
                    chosen.push_back(*column);
            } else {
                known.refuse_column(name, value_path{at});
            }
        });
        if (!broken.empty())
            refuse_form(std::move(broken));
        return chosen;
    }
};

} // namespace weir::http::detail
