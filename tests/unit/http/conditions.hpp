// SPDX-License-Identifier: Apache-2.0
// A table with columns of many types, for the tests of the condition grammars.
#pragma once

#include <weir/sql/condition_tree.hpp>
#include <weir/table/table.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::test {

inline constexpr std::string_view draft_or_placed[]{"draft", "placed"};
inline constexpr column_type text_type{.kind = type::string};
inline constexpr column_type bigint_type{.kind = type::int64};
inline constexpr column_type cents_type{.kind = type::decimal, .precision = 12, .scale = 2};
inline constexpr column_type texts_type{.kind = type::array, .element = &text_type};
inline constexpr column asked_columns[]{
    {.name = "id", .type = bigint_type, .nullable = false, .key = true},
    {.name = "customer", .type = text_type},
    {.name = "status", .type = {.kind = type::enumeration, .labels = draft_or_placed}},
    {.name = "total", .type = cents_type},
    {.name = "tags", .type = texts_type},
    {.name = "open", .type = {.kind = type::boolean}},
    {.name = "extras", .type = {.kind = type::map, .element = &text_type, .key = &text_type}},
    {.name = "prices", .type = {.kind = type::map, .element = &cents_type, .key = &bigint_type}},
    {.name = "lists", .type = {.kind = type::map, .element = &texts_type, .key = &text_type}},
    {.name = "numbers", .type = {.kind = type::array, .element = &bigint_type}},
    {.name = "nested", .type = {.kind = type::array, .element = &texts_type}},
    {.name = "extra", .type = {.kind = type::json}},
    {.name = "margin", .type = cents_type, .is_private = true},
    {.name = "ratio", .type = {.kind = type::float64}},
    {.name = "day", .type = {.kind = type::date}},
    // Names that a grammar has a use for.
    {.name = "or", .type = bigint_type},
    {.name = "column", .type = text_type},
};
inline constexpr std::uint16_t asked_key[]{0};
inline constexpr table asked_table{
    .name = "asked",
    .columns = asked_columns,
    .key = asked_key,
    .audit = false,
    .soft_delete = false,
    .api = {.path = "asked", .default_limit = 20, .max_limit = 200},
};

inline any_value text(std::string_view value) {
    return any_value{std::string{value}};
}

inline any_value whole(std::int64_t value) {
    return any_value{value};
}

inline any_value cents(std::int64_t value) {
    return any_value{scaled_decimal{value, 2}};
}

/// A comparison with a column of asked_table, by name.
inline sql::condition
is(std::string_view column, sql::comparison how, std::vector<any_value> values = {}) {
    return sql::compare(
        static_cast<std::uint16_t>(find_column(asked_columns, column)), how, std::move(values)
    );
}

} // namespace weir::test
