// SPDX-License-Identifier: Apache-2.0
// A text column asked what it contains.
#include <weir/sql/container_condition.hpp>

#include <string>
#include <vector>

#include "shop.hpp"

inline constexpr weir::handle<shop::item, std::string> name{1};
inline constexpr weir::handle<shop::item, std::vector<std::string>> tags{0};

#ifdef WEIR_EXPECT_ERROR
const auto asked = name.contains({"red"});
#else
const auto asked = tags.contains({"red"}) and name.like("%red%");
#endif
