// SPDX-License-Identifier: Apache-2.0
// Whether text is UTF-8, and how many characters it has. Costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

/// Length in bytes of the well-formed sequence that text begins with; 0 when it begins with none.
/// Source: Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto continues = [&](std::size_t index) { return (byte(index) & 0xC0U) == 0x80U; };
    if (text.empty())
        return 0;
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    if (first < 0xE0)
        return text.size() >= 2 && continues(1) ? 2 : 0;
    if (text.size() < 3 || !continues(1) || !continues(2))
        return 0;
    const unsigned second = byte(1);
    if (first < 0xF0) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (text.size() < 4 || !continues(3))
        return 0;
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    return overlong || beyond ? 0 : 4;
}

/// Whether text is UTF-8 as RFC 3629 has it.
[[nodiscard]] inline bool is_valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        // Most text is ASCII: eight bytes in one comparison.
        std::uint64_t block = 0;
        while (text.size() >= sizeof block) {
            std::memcpy(&block, text.data(), sizeof block);
            if ((block & 0x8080'8080'8080'8080U) != 0)
                break;
            text.remove_prefix(sizeof block);
        }
        while (!text.empty()) {
            const auto length = utf8_length(text);
            if (length == 0)
                return false;
            text.remove_prefix(length);
            if (length == 1)
                break;
        }
    }
    return true;
}

/// The number of code points, which is what SQL calls characters. Requires is_valid_utf8(text).
[[nodiscard]] constexpr std::size_t count_characters(std::string_view text) noexcept {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
    return count;
}

} // namespace weir
