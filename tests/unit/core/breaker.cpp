// SPDX-License-Identifier: Apache-2.0
#include <weir/core/breaker.hpp>

#include <catch.hpp>
#include <chrono>
#include <utility>
#include <vector>

namespace breaker_cases {

namespace {

using namespace std::chrono_literals;
using weir::breaker;
using weir::breaker_state;

/// A breaker whose time is told by hand.
struct stage {
    std::chrono::steady_clock::time_point now{};
    std::vector<breaker_state> told{};
    breaker of{
        {.failures = 3,
         .pause = 100ms,
         .longest_pause = 350ms,
         .now = [this] { return now; },
         .on_change = [this](breaker_state state) { told.push_back(state); }}
    };

    bool is_let_through() { return of.enter().has_value(); }

    void fail() {
        auto attempt = of.enter();
        REQUIRE(attempt);
        attempt->failed();
    }

    void succeed() {
        auto attempt = of.enter();
        REQUIRE(attempt);
        attempt->succeeded();
    }

    void open() {
        for (int at = 0; at < 3; ++at)
            fail();
        REQUIRE(of.state() == breaker_state::open);
    }
};

} // namespace

TEST_CASE("a breaker opens after so many failures in a row, and not before") {
    stage on;
    on.fail();
    on.fail();
    on.succeed();
    on.fail();
    on.fail();
    CHECK(on.of.state() == breaker_state::closed);
    CHECK(on.is_let_through());
    on.fail();
    CHECK(on.of.state() == breaker_state::open);
    CHECK_FALSE(on.is_let_through());
    CHECK(on.told == std::vector{breaker_state::open});
}

TEST_CASE("after its pause one attempt goes through, and its success closes a breaker") {
    stage on;
    on.open();
    on.now += 99ms;
    CHECK_FALSE(on.is_let_through());
    on.now += 1ms;
    auto probe = on.of.enter();
    REQUIRE(probe);
    CHECK(on.of.state() == breaker_state::half_open);
    CHECK_FALSE(on.is_let_through());
    probe->succeeded();
    CHECK(on.of.state() == breaker_state::closed);
    CHECK(on.told == std::vector{breaker_state::open, breaker_state::closed});
    // It takes as many failures as before to open it again, for the first pause.
    on.open();
    on.now += 100ms;
    CHECK(on.is_let_through());
}

TEST_CASE("each probe that fails doubles the pause, up to the longest") {
    stage on;
    on.open();
    for (const auto pause : {100ms, 200ms, 350ms, 350ms}) {
        on.now += pause - 1ms;
        CHECK_FALSE(on.is_let_through());
        on.now += 1ms;
        on.fail();
        CHECK(on.of.state() == breaker_state::open);
    }
    CHECK(on.told == std::vector{breaker_state::open});
}

TEST_CASE("a probe that tells nothing lets the next one through") {
    stage on;
    on.open();
    on.now += 100ms;
    CHECK(on.is_let_through());
    CHECK(on.of.state() == breaker_state::open);
    on.succeed();
    CHECK(on.of.state() == breaker_state::closed);
}

TEST_CASE("what began before a breaker opened counts only where it succeeds") {
    stage on;
    auto late_failure = on.of.enter();
    auto late_success = on.of.enter();
    on.open();
    on.now += 100ms;
    auto probe = on.of.enter();
    REQUIRE(probe);
    late_failure->failed();
    CHECK(on.of.state() == breaker_state::half_open);
    late_success->succeeded();
    CHECK(on.of.state() == breaker_state::closed);
    // The probe's failure is the first of a new row.
    probe->failed();
    CHECK(on.of.state() == breaker_state::closed);
}

TEST_CASE("an attempt ends once, wherever it was moved") {
    stage on;
    for (int at = 0; at < 2; ++at) {
        auto attempt = on.of.enter();
        REQUIRE(attempt);
        auto moved = std::move(*attempt);
        moved.failed();
        moved.failed();
    }
    CHECK(on.of.state() == breaker_state::closed);
    on.fail();
    CHECK(on.of.state() == breaker_state::open);
}

TEST_CASE("a breaker opens no sooner than its failures have lasted") {
    std::chrono::steady_clock::time_point now{};
    breaker patient{{.failures = 2, .lasting = 1s, .now = [&] { return now; }}};
    const auto fail = [&] { patient.enter()->failed(); };
    fail();
    now += 999ms;
    fail();
    fail();
    CHECK(patient.state() == breaker_state::closed);
    // A success begins the count and the time anew.
    patient.enter()->succeeded();
    now += 1ms;
    fail();
    now += 999ms;
    fail();
    CHECK(patient.state() == breaker_state::closed);
    now += 1ms;
    fail();
    CHECK(patient.state() == breaker_state::open);
}

TEST_CASE("a breaker of no failures never opens") {
    breaker off{{.failures = 0}};
    for (int at = 0; at < 1'000; ++at) {
        auto attempt = off.enter();
        REQUIRE(attempt);
        attempt->failed();
    }
    CHECK(off.state() == breaker_state::closed);
}

TEST_CASE("the states of a breaker have names") {
    static_assert(weir::name_of(breaker_state::closed) == "closed");
    static_assert(weir::name_of(breaker_state::open) == "open");
    static_assert(weir::name_of(breaker_state::half_open) == "half-open");
}

} // namespace breaker_cases
