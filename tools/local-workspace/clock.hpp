// SPDX-License-Identifier: Apache-2.0
// The workspace's clock: the system's, plus what an administrator moved it ahead. Expiry of tokens,
// links and results goes by it, so that tests need not wait an hour.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

namespace local_workspace {

/// Threads: may be shared.
class workspace_clock {
public:
    /// Milliseconds since 1970.
    [[nodiscard]] std::int64_t now_ms() const noexcept {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(now).count() + ahead_ms_;
    }

    [[nodiscard]] std::int64_t now() const noexcept { return now_ms() / 1000; }

    /// How far it was moved ahead of the system's.
    [[nodiscard]] std::int64_t ahead_ms() const noexcept { return ahead_ms_; }

    void advance(std::int64_t milliseconds) noexcept { ahead_ms_ += milliseconds; }

private:
    std::atomic<std::int64_t> ahead_ms_ = 0;
};

/// Milliseconds since 1970 as RFC 3339: `2026-11-24T10:20:30.123Z`.
[[nodiscard]] inline std::string rfc3339(std::int64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    auto fraction = std::to_string(1000 + milliseconds % 1000);
    fraction[0] = '.';
    return std::string{text, size} + fraction + "Z";
}

} // namespace local_workspace
