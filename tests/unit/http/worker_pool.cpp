// SPDX-License-Identifier: Apache-2.0
#include <weir/core/joint_work.hpp>
#include <weir/core/standby.hpp>
#include <weir/http/detail/worker_pool.hpp>

#include <algorithm>
#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <latch>
#include <mutex>
#include <span>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using weir::http::detail::line;
using weir::http::detail::outlook;
using weir::http::detail::worker_options;

namespace {

/// A source of events to which nothing happens.
class silence {
public:
    using event = int;

    std::size_t wait(std::chrono::milliseconds time, std::span<event> /*room*/) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, time, [this] { return calls_ > 0 || is_over_; });
        if (calls_ > 0)
            --calls_;
        return 0;
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
    std::function<void()> turn_down = [] {};
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
        const auto run = [&] {
            first();
            ++running;
            end.wait();
        };
        REQUIRE(workers.add({run}, line::usual, 1));
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

/// A pool whose jobs run, or are turned down, in the thread that asks for it, and say so.
struct told_pool {
    explicit told_pool(const worker_options& how) : workers(how, from) {}

    [[nodiscard]] job says(char what) {
        return {[this, what] { told += what; }, [this, what] { told.append(1, '-') += what; }};
    }

    [[nodiscard]] bool add(char what, line where = line::usual, std::size_t bytes = 1) {
        return workers.add(says(what), where, bytes);
    }

    silence from{};
    std::string told{};
    pool workers;
};

constexpr auto far_away = std::chrono::steady_clock::time_point::max();

} // namespace

TEST_CASE("the lines go by turns, each in its order") {
    told_pool on{{}};
    for (const char what : {'a', 'b', 'c'}) {
        on.workers.go_on(on.says(static_cast<char>(what - 'a' + 'A')));
        CHECK(on.add(what));
    }
    CHECK(on.add('u', line::urgent));
    on.workers.finish();
    CHECK(on.told == "uaAbBcC");
}

TEST_CASE("what waits too long is turned down, and what has begun is not") {
    told_pool on{{.longest_wait = 0ms}};
    on.workers.go_on(on.says('A'));
    for (const char what : {'a', 'b', 'c'})
        CHECK(on.add(what));
    CHECK(on.add('u', line::urgent));
    CHECK(on.workers.statistics().waiting == 4);
    on.workers.turn_down_late(2, far_away);
    CHECK(on.told == "-u-a");
    on.workers.turn_down_late(100, far_away);
    CHECK(on.told == "-u-a-b-c");
    CHECK(on.workers.statistics().turned_away == 4);
    CHECK(on.workers.statistics().waiting == 0);
    on.workers.finish();
    CHECK(on.told == "-u-a-b-cA");
}

TEST_CASE("what has not waited long is turned down only from a moment on") {
    told_pool on{{.longest_wait = 1h}};
    CHECK(on.add('a'));
    on.workers.turn_down_late(100, far_away);
    CHECK(on.told.empty());
    CHECK(on.workers.statistics().longest_wait > 0ns);
    on.workers.turn_down_late(100, std::chrono::steady_clock::now());
    CHECK(on.told == "-a");
    CHECK(on.workers.statistics().longest_wait == 0ns);
}

TEST_CASE("beyond what jobs that wait may hold none is taken, except what has begun") {
    told_pool on{{.waiting_bytes = 100}};
    CHECK(on.add('a', line::usual, 99));
    CHECK(on.add('b', line::urgent, 99));
    CHECK_FALSE(on.add('c', line::usual, 1));
    CHECK(on.workers.statistics().waiting_bytes == 198);
    CHECK(on.workers.statistics().turned_away == 1);
    on.workers.go_on(on.says('A'));
    on.workers.finish();
    CHECK(on.told == "baA");
    CHECK(on.workers.statistics().waiting_bytes == 0);
}

TEST_CASE("as many jobs run as are usual, where none of them is held up") {
    CHECK(crowd(12, [] {}) == 2);
}

TEST_CASE("beside jobs that stand by others run, as many again as are usual") {
    CHECK(crowd(12, [] { weir::stand_by(); }) == 4);
}

TEST_CASE("a thread takes all joint jobs that wait, and runs them by turns") {
    const auto where = GENERATE(line::joint, line::joint_far);
    silence from;
    pool workers{{.usual = 1}, from};
    std::string told;
    std::latch all{4};
    for (const char what : {'a', 'b', 'c', 'd'}) {
        const auto run = [&, what] {
            told += what;
            weir::joint_work::current()->await_others();
            told += what;
            all.count_down();
        };
        REQUIRE(workers.add({run}, where, 1));
    }
    CHECK(workers.statistics().waiting == 4);
    workers.start();
    all.wait();
    workers.finish();
    CHECK(told == "abcddabc");
}

TEST_CASE("joint jobs come by turns with the others") {
    told_pool on{{.usual = 1}};
    for (const char what : {'a', 'b'})
        CHECK(on.add(what));
    for (const char what : {'j', 'k'})
        CHECK(on.add(what, line::joint));
    on.workers.start();
    on.workers.finish();
    CHECK((on.told == "ajkb" || on.told == "jkab"));
}

TEST_CASE("no more threads run joint jobs than may, unless these are held up or far") {
    const auto where = GENERATE(line::joint, line::joint_far);
    const bool are_held_up = GENERATE(false, true);
    silence from;
    pool workers{
        {.usual = 4, .patience = are_held_up ? 1ms : std::chrono::milliseconds{1h}, .joint = 2},
        from
    };
    workers.start();
    std::atomic<std::size_t> running{0};
    std::latch end{1};
    std::latch all{3};
    const auto run = [&] {
        ++running;
        all.count_down();
        end.wait();
    };
    for (std::size_t jobs = 1; jobs <= 3; ++jobs) {
        REQUIRE(workers.add({run}, where, 1));
        while (running < std::min<std::size_t>(jobs, 2))
            std::this_thread::yield();
    }
    if (are_held_up || where == line::joint_far) {
        all.wait();
    } else {
        std::this_thread::sleep_for(20ms);
        CHECK(running == 2);
    }
    end.count_down();
    workers.finish();
    CHECK(running == 3);
}

TEST_CASE("standing by is told to nobody where no pool has the thread") {
    CHECK(weir::standby_mark() == nullptr);
    weir::stand_by();
}
