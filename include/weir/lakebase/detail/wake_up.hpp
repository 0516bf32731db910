// SPDX-License-Identifier: Apache-2.0
// Wakes a thread with one system call, of which nothing is left to do where the woken thread is off
// already: a condition variable has its waiter queue for the mutex of whoever woke it. Costs
// <semaphore.h>. glibc.
#pragma once

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <semaphore.h>

namespace weir::lakebase::detail {

/// Is told once, and awaited by one thread until it returns true: that thread may destroy it then,
/// whatever the one that told is still doing.
class wake_up {
public:
    wake_up() noexcept { ::sem_init(&told_, 0, 0); }

    wake_up(const wake_up&) = delete;
    wake_up(wake_up&&) = delete;
    wake_up& operator=(const wake_up&) = delete;
    wake_up& operator=(wake_up&&) = delete;

    ~wake_up() { ::sem_destroy(&told_); }

    void tell() noexcept {
        before_.store(true, std::memory_order_release);
        ::sem_post(&told_);
    }

    /// Whether it has been told, as await() without waiting.
    [[nodiscard]] bool try_await() noexcept {
        if (::sem_trywait(&told_) != 0)
            return false;
        see_what_was_before();
        return true;
    }

    void await() noexcept {
        while (::sem_wait(&told_) != 0) {
        }
        see_what_was_before();
    }

    /// False: not within that time.
    [[nodiscard]] bool await(std::chrono::nanoseconds patience) noexcept {
        const auto until = std::chrono::steady_clock::now().time_since_epoch() + patience;
        const auto seconds = std::chrono::floor<std::chrono::seconds>(until);
        const timespec at{
            .tv_sec = static_cast<std::time_t>(seconds.count()),
            .tv_nsec = static_cast<long>((until - seconds).count()),
        };
        while (::sem_clockwait(&told_, CLOCK_MONOTONIC, &at) != 0)
            if (errno != EINTR)
                return false;
        see_what_was_before();
        return true;
    }

private:
    // For ThreadSanitizer, which does not know sem_clockwait().
    void see_what_was_before() const noexcept {
        static_cast<void>(before_.load(std::memory_order_acquire));
    }

    sem_t told_{};
    std::atomic<bool> before_{false};
};

} // namespace weir::lakebase::detail
