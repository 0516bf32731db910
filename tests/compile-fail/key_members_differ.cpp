// SPDX-License-Identifier: Apache-2.0
// A key struct that does not hold the key columns.
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
    .key = shop::item_key_columns,
};

template <>
struct weir::row_types<entry> {
#ifdef WEIR_EXPECT_ERROR
    using key = shop::item_update;
#else
    using key = shop::item_key;
#endif
};

static_assert(weir::check_keyed_row<entry>());
