// SPDX-License-Identifier: Apache-2.0
// Lets time pass until it is over or a stop is requested. Costs <condition_variable>.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace weir {

/// Returns after `span`, or as soon as a stop is requested.
inline void pause_for(std::chrono::milliseconds span, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, stop, span, [] { return false; });
}

} // namespace weir
