// SPDX-License-Identifier: Apache-2.0
// An array column asked for keys.
#include <weir/sql/container_condition.hpp>

#include <map>
#include <string>
#include <vector>

#include "shop.hpp"

inline constexpr weir::handle<shop::item, std::vector<std::string>> tags{0};
inline constexpr weir::handle<shop::item, std::map<std::string, std::string>> extras{0};

#ifdef WEIR_EXPECT_ERROR
const auto asked = tags.has_key("red");
#else
const auto asked = extras.has_key("red");
#endif
