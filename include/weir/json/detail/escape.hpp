// SPDX-License-Identifier: Apache-2.0
// What the escapes of JSON strings stand for. Light: string, string_view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::json::detail {

/// The characters that have an escape of one letter, and those letters, at the same positions.
inline constexpr std::string_view escaped_characters = "\"\\/\b\f\n\r\t";
inline constexpr std::string_view escape_letters = "\"\\/bfnrt";

/// Moves `at` past four hexadecimal digits and answers their value; absent digits give a value
/// above 0xffff.
[[nodiscard]] inline std::uint32_t scan_hex4(const char*& at, const char* end) noexcept {
    constexpr std::uint32_t none = 0x1'0000;
    if (end - at < 4)
        return none;
    std::uint32_t unit = 0;
    for (int digit = 0; digit < 4; ++digit, ++at) {
        const auto byte = static_cast<unsigned char>(*at);
        const auto letter = byte | 0x20U;
        if (byte >= '0' && byte <= '9') {
            unit = unit * 16 + (byte - '0');
        } else if (letter >= 'a' && letter <= 'f') {
            unit = unit * 16 + (letter - 'a' + 10);
        } else {
            return none;
        }
    }
    return unit;
}

inline void append_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](unsigned shift) {
        out.push_back(static_cast<char>(0x80U | ((code >> shift) & 0x3FU)));
    };
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
        out.push_back(static_cast<char>(0xC0U | (code >> 6U)));
        tail(0);
    } else if (code < 0x10000) {
        out.push_back(static_cast<char>(0xE0U | (code >> 12U)));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xF0U | (code >> 18U)));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// One escape: the character it stands for, or what is wrong with it.
struct escape {
    std::uint32_t code = 0;
    std::string_view problem{};
};

/// Reads the escape whose backslash is at `at`, and moves `at` past it unless something is wrong.
[[nodiscard]] inline escape scan_escape(const char*& at, const char* end) noexcept {
    constexpr escape half{0, "half of a surrogate pair"};
    const char* ahead = at + 1;
    if (ahead == end)
        return {0, "the text ends inside a string"};
    const char letter = *ahead++;
    std::uint32_t code = 0;
    if (letter == 'u') {
        code = scan_hex4(ahead, end);
        if (code > 0xFFFF)
            return {0, "expected four hexadecimal digits"};
        if (code >= 0xDC00 && code <= 0xDFFF)
            return half;
        if (code >= 0xD800 && code <= 0xDBFF) {
            if (end - ahead < 2 || ahead[0] != '\\' || ahead[1] != 'u')
                return half;
            ahead += 2;
            const auto low = scan_hex4(ahead, end);
            if (low < 0xDC00 || low > 0xDFFF)
                return half;
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
        }
    } else {
        const auto found = escape_letters.find(letter);
        if (found == std::string_view::npos)
            return {0, "unknown escape"};
        code = static_cast<unsigned char>(escaped_characters[found]);
    }
    at = ahead;
    return {code, {}};
}

} // namespace weir::json::detail
