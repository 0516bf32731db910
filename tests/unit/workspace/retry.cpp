// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/retry.hpp>

#include <catch.hpp>
#include <chrono>

namespace retry_cases {

using namespace std::chrono_literals;
using namespace weir::workspace;

TEST_CASE("Retry-After is seconds or a date") {
    const auto at = std::chrono::system_clock::from_time_t(784'111'777); // 06 Nov 1994 08:49:37
    CHECK(parse_retry_after("7") == 7s);
    CHECK(parse_retry_after(" 0 ") == 0s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", at) == 10s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", at) == 0s);
    for (const auto* text : {"", "soon", "-1", "1.5", "7 s"}) {
        INFO(text);
        CHECK_FALSE(parse_retry_after(text));
    }
}

TEST_CASE("pauses end with the deadline or the budget, whichever is sooner") {
    retry_options options;
    options.chance = [] { return 1.0; };
    retry_pauses by_deadline{options, weir::deadline::in(5s)};
    CHECK(by_deadline.next({}) == 1s);
    CHECK(by_deadline.next({}) == 2s);
    CHECK(by_deadline.next({}) == 4s);
    CHECK_FALSE(by_deadline.next({}));
    options.budget = 1500ms;
    retry_pauses by_budget{options, weir::deadline::in(60s)};
    CHECK(by_budget.next({}) == 1s);
    CHECK_FALSE(by_budget.next({}));
    CHECK_FALSE(by_budget.next(std::chrono::seconds::max()));
}

TEST_CASE("jitter goes from nothing to the whole pause, and on top of what a server asks for") {
    retry_options options;
    options.chance = [] { return 0.5; };
    retry_pauses pauses{options, weir::deadline::in(100s)};
    CHECK(pauses.next({}) == 500ms);
    CHECK(pauses.next(3s) == 3500ms);
    options.chance = retry_options{}.chance;
    for (int at = 0; at < 100; ++at) {
        const auto one = options.chance();
        CHECK((one >= 0.0 && one < 1.0));
    }
}

} // namespace retry_cases
