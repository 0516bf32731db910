// SPDX-License-Identifier: Apache-2.0
// A table with every kind of column and every kind of rule, written as weir-gen writes it.
#pragma once

#include <weir/generated.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <map>

namespace depot {

enum class grade : std::uint8_t { raw, fine, pure };

BOOST_DESCRIBE_ENUM(grade, raw, fine, pure)

struct address {
    std::string street{};
    std::optional<std::string> zip{};
    std::int32_t floor{};
};

BOOST_DESCRIBE_STRUCT(address, (), (street, zip, floor))

struct item {
    std::int64_t id{};
    std::string owner{};
    std::string code{};
    std::optional<std::string> mail{};
    std::optional<std::string> seen{};
    grade quality{};
    weir::decimal<12, 2> price{};
    std::optional<double> weight{};
    std::optional<float> ratio{};
    std::optional<std::int8_t> level{};
    bool active{};
    std::optional<weir::date> made{};
    std::optional<weir::timestamp> sold{};
    std::optional<weir::timestamp_ntz> due{};
    std::optional<std::vector<std::byte>> blob{};
    weir::uuid token{};
    std::optional<weir::json_text> notes{};
    std::optional<address> stored{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::vector<bool>> flags{};
    std::optional<std::vector<address>> past{};
    std::optional<std::map<std::string, std::string>> extras{};
    std::optional<std::map<std::int32_t, grade>> grades{};
    std::optional<std::string> secret{};
    std::string short_name{};
};

BOOST_DESCRIBE_STRUCT(
    item,
    (),
    (id,
     owner,
     code,
     mail,
     seen,
     quality,
     price,
     weight,
     ratio,
     level,
     active,
     made,
     sold,
     due,
     blob,
     token,
     notes,
     stored,
     tags,
     flags,
     past,
     extras,
     grades,
     secret,
     short_name)
)

struct item_create {
    std::string code{};
    std::optional<std::string> mail{};
    grade quality{grade::raw};
    weir::decimal<12, 2> price{};
    std::optional<weir::uuid> token{};
    std::optional<weir::json_text> notes{};
    std::optional<address> stored{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::map<std::string, std::string>> extras{};
    std::optional<std::string> secret{};
    // A generated create struct holds required columns as plain values; absent ones come from
    // run-time input.
    std::optional<std::string> short_name{};
};

BOOST_DESCRIBE_STRUCT(
    item_create,
    (),
    (code, mail, quality, price, token, notes, stored, tags, extras, secret, short_name)
)

struct item_update {
    weir::patch<std::string> code{};
    weir::patch<std::string> mail{};
    weir::patch<weir::decimal<12, 2>> price{};
    weir::patch<address> stored{};
    weir::patch<std::vector<std::string>> tags{};
};

BOOST_DESCRIBE_STRUCT(item_update, (), (code, mail, price, stored, tags))

struct item_key {
    std::int64_t id{};
};

BOOST_DESCRIBE_STRUCT(item_key, (), (id))

namespace facts {

using weir::bound;
using weir::column;
using weir::column_type;
using weir::type;

inline constexpr std::string_view grade_labels[]{"raw", "fine", "pure"};
inline constexpr column address_fields[]{
    {.name = "street",
     .type = {.kind = type::string},
     .nullable = false,
     .min_length = 1,
     .max_length = 10},
    {.name = "zip", .type = {.kind = type::string}, .pattern = "^[0-9]{5}$"},
    {.name = "floor", .type = {.kind = type::int32}, .nullable = false, .max = bound::of_exact(99)},
};
inline constexpr column_type label{.kind = type::varchar, .length = 5};
inline constexpr column_type boolean{.kind = type::boolean};
inline constexpr column_type text{.kind = type::string};
inline constexpr column_type number{.kind = type::int32};
inline constexpr column_type quality{
    .kind = type::enumeration, .name = "grade", .labels = grade_labels
};
inline constexpr column_type place{
    .kind = type::structure, .name = "address", .fields = address_fields, .field_count = 3
};
inline constexpr column item_columns[]{
    {.name = "id",
     .type = {.kind = type::int64},
     .nullable = false,
     .key = true,
     .generated = weir::generated_by::identity},
    {.name = "owner", .type = text, .nullable = false},
    {.name = "code",
     .type = text,
     .nullable = false,
     .min_length = 2,
     .max_length = 8,
     .pattern = "^[A-Z]+$"},
    {.name = "mail", .type = text, .format = weir::string_format::email},
    {.name = "seen",
     .type = text,
     .format = weir::string_format::date_pattern,
     .format_pattern = "MM/DD/YYYY"},
    {.name = "quality", .type = quality, .nullable = false, .default_json = "\"raw\""},
    {.name = "price",
     .type = {.kind = type::decimal, .precision = 12, .scale = 2},
     .nullable = false,
     .default_json = "0.00",
     .min = bound::of_exact(0),
     .max = bound::of_exact(100'000)},
    {.name = "weight",
     .type = {.kind = type::float64},
     .min = bound::of_real(0.5),
     .max = bound::of_real(100)},
    {.name = "ratio", .type = {.kind = type::float32}, .max = bound::of_real(0.1)},
    {.name = "level",
     .type = {.kind = type::int8},
     .min = bound::of_exact(-3),
     .max = bound::of_exact(3)},
    {.name = "active", .type = boolean, .nullable = false},
    {.name = "made", .type = {.kind = type::date}, .min = bound::of_exact(19'844)},
    {.name = "sold",
     .type = {.kind = type::timestamp},
     .max = bound::of_exact(1'714'557'630'500'000)},
    {.name = "due",
     .type = {.kind = type::timestamp_ntz},
     .max = bound::of_exact(1'714'557'630'000'000)},
    {.name = "blob", .type = {.kind = type::binary}, .min_length = 2, .max_length = 3},
    {.name = "token",
     .type = {.kind = type::uuid},
     .nullable = false,
     .generated = weir::generated_by::uuid},
    {.name = "notes", .type = {.kind = type::json}},
    {.name = "stored", .type = place},
    {.name = "tags",
     .type = {.kind = type::array, .element = &label},
     .min_items = 1,
     .max_items = 2},
    {.name = "flags", .type = {.kind = type::array, .element = &boolean}},
    {.name = "past", .type = {.kind = type::array, .element = &place}},
    {.name = "extras", .type = {.kind = type::map, .element = &label, .key = &text}, .max_items = 2
    },
    {.name = "grades", .type = {.kind = type::map, .element = &quality, .key = &number}},
    {.name = "secret", .type = text, .is_private = true},
    {.name = "short_name", .type = {.kind = type::fixed_char, .length = 4}, .nullable = false},
};
inline constexpr std::uint16_t item_key_columns[]{0};

} // namespace facts

} // namespace depot

template <>
inline constexpr std::span<const std::string_view> weir::enumeration_labels<depot::grade>{
    depot::facts::grade_labels
};

template <>
inline constexpr std::span<const weir::column> weir::structure_fields<depot::address>{
    depot::facts::address_fields
};

template <>
inline constexpr weir::table weir::table_of<depot::item>{
    .name = "items",
    .space = "depot",
    .place = "app_data",
    .columns = depot::facts::item_columns,
    .key = depot::facts::item_key_columns,
    .audit = false,
    .soft_delete = false,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

template <>
struct weir::row_types<depot::item> {
    using create = depot::item_create;
    using update = depot::item_update;
    using key = depot::item_key;
};
