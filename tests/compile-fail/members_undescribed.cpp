// SPDX-License-Identifier: Apache-2.0
// A description that leaves a member out.
#include <weir/table/members.hpp>

#include "shop.hpp"

struct pair {
    int first{};
    int second{};
};

#ifdef WEIR_EXPECT_ERROR
BOOST_DESCRIBE_STRUCT(pair, (), (first))
#else
BOOST_DESCRIBE_STRUCT(pair, (), (first, second))
#endif

void clear(pair& both) {
    weir::for_each_member(both, [](std::size_t, int& member) { member = 0; });
}
