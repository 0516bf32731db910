// SPDX-License-Identifier: Apache-2.0
// A plain struct where a row is wanted.
#include <weir/table/row.hpp>

#include "shop.hpp"

struct point {
    int x;
    int y;
};

#ifdef WEIR_EXPECT_ERROR
static_assert(weir::check_row<point>());
#else
static_assert(weir::check_row<shop::item>());
#endif
