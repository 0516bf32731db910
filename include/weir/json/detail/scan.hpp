// SPDX-License-Identifier: Apache-2.0
// Looking at eight bytes of JSON text at a time, and at one UTF-8 sequence. Shared by reader and
// writer. Costs <bit> and <cstring>.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::json::detail {

[[nodiscard]] constexpr std::uint64_t eight_times(unsigned char byte) noexcept {
    return 0x0101'0101'0101'0101ULL * byte;
}

/// Marks bytes of `word` below 0x20, quotes and backslashes by their high bit, and lets bytes of
/// `also_above` (0x80 in each byte, or nothing) through as marks too. Exact up to and including the
/// first mark.
[[nodiscard]] constexpr std::uint64_t
mark_special(std::uint64_t word, std::uint64_t also_above) noexcept {
    constexpr auto high = eight_times(0x80);
    constexpr auto low = eight_times(0x01);
    const auto quote = word ^ eight_times('"');
    const auto backslash = word ^ eight_times('\\');
    const auto control = (word - eight_times(0x20)) & ~word;
    const auto found = control | ((quote - low) & ~quote) | ((backslash - low) & ~backslash);
    return (found & high) | (word & also_above);
}

[[nodiscard]] constexpr bool is_special(unsigned char byte) noexcept {
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/// The first byte in [at, end) that is special, or above 0x7f when `StopAboveAscii`; `end` when
/// there is none.
template <bool StopAboveAscii>
[[nodiscard]] inline const char* find_special(const char* at, const char* end) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        constexpr auto above = StopAboveAscii ? eight_times(0x80) : std::uint64_t{0};
        while (end - at >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, at, 8);
            if (const auto marks = mark_special(word, above); marks != 0) {
                return at + std::countr_zero(marks) / 8;
            }
            at += 8;
        }
    }
    while (at != end) {
        const auto byte = static_cast<unsigned char>(*at);
        if (is_special(byte) || (StopAboveAscii && byte >= 0x80))
            break;
        ++at;
    }
    return at;
}

[[nodiscard]] constexpr bool is_digit(char each) noexcept {
    return each >= '0' && each <= '9';
}

/// Moves `at` past a number; answers what is wrong with it, at `at`, or nothing.
[[nodiscard]] inline std::string_view scan_number(const char*& at, const char* end) noexcept {
    constexpr std::string_view no_digit = "expected a digit";
    const auto skip_digits = [&] {
        const char* const first = at;
        while (at != end && is_digit(*at))
            ++at;
        return at != first;
    };
    if (at != end && *at == '-')
        ++at;
    if (at != end && *at == '0') {
        ++at;
        if (at != end && is_digit(*at))
            return "a number must not begin with 0";
    } else if (!skip_digits()) {
        return no_digit;
    }
    if (at != end && *at == '.') {
        ++at;
        if (!skip_digits())
            return no_digit;
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-'))
            ++at;
        if (!skip_digits())
            return no_digit;
    }
    return {};
}

/// Whether all of `text` is one JSON number.
[[nodiscard]] inline bool is_number(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    return !text.empty() && scan_number(at, end).empty() && at == end;
}

} // namespace weir::json::detail
