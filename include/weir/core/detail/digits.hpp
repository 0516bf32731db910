// SPDX-License-Identifier: Apache-2.0
// Digits and the characters that stand for them. Costs <array>.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::detail {

/// The digit each character stands for; -1: none.
using digit_table = std::array<std::int8_t, 256>;

inline constexpr std::string_view hex_alphabet = "0123456789abcdef";

inline constexpr digit_table hex_digits = [] {
    digit_table digits{};
    digits.fill(-1);
    for (std::int8_t i = 0; i < 10; ++i) {
        digits[static_cast<std::size_t>('0' + i)] = i;
    }
    for (std::int8_t i = 0; i < 6; ++i) {
        digits[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
        digits[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return digits;
}();

/// The value of a hexadecimal digit; -1: it is none.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    return hex_digits[static_cast<std::uint8_t>(c)];
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

} // namespace weir::detail
