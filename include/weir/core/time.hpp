// SPDX-License-Identifier: Apache-2.0
// Dates and times as databases store them, and the proleptic Gregorian calendar. Years 1 to 9999.
// Without <chrono>: chrono.hpp converts.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace weir {

/// A calendar day.
struct date {
    /// Days since 1970-01-01.
    std::int32_t days{};

    friend constexpr bool operator==(date, date) = default;
    friend constexpr auto operator<=>(date, date) = default;
};

/// A moment.
struct timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    std::int64_t microseconds{};

    friend constexpr bool operator==(timestamp, timestamp) = default;
    friend constexpr auto operator<=>(timestamp, timestamp) = default;
};

/// What a calendar and a clock on the wall show, without saying where.
struct timestamp_ntz {
    /// Microseconds since 1970-01-01T00:00:00 on the same wall.
    std::int64_t microseconds{};

    friend constexpr bool operator==(timestamp_ntz, timestamp_ntz) = default;
    friend constexpr auto operator<=>(timestamp_ntz, timestamp_ntz) = default;
};

inline constexpr std::int64_t microseconds_per_second = 1'000'000;
inline constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;

/// 0001-01-01 and 9999-12-31: what both backends can store and print.
inline constexpr date min_date{-719'162};
inline constexpr date max_date{2'932'896};
inline constexpr timestamp min_timestamp{min_date.days * microseconds_per_day};
inline constexpr timestamp max_timestamp{(max_date.days + 1) * microseconds_per_day - 1};
inline constexpr timestamp_ntz min_timestamp_ntz{min_timestamp.microseconds};
inline constexpr timestamp_ntz max_timestamp_ntz{max_timestamp.microseconds};

/// A day by year (1..9999), month (1..12) and day of the month (1..31).
struct civil_date {
    int year{};
    int month{};
    int day{};

    friend constexpr bool operator==(civil_date, civil_date) = default;
    friend constexpr auto operator<=>(civil_date, civil_date) = default;
};

/// A day and a time of that day.
struct civil_time {
    civil_date day{};
    int hour{};
    int minute{};
    int second{};
    int microsecond{};

    friend constexpr bool operator==(const civil_time&, const civil_time&) = default;
    friend constexpr auto operator<=>(const civil_time&, const civil_time&) = default;
};

[[nodiscard]] constexpr bool is_leap_year(int year) noexcept {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// Requires 1 <= month <= 12.
[[nodiscard]] constexpr int days_in_month(int year, int month) noexcept {
    constexpr int days[]{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

[[nodiscard]] constexpr bool is_valid(civil_date day) noexcept {
    return day.year >= 1 && day.year <= 9999 && day.month >= 1 && day.month <= 12 && day.day >= 1 &&
           day.day <= days_in_month(day.year, day.month);
}

[[nodiscard]] constexpr bool is_valid(const civil_time& time) noexcept {
    return is_valid(time.day) && time.hour >= 0 && time.hour < 24 && time.minute >= 0 &&
           time.minute < 60 && time.second >= 0 && time.second < 60 && time.microsecond >= 0 &&
           time.microsecond < microseconds_per_second;
}

/// Whether the value lies in years 1 to 9999.
[[nodiscard]] constexpr bool is_valid(date day) noexcept {
    return day >= min_date && day <= max_date;
}

[[nodiscard]] constexpr bool is_valid(timestamp time) noexcept {
    return time >= min_timestamp && time <= max_timestamp;
}

[[nodiscard]] constexpr bool is_valid(timestamp_ntz time) noexcept {
    return time >= min_timestamp_ntz && time <= max_timestamp_ntz;
}

namespace detail {

/// Requires is_valid(day). Source: H. Hinnant, chrono-compatible low-level date algorithms.
[[nodiscard]] constexpr std::int32_t days_from_civil(civil_date day) noexcept {
    const auto year = static_cast<unsigned>(day.year) - (day.month <= 2 ? 1U : 0U);
    const auto month = static_cast<unsigned>(day.month);
    const auto era = year / 400U;
    const auto year_of_era = year % 400U;
    const auto day_of_year = (153U * (month > 2U ? month - 3U : month + 9U) + 2U) / 5U +
                             static_cast<unsigned>(day.day) - 1U;
    const auto day_of_era =
        year_of_era * 365U + year_of_era / 4U - year_of_era / 100U + day_of_year;
    return static_cast<std::int32_t>(era * 146'097U + day_of_era) - 719'468;
}

[[nodiscard]] constexpr civil_time civil_from_microseconds(std::int64_t microseconds) noexcept;

} // namespace detail

/// The calendar's name of a day. Requires is_valid(day).
[[nodiscard]] constexpr civil_date to_civil(date day) noexcept {
    const auto shifted = static_cast<unsigned>(day.days + 719'468);
    const auto era = shifted / 146'097U;
    const auto day_of_era = shifted % 146'097U;
    const auto year_of_era =
        (day_of_era - day_of_era / 1'460U + day_of_era / 36'524U - day_of_era / 146'096U) / 365U;
    const auto day_of_year =
        day_of_era - (365U * year_of_era + year_of_era / 4U - year_of_era / 100U);
    const auto month_from_march = (5U * day_of_year + 2U) / 153U;
    const auto day_of_month = day_of_year - (153U * month_from_march + 2U) / 5U + 1U;
    const auto month = month_from_march < 10U ? month_from_march + 3U : month_from_march - 9U;
    return {
        static_cast<int>(year_of_era + era * 400U + (month <= 2U ? 1U : 0U)),
        static_cast<int>(month),
        static_cast<int>(day_of_month),
    };
}

constexpr civil_time detail::civil_from_microseconds(std::int64_t microseconds) noexcept {
    // Counted from 0001-01-01, so that every division is one of a non-negative number.
    const auto since_start = static_cast<std::uint64_t>(microseconds - min_timestamp.microseconds);
    constexpr auto per_day = static_cast<std::uint64_t>(microseconds_per_day);
    constexpr auto per_second = static_cast<std::uint64_t>(microseconds_per_second);
    const auto days = static_cast<std::int32_t>(since_start / per_day);
    const auto of_day = since_start % per_day;
    const auto seconds = static_cast<unsigned>(of_day / per_second);
    return {
        to_civil(date{days + min_date.days}),
        static_cast<int>(seconds / 3'600U),
        static_cast<int>(seconds / 60U % 60U),
        static_cast<int>(seconds % 60U),
        static_cast<int>(of_day % per_second),
    };
}

/// The UTC calendar and clock at a moment. Requires is_valid(time).
[[nodiscard]] constexpr civil_time to_civil(timestamp time) noexcept {
    return detail::civil_from_microseconds(time.microseconds);
}

/// Requires is_valid(time).
[[nodiscard]] constexpr civil_time to_civil(timestamp_ntz time) noexcept {
    return detail::civil_from_microseconds(time.microseconds);
}

/// The day of that name; absent when the calendar has none.
[[nodiscard]] constexpr std::optional<date> make_date(civil_date day) noexcept {
    if (!is_valid(day))
        return std::nullopt;
    return date{detail::days_from_civil(day)};
}

namespace detail {

/// Requires is_valid(time).
[[nodiscard]] constexpr std::int64_t microseconds_from_civil(const civil_time& time) noexcept {
    const std::int64_t seconds = time.hour * 3'600 + time.minute * 60 + time.second;
    return days_from_civil(time.day) * microseconds_per_day + seconds * microseconds_per_second +
           time.microsecond;
}

} // namespace detail

/// The moment when a clock in UTC shows that time; absent when none ever does.
[[nodiscard]] constexpr std::optional<timestamp> make_timestamp(const civil_time& time) noexcept {
    if (!is_valid(time))
        return std::nullopt;
    return timestamp{detail::microseconds_from_civil(time)};
}

[[nodiscard]] constexpr std::optional<timestamp_ntz> make_timestamp_ntz(const civil_time& time
) noexcept {
    if (!is_valid(time))
        return std::nullopt;
    return timestamp_ntz{detail::microseconds_from_civil(time)};
}

} // namespace weir
