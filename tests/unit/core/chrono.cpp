// SPDX-License-Identifier: Apache-2.0
#include <weir/core/chrono.hpp>

#include <catch.hpp>
#include <chrono>

namespace chrono_cases {

using namespace std::chrono_literals;

TEST_CASE("weir's times convert to std::chrono and back unchanged") {
    constexpr std::chrono::sys_days day = 2024y / 5 / 1;
    STATIC_REQUIRE(weir::to_date(day) == *weir::make_date({2024, 5, 1}));
    STATIC_REQUIRE(weir::to_chrono(weir::to_date(day)) == day);
    STATIC_REQUIRE(weir::to_date(1y / 1 / 1) == weir::min_date);
    constexpr auto moment = day + 10h + 20min + 30s + 123'456us;
    STATIC_REQUIRE(
        weir::to_timestamp(moment) == *weir::make_timestamp({{2024, 5, 1}, 10, 20, 30, 123'456})
    );
    STATIC_REQUIRE(weir::to_chrono(weir::to_timestamp(moment)) == moment);
    constexpr std::chrono::local_time<std::chrono::seconds> wall{-1s};
    STATIC_REQUIRE(weir::to_timestamp_ntz(wall) == weir::timestamp_ntz{-1'000'000});
    STATIC_REQUIRE(weir::to_chrono(weir::timestamp_ntz{-1'000'000}) == wall);
}

TEST_CASE("finer times are cut towards the past") {
    using nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
    STATIC_REQUIRE(weir::to_timestamp(nanoseconds{1'999ns}) == weir::timestamp{1});
    STATIC_REQUIRE(weir::to_timestamp(nanoseconds{-1ns}) == weir::timestamp{-1});
}

TEST_CASE("the clock tells the system's time and can be replaced") {
    const auto before = weir::to_timestamp(std::chrono::system_clock::now());
    const weir::now_function system = weir::now;
    const auto at = system();
    REQUIRE(at >= before);
    REQUIRE(at <= weir::to_timestamp(std::chrono::system_clock::now()));
    const weir::now_function still = [] { return weir::timestamp{42}; };
    REQUIRE(still() == weir::timestamp{42});
}

} // namespace chrono_cases
