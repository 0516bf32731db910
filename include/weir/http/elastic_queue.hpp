// SPDX-License-Identifier: Apache-2.0
// Worker threads for cpp-httplib that grow with the connections and go when idle. Its own pool has
// 8 threads, each held by one connection, so that eight idle clients keep everybody else waiting.
#pragma once

#include <weir/http/detail/httplib_include.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace weir::http {

struct elastic_queue_options {
    std::size_t min_threads = 2;
    std::size_t max_threads = 512;
    /// Connections that may wait for a thread once there are max_threads; then the accepting thread
    /// waits.
    std::size_t max_waiting = 256;
    /// A thread above min_threads ends after this long without work.
    std::chrono::milliseconds idle{10'000};
};

/// A pool of threads behind httplib's interface.
class elastic_queue final : public httplib::TaskQueue {
public:
    // void in 0.11, bool in later versions.
    using enqueue_result =
        decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>{}));

    explicit elastic_queue(elastic_queue_options options) : options_(std::move(options)) {}

    elastic_queue(const elastic_queue&) = delete;
    elastic_queue(elastic_queue&&) = delete;
    elastic_queue& operator=(const elastic_queue&) = delete;
    elastic_queue& operator=(elastic_queue&&) = delete;

    ~elastic_queue() override { stop(); }

    enqueue_result enqueue(std::function<void()> job) override {
        add(std::move(job));
        return static_cast<enqueue_result>(true);
    }

    /// Runs what is queued, ends the threads.
    void shutdown() override { stop(); }

private:
    void add(std::function<void()> job) {
        std::list<std::thread> ended;
        std::unique_lock lock{mutex_};
        ended.swap(ended_);
        join_unlocked(lock, ended);
        const bool waits = jobs_.size() >= idle_ + starting_ && !start_thread();
        if (waits && threads_.empty()) { // The system gives no thread at all.
            lock.unlock();
            job();
            return;
        }
        if (waits)
            has_room_.wait(lock, [this] { return jobs_.size() < options_.max_waiting; });
        jobs_.push_back(std::move(job));
        lock.unlock();
        has_job_.notify_one();
    }

    static void join_unlocked(std::unique_lock<std::mutex>& lock, std::list<std::thread>& ended) {
        if (ended.empty())
            return;
        lock.unlock();
        for (auto& thread : ended)
            thread.join();
        lock.lock();
    }

    // Requires the lock. False: there are enough, or the system refuses.
    bool start_thread() {
        if (threads_.size() >= options_.max_threads)
            return false;
        try {
            const auto place = threads_.emplace(threads_.end());
            try {
                *place = std::thread{[this, place] { work(place); }};
            } catch (...) {
                threads_.erase(place);
                throw;
            }
        } catch (const std::system_error&) {
            return false;
        }
        ++starting_;
        return true;
    }

    void work(std::list<std::thread>::iterator self) {
        std::unique_lock lock{mutex_};
        --starting_;
        while (true) {
            ++idle_;
            const bool woken = has_job_.wait_for(lock, options_.idle, [this] {
                return !jobs_.empty() || stopping_;
            });
            --idle_;
            if (!jobs_.empty()) {
                auto job = std::move(jobs_.front());
                jobs_.pop_front();
                has_room_.notify_one();
                lock.unlock();
                job();
                job = nullptr;
                lock.lock();
            } else if (stopping_ || (!woken && threads_.size() > options_.min_threads)) {
                break;
            }
        }
        // Whoever comes next joins the thread; at the end stop() does.
        ended_.splice(ended_.end(), threads_, self);
        has_ended_.notify_all();
    }

    void stop() {
        std::unique_lock lock{mutex_};
        stopping_ = true;
        has_job_.notify_all();
        has_ended_.wait(lock, [this] { return threads_.empty(); });
        std::list<std::thread> ended;
        ended.swap(ended_);
        join_unlocked(lock, ended);
    }

    elastic_queue_options options_;
    std::mutex mutex_;
    std::condition_variable has_job_;
    std::condition_variable has_room_;
    std::condition_variable has_ended_;
    std::deque<std::function<void()>> jobs_;
    std::list<std::thread> threads_;
    std::list<std::thread> ended_;
    std::size_t idle_ = 0;
    // Started, but not yet counted idle.
    std::size_t starting_ = 0;
    bool stopping_ = false;
};

} // namespace weir::http
