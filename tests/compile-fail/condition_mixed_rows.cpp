// SPDX-License-Identifier: Apache-2.0
// Conditions on two tables, joined.
#include <weir/sql/condition.hpp>

#include "shop.hpp"

struct other {};

inline constexpr weir::handle<shop::item, std::int64_t> id{0};

#ifdef WEIR_EXPECT_ERROR
inline constexpr weir::handle<other, std::int64_t> other_id{0};
#else
inline constexpr weir::handle<shop::item, std::int64_t> other_id{0};
#endif

const auto asked = id.is_null() and other_id.is_null();
