// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/timed_cache.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace timed_cache_cases {

using namespace std::chrono_literals;
using namespace weir::workspace;

namespace {

/// A clock that a test sets.
struct bench {
    weir::deadline::clock::time_point now = weir::deadline::clock::now();
    int fetched = 0;

    timed_cache_options options(std::size_t most = 1000) {
        return {.life = 5min, .most = most, .now = [this] { return now; }};
    }

    int read(timed_cache<int>& from, const std::string& key) {
        return *from.get(key, {}, [this] { return ++fetched; });
    }
};

} // namespace

TEST_CASE("a value is fetched again when its life is over, or when it is to be forgotten") {
    bench at;
    timed_cache<int> cache{at.options()};
    CHECK(at.read(cache, "a") == 1);
    at.now += 5min - 1ms;
    CHECK(at.read(cache, "a") == 1);
    CHECK(at.read(cache, "b") == 2);
    at.now += 1ms;
    CHECK(at.read(cache, "a") == 3);
    cache.forget("a");
    cache.forget("never known");
    CHECK(at.read(cache, "a") == 4);
}

TEST_CASE("a failure is told and not kept") {
    bench at;
    timed_cache<int> cache{at.options()};
    const auto fail = []() -> int { throw weir::not_found_error{"none"}; };
    CHECK_THROWS_AS(cache.get("a", {}, fail), weir::not_found_error);
    CHECK(at.read(cache, "a") == 1);
}

TEST_CASE("no more is kept than may be: what was unused for longest goes") {
    bench at;
    timed_cache<int> cache{at.options(2)};
    CHECK(at.read(cache, "a") == 1);
    at.now += 1s;
    CHECK(at.read(cache, "b") == 2);
    CHECK(at.read(cache, "a") == 1);
    CHECK(at.read(cache, "c") == 3);
    CHECK(at.read(cache, "a") == 1);
    CHECK(at.read(cache, "b") == 4);
    CHECK(cache.statistics().kept == 2);
    CHECK(cache.statistics().evicted == 2);
}

TEST_CASE("what is beyond its life goes before what is in use, and does not count as evicted") {
    bench at;
    timed_cache<int> cache{at.options(2)};
    CHECK(at.read(cache, "old") == 1);
    at.now += 4min;
    CHECK(at.read(cache, "young") == 2);
    CHECK(at.read(cache, "old") == 1);
    at.now += 1min;
    CHECK(at.read(cache, "new") == 3);
    CHECK(at.read(cache, "young") == 2);
    CHECK(cache.statistics().evicted == 0);
    // A value that is fetched again takes its own place.
    at.now += 4min;
    CHECK(at.read(cache, "young") == 4);
    CHECK(cache.statistics().kept == 2);
    CHECK(cache.statistics().evicted == 0);
}

TEST_CASE("that there is none is remembered for as long as options say, and for each who asks") {
    bench at;
    auto how = at.options();
    how.absence = 2s;
    timed_cache<int, identity_key> cache{how};
    int asked = 0;
    const auto absent = [&]() -> int {
        ++asked;
        throw weir::not_found_error{"none"};
    };
    const identity_key ada{"ada", "t"};
    for (int i = 0; i < 3; ++i)
        CHECK_THROWS_AS(cache.get(ada, {}, absent), weir::not_found_error);
    CHECK(asked == 1);
    CHECK(cache.statistics().absences == 2);
    CHECK(cache.statistics().kept == 1);
    CHECK(*cache.get({"bob", "t"}, {}, [] { return 7; }) == 7);
    at.now += 2s;
    CHECK(*cache.get(ada, {}, [] { return 8; }) == 8);
    cache.forget(ada);
    CHECK_THROWS_AS(cache.get(ada, {}, absent), weir::not_found_error);
    // What was made meanwhile is there at once.
    cache.forget_if([](const identity_key& each) { return each.name == "t"; });
    CHECK(*cache.get(ada, {}, [] { return 9; }) == 9);
    // No other failure is remembered.
    const auto fails = []() -> int { throw weir::connection_error{"away"}; };
    CHECK_THROWS_AS(cache.get({"eve", "t"}, {}, fails), weir::connection_error);
    CHECK(*cache.get({"eve", "t"}, {}, [] { return 1; }) == 1);
}

TEST_CASE("what is fetched while it is to be forgotten is neither kept nor shared") {
    bench at;
    timed_cache<int> cache{at.options()};
    const auto first = cache.get("a", {}, [&] {
        cache.forget("a");
        // Whoever asks by now is told what is true by now.
        CHECK(*cache.get("a", {}, [] { return 2; }) == 2);
        return 1;
    });
    CHECK(*first == 1);
    CHECK(*cache.get("a", {}, [] { return 3; }) == 2);
}

TEST_CASE("bytes are limited where values have them, and a large value is not kept") {
    struct text {
        std::string of;

        [[nodiscard]] std::size_t bytes() const { return of.size(); }
    };

    bench at;
    auto how = at.options();
    how.most_bytes = 80;
    timed_cache<text> cache{how};
    const auto read = [&](const std::string& key, std::size_t bytes) {
        return cache.get(key, {}, [&] { return text{std::string(bytes, 'x')}; })->of.size();
    };
    for (int i = 0; i < 10; ++i)
        CHECK(read(std::to_string(i), 10) == 10);
    CHECK(cache.statistics().kept == 8);
    CHECK(cache.statistics().bytes == 80);
    CHECK(cache.statistics().evicted == 2);
    CHECK(read("0", 5) == 5);
    CHECK(read("9", 5) == 10);
    CHECK(read("large", 11) == 11);
    CHECK(read("large", 10) == 10);
    cache.forget("large");
    CHECK(cache.statistics().bytes == 65);
    cache.forget_if([](const std::string& key) { return key == "0"; });
    CHECK(cache.statistics().bytes == 60);
    cache.forget_all();
    CHECK(cache.statistics().kept == 0);
    CHECK(cache.statistics().bytes == 0);
    CHECK(read("9", 5) == 5);
}

TEST_CASE("what is fetched while all is to be forgotten is not kept") {
    bench at;
    timed_cache<int> cache{at.options()};
    static_cast<void>(cache.get("a", {}, [&] {
        cache.forget_all();
        return 1;
    }));
    CHECK(*cache.get("a", {}, [] { return 2; }) == 2);
    CHECK(cache.statistics().kept == 1);
}

TEST_CASE("a cache counts what it did") {
    bench at;
    timed_cache<int> cache{at.options()};
    for (const auto* key : {"a", "b", "a", "a"})
        CHECK(at.read(cache, key) > 0);
    CHECK_THROWS(cache.get("c", {}, []() -> int { throw weir::not_found_error{"none"}; }));
    const auto done = cache.statistics();
    CHECK(done.kept == 2);
    CHECK(done.hits == 2);
    CHECK(done.fetches == 3);
    CHECK(done.shared == 0);
}

TEST_CASE("many who ask for the same share one fetch; who cannot wait is told so") {
    timed_cache<int> cache;
    std::atomic<bool> may_end{false};
    std::atomic<int> fetched{0};
    std::atomic<int> got{0};
    const auto fetch = [&] {
        ++fetched;
        while (!may_end)
            std::this_thread::sleep_for(1ms);
        return 7;
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { got += *cache.get("a", weir::deadline::in(20s), fetch); });
    while (fetched == 0)
        std::this_thread::sleep_for(1ms);
    CHECK_THROWS_AS(cache.get("a", weir::deadline::in(10ms), fetch), weir::timeout_error);
    CHECK(*cache.get("b", {}, [] { return 1; }) == 1);
    may_end = true;
    for (auto& each : threads)
        each.join();
    CHECK(got == 56);
    CHECK(fetched == 1);
    const auto done = cache.statistics();
    CHECK(done.fetches == 2);
    CHECK(done.hits + done.shared == 7);
}

TEST_CASE("who has more time than a fetch that ran out of it fetches itself") {
    timed_cache<int> cache;
    std::atomic<bool> began{false};
    std::atomic<bool> may_end{false};
    std::thread hasty{[&] {
        CHECK_THROWS_AS(
            cache.get(
                "a",
                {},
                [&]() -> int {
                    began = true;
                    while (!may_end)
                        std::this_thread::sleep_for(1ms);
                    throw weir::timeout_error{"mine"};
                }
            ),
            weir::timeout_error
        );
    }};
    while (!began)
        std::this_thread::sleep_for(1ms);
    std::thread patient{[&] { CHECK(*cache.get("a", {}, [] { return 3; }) == 3); }};
    std::this_thread::sleep_for(10ms);
    may_end = true;
    hasty.join();
    patient.join();
}

} // namespace timed_cache_cases
