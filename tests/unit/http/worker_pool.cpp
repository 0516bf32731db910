// SPDX-License-Identifier: Apache-2.0
#include <weir/core/standby.hpp>
#include <weir/http/detail/worker_pool.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

using namespace std::chrono_literals;
using weir::http::detail::outlook;
using weir::http::detail::worker_options;

namespace {

/// A source of events to which nothing happens.
class silence {
public:
    std::optional<int> wait(std::chrono::milliseconds span) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, span, [this] { return calls_ > 0 || is_over_; });
        if (calls_ > 0)
            --calls_;
        return std::nullopt;
    }

    void serve(int /*event*/) {}

    void call_one() {
        const std::lock_guard lock{mutex_};
        ++calls_;
        changed_.notify_one();
    }

    void end() {
        const std::lock_guard lock{mutex_};
        is_over_ = true;
        changed_.notify_all();
    }

    void all_busy() {}

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int calls_ = 0;
    bool is_over_ = false;
};

struct job {
    std::function<void()> run;
};

using pool = weir::http::detail::worker_pool<job, silence>;

/// Where no job counts as held up for the time it takes.
constexpr worker_options patient{.usual = 2, .most = 64, .patience = 1h};

/// Adds jobs that each do `first` and then wait for the end; gives how many of them got a thread.
template <class First>
std::size_t crowd(std::size_t jobs, const First& first) {
    silence from;
    pool workers{patient, from};
    std::atomic<std::size_t> running{0};
    std::latch end{1};
    for (std::size_t at = 0; at < jobs; ++at) {
        REQUIRE(workers.add({[&] {
            first();
            ++running;
            end.wait();
        }}));
    }
    workers.start();
    do {
        while (running < workers.statistics().threads)
            std::this_thread::yield();
    } while (workers.look_after() == outlook::fine);
    const std::size_t ran = running;
    end.count_down();
    workers.finish();
    CHECK(running == jobs);
    return ran;
}

} // namespace

TEST_CASE("as many jobs run as are usual, where none of them is held up") {
    CHECK(crowd(12, [] {}) == 2);
}

TEST_CASE("beside jobs that stand by others run, as many again as are usual") {
    CHECK(crowd(12, [] { weir::stand_by(); }) == 4);
}

TEST_CASE("standing by is told to nobody where no pool has the thread") {
    CHECK(weir::standby_mark() == nullptr);
    weir::stand_by();
}
