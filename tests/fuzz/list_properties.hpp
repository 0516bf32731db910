// SPDX-License-Identifier: Apache-2.0
// What must hold of every list query, whatever grammar it came in, for a table with a column of
// every type.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/utf8.hpp>
#include <weir/http/filter_operators.hpp>
#include <weir/http/list_query.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"

namespace weir::fuzz {

inline constexpr std::string_view labels[]{"no", "light grey", "dark"};
inline constexpr column_type text_element{.kind = type::string};
inline constexpr column_type number_element{.kind = type::decimal, .precision = 38, .scale = 10};
inline constexpr column columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "tiny", .type = {.kind = type::int8}},
    {.name = "small", .type = {.kind = type::int16}},
    {.name = "whole", .type = {.kind = type::int32}},
    {.name = "single", .type = {.kind = type::float32}},
    {.name = "twice", .type = {.kind = type::float64}},
    {.name = "exact", .type = {.kind = type::decimal, .precision = 12, .scale = 2}},
    {.name = "words", .type = {.kind = type::string}, .nullable = false},
    {.name = "brief", .type = {.kind = type::varchar, .length = 10}},
    {.name = "code", .type = {.kind = type::fixed_char, .length = 3}},
    {.name = "truth", .type = {.kind = type::boolean}},
    {.name = "day", .type = {.kind = type::date}},
    {.name = "moment", .type = {.kind = type::timestamp}},
    {.name = "wall", .type = {.kind = type::timestamp_ntz}},
    {.name = "bytes", .type = {.kind = type::binary}},
    {.name = "other", .type = {.kind = type::uuid}},
    {.name = "document", .type = {.kind = type::json}},
    {.name = "colour", .type = {.kind = type::enumeration, .labels = labels}},
    {.name = "names", .type = {.kind = type::array, .element = &text_element}},
    {.name = "amounts",
     .type = {.kind = type::map, .element = &number_element, .key = &text_element}},
    {.name = "secret", .type = {.kind = type::string}, .is_private = true},
};
inline constexpr std::uint16_t key[]{0};
inline constexpr sort_column usual_order[]{{.column = 7, .descending = true}};
inline constexpr table specimens{
    .name = "specimens",
    .place = "app_data",
    .columns = columns,
    .key = key,
    .audit = false,
    .soft_delete = false,
    .api = {.path = "specimens", .default_limit = 20, .max_limit = 200, .order_by = usual_order},
};

/// A refusal names what is wrong, and nothing private.
inline void is_told(const validation_error& refused) {
    require(!refused.broken().empty(), "a refusal names what is wrong");
    for (const auto& each : refused.broken()) {
        require(!each.type.empty() && !each.loc.empty(), "a violation has a type and a place");
        require(!each.msg.empty() && is_valid_utf8(each.msg), "a violation is told in UTF-8");
        require(!each.msg.ends_with("did you mean 'secret'?"), "private columns are not proposed");
    }
}

inline bool is_answered(std::size_t position) {
    return position < specimens.columns.size() && is_answer_column(specimens.columns[position]);
}

inline void
conditions_stay_inside(const sql::condition& asked, std::size_t depth, std::size_t& count) {
    if (asked.is != sql::condition::form::compare) {
        require(depth <= http::condition_budget::most_depth, "groups are bounded");
        require(asked.values.empty(), "a group has no values");
        for (const auto& part : asked.parts)
            conditions_stay_inside(part, depth + 1, count);
        return;
    }
    ++count;
    require(asked.parts.empty(), "a comparison has no parts");
    require(is_answered(asked.column), "filtered columns are the table's public ones");
    require(
        http::takes_operator(specimens.columns[asked.column].type, asked.how),
        "a comparison is one of the column's type"
    );
    require(asked.values.size() <= 2 * http::condition_budget::most_values, "values are bounded");
    require(
        std::none_of(
            asked.values.begin(),
            asked.values.end(),
            [](const any_value& value) { return is_null(value); }
        ),
        "no value is NULL"
    );
}

inline void stays_inside(const http::list_query& asked) {
    require(asked.limit_rows <= specimens.api.max_limit, "a limit is bounded");
    require(asked.offset_rows <= INT32_MAX, "an offset is bounded");
    require(
        !asked.columns.empty() &&
            std::all_of(asked.columns.begin(), asked.columns.end(), is_answered),
        "answered columns are the table's public ones"
    );
    for (const auto& term : asked.order)
        require(is_answered(term.column), "ordered columns are the table's public ones");
    std::size_t comparisons = 0;
    conditions_stay_inside(asked.where, 0, comparisons);
    require(comparisons <= http::condition_budget::most_conditions, "filters are bounded");
}

inline void can_be_asked(const http::list_query& asked, sql::dialect spoken) {
    const sql::list_shape shape{
        .columns = asked.columns,
        .where = &asked.where,
        .order = asked.order,
        .has_offset = true,
    };
    std::size_t placeholders = 0;
    try {
        static_cast<void>(sql::written(spoken, [&](sql::writer& out) {
            sql::write_list(out, specimens, shape);
            placeholders = out.parameters();
        }));
    } catch (const validation_error& refused) {
        require(
            refused.broken().size() == 1 && refused.broken().front().type == "too_many_values",
            "only too many values are refused this late"
        );
        return;
    }
    sql::arguments bound;
    sql::bind_condition(bound, specimens, asked.where, spoken);
    sql::bind_row_number(bound, asked.limit_rows, spoken);
    sql::bind_row_number(bound, asked.offset_rows, spoken);
    require(bound.size() == placeholders, "every placeholder has its value");
    for (std::size_t at = 0; at < bound.size(); ++at)
        require(is_valid_utf8(bound.text(at).value()), "arguments are UTF-8");
}

} // namespace weir::fuzz
