// SPDX-License-Identifier: Apache-2.0
// An array column compared with an array.
#include <weir/sql/condition.hpp>

#include "shop.hpp"

inline constexpr weir::handle<shop::item, std::vector<std::string>> tags{0};

#ifdef WEIR_EXPECT_ERROR
const auto asked = tags == std::vector<std::string>{};
#else
const auto asked = tags.is_not_null();
#endif
