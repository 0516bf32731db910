// SPDX-License-Identifier: Apache-2.0
// A column compared with NULL.
#include <weir/sql/condition.hpp>

#include "shop.hpp"

inline constexpr weir::handle<shop::item, std::int64_t> id{0};

#ifdef WEIR_EXPECT_ERROR
const auto asked = id == std::nullopt;
#else
const auto asked = id.is_null();
#endif
