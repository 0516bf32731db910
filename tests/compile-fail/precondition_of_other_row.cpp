// SPDX-License-Identifier: Apache-2.0
// A write of one table under a version of another table's row.
#include <weir/data/versions.hpp>

#include "shop.hpp"

struct other {};

#ifdef WEIR_EXPECT_ERROR
using seen = weir::version<other>;
#else
using seen = weir::version<shop::item>;
#endif

const weir::precondition<shop::item> demanded = seen{};
