// SPDX-License-Identifier: Apache-2.0
#include <weir/core/deadline.hpp>

#include <catch.hpp>
#include <chrono>

namespace deadline_cases {

using namespace std::chrono_literals;

TEST_CASE("a deadline counts down from 30 s unless told otherwise, and never exceeds 110 s") {
    const weir::deadline standard;
    REQUIRE(standard.left() > 29s);
    REQUIRE(standard.left() <= 30s);
    const auto longest = weir::deadline::in(24h);
    REQUIRE(longest.left() > 109s);
    REQUIRE(longest.left() <= 110s);
    REQUIRE_FALSE(standard.has_passed());
    REQUIRE(standard.at() > weir::deadline::clock::now());
}

TEST_CASE("a deadline that has passed leaves no time, not a negative one") {
    const auto past = weir::deadline::in(-5s);
    REQUIRE(past.has_passed());
    REQUIRE(past.left() == 0ms);
    REQUIRE(weir::deadline::in(0ms).has_passed());
}

} // namespace deadline_cases
