// SPDX-License-Identifier: Apache-2.0
// A partial struct that names a column the row does not have.
#include <weir/table/row.hpp>

#include "shop.hpp"

struct change {
    weir::patch<std::string> name{};
    weir::patch<std::string> colour{};
};

BOOST_DESCRIBE_STRUCT(change, (), (name, colour))

#ifdef WEIR_EXPECT_ERROR
static_assert(weir::columns_of_members<shop::item, change>.size() == 2);
#else
static_assert(weir::columns_of_members<shop::item, shop::item_update>[0] == 1);
#endif
