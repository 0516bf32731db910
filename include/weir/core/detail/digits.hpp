// SPDX-License-Identifier: Apache-2.0
// Digits and the characters that stand for them. Costs <array>.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::detail {

/// The digit each character stands for; 0xFF: none.
using digit_table = std::array<std::uint8_t, 256>;

inline constexpr std::string_view hex_alphabet = "0123456789abcdef";

inline constexpr digit_table hex_digits = [] {
    digit_table digits{};
    digits.fill(0xFF);
    for (std::uint8_t i = 0; i < 10; ++i) {
        digits['0' + i] = i;
    }
    for (std::uint8_t i = 0; i < 6; ++i) {
        digits['a' + i] = static_cast<std::uint8_t>(10 + i);
        digits['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return digits;
}();

/// The value of a hexadecimal digit; 0xFF: it is none.
[[nodiscard]] constexpr unsigned hex_digit(char c) noexcept {
    return hex_digits[static_cast<std::uint8_t>(c)];
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

} // namespace weir::detail
