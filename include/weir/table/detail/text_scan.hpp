// SPDX-License-Identifier: Apache-2.0
// One pass over a string for everything validation asks of it. Costs what core/utf8.hpp costs.
#pragma once

#include <weir/core/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::detail {

/// Whether text has only the characters U+0001 to U+007F: then bytes are characters, and nothing is
/// left to check.
[[nodiscard]] inline bool is_plain_text(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    constexpr std::uint64_t highs = 0x8080'8080'8080'8080U;
    // A byte minus one sets its high bit if it was zero (borrows only add bits); a high bit also
    // shows itself.
    const auto odd = [](std::uint64_t block) { return ((block - ones) | block) & highs; };
    const auto* const at = text.data();
    const auto size = text.size();
    std::uint64_t block = 0;
    if (size < 8) {
        for (std::size_t i = 0; i < size; ++i) {
            if (static_cast<unsigned char>(at[i]) - 1U >= 0x7FU)
                return false;
        }
        return true;
    }
    std::uint64_t found = 0;
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        std::memcpy(&block, at + i, 8);
        found |= odd(block);
    }
    std::memcpy(&block, at + size - 8, 8);
    return (found | odd(block)) == 0;
}

struct text_scan {
    bool is_utf8 = true;
    bool has_nul = false;
    std::size_t characters = 0;
};

[[nodiscard]] inline text_scan scan_text(std::string_view text) noexcept {
    if (is_plain_text(text))
        return {true, false, text.size()};
    if (!is_valid_utf8(text))
        return {false, false, 0};
    return {true, text.find('\0') != std::string_view::npos, count_characters(text)};
}

} // namespace weir::detail
