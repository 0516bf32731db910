// SPDX-License-Identifier: Apache-2.0
// Dates and times as text: ISO 8601 as databases print and read it, RFC 3339 as JSON carries it.
// Light: string.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

namespace detail {

/// Two digits as a number; something above 99 when they are none.
[[nodiscard]] constexpr unsigned two_digits(const char* at) noexcept {
    const auto high = static_cast<unsigned>(at[0]) - '0';
    const auto low = static_cast<unsigned>(at[1]) - '0';
    return high > 9U || low > 9U ? 1'000U : high * 10U + low;
}

/// `YYYY-MM-DD` at the start of at least ten characters.
[[nodiscard]] constexpr bool read_civil_date(const char* at, civil_date& out) noexcept {
    const auto century = two_digits(at);
    const auto year = two_digits(at + 2);
    const auto month = two_digits(at + 5);
    const auto day = two_digits(at + 8);
    if (century > 99U || year > 99U || at[4] != '-' || at[7] != '-')
        return false;
    out = {static_cast<int>(century * 100U + year), static_cast<int>(month), static_cast<int>(day)};
    return is_valid(out);
}

/// Consumes `YYYY-MM-DD(T| )hh:mm:ss[.1-9 digits]`; what follows stays in `text`.
[[nodiscard]] constexpr bool read_civil_time(std::string_view& text, civil_time& out) noexcept {
    if (text.size() < 19)
        return false;
    const char* const at = text.data();
    if (!read_civil_date(at, out.day))
        return false;
    if ((at[10] != ' ' && at[10] != 'T' && at[10] != 't') || at[13] != ':' || at[16] != ':') {
        return false;
    }
    const auto hour = two_digits(at + 11);
    const auto minute = two_digits(at + 14);
    const auto second = two_digits(at + 17);
    // A leap second (:60) has no place in either backend's time scale.
    if (hour > 23U || minute > 59U || second > 59U)
        return false;
    unsigned microsecond = 0;
    std::size_t end = 19;
    if (text.size() > 19 && at[19] == '.') {
        for (end = 20; end < text.size(); ++end) {
            const auto digit = static_cast<unsigned>(at[end]) - '0';
            if (digit > 9U)
                break;
            if (end < 26) {
                microsecond = microsecond * 10U + digit;
            } else if (digit != 0 || end >= 29) {
                return false;
            }
        }
        if (end == 20)
            return false;
        for (std::size_t i = end; i < 26; ++i)
            microsecond *= 10U;
    }
    out.hour = static_cast<int>(hour);
    out.minute = static_cast<int>(minute);
    out.second = static_cast<int>(second);
    out.microsecond = static_cast<int>(microsecond);
    text.remove_prefix(end);
    return true;
}

/// `Z`, `+hh`, `+hhmm`, `+hh:mm`, `+hh:mm:ss` (or `-`) and nothing else, in seconds east of UTC.
[[nodiscard]] constexpr bool read_offset(std::string_view text, std::int64_t& out) noexcept {
    if (text == "Z" || text == "z") {
        out = 0;
        return true;
    }
    const auto size = text.size();
    if (size < 3 || (text[0] != '+' && text[0] != '-'))
        return false;
    const auto hours = two_digits(text.data() + 1);
    unsigned minutes = 0;
    unsigned seconds = 0;
    if (size == 5) {
        minutes = two_digits(text.data() + 3);
    } else if (size == 6 || size == 9) {
        if (text[3] != ':')
            return false;
        minutes = two_digits(text.data() + 4);
        if (size == 9) {
            if (text[6] != ':')
                return false;
            seconds = two_digits(text.data() + 7);
        }
    } else if (size != 3) {
        return false;
    }
    if (hours > 23U || minutes > 59U || seconds > 59U)
        return false;
    const std::int64_t east = hours * 3'600U + minutes * 60U + seconds;
    out = text[0] == '-' ? -east : east;
    return true;
}

[[nodiscard]] constexpr bool
make_timestamp_at(const civil_time& time, std::int64_t offset_seconds, timestamp& out) noexcept {
    const timestamp made{microseconds_from_civil(time) - offset_seconds * microseconds_per_second};
    if (!is_valid(made))
        return false;
    out = made;
    return true;
}

[[noreturn]] inline void refuse_time() {
    throw validation_error({{"date_range", {}, "Date or time lies outside years 1 to 9999"}});
}

constexpr void write_two(char* at, int value) noexcept {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
}

constexpr void write_civil_date(char* at, civil_date day) noexcept {
    write_two(at, day.year / 100);
    write_two(at + 2, day.year % 100);
    at[4] = '-';
    write_two(at + 5, day.month);
    at[7] = '-';
    write_two(at + 8, day.day);
}

/// `YYYY-MM-DD?hh:mm:ss[.uuuuuu]` and then `suffix`.
inline void append_civil_time(
    std::string& out, const civil_time& time, char separator, std::string_view suffix
) {
    std::array<char, 26> text;
    char* const at = text.data();
    write_civil_date(at, time.day);
    at[10] = separator;
    write_two(at + 11, time.hour);
    at[13] = ':';
    write_two(at + 14, time.minute);
    at[16] = ':';
    write_two(at + 17, time.second);
    std::size_t size = 19;
    if (time.microsecond != 0) {
        at[19] = '.';
        write_two(at + 20, time.microsecond / 10'000);
        write_two(at + 22, time.microsecond / 100 % 100);
        write_two(at + 24, time.microsecond % 100);
        size = 26;
    }
    out.append(at, size);
    out.append(suffix);
}

} // namespace detail

/// Reads `YYYY-MM-DD`, years 0001 to 9999.
/// Errors: false on any other text, BC and infinity included; `out` is then unchanged.
[[nodiscard]] constexpr bool parse_date(std::string_view text, date& out) noexcept {
    civil_date day;
    if (text.size() != 10 || !detail::read_civil_date(text.data(), day))
        return false;
    out = date{detail::days_from_civil(day)};
    return true;
}

/// What a time without an offset means to parse_timestamp().
enum class missing_offset : std::uint8_t { refuse, is_utc };

/// Reads a moment as databases print it: ISO 8601 with `T` or a space, up to nine fraction digits
/// of which those below microseconds are zero, and any spelling of the offset. Errors: false on any
/// other text, on leap seconds and 24:00:00, and outside years 1 to 9999 in UTC.
[[nodiscard]] constexpr bool
parse_timestamp(std::string_view text, timestamp& out, missing_offset missing) noexcept {
    civil_time time;
    if (!detail::read_civil_time(text, time))
        return false;
    std::int64_t offset = 0;
    if (text.empty() ? missing == missing_offset::refuse : !detail::read_offset(text, offset)) {
        return false;
    }
    return detail::make_timestamp_at(time, offset, out);
}

/// Reads a time without an offset; one with an offset is refused.
[[nodiscard]] constexpr bool
parse_timestamp_ntz(std::string_view text, timestamp_ntz& out) noexcept {
    civil_time time;
    if (!detail::read_civil_time(text, time) || !text.empty())
        return false;
    out = timestamp_ntz{detail::microseconds_from_civil(time)};
    return true;
}

/// Reads RFC 3339, as JSON carries moments: the offset is required and is `Z` or `+hh:mm`.
[[nodiscard]] constexpr bool parse_rfc3339(std::string_view text, timestamp& out) noexcept {
    civil_time time;
    if (!detail::read_civil_time(text, time))
        return false;
    std::int64_t offset = 0;
    if ((text.size() != 1 && text.size() != 6) || !detail::read_offset(text, offset))
        return false;
    return detail::make_timestamp_at(time, offset, out);
}

/// Reads RFC 3339 without its offset, as JSON carries wall-clock times.
[[nodiscard]] constexpr bool parse_rfc3339(std::string_view text, timestamp_ntz& out) noexcept {
    return parse_timestamp_ntz(text, out);
}

/// Appends `YYYY-MM-DD`.
/// Errors: throws validation_error outside years 1 to 9999, as every append function here.
inline void append_date(std::string& out, date day) {
    if (!is_valid(day))
        detail::refuse_time();
    std::array<char, 10> text;
    detail::write_civil_date(text.data(), to_civil(day));
    out.append(text.data(), text.size());
}

/// Appends `2024-05-01T10:20:30.123456Z`: six fraction digits, or none when they are all zero.
inline void append_rfc3339(std::string& out, timestamp time) {
    if (!is_valid(time))
        detail::refuse_time();
    detail::append_civil_time(out, to_civil(time), 'T', "Z");
}

/// Appends `2024-05-01T10:20:30.123456`.
inline void append_rfc3339(std::string& out, timestamp_ntz time) {
    if (!is_valid(time))
        detail::refuse_time();
    detail::append_civil_time(out, to_civil(time), 'T', {});
}

/// Appends `2024-05-01 10:20:30.123456+00`, as PostgreSQL prints timestamptz in UTC, though with
/// six fraction digits where it drops trailing zeros.
inline void append_postgres(std::string& out, timestamp time) {
    if (!is_valid(time))
        detail::refuse_time();
    detail::append_civil_time(out, to_civil(time), ' ', "+00");
}

/// Appends `2024-05-01 10:20:30.123456`, as PostgreSQL prints timestamp.
inline void append_postgres(std::string& out, timestamp_ntz time) {
    if (!is_valid(time))
        detail::refuse_time();
    detail::append_civil_time(out, to_civil(time), ' ', {});
}

} // namespace weir
