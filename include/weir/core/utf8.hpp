// SPDX-License-Identifier: Apache-2.0
// Whether text is UTF-8, and how many characters it has. Costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

/// Whether text is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
[[nodiscard]] inline bool is_valid_utf8(std::string_view text) noexcept {
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = at + text.size();
    const auto continues = [](unsigned char c) { return (c & 0xC0U) == 0x80U; };
    while (at != end) {
        if (*at < 0x80U) {
            // Most text is ASCII: eight bytes in one comparison.
            std::uint64_t block = 0;
            while (end - at >= 8) {
                std::memcpy(&block, at, 8);
                if ((block & 0x8080'8080'8080'8080U) != 0)
                    break;
                at += 8;
            }
            while (at != end && *at < 0x80U)
                ++at;
            continue;
        }
        const auto left = end - at;
        if (*at < 0xE0U) {
            if (*at < 0xC2U || left < 2 || !continues(at[1]))
                return false;
            at += 2;
        } else if (*at < 0xF0U) {
            if (left < 3 || !continues(at[1]) || !continues(at[2]))
                return false;
            if ((*at == 0xE0U && at[1] < 0xA0U) || (*at == 0xEDU && at[1] > 0x9FU))
                return false;
            at += 3;
        } else {
            if (*at > 0xF4U || left < 4)
                return false;
            if (!continues(at[1]) || !continues(at[2]) || !continues(at[3]))
                return false;
            if ((*at == 0xF0U && at[1] < 0x90U) || (*at == 0xF4U && at[1] > 0x8FU))
                return false;
            at += 4;
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
