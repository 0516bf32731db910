// SPDX-License-Identifier: Apache-2.0
// Whether text is spelled as a format asks: hand-written, strict checkers without regular
// expressions or allocation. Costs what core/time.hpp and core/uuid.hpp cost.
#pragma once

#include <weir/core/time.hpp>
#include <weir/core/uuid.hpp>
#include <weir/table/column.hpp>

#include <cstddef>
#include <string_view>

namespace weir {

namespace detail {

[[nodiscard]] constexpr bool is_digit_character(char c) noexcept {
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[nodiscard]] constexpr bool is_letter_or_digit(char c) noexcept {
    return is_letter(c) || is_digit_character(c);
}

[[nodiscard]] constexpr bool is_hex_character(char c) noexcept {
    return is_digit_character(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Whether every character of `text` passes `test`.
template <class Test>
[[nodiscard]] constexpr bool all_of(std::string_view text, Test test) noexcept {
    for (const char c : text) {
        if (!test(c))
            return false;
    }
    return true;
}

/// Exactly `count` digits at the start of `text`, consumed; -1 when there are fewer.
[[nodiscard]] constexpr int take_digits(std::string_view& text, std::size_t count) noexcept {
    if (text.size() < count)
        return -1;
    int value = 0;
    for (std::size_t at = 0; at < count; ++at) {
        if (!is_digit_character(text[at]))
            return -1;
        value = value * 10 + (text[at] - '0');
    }
    text.remove_prefix(count);
    return value;
}

/// Consumes one character out of `accepted`.
[[nodiscard]] constexpr bool take_one(std::string_view& text, std::string_view accepted) noexcept {
    if (text.empty() || accepted.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

} // namespace detail

/// Labels of 1 to 63 letters, digits and inner hyphens, joined by dots, at most 253 bytes, no final
/// dot. Source: RFC 1123, 2.1; RFC 1035, 2.3.4.
[[nodiscard]] constexpr bool is_hostname(std::string_view text) noexcept {
    if (text.empty() || text.size() > 253)
        return false;
    while (true) {
        const auto dot = text.find('.');
        const auto label = text.substr(0, dot);
        const bool sound =
            !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
            detail::all_of(label, [](char c) { return c == '-' || detail::is_letter_or_digit(c); });
        if (!sound)
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

/// A dot-separated local part of at most 64 bytes, `@`, and a host name; 254 bytes in all. Quoted
/// local parts and address literals, which mail programs refuse too, are not accepted, nor is
/// anything but ASCII. Source: RFC 5321, 4.1.2 (Dot-string, Domain) and 4.5.3.1; RFC 3696 erratum
/// 1690 for 254.
[[nodiscard]] constexpr bool is_email(std::string_view text) noexcept {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254)
        return false;
    const auto local = text.substr(0, at);
    constexpr std::string_view special = "!#$%&'*+-/=?^_`{|}~.";
    return local.front() != '.' && local.back() != '.' &&
           local.find("..") == std::string_view::npos &&
           detail::all_of(
               local,
               [=](char c) {
                   return detail::is_letter_or_digit(c) ||
                          special.find(c) != std::string_view::npos;
               }
           ) &&
           is_hostname(text.substr(at + 1));
}

/// 8-4-4-4-12 hexadecimal digits of either case, any version. Source: RFC 9562, 4.
[[nodiscard]] constexpr bool is_uuid(std::string_view text) noexcept {
    uuid read;
    return parse_uuid(text, read);
}

/// Four numbers of 0 to 255 without leading zeros. Source: RFC 2673, 3.2; RFC 6943, 3.1.1 on
/// leading zeros.
[[nodiscard]] constexpr bool is_ipv4(std::string_view text) noexcept {
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !detail::take_one(text, "."))
            return false;
        std::size_t digits = 0;
        while (digits < text.size() && digits < 4 && detail::is_digit_character(text[digits])) {
            ++digits;
        }
        if (digits == 0 || digits > 3 || (digits > 1 && text.front() == '0'))
            return false;
        if (detail::take_digits(text, digits) > 255)
            return false;
    }
    return text.empty();
}

/// Eight groups of 1 to 4 hexadecimal digits, one run of zero groups written `::`, the last two
/// groups also as IPv4; no zone and no brackets. Source: RFC 4291, 2.2.
[[nodiscard]] constexpr bool is_ipv6(std::string_view text) noexcept {
    int groups = 0;
    bool shortened = false;
    if (text.starts_with("::")) {
        shortened = true;
        text.remove_prefix(2);
        if (text.empty())
            return true;
    }
    while (true) {
        if (groups <= 6 && text.find(':') == std::string_view::npos && is_ipv4(text)) {
            groups += 2;
            break;
        }
        std::size_t digits = 0;
        while (digits < text.size() && digits < 5 && detail::is_hex_character(text[digits]))
            ++digits;
        if (digits == 0 || digits > 4)
            return false;
        text.remove_prefix(digits);
        ++groups;
        if (text.empty())
            break;
        if (groups == 8 || !detail::take_one(text, ":"))
            return false;
        if (text.starts_with(":")) {
            if (shortened)
                return false;
            shortened = true;
            text.remove_prefix(1);
            if (text.empty())
                break;
        }
    }
    return shortened ? groups <= 7 : groups == 8;
}

namespace detail {

/// Whether text holds only unreserved characters, `%` with two hexadecimal digits, sub-delimiters,
/// and `extra`.
[[nodiscard]] constexpr bool is_uri_text(std::string_view text, std::string_view extra) noexcept {
    constexpr std::string_view accepted = "-._~!$&'()*+,;=";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '%') {
            if (text.size() - at < 3 || !is_hex_character(text[at + 1]) ||
                !is_hex_character(text[at + 2]))
                return false;
            at += 2;
        } else if (!is_letter_or_digit(c) && accepted.find(c) == std::string_view::npos &&
                   extra.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

/// `[userinfo@]host[:port]`.
[[nodiscard]] constexpr bool is_uri_authority(std::string_view text) noexcept {
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        if (!is_uri_text(text.substr(0, at), ":"))
            return false;
        text.remove_prefix(at + 1);
    }
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return false;
        if (!is_ipv6(text.substr(1, end - 1)))
            return false;
        text.remove_prefix(end + 1);
    } else {
        const auto colon = text.find(':');
        if (!is_uri_text(text.substr(0, colon), {}))
            return false;
        text = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    return text.empty() || (text.front() == ':' && all_of(text.substr(1), is_digit_character));
}

} // namespace detail

/// An absolute URI: scheme, `:`, then authority, path, query and fragment of the characters allowed
/// there. Relative references and characters outside ASCII are refused. Source: RFC 3986, 3 and
/// appendix A.
[[nodiscard]] constexpr bool is_uri(std::string_view text) noexcept {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !detail::is_letter(text.front())) {
        return false;
    }
    const bool scheme_is_sound = detail::all_of(text.substr(0, colon), [](char c) {
        return detail::is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
    });
    if (!scheme_is_sound)
        return false;
    text.remove_prefix(colon + 1);

    if (const auto hash = text.find('#'); hash != std::string_view::npos) {
        if (!detail::is_uri_text(text.substr(hash + 1), ":@/?"))
            return false;
        text = text.substr(0, hash);
    }
    if (const auto mark = text.find('?'); mark != std::string_view::npos) {
        if (!detail::is_uri_text(text.substr(mark + 1), ":@/?"))
            return false;
        text = text.substr(0, mark);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const auto slash = text.find('/');
        if (!detail::is_uri_authority(text.substr(0, slash)))
            return false;
        text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
    }
    return detail::is_uri_text(text, ":@/");
}

/// Whether a date pattern is sound: `YYYY` and `MM` once each, `DD` at most once, the rest
/// separators (ASCII other than letters, digits and control characters).
[[nodiscard]] constexpr bool is_date_pattern(std::string_view pattern) noexcept {
    int years = 0;
    int months = 0;
    int days = 0;
    while (!pattern.empty()) {
        if (pattern.starts_with("YYYY")) {
            ++years;
            pattern.remove_prefix(4);
        } else if (pattern.starts_with("MM")) {
            ++months;
            pattern.remove_prefix(2);
        } else if (pattern.starts_with("DD")) {
            ++days;
            pattern.remove_prefix(2);
        } else {
            const char c = pattern.front();
            if (c < ' ' || c > '~' || detail::is_letter_or_digit(c))
                return false;
            pattern.remove_prefix(1);
        }
    }
    return years == 1 && months == 1 && days <= 1;
}

/// A real calendar date of the years 1 to 9999, spelled by a pattern such as `MM/DD/YYYY`: all
/// digits present, separators exact. Requires is_date_pattern(pattern).
[[nodiscard]] constexpr bool is_date_by(std::string_view text, std::string_view pattern) noexcept {
    civil_date day{0, 0, 1};
    while (!pattern.empty()) {
        if (pattern.starts_with("YYYY")) {
            day.year = detail::take_digits(text, 4);
            pattern.remove_prefix(4);
        } else if (pattern.starts_with("MM")) {
            day.month = detail::take_digits(text, 2);
            pattern.remove_prefix(2);
        } else if (pattern.starts_with("DD")) {
            day.day = detail::take_digits(text, 2);
            pattern.remove_prefix(2);
        } else {
            if (!detail::take_one(text, pattern.substr(0, 1)))
                return false;
            pattern.remove_prefix(1);
        }
    }
    return text.empty() && is_valid(day);
}

/// `YYYY-MM-DD`, a real calendar date of the years 1 to 9999. Source: RFC 3339, full-date.
[[nodiscard]] constexpr bool is_date(std::string_view text) noexcept {
    return is_date_by(text, "YYYY-MM-DD");
}

/// A date, `T`, a time with optional fraction, and `Z` or an offset; a leap second only where UTC
/// may have one, at 23:59:60. Source: RFC 3339, date-time and 5.7.
[[nodiscard]] constexpr bool is_date_time(std::string_view text) noexcept {
    if (text.size() < 20 || !is_date(text.substr(0, 10)))
        return false;
    text.remove_prefix(10);
    if (!detail::take_one(text, "Tt"))
        return false;
    const int hour = detail::take_digits(text, 2);
    if (!detail::take_one(text, ":"))
        return false;
    const int minute = detail::take_digits(text, 2);
    if (!detail::take_one(text, ":"))
        return false;
    const int second = detail::take_digits(text, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return false;
    }
    if (detail::take_one(text, ".")) {
        if (detail::take_digits(text, 1) < 0)
            return false;
        while (!text.empty() && detail::is_digit_character(text.front()))
            text.remove_prefix(1);
    }
    int east = 0;
    if (!detail::take_one(text, "Zz")) {
        const bool west = text.starts_with('-');
        if (!detail::take_one(text, "+-"))
            return false;
        const int hours = detail::take_digits(text, 2);
        if (!detail::take_one(text, ":"))
            return false;
        const int minutes = detail::take_digits(text, 2);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
            return false;
        east = (hours * 60 + minutes) * (west ? -1 : 1);
    }
    constexpr int minutes_per_day = 24 * 60;
    const int in_utc = (hour * 60 + minute - east + minutes_per_day) % minutes_per_day;
    return text.empty() && (second < 60 || in_utc == minutes_per_day - 1);
}

/// Whether text is spelled as a column's format asks; true for a column without format.
[[nodiscard]] constexpr bool
matches_format(std::string_view text, string_format format, std::string_view pattern) noexcept {
    switch (format) {
    case string_format::none:
        return true;
    case string_format::email:
        return is_email(text);
    case string_format::uuid:
        return is_uuid(text);
    case string_format::uri:
        return is_uri(text);
    case string_format::date:
        return is_date(text);
    case string_format::date_time:
        return is_date_time(text);
    case string_format::ipv4:
        return is_ipv4(text);
    case string_format::ipv6:
        return is_ipv6(text);
    case string_format::hostname:
        return is_hostname(text);
    case string_format::date_pattern:
        return is_date_by(text, pattern);
    }
    return false;
}

/// A format's name as JSON Schema and the schema language spell it; `date` for a date pattern,
/// empty for none.
[[nodiscard]] constexpr std::string_view name_of(string_format format) noexcept {
    switch (format) {
    case string_format::none:
        return {};
    case string_format::email:
        return "email";
    case string_format::uuid:
        return "uuid";
    case string_format::uri:
        return "uri";
    case string_format::date:
        return "date";
    case string_format::date_time:
        return "date-time";
    case string_format::ipv4:
        return "ipv4";
    case string_format::ipv6:
        return "ipv6";
    case string_format::hostname:
        return "hostname";
    case string_format::date_pattern:
        return "date";
    }
    return {};
}

} // namespace weir
