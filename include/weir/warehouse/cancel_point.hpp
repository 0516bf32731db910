// SPDX-License-Identifier: Apache-2.0
// What lets another thread end a session's statement. Costs <condition_variable>.
#pragma once

#include <weir/core/error.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace weir::warehouse {

/// Once cancelled, always cancelled. Threads: any.
class cancel_point {
public:
    void cancel() {
        {
            const std::lock_guard lock{mutex_};
            is_cancelled_ = true;
        }
        changed_.notify_all();
    }

    [[nodiscard]] bool is_cancelled() const {
        const std::lock_guard lock{mutex_};
        return is_cancelled_;
    }

    /// Waits; true as soon as it is cancelled.
    bool wait(std::chrono::milliseconds span) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, span, [&] { return is_cancelled_; });
    }

    /// Errors: timeout_error.
    void refuse_if_cancelled() const {
        if (is_cancelled())
            throw timeout_error{"The session was cancelled", {.sqlstate = "57014"}};
    }

private:
    mutable std::mutex mutex_{};
    std::condition_variable changed_{};
    bool is_cancelled_ = false;
};

} // namespace weir::warehouse
