// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/token_cache.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace token_cache_cases {

using namespace std::chrono_literals;
using namespace weir::workspace;

namespace {

/// A clock that a test sets, and a mint that gives t1, t2, … or fails.
struct bench {
    std::atomic<std::int64_t> seconds{1000};
    std::atomic<int> asked{0};
    std::atomic<bool> fails{false};
    std::chrono::milliseconds life = 60min;

    token_cache_options options() {
        token_cache_options made;
        made.now = [this] {
            return weir::deadline::clock::time_point{std::chrono::seconds{seconds.load()}};
        };
        return made;
    }

    token_source source() {
        return [this](weir::deadline) -> fresh_token {
            const int number = ++asked;
            if (fails)
                throw weir::connection_error{"the mint is closed"};
            return {weir::secret{"t" + std::to_string(number)}, life};
        };
    }
};

/// Waits for what a background thread does; false after 10 s.
template <class Claim>
bool becomes(Claim claim) {
    const auto ends = std::chrono::steady_clock::now() + 10s;
    while (!claim()) {
        if (std::chrono::steady_clock::now() > ends)
            return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

std::string text_of(token_cache& cache) {
    return cache.get(weir::deadline::in(5s)).reveal();
}

} // namespace

TEST_CASE("a token is kept until twenty minutes before its end, then renewed behind the scenes") {
    bench at;
    token_cache cache{at.source(), at.options()};
    CHECK(text_of(cache) == "t1");
    at.seconds = 1000 + 39 * 60;
    CHECK(text_of(cache) == "t1");
    CHECK(at.asked == 1);
    at.seconds = 1000 + 41 * 60;
    CHECK(text_of(cache) == "t1");
    CHECK(becomes([&] { return text_of(cache) == "t2"; }));
    CHECK(at.asked == 2);
}

TEST_CASE("a short token is renewed from half of its life") {
    bench at;
    at.life = 10min;
    token_cache cache{at.source(), at.options()};
    CHECK(text_of(cache) == "t1");
    at.seconds = 1000 + 4 * 60;
    CHECK(text_of(cache) == "t1");
    CHECK(at.asked == 1);
    at.seconds = 1000 + 5 * 60;
    CHECK(text_of(cache) == "t1");
    CHECK(becomes([&] { return text_of(cache) == "t2"; }));
}

TEST_CASE("a token is not used in its last forty seconds") {
    bench at;
    token_cache cache{at.source(), at.options()};
    CHECK(text_of(cache) == "t1");
    at.seconds = 1000 + 60 * 60 - 40;
    CHECK(text_of(cache) == "t2");
}

TEST_CASE("while renewals fail the old token is good, and tries are half a minute to a minute apart"
) {
    bench at;
    token_cache cache{at.source(), at.options()};
    CHECK(text_of(cache) == "t1");
    at.fails = true;
    at.seconds = 1000 + 41 * 60;
    CHECK(text_of(cache) == "t1");
    CHECK(becomes([&] { return cache.fetches() == 2; }));
    at.seconds += 29;
    CHECK(text_of(cache) == "t1");
    CHECK(at.asked == 2);
    at.seconds += 32;
    CHECK(text_of(cache) == "t1");
    CHECK(becomes([&] { return cache.fetches() == 3; }));
    at.seconds = 1000 + 60 * 60;
    CHECK_THROWS_AS(text_of(cache), weir::connection_error);
    at.fails = false;
    CHECK(text_of(cache) == "t5");
}

TEST_CASE("within half a minute of a renewal that failed there is no other") {
    bench at;
    {
        token_cache cache{at.source(), at.options()};
        CHECK(text_of(cache) == "t1");
        at.fails = true;
        at.seconds = 1000 + 41 * 60;
        CHECK(text_of(cache) == "t1");
        CHECK(becomes([&] { return cache.fetches() == 2; }));
        at.seconds += 29;
        CHECK(text_of(cache) == "t1");
        // Its end waits for what it has begun.
    }
    CHECK(at.asked == 2);
}

TEST_CASE("a token that ends sooner than the one there is does not replace it, nor is asked for") {
    bench at;
    {
        token_cache cache{at.source(), at.options()};
        CHECK(text_of(cache) == "t1");
        at.life = 10min;
        at.seconds = 1000 + 41 * 60;
        CHECK(text_of(cache) == "t1");
        CHECK(becomes([&] { return cache.fetches() == 2; }));
        CHECK(text_of(cache) == "t1");
        at.seconds += 29;
        CHECK(text_of(cache) == "t1");
    }
    CHECK(at.asked == 2);
}

TEST_CASE("who keeps a token ready renews it when it is due, and not before") {
    bench at;
    auto options = at.options();
    options.renew_ahead = 10min;
    token_cache cache{at.source(), options};
    CHECK(cache.renewal_due() == weir::deadline::clock::time_point::max());
    cache.renew_if_due();
    CHECK(at.asked == 0);
    CHECK(text_of(cache) == "t1");
    const auto due =
        std::chrono::duration_cast<std::chrono::seconds>(cache.renewal_due().time_since_epoch());
    CHECK(due == 1000s + 50min);
    at.seconds = 1000 + 50 * 60 - 1;
    cache.renew_if_due();
    CHECK(at.asked == 1);
    at.seconds = 1000 + 50 * 60;
    cache.renew_if_due();
    CHECK(becomes([&] { return cache.fetches() == 2; }));
    CHECK(text_of(cache) == "t2");
    CHECK(at.asked == 2);
}

TEST_CASE("a refused token is fetched anew, once for all who were refused with it") {
    bench at;
    token_cache cache{at.source(), at.options()};
    const auto first = cache.get({});
    cache.refuse(first);
    CHECK(text_of(cache) == "t2");
    cache.refuse(first);
    CHECK(text_of(cache) == "t2");
    CHECK(at.asked == 2);
}

TEST_CASE("many who wait share one fetch, its token or its failure") {
    for (const bool fails : {false, true}) {
        std::mutex mutex;
        std::condition_variable changed;
        bool may_end = false;
        std::atomic<int> asked{0};
        token_cache cache{[&](weir::deadline) -> fresh_token {
            ++asked;
            std::unique_lock lock{mutex};
            changed.wait(lock, [&] { return may_end; });
            if (fails)
                throw weir::authentication_error{"no"};
            return {weir::secret{"t"}, 60min};
        }};
        std::atomic<int> begun{0};
        std::atomic<int> good{0};
        std::atomic<int> bad{0};
        const auto until = weir::deadline::in(20s);
        std::vector<std::thread> threads;
        for (int at = 0; at < 8; ++at)
            threads.emplace_back([&] {
                ++begun;
                try {
                    static_cast<void>(cache.get(until));
                    ++good;
                } catch (const weir::authentication_error&) {
                    ++bad;
                }
            });
        REQUIRE(becomes([&] { return begun == 8 && asked == 1; }));
        std::this_thread::sleep_for(20ms);
        {
            const std::lock_guard lock{mutex};
            may_end = true;
        }
        changed.notify_all();
        for (auto& each : threads)
            each.join();
        CHECK((fails ? bad : good) == 8);
        if (!fails)
            CHECK(asked == 1);
    }
}

TEST_CASE("who waits no longer than its deadline is told so") {
    std::atomic<bool> may_end{false};
    std::atomic<bool> began{false};
    token_cache cache{[&](weir::deadline) -> fresh_token {
        began = true;
        while (!may_end)
            std::this_thread::sleep_for(1ms);
        return {weir::secret{"t"}, 60min};
    }};
    std::thread first{[&] { static_cast<void>(cache.get(weir::deadline::in(20s))); }};
    REQUIRE(becomes([&] { return began.load(); }));
    CHECK_THROWS_AS(cache.get(weir::deadline::in(20ms)), weir::timeout_error);
    may_end = true;
    first.join();
    CHECK(cache.get({}).reveal() == "t");
}

} // namespace token_cache_cases
