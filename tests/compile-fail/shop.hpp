// SPDX-License-Identifier: Apache-2.0
// A described row with a table, as weir-gen would write it: what the mistakes here deviate from.
#pragma once

#include <weir/generated.hpp>

#include <boost/describe/class.hpp>

namespace shop {

struct item {
    std::int64_t id{};
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(item, (), (id, name))

struct item_create {
    std::int64_t id{};
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(item_create, (), (id, name))

struct item_update {
    weir::patch<std::string> name{};
};

BOOST_DESCRIBE_STRUCT(item_update, (), (name))

struct item_key {
    std::int64_t id{};
};

BOOST_DESCRIBE_STRUCT(item_key, (), (id))

inline constexpr weir::column item_columns[]{
    {.name = "id", .type = {.kind = weir::type::int64}, .nullable = false, .key = true},
    {.name = "name", .type = {.kind = weir::type::string}, .nullable = false, .max_length = 20},
};
inline constexpr std::uint16_t item_key_columns[]{0};

} // namespace shop

template <>
inline constexpr weir::table weir::table_of<shop::item>{
    .name = "items",
    .columns = shop::item_columns,
    .key = shop::item_key_columns,
    .audit = false,
};

template <>
struct weir::row_types<shop::item> {
    using create = shop::item_create;
    using update = shop::item_update;
    using key = shop::item_key;
};
