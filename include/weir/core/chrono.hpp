// SPDX-License-Identifier: Apache-2.0
// weir's times to and from the standard library's, and the clock. Costs <chrono>.
#pragma once

#include <weir/core/time.hpp>

#include <chrono>
#include <cstdint>

namespace weir {

/// Where the current time comes from: weir::now in services, something still in tests.
using now_function = timestamp (*)();

/// The day, as days since 1970-01-01.
[[nodiscard]] constexpr std::chrono::sys_days to_chrono(date day) noexcept {
    return std::chrono::sys_days{std::chrono::days{day.days}};
}

[[nodiscard]] constexpr std::chrono::sys_time<std::chrono::microseconds> to_chrono(timestamp time
) noexcept {
    return std::chrono::sys_time<std::chrono::microseconds>{
        std::chrono::microseconds{time.microseconds}
    };
}

[[nodiscard]] constexpr std::chrono::local_time<std::chrono::microseconds>
to_chrono(timestamp_ntz time) noexcept {
    return std::chrono::local_time<std::chrono::microseconds>{
        std::chrono::microseconds{time.microseconds}
    };
}

/// The day; also takes a std::chrono::year_month_day that names one.
[[nodiscard]] constexpr date to_date(std::chrono::sys_days day) noexcept {
    return date{static_cast<std::int32_t>(day.time_since_epoch().count())};
}

/// The moment, cut to microseconds towards the past.
template <class Duration>
[[nodiscard]] constexpr timestamp to_timestamp(std::chrono::sys_time<Duration> time) noexcept {
    return timestamp{std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count()
    };
}

template <class Duration>
[[nodiscard]] constexpr timestamp_ntz to_timestamp_ntz(std::chrono::local_time<Duration> time
) noexcept {
    return timestamp_ntz{
        std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count()
    };
}

/// The current moment.
[[nodiscard]] inline timestamp now() {
    return to_timestamp(std::chrono::system_clock::now());
}

} // namespace weir
