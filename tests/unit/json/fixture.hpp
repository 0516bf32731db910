// SPDX-License-Identifier: Apache-2.0
// Two tables as weir-gen would emit them: orders (owner, private and audit columns, a structure),
// and samples (one column of every type).
#pragma once

#include <weir/generated.hpp>
#include <weir/table/audit.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <map>

namespace shop {

enum class order_status : std::uint8_t { draft, placed, shipped };

BOOST_DESCRIBE_ENUM(order_status, draft, placed, shipped)

struct address {
    std::string street{};
    std::string city{};
    std::optional<std::string> zip{};

    friend bool operator==(const address&, const address&) = default;
};

BOOST_DESCRIBE_STRUCT(address, (), (street, city, zip))

struct order {
    weir::uuid id{};
    std::string customer{};
    order_status status{};
    weir::decimal<12, 2> total{};
    std::optional<address> ship_to{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::map<std::string, std::string>> extras{};
    std::optional<weir::timestamp> placed_at{};
    std::optional<weir::decimal<6, 4>> margin{};
    weir::uuid record_uuid{};
    bool is_deleted{};
    weir::timestamp inserted_at{};
    std::string inserted_by{};
    std::optional<weir::timestamp> updated_at{};
    std::optional<std::string> updated_by{};
    std::optional<weir::timestamp> deleted_at{};
    std::optional<std::string> deleted_by{};
};

BOOST_DESCRIBE_STRUCT(
    order,
    (),
    (id,
     customer,
     status,
     total,
     ship_to,
     tags,
     extras,
     placed_at,
     margin,
     record_uuid,
     is_deleted,
     inserted_at,
     inserted_by,
     updated_at,
     updated_by,
     deleted_at,
     deleted_by)
)

struct order_create {
    std::optional<weir::uuid> id{};
    order_status status{order_status::draft};
    weir::decimal<12, 2> total{};
    std::optional<address> ship_to{};
    std::optional<std::vector<std::string>> tags{std::in_place};
    std::optional<std::map<std::string, std::string>> extras{std::in_place};
    std::optional<weir::timestamp> placed_at{};
    std::optional<weir::decimal<6, 4>> margin{};
};

BOOST_DESCRIBE_STRUCT(
    order_create, (), (id, status, total, ship_to, tags, extras, placed_at, margin)
)

struct order_update {
    weir::patch<order_status> status{};
    weir::patch<weir::decimal<12, 2>> total{};
    weir::patch<address> ship_to{};
    weir::patch<std::vector<std::string>> tags{};
    weir::patch<std::map<std::string, std::string>> extras{};
    weir::patch<weir::timestamp> placed_at{};
    weir::patch<weir::decimal<6, 4>> margin{};
};

BOOST_DESCRIBE_STRUCT(order_update, (), (status, total, ship_to, tags, extras, placed_at, margin))

struct order_key {
    weir::uuid id{};
};

BOOST_DESCRIBE_STRUCT(order_key, (), (id))

struct discount {
    std::string code{};
    weir::decimal<12, 2> amount{};
    std::optional<weir::timestamp> until{};

    friend bool operator==(const discount&, const discount&) = default;
};

BOOST_DESCRIBE_STRUCT(discount, (), (code, amount, until))

struct sample {
    std::int64_t id{};
    std::string part{};
    std::int8_t tiny{};
    std::int16_t small{};
    std::int32_t whole{};
    float single{};
    double real{};
    weir::decimal<38, 10> exact{};
    std::string code{};
    bool flag{};
    weir::date day{};
    weir::timestamp at{};
    weir::timestamp_ntz wall{};
    std::vector<std::byte> blob{};
    weir::uuid token{};
    weir::json_text document{};
    order_status status{};
    std::vector<std::int64_t> numbers{};
    std::vector<weir::timestamp> times{};
    std::vector<bool> flags{};
    std::map<std::int32_t, double> weights{};
    std::vector<discount> discounts{};
    std::optional<std::vector<std::vector<std::string>>> grid{};

    friend bool operator==(const sample&, const sample&) = default;
};

BOOST_DESCRIBE_STRUCT(
    sample,
    (),
    (id,
     part,
     tiny,
     small,
     whole,
     single,
     real,
     exact,
     code,
     flag,
     day,
     at,
     wall,
     blob,
     token,
     document,
     status,
     numbers,
     times,
     flags,
     weights,
     discounts,
     grid)
)

struct sample_key {
    std::int64_t id{};
    std::string part{};
};

BOOST_DESCRIBE_STRUCT(sample_key, (), (id, part))

/// Values of samples are all given: what is created is what is stored.
using sample_create = sample;

struct sample_update {
    weir::patch<std::int8_t> tiny{};
    weir::patch<bool> flag{};
    weir::patch<weir::json_text> document{};
    weir::patch<std::vector<std::vector<std::string>>> grid{};
};

BOOST_DESCRIBE_STRUCT(sample_update, (), (tiny, flag, document, grid))

namespace facts {

using weir::type;

inline constexpr std::string_view status_labels[]{"draft", "placed", "shipped"};
inline constexpr weir::column address_fields[]{
    {.name = "street", .type = {.kind = type::string}, .nullable = false, .max_length = 200},
    {.name = "city", .type = {.kind = type::string}, .nullable = false},
    {.name = "zip", .type = {.kind = type::string}, .pattern = "^[0-9A-Z -]{3,10}$"},
};
inline constexpr weir::column discount_fields[]{
    {.name = "code", .type = {.kind = type::string}, .nullable = false},
    {.name = "amount",
     .type = {.kind = type::decimal, .precision = 12, .scale = 2},
     .nullable = false},
    {.name = "until", .type = {.kind = type::timestamp}},
};
inline constexpr weir::column_type text{.kind = type::string};
inline constexpr weir::column_type status{
    .kind = type::enumeration, .name = "order_status", .labels = status_labels
};
inline constexpr weir::column order_columns[]{
    {.name = "id",
     .type = {.kind = type::uuid},
     .nullable = false,
     .key = true,
     .generated = weir::generated_by::uuid},
    {.name = "customer", .type = {.kind = type::string}, .nullable = false, .max_length = 255},
    {.name = "status", .type = status, .nullable = false, .default_json = "\"draft\""},
    {.name = "total",
     .type = {.kind = type::decimal, .precision = 12, .scale = 2},
     .nullable = false,
     .min = weir::bound::of_exact(0)},
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
    weir::audit_columns[0],
    weir::audit_columns[1],
    weir::audit_columns[2],
    weir::audit_columns[3],
    weir::audit_columns[4],
    weir::audit_columns[5],
    weir::audit_columns[6],
    weir::audit_columns[7],
};
inline constexpr std::uint16_t order_key_columns[]{0};

inline constexpr weir::column_type bigint{.kind = type::int64};
inline constexpr weir::column_type integer{.kind = type::int32};
inline constexpr weir::column_type real{.kind = type::float64};
inline constexpr weir::column_type moment{.kind = type::timestamp};
inline constexpr weir::column_type truth{.kind = type::boolean};
inline constexpr weir::column_type texts{.kind = type::array, .element = &text};
inline constexpr weir::column_type discount{
    .kind = type::structure, .name = "discount", .fields = discount_fields, .field_count = 3
};
inline constexpr weir::column sample_columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "part", .type = {.kind = type::string}, .nullable = false, .key = true},
    {.name = "tiny", .type = {.kind = type::int8}, .nullable = false},
    {.name = "small", .type = {.kind = type::int16}, .nullable = false},
    {.name = "whole", .type = {.kind = type::int32}, .nullable = false},
    {.name = "single", .type = {.kind = type::float32}, .nullable = false},
    {.name = "real", .type = {.kind = type::float64}, .nullable = false},
    {.name = "exact",
     .type = {.kind = type::decimal, .precision = 38, .scale = 10},
     .nullable = false},
    {.name = "code", .type = {.kind = type::varchar, .length = 40}, .nullable = false},
    {.name = "flag", .type = {.kind = type::boolean}, .nullable = false},
    {.name = "day", .type = {.kind = type::date}, .nullable = false},
    {.name = "at", .type = {.kind = type::timestamp}, .nullable = false},
    {.name = "wall", .type = {.kind = type::timestamp_ntz}, .nullable = false},
    {.name = "blob", .type = {.kind = type::binary}, .nullable = false},
    {.name = "token", .type = {.kind = type::uuid}, .nullable = false},
    {.name = "document", .type = {.kind = type::json}, .nullable = false},
    {.name = "status", .type = status, .nullable = false},
    {.name = "numbers", .type = {.kind = type::array, .element = &bigint}, .nullable = false},
    {.name = "times", .type = {.kind = type::array, .element = &moment}, .nullable = false},
    {.name = "flags", .type = {.kind = type::array, .element = &truth}, .nullable = false},
    {.name = "weights",
     .type = {.kind = type::map, .element = &real, .key = &integer},
     .nullable = false},
    {.name = "discounts", .type = {.kind = type::array, .element = &discount}, .nullable = false},
    {.name = "grid", .type = {.kind = type::array, .element = &texts}},
};
inline constexpr std::uint16_t sample_key_columns[]{0, 1};

} // namespace facts

} // namespace shop

template <>
inline constexpr std::span<const std::string_view> weir::enumeration_labels<shop::order_status>{
    shop::facts::status_labels
};

template <>
inline constexpr std::span<const weir::column> weir::structure_fields<shop::address>{
    shop::facts::address_fields
};

template <>
inline constexpr std::span<const weir::column> weir::structure_fields<shop::discount>{
    shop::facts::discount_fields
};

template <>
inline constexpr weir::table weir::table_of<shop::order>{
    .name = "orders",
    .space = "shop",
    .columns = shop::facts::order_columns,
    .key = shop::facts::order_key_columns,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

template <>
inline constexpr weir::table weir::table_of<shop::sample>{
    .name = "samples",
    .space = "shop",
    .columns = shop::facts::sample_columns,
    .key = shop::facts::sample_key_columns,
    .audit = false,
    .soft_delete = false,
};

template <>
struct weir::row_types<shop::order> {
    using create = shop::order_create;
    using update = shop::order_update;
    using key = shop::order_key;
};

template <>
struct weir::row_types<shop::sample> {
    using create = shop::sample_create;
    using update = shop::sample_update;
    using key = shop::sample_key;
};
