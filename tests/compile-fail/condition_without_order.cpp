// SPDX-License-Identifier: Apache-2.0
// A boolean column asked for more.
#include <weir/sql/condition.hpp>

#include "shop.hpp"

inline constexpr weir::handle<shop::item, bool> is_sold{0};

#ifdef WEIR_EXPECT_ERROR
const auto asked = is_sold > false;
#else
const auto asked = is_sold == false;
#endif
