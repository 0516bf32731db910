// SPDX-License-Identifier: Apache-2.0
// A row whose required column is std::optional.
#include <weir/table/row.hpp>

#include "shop.hpp"

struct part {
#ifdef WEIR_EXPECT_ERROR
    std::optional<std::int64_t> id{};
#else
    std::int64_t id{};
#endif
    std::string name{};
};

BOOST_DESCRIBE_STRUCT(part, (), (id, name))

template <>
inline constexpr weir::table weir::table_of<part>{.name = "parts", .columns = shop::item_columns};

static_assert(weir::check_row<part>());
