// SPDX-License-Identifier: Apache-2.0
// The routes that change many rows at once: by filter, and a batch of different changes. Costs what
// write_routes.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/repository.hpp>
#include <weir/http/answers.hpp>
#include <weir/http/batch_body.hpp>
#include <weir/http/change_query.hpp>
#include <weir/http/entity_tag.hpp>
#include <weir/http/preferences.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/sessions.hpp>
#include <weir/http/table_options.hpp>
#include <weir/http/write_routes.hpp>
#include <weir/json/page_writer.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/row_writer.hpp>
#include <weir/sql/condition.hpp>
#include <weir/table/row.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Changes one batch may hold: each is a statement.
inline constexpr std::size_t most_batch_items = 1'000;

/// `{"count":3}`.
[[nodiscard]] inline std::string count_body(std::uint64_t count) {
    return "{\"count\":" + std::to_string(count) + "}";
}

/// Appends what became of one change that failed.
inline void append_failure(std::string& out, const problem& told) {
    out += ",\"status\":" + std::to_string(told.status) + ",\"code\":";
    json::append_json_string(out, told.code);
    out += ",\"message\":";
    json::append_json_string(out, told.message);
}

/// Answers changes of many rows of one table.
template <keyed_row Row>
class many_handlers : public write_handlers<Row> {
    using base = write_handlers<Row>;

public:
    using base::base;

    response update_where(const request& asked) const {
        const auto preferred = read_preferences(asked.headers);
        refuse_conditions(asked);
        const auto query = read_change_query(facts, asked.query, asked.patterns);
        update_of<Row> changes{};
        auto broken = json::read_update<Row>(asked.body, changes);
        if (broken.empty() && weir::detail::changed_members<Row>(changes).empty())
            broken.push_back({"missing", {std::string{"body"}}, "Name a column to set at least"});
        base::add_own_violations(changes, base::place_of(false, 0), broken);
        json::require_sound(std::move(broken));
        return change(asked, preferred, query, [&](auto& rows, const auto& where, const auto& how) {
            return rows.update_where(where, changes, how);
        });
    }

    response remove_where(const request& asked) const {
        const auto preferred = read_preferences(asked.headers);
        refuse_conditions(asked);
        const auto query = read_change_query(facts, asked.query, asked.patterns);
        return change(asked, preferred, query, [](auto& rows, const auto& where, const auto& how) {
            return rows.remove_where(where, how);
        });
    }

    /// Every change by itself: one that is refused leaves the others in place.
    response batch(const request& asked) const {
        refuse_parameters(asked.query);
        refuse_conditions(asked);
        const auto preferred = read_preferences(asked.headers);
        std::vector<batch_item<Row>> items;
        json::require_sound(
            read_batch<Row>(asked.body, items, std::min(base::options_.max_rows, most_batch_items))
        );
        if (preferred.max_affected && items.size() > *preferred.max_affected)
            throw precondition_error{"The batch holds more changes than may be made"};
        auto session = open_row_session<Row>(base::from_, asked);
        rows_of_table rows{session, base::per_request(asked)};
        std::uint64_t count = 0;
        bool goes_on = true;
        std::string results;
        for (const auto& item : items) {
            results += results.empty() ? "{\"key\":" : ",{\"key\":";
            append_key<Row>(results, item.key);
            if (goes_on) {
                const auto status =
                    try_item(results, rows, item, preferred, asked.within != nullptr);
                count += status == 200 ? 1U : 0U;
                goes_on = status < 500;
            } else {
                append_failure(results, {503, "not_tried", "An earlier change failed", {}, {}});
            }
            results += '}';
        }
        return answer_json(
            200,
            "{\"results\":[" + results + "],\"count\":" + std::to_string(count) + "}",
            applied_of(preferred, preferred.representation)
        );
    }

private:
    using typename base::rows_of_table;

    static constexpr const table& facts = table_of<Row>;

    /// A tag is one row's: for many there is none that could match.
    static void refuse_conditions(const request& asked) {
        violations broken;
        for (const auto* const name : {"If-Match", "If-None-Match"}) {
            if (asked.headers.find(name))
                broken.push_back(
                    {"entity_tag",
                     {"header", name},
                     "'" + std::string{name} + "' is for one row; give versions in a batch"}
                );
        }
        json::require_sound(std::move(broken));
    }

    [[nodiscard]] static preferences applied_of(const preferences& given, bool with_rows) {
        return {
            .minimal = given.minimal && !given.headers_only,
            .numbers = with_rows ? given.numbers : json::numbers::plain,
            .representation = with_rows,
            .max_affected = given.max_affected,
        };
    }

    template <class Change>
    response change(
        const request& asked,
        const preferences& preferred,
        const change_query& query,
        const Change& make
    ) const {
        auto session = open_row_session<Row>(base::from_, asked);
        rows_of_table rows{session, base::per_request(asked)};
        const sql::typed_condition<Row> where{query.where};
        if (query.is_dry_run) {
            const auto count = rows.count_where(where);
            if (preferred.max_affected && count > *preferred.max_affected)
                throw precondition_error{"More rows match than may be changed"};
            return answer_json(200, count_body(count), applied_of(preferred, false));
        }
        // Where rows do not come back by themselves it takes a unit of work: a preference, after
        // all.
        const bool with_rows = preferred.representation &&
                               (session.dialect() == sql::dialect::postgres || session.has_units());
        const auto made = make(rows, where, many_options{preferred.max_affected, with_rows});
        const auto applied = applied_of(preferred, with_rows);
        if (!with_rows)
            return answer_json(200, count_body(made.count), applied);
        std::string body;
        json::page_writer page{body};
        for (const auto& row : made.rows)
            page.append(row, preferred.numbers);
        page.end_rows();
        page.close();
        return answer_json(200, std::move(body), applied);
    }

    /// Makes one change, appends what became of it and gives its status. In a unit of work what
    /// fails takes the rest with it, and is thrown; but not a row that is absent or has moved on.
    int try_item(
        std::string& out,
        rows_of_table& rows,
        const batch_item<Row>& item,
        const preferences& preferred,
        bool is_in_unit
    ) const {
        row_demand demanded;
        if (item.seen)
            demanded.one_of.push_back(*item.seen);
        try {
            const auto changed =
                rows.update(item.key, item.set, precondition<Row>{std::move(demanded)});
            if (!changed)
                throw_absent(facts);
            out += ",\"status\":200,\"version\":";
            json::append_json_string(out, version_of(*changed).untyped.text);
            if (preferred.representation) {
                out += ",\"data\":";
                json::append_json(out, *changed, preferred.numbers);
            }
            return 200;
        } catch (const error& failed) {
            const auto told = problem_of(failed);
            if (is_in_unit && told.status != 404 && told.status != 412)
                throw;
            append_failure(out, told);
            return told.status;
        }
    }
};

} // namespace weir::http::detail
