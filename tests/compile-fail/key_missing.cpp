// SPDX-License-Identifier: Apache-2.0
// A table without key, asked for one.
#include <weir/table/row.hpp>

#include "shop.hpp"

struct entry {
    std::int64_t id{};
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(entry, (), (id, name))

template <>
inline constexpr weir::table weir::table_of<entry>{
    .name = "entries",
    .columns = shop::item_columns,
#ifndef WEIR_EXPECT_ERROR
    .key = shop::item_key_columns,
#endif
};

template <>
struct weir::row_types<entry> {
    using key = shop::item_key;
};

static_assert(weir::check_keyed_row<entry>());
