// SPDX-License-Identifier: Apache-2.0
// A row whose facts name its columns in another order.
#include <weir/table/row.hpp>

#include "shop.hpp"

struct part {
    std::int64_t id{};
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(part, (), (id, name))

#ifdef WEIR_EXPECT_ERROR
constexpr weir::column part_columns[]{shop::item_columns[1], shop::item_columns[0]};
#else
constexpr weir::column part_columns[]{shop::item_columns[0], shop::item_columns[1]};
#endif

template <>
inline constexpr weir::table weir::table_of<part>{.name = "parts", .columns = part_columns};

static_assert(weir::check_row<part>());
