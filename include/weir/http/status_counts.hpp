// SPDX-License-Identifier: Apache-2.0
// How many answers there were of each status. Light: array, atomic.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weir::http {

/// Counts answers by status. Threads: shared object safe.
class status_counts {
public:
    void add(int status) noexcept {
        const auto* const found = std::lower_bound(statuses.begin(), statuses.end(), status);
        const bool is_known = found != statuses.end() && *found == status;
        const auto at =
            is_known ? static_cast<std::size_t>(found - statuses.begin()) : statuses.size();
        counts_[at].fetch_add(1, std::memory_order_relaxed);
    }

    /// Calls `visit(text, count)` for each status there was, `404` or `other`.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t at = 0; at < counts_.size(); ++at) {
            const auto count = counts_[at].load(std::memory_order_relaxed);
            if (count != 0)
                visit(at < statuses.size() ? std::to_string(statuses[at]) : "other", count);
        }
    }

private:
    // What weir answers with; others are counted together.
    static constexpr std::array<int, 27> statuses{200, 201, 202, 204, 304, 400, 401, 403, 404,
                                                  405, 406, 408, 409, 411, 412, 413, 414, 415,
                                                  417, 422, 429, 431, 500, 501, 503, 504, 505};

    std::array<std::atomic<std::uint64_t>, statuses.size() + 1> counts_{};
};

} // namespace weir::http
