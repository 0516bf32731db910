// SPDX-License-Identifier: Apache-2.0
// Exact decimals as a 128-bit unscaled value with precision and scale known at run time: parsing,
// printing, rescaling. decimal<P, S>, validation bounds and JSON share it. Light: string.
#pragma once

#include <weir/core/detail/digits.hpp>
#include <weir/core/int128.hpp>
#include <weir/core/rounding.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// PostgreSQL could do more, Databricks cannot: 38 digits is also what fits 127 bits.
inline constexpr int max_decimal_digits = 38;

namespace detail {

inline constexpr auto powers_of_ten = [] {
    std::array<uint128, max_decimal_digits + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = powers[i - 1] * 10U;
    return powers;
}();

/// Whether dropping digits moves the kept magnitude up by one. `first` is the first dropped digit,
/// `rest` whether a later one is not zero.
[[nodiscard]] constexpr bool
rounds_up(rounding mode, bool kept_is_odd, unsigned first, bool rest) noexcept {
    switch (mode) {
    case rounding::half_up:
        return first >= 5;
    case rounding::half_even:
        return first > 5 || (first == 5 && (rest || kept_is_odd));
    case rounding::refuse:
    case rounding::down:
        break;
    }
    return false;
}

/// Reads `[+-]digits` to the end of the text. Values no text could need stay at a harmless limit.
[[nodiscard]] constexpr bool parse_exponent(std::string_view text, std::int64_t& out) noexcept {
    constexpr std::int64_t limit = 100'000'000'000'000'000;
    std::size_t at = 0;
    const bool negative = !text.empty() && text[0] == '-';
    if (negative || (!text.empty() && text[0] == '+'))
        at = 1;
    if (at == text.size())
        return false;
    std::int64_t exponent = 0;
    for (; at < text.size(); ++at) {
        if (!is_digit(text[at]))
            return false;
        if (exponent < limit)
            exponent = exponent * 10 + (text[at] - '0');
    }
    out = negative ? -exponent : exponent;
    return true;
}

} // namespace detail

/// 10^`exponent`. Requires 0 <= exponent <= 38.
[[nodiscard]] constexpr int128 power_of_ten(int exponent) noexcept {
    return static_cast<int128>(detail::powers_of_ten[static_cast<std::size_t>(exponent)]);
}

/// The absolute value; right for every int128.
[[nodiscard]] constexpr uint128 magnitude(int128 value) noexcept {
    return value < 0 ? uint128{0} - static_cast<uint128>(value) : static_cast<uint128>(value);
}

/// Whether an unscaled value has at most `precision` digits.
[[nodiscard]] constexpr bool fits_precision(int128 unscaled, int precision) noexcept {
    return magnitude(unscaled) < detail::powers_of_ten[static_cast<std::size_t>(precision)];
}

/// Reads `[+-]digits[.digits][e[+-]digits]` exactly as value * 10^scale.
///
/// Errors: false when the text is no number, needs more than `precision` digits, or has non-zero
/// digits
///         beyond `scale` while `mode` refuses rounding; `out` is then unchanged.
[[nodiscard]] constexpr bool parse_decimal(
    std::string_view text, int precision, int scale, int128& out, rounding mode = rounding::refuse
) noexcept {
    const bool negative = !text.empty() && text[0] == '-';
    if (negative || (!text.empty() && text[0] == '+'))
        text.remove_prefix(1);

    std::size_t end = 0;
    std::size_t point = std::string_view::npos;
    for (; end < text.size(); ++end) {
        if (text[end] == '.' && point == std::string_view::npos) {
            point = end;
        } else if (!detail::is_digit(text[end])) {
            break;
        }
    }
    const bool has_point = point != std::string_view::npos;
    const auto digits = static_cast<std::int64_t>(end) - (has_point ? 1 : 0);
    if (digits == 0)
        return false;
    std::int64_t exponent = 0;
    if (end < text.size()) {
        if (text[end] != 'e' && text[end] != 'E')
            return false;
        if (!detail::parse_exponent(text.substr(end + 1), exponent))
            return false;
    }

    std::size_t at = 0;
    while (at < end && (text[at] == '0' || text[at] == '.'))
        ++at;
    if (at == end) {
        out = 0;
        return true;
    }
    const auto fraction = has_point ? static_cast<std::int64_t>(end - point - 1) : 0;
    const auto significant =
        static_cast<std::int64_t>(end - at) - (has_point && point > at ? 1 : 0);
    // The value is the significant digits times 10^shift, counted in units of the scale.
    const std::int64_t shift = scale - fraction + exponent;
    const std::int64_t kept = shift < 0 ? significant + shift : significant;
    if (kept > 0 && kept + (shift > 0 ? shift : 0) > precision)
        return false;

    uint128 value = 0;
    std::uint64_t chunk = 0;
    int chunk_digits = 0;
    for (std::int64_t taken = 0; taken < kept; ++at) {
        if (text[at] == '.')
            continue;
        chunk = chunk * 10U + static_cast<std::uint64_t>(text[at] - '0');
        ++taken;
        // 18 digits at a time: 128-bit multiplication for each one would cost three times as much.
        if (++chunk_digits == 18 || taken == kept) {
            value = value * detail::powers_of_ten[static_cast<std::size_t>(chunk_digits)] + chunk;
            chunk = 0;
            chunk_digits = 0;
        }
    }
    if (shift > 0)
        value *= detail::powers_of_ten[static_cast<std::size_t>(shift)];

    if (shift < 0) {
        unsigned first = 0;
        bool rest = false;
        for (bool is_first = kept >= 0; at < end; ++at) {
            if (text[at] == '.')
                continue;
            const auto digit = static_cast<unsigned>(text[at] - '0');
            if (is_first) {
                first = digit;
            } else if (digit != 0) {
                rest = true;
            }
            is_first = false;
        }
        if (mode == rounding::refuse && (first != 0 || rest))
            return false;
        if (detail::rounds_up(mode, (value & 1U) != 0, first, rest))
            ++value;
        if (value >= detail::powers_of_ten[static_cast<std::size_t>(precision)])
            return false;
    }
    out = static_cast<int128>(negative ? uint128{0} - value : value);
    return true;
}

/// Moves an unscaled value from one scale to another.
///
/// Errors: false when the result needs more than `to_precision` digits, or digits would be lost
/// while `mode`
///         refuses rounding; `out` is then unchanged.
[[nodiscard]] constexpr bool rescale_decimal(
    int128 unscaled,
    int from_scale,
    int to_scale,
    int to_precision,
    int128& out,
    rounding mode = rounding::refuse
) noexcept {
    const auto limit = detail::powers_of_ten[static_cast<std::size_t>(to_precision)];
    uint128 value = magnitude(unscaled);
    if (to_scale >= from_scale) {
        const auto factor = detail::powers_of_ten[static_cast<std::size_t>(to_scale - from_scale)];
        if (value > (limit - 1) / factor)
            return false;
        value *= factor;
    } else {
        const auto divisor = detail::powers_of_ten[static_cast<std::size_t>(from_scale - to_scale)];
        const auto dropped = value % divisor;
        value /= divisor;
        if (dropped != 0) {
            if (mode == rounding::refuse)
                return false;
            const auto digit = divisor / 10U;
            const auto first = static_cast<unsigned>(dropped / digit);
            if (detail::rounds_up(mode, (value & 1U) != 0, first, dropped % digit != 0))
                ++value;
        }
        if (value >= limit)
            return false;
    }
    out = static_cast<int128>(unscaled < 0 ? uint128{0} - value : value);
    return true;
}

/// Appends `unscaled / 10^scale` with exactly `scale` digits after the point. Requires 0 <= scale
/// <= 38.
inline void append_decimal(std::string& out, int128 unscaled, int scale) {
    // 39 digits of any int128, padded to one digit before the point, with sign and point.
    std::array<char, 44> digits;
    char* const first = digits.data();
    char* end = first;
    const uint128 value = magnitude(unscaled);
    constexpr std::uint64_t split = 10'000'000'000'000'000'000U;
    if ((value >> 64U) == 0) {
        end = std::to_chars(first, first + 20, static_cast<std::uint64_t>(value)).ptr;
    } else {
        end = std::to_chars(first, first + 20, static_cast<std::uint64_t>(value / split)).ptr;
        auto low = static_cast<std::uint64_t>(value % split);
        for (int i = 18; i >= 0; --i) {
            end[i] = static_cast<char>('0' + low % 10U);
            low /= 10U;
        }
        end += 19;
    }
    const auto count = static_cast<std::size_t>(end - first);
    const auto after = static_cast<std::size_t>(scale);
    if (unscaled < 0)
        out.push_back('-');
    if (after == 0) {
        out.append(first, count);
        return;
    }
    if (count > after) {
        out.append(first, count - after);
        out.push_back('.');
        out.append(end - after, after);
    } else {
        out.append("0.");
        out.append(after - count, '0');
        out.append(first, count);
    }
}

} // namespace weir
