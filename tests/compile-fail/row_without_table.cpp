// SPDX-License-Identifier: Apache-2.0
// A described struct that no schema knows.
#include <weir/table/row.hpp>

#include "shop.hpp"

#ifdef WEIR_EXPECT_ERROR
static_assert(weir::check_row<shop::item_create>());
#else
static_assert(weir::check_row<shop::item>());
#endif
