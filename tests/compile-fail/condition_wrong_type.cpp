// SPDX-License-Identifier: Apache-2.0
// A number column compared with text.
#include <weir/sql/condition.hpp>

#include "shop.hpp"

inline constexpr weir::handle<shop::item, std::int64_t> id{0};

#ifdef WEIR_EXPECT_ERROR
const auto asked = id > "many";
#else
const auto asked = id > 100;
#endif
