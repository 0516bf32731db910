// SPDX-License-Identifier: Apache-2.0
// Cancels what nobody waits for any more, on a thread of its own: asking a database to cancel takes
// a round trip, for which no event loop may wait. Costs <stop_token>, <thread>.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace weir {

/// Threads: shared object safe.
class canceller {
public:
    canceller() = default;

    canceller(const canceller&) = delete;
    canceller(canceller&&) = delete;
    canceller& operator=(const canceller&) = delete;
    canceller& operator=(canceller&&) = delete;

    ~canceller() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable())
            thread_.join();
    }

    /// Has a stop requested soon.
    void cancel(std::stop_source what) {
        {
            const std::lock_guard lock{mutex_};
            queue_.push_back(std::move(what));
            if (!thread_.joinable())
                thread_ = std::thread{[this] { run(); }};
        }
        changed_.notify_one();
    }

private:
    void run() {
        std::unique_lock lock{mutex_};
        while (true) {
            changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            std::vector<std::stop_source> taken;
            taken.swap(queue_);
            lock.unlock();
            for (auto& each : taken)
                each.request_stop();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::stop_source> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace weir
