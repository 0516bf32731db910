// SPDX-License-Identifier: Apache-2.0
// Threads that run handlers: few, so that few database connections are hot, and more only while
// some of them wait long. First come, first served. Costs <thread>.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace weir::http::detail {

struct worker_options {
    /// Threads that run at once while none of them waits long.
    std::size_t usual = 4;
    /// Threads at most.
    std::size_t most = 64;
    /// Jobs that may wait for a thread.
    std::size_t waiting = 1024;
    /// A job that runs longer than this counts as waiting for something, and another thread may
    /// take its place.
    std::chrono::milliseconds patience{4};
    /// A thread above `usual` ends after this long without work.
    std::chrono::milliseconds idle{10'000};
};

/// What a pool is doing and has done.
struct worker_statistics {
    std::size_t threads = 0;
    /// Threads that wait for a job.
    std::size_t idle = 0;
    /// Jobs that wait for a thread.
    std::size_t waiting = 0;
    /// Jobs refused because too many waited.
    std::uint64_t turned_away = 0;
};

/// Runs jobs: `Job` is movable and has `run()`, which does not throw.
///
/// Threads: shared object safe.
template <class Job>
class worker_pool {
    using clock = std::chrono::steady_clock;

public:
    explicit worker_pool(worker_options how) : how_(how) {
        how_.usual = std::max<std::size_t>(how_.usual, 1);
        how_.most = std::max(how_.most, how_.usual);
    }

    worker_pool(const worker_pool&) = delete;
    worker_pool(worker_pool&&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;
    worker_pool& operator=(worker_pool&&) = delete;

    ~worker_pool() { finish(); }

    /// Puts a job at the end of the queue; false: too many wait.
    [[nodiscard]] bool add(Job job) {
        std::unique_lock lock{mutex_};
        if (jobs_.size() >= how_.waiting) {
            ++turned_away_;
            return false;
        }
        push(lock, std::move(job));
        return true;
    }

    /// The same for what has begun and must go on.
    void add_anyway(Job job) {
        std::unique_lock lock{mutex_};
        push(lock, std::move(job));
    }

    /// Whether jobs wait: call help() every few milliseconds meanwhile.
    [[nodiscard]] bool has_waiting() const noexcept { return has_waiting_.load(); }

    /// Starts a thread if jobs wait and too many threads are held up by theirs.
    void help() {
        if (!has_waiting())
            return;
        const std::lock_guard lock{mutex_};
        if (!jobs_.empty())
            start_if_needed(clock::now());
    }

    [[nodiscard]] worker_statistics statistics() const {
        const std::lock_guard lock{mutex_};
        return {threads_.size(), idle_, jobs_.size(), turned_away_};
    }

    /// Runs what waits and ends the threads.
    void finish() {
        std::unique_lock lock{mutex_};
        stopping_ = true;
        // Even where the system gave no thread so far.
        if (!jobs_.empty())
            start_if_needed(clock::now());
        has_job_.notify_all();
        has_ended_.wait(lock, [this] { return threads_.empty(); });
        join_ended(lock);
    }

private:
    struct worker {
        std::thread thread{};
        // When the job it runs began; `max` while it runs none.
        clock::time_point since = clock::time_point::max();
    };

    void push(std::unique_lock<std::mutex>& lock, Job&& job) {
        jobs_.push_back(std::move(job));
        has_waiting_.store(true);
        if (jobs_.size() > idle_ && threads_.size() < how_.usual)
            start();
        join_ended(lock);
        lock.unlock();
        has_job_.notify_one();
    }

    // Requires the lock.
    void start_if_needed(clock::time_point now) {
        if (idle_ >= jobs_.size() || threads_.size() >= how_.most)
            return;
        const auto held_up = std::count_if(threads_.begin(), threads_.end(), [&](const auto& each) {
            return each.since < now - how_.patience;
        });
        if (threads_.size() - static_cast<std::size_t>(held_up) < how_.usual)
            start();
    }

    // Requires the lock. Where the system gives no thread, those there are go on.
    void start() {
        const auto place = threads_.emplace(threads_.end());
        try {
            // It counts as waiting from its first moment, for it waits for the lock.
            place->thread = std::thread{[this, place] { work(place); }};
        } catch (const std::system_error&) {
            threads_.erase(place);
        }
    }

    void work(typename std::list<worker>::iterator self) {
        std::unique_lock lock{mutex_};
        while (true) {
            if (jobs_.empty() && !stopping_) {
                ++idle_;
                const bool woken = has_job_.wait_for(lock, how_.idle, [this] {
                    return !jobs_.empty() || stopping_;
                });
                --idle_;
                if (!woken && threads_.size() > how_.usual)
                    break;
            }
            if (!jobs_.empty()) {
                auto job = std::move(jobs_.front());
                jobs_.pop_front();
                has_waiting_.store(!jobs_.empty());
                self->since = clock::now();
                lock.unlock();
                job.run();
                {
                    const Job over = std::move(job);
                }
                lock.lock();
                self->since = clock::time_point::max();
            } else if (stopping_) {
                break;
            }
        }
        // Whoever comes next joins it.
        ended_.splice(ended_.end(), threads_, self);
        has_ended_.notify_all();
    }

    void join_ended(std::unique_lock<std::mutex>& lock) {
        if (ended_.empty())
            return;
        std::list<worker> over;
        over.swap(ended_);
        lock.unlock();
        for (auto& each : over)
            each.thread.join();
        lock.lock();
    }

    worker_options how_;
    mutable std::mutex mutex_;
    std::condition_variable has_job_;
    std::condition_variable has_ended_;
    std::deque<Job> jobs_;
    std::list<worker> threads_;
    std::list<worker> ended_;
    // Threads that wait for a job.
    std::size_t idle_ = 0;
    std::uint64_t turned_away_ = 0;
    std::atomic<bool> has_waiting_{false};
    bool stopping_ = false;
};

} // namespace weir::http::detail
