// SPDX-License-Identifier: Apache-2.0
// Interrupts statements whose deadline has passed: one thread per database, started with the first
// statement and asleep until the earliest deadline. Costs <map>, <thread>.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/embedded/duckdb_api.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace weir::embedded {

/// Threads: may be shared.
class watchdog {
    using clock = deadline::clock;
    using entries = std::multimap<clock::time_point, duck::connection>;

public:
    explicit watchdog(const duck::api& api) : api_(api) {}

    ~watchdog() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable())
            thread_.join();
    }

    watchdog(const watchdog&) = delete;
    watchdog(watchdog&&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    watchdog& operator=(watchdog&&) = delete;

    /// Watches one connection while it lives. Once it is gone no interrupt can reach the
    /// connection's next statement.
    class guard {
    public:
        guard(watchdog& dog, duck::connection connection, clock::time_point until)
            : dog_(dog), entry_(dog.watch(connection, until)) {}

        ~guard() { dog_.release(entry_); }

        guard(const guard&) = delete;
        guard(guard&&) = delete;
        guard& operator=(const guard&) = delete;
        guard& operator=(guard&&) = delete;

    private:
        watchdog& dog_;
        entries::iterator entry_;
    };

private:
    entries::iterator watch(duck::connection connection, clock::time_point until) {
        const std::lock_guard lock{mutex_};
        if (!thread_.joinable())
            thread_ = std::thread{[this] { run(); }};
        const auto entry = watched_.emplace(until, connection);
        if (entry == watched_.begin())
            changed_.notify_one();
        return entry;
    }

    void release(entries::iterator entry) noexcept {
        const std::lock_guard lock{mutex_};
        watched_.erase(entry);
    }

    void run() {
        std::unique_lock lock{mutex_};
        while (!stopping_) {
            if (watched_.empty()) {
                changed_.wait(lock);
                continue;
            }
            const auto now = clock::now();
            const auto first = watched_.begin();
            if (first->first > now) {
                const auto until = first->first;
                changed_.wait_until(lock, until);
                continue;
            }
            for (auto late = first; late != watched_.end() && late->first <= now; ++late) {
                api_.interrupt(late->second);
            }
            // An interrupt that came before the statement began is lost: repeat until it is over.
            changed_.wait_for(lock, repeat_after);
        }
    }

    static constexpr std::chrono::milliseconds repeat_after{5};

    const duck::api& api_;
    std::mutex mutex_;
    std::condition_variable changed_;
    entries watched_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace weir::embedded
