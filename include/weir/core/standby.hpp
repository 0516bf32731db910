// SPDX-License-Identifier: Apache-2.0
// A thread whose work waits for what another thread fetches anyway tells so, and its pool lets one
// more run beside it. Costs <atomic>.
#pragma once

#include <atomic>

namespace weir {

/// Where the calling thread tells that it stands by; nullptr: nobody asks. Set by the pool that has
/// the thread, and taken back by it with the thread's next work.
[[nodiscard]] inline std::atomic<bool>*& standby_mark() noexcept {
    static thread_local std::atomic<bool>* mark = nullptr;
    return mark;
}

/// Tells that the calling thread is about to wait without need of a core or a connection.
inline void stand_by() noexcept {
    if (auto* const mark = standby_mark())
        mark->store(true, std::memory_order_relaxed);
}

} // namespace weir
