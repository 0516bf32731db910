// SPDX-License-Identifier: Apache-2.0
// The facts of schemas/field_ops.yaml, by hand: statement texts are tested without the generator.
#pragma once

#include <weir/table/audit.hpp>
#include <weir/table/handle.hpp>
#include <weir/table/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir::test {

struct well {};

struct user_preference {};

struct order {};

struct order_line {};

enum class order_status : std::uint8_t { draft, placed, shipped, cancelled };

namespace facts {

/// A table's own columns, followed by the audit columns.
template <std::size_t Count>
constexpr std::array<column, Count + audit_columns.size()> audited(const column (&own)[Count]) {
    std::array<column, Count + audit_columns.size()> all{};
    for (std::size_t at = 0; at < all.size(); ++at)
        all[at] = at < Count ? own[at] : audit_columns[at - Count];
    return all;
}

inline constexpr column_type text{.kind = type::string};
inline constexpr column_type bigint{.kind = type::int64};
inline constexpr column_type real{.kind = type::float64};
inline constexpr column_type money{.kind = type::decimal, .precision = 12, .scale = 2};

inline constexpr std::uint16_t first_column[]{0};
inline constexpr std::uint16_t second_column[]{1};

inline constexpr auto wells = audited({
    {.name = "api10", .type = bigint, .nullable = false, .key = true},
    {.name = "api14", .type = bigint, .nullable = false},
    {.name = "wellname", .type = text, .nullable = false, .max_length = 120},
    {.name = "spuddate", .type = text},
    {.name = "firstproddate", .type = text},
    {.name = "compldate", .type = text},
    {.name = "oileur", .type = real, .description = "Oil EUR in bbl"},
    {.name = "gaseur", .type = real, .description = "Gas EUR in Mcf"},
    {.name = "wellspacing", .type = real, .default_json = "640.0"},
});
inline constexpr unique_set well_unique[]{{second_column}};

inline constexpr auto user_preferences = audited({
    {.name = "id",
     .type = bigint,
     .nullable = false,
     .key = true,
     .generated = generated_by::identity},
    {.name = "user_id", .type = text, .nullable = false, .max_length = 255},
    {.name = "preferences", .type = {.kind = type::json}, .nullable = false, .default_json = "{}"},
    {.name = "created_at", .type = {.kind = type::timestamp}, .generated = generated_by::now},
});
inline constexpr unique_set user_preference_unique[]{{second_column}};

inline constexpr std::string_view order_status_labels[]{"draft", "placed", "shipped", "cancelled"};
inline constexpr column address_fields[]{
    {.name = "street", .type = text, .nullable = false, .max_length = 200},
    {.name = "city", .type = text, .nullable = false},
    {.name = "zip", .type = text, .pattern = "^[0-9A-Z -]{3,10}$"},
};
inline constexpr auto orders = audited({
    {.name = "id",
     .type = {.kind = type::uuid},
     .nullable = false,
     .key = true,
     .generated = generated_by::uuid},
    {.name = "customer", .type = text, .nullable = false, .max_length = 255},
    {.name = "status",
     .type = {.kind = type::enumeration, .name = "order_status", .labels = order_status_labels},
     .nullable = false,
     .default_json = "\"draft\""},
    {.name = "total", .type = money, .nullable = false, .default_json = "0.00"},
    {.name = "ship_to",
     .type =
         {.kind = type::structure, .name = "address", .fields = address_fields, .field_count = 3}},
    {.name = "tags",
     .type = {.kind = type::array, .element = &text},
     .default_json = "[]",
     .max_items = 20},
    {.name = "extras",
     .type = {.kind = type::map, .element = &text, .key = &text},
     .default_json = "{}"},
    {.name = "placed_at", .type = {.kind = type::timestamp}},
    {.name = "margin",
     .type = {.kind = type::decimal, .precision = 6, .scale = 4},
     .is_private = true},
});
inline constexpr sort_column order_index_0[]{{.column = 1}, {.column = 7, .descending = true}};
inline constexpr sort_column order_index_1[]{{.column = 2}};
inline constexpr weir::index order_indexes[]{
    {.columns = order_index_0},
    {.columns = order_index_1, .where = "status <> 'cancelled'"},
};
inline constexpr check order_checks[]{
    {.name = "placed_has_time", .expr = "status = 'draft' OR placed_at IS NOT NULL"},
};

inline constexpr column discount_fields[]{
    {.name = "code", .type = text, .nullable = false},
    {.name = "amount", .type = money, .nullable = false},
};
inline constexpr column_type discount{
    .kind = type::structure, .fields = discount_fields, .field_count = 2
};
inline constexpr auto order_lines = audited({
    {.name = "order_id", .type = {.kind = type::uuid}, .nullable = false, .key = true},
    {.name = "line_no", .type = {.kind = type::int32}, .nullable = false, .key = true},
    {.name = "sku", .type = text, .nullable = false},
    {.name = "quantity", .type = {.kind = type::int32}, .nullable = false},
    {.name = "unit_price", .type = money, .nullable = false},
    {.name = "discounts", .type = {.kind = type::array, .element = &discount}, .default_json = "[]"
    },
});
inline constexpr std::uint16_t order_line_key[]{0, 1};
} // namespace facts

} // namespace weir::test

template <>
inline constexpr std::span<const std::string_view>
    weir::enumeration_labels<weir::test::order_status>{weir::test::facts::order_status_labels};

template <>
inline constexpr weir::table weir::table_of<weir::test::well>{
    .name = "wells",
    .space = "field_ops",
    .description = "One row per well, engineering view.",
    .backend = weir::backend::warehouse,
    .place = "${UC_CATALOG:-oil_gas_catalog}.production_schema",
    .columns = weir::test::facts::wells,
    .key = weir::test::facts::first_column,
    .unique = weir::test::facts::well_unique,
    .cluster_by = weir::test::facts::first_column,
};

template <>
inline constexpr weir::table weir::table_of<weir::test::user_preference>{
    .name = "user_preferences",
    .space = "field_ops",
    .description = "Settings, one row per user.",
    .place = "app_data",
    .columns = weir::test::facts::user_preferences,
    .key = weir::test::facts::first_column,
    .unique = weir::test::facts::user_preference_unique,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

template <>
inline constexpr weir::table weir::table_of<weir::test::order>{
    .name = "orders",
    .space = "field_ops",
    .place = "app_data",
    .columns = weir::test::facts::orders,
    .key = weir::test::facts::first_column,
    .indexes = weir::test::facts::order_indexes,
    .checks = weir::test::facts::order_checks,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

namespace weir::test::facts {

inline constexpr relation order_line_relations[]{
    {.name = "order",
     .target = &facts_of<order>,
     .from = first_column,
     .inverse = "lines",
     .on_delete = delete_action::cascade},
};

} // namespace weir::test::facts

template <>
inline constexpr weir::table weir::table_of<weir::test::order_line>{
    .name = "order_lines",
    .space = "field_ops",
    .place = "app_data",
    .columns = weir::test::facts::order_lines,
    .key = weir::test::facts::order_line_key,
    .relations = weir::test::facts::order_line_relations,
    .access = {.rule = weir::access_rule::via, .via = 0},
};
