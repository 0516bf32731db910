// SPDX-License-Identifier: Apache-2.0
// Bytes as text: hexadecimal and base64, strict and table-driven. Light: span, string, vector.
#pragma once

#include <weir/core/detail/digits.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

namespace detail {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline constexpr digit_table base64_digits = [] {
    digit_table digits{};
    digits.fill(-1);
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
        digits[static_cast<std::uint8_t>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return digits;
}();

[[nodiscard]] constexpr std::uint32_t base64_digit(char c) noexcept {
    // Sign extension sets every bit above the digit where there is none.
    return static_cast<std::uint32_t>(base64_digits[static_cast<std::uint8_t>(c)]);
}

} // namespace detail

/// Appends two lower-case hexadecimal digits for each byte.
inline void append_hex(std::string& out, std::span<const std::byte> bytes) {
    auto at = out.size();
    out.resize(at + bytes.size() * 2);
    for (const auto byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        out[at++] = detail::hex_alphabet[value >> 4U];
        out[at++] = detail::hex_alphabet[value & 0x0FU];
    }
}

/// Replaces `out` with the bytes of hexadecimal text of either case.
/// Errors: false on an odd number of characters or any that is no digit; `out` is then unspecified.
[[nodiscard]] inline bool parse_hex(std::string_view text, std::vector<std::byte>& out) {
    if (text.size() % 2 != 0)
        return false;
    out.resize(text.size() / 2);
    int wrong = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = detail::hex_digit(text[i * 2]);
        const int low = detail::hex_digit(text[i * 2 + 1]);
        wrong |= high | low;
        out[i] = static_cast<std::byte>(high << 4 | low);
    }
    return wrong >= 0;
}

/// Appends RFC 4648 base64 with padding.
inline void append_base64(std::string& out, std::span<const std::byte> bytes) {
    const auto digit = [](std::uint32_t value) { return detail::base64_alphabet[value & 0x3FU]; };
    auto at = out.size();
    out.resize(at + (bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const auto group = std::to_integer<std::uint32_t>(bytes[i]) << 16U |
                           std::to_integer<std::uint32_t>(bytes[i + 1]) << 8U |
                           std::to_integer<std::uint32_t>(bytes[i + 2]);
        out[at++] = digit(group >> 18U);
        out[at++] = digit(group >> 12U);
        out[at++] = digit(group >> 6U);
        out[at++] = digit(group);
    }
    const auto left = bytes.size() - i;
    if (left == 0)
        return;
    auto group = std::to_integer<std::uint32_t>(bytes[i]) << 16U;
    if (left == 2)
        group |= std::to_integer<std::uint32_t>(bytes[i + 1]) << 8U;
    out[at++] = digit(group >> 18U);
    out[at++] = digit(group >> 12U);
    out[at++] = left == 2 ? digit(group >> 6U) : '=';
    out[at] = '=';
}

/// Replaces `out` with the bytes of RFC 4648 base64 text.
/// Errors: false on missing padding, characters outside the alphabet (whitespace too) and bits set
/// beyond the
///         last byte; `out` is then unspecified.
[[nodiscard]] inline bool parse_base64(std::string_view text, std::vector<std::byte>& out) {
    out.clear();
    if (text.empty())
        return true;
    if (text.size() % 4 != 0)
        return false;
    std::size_t padding = 0;
    if (text.back() == '=')
        padding = text[text.size() - 2] == '=' ? 2 : 1;
    out.resize(text.size() / 4 * 3 - padding);
    const auto whole = out.size() / 3;
    std::uint32_t wrong = 0;
    for (std::size_t i = 0; i < whole; ++i) {
        const auto a = detail::base64_digit(text[i * 4]);
        const auto b = detail::base64_digit(text[i * 4 + 1]);
        const auto c = detail::base64_digit(text[i * 4 + 2]);
        const auto d = detail::base64_digit(text[i * 4 + 3]);
        wrong |= a | b | c | d;
        const auto group = a << 18U | b << 12U | c << 6U | d;
        out[i * 3] = static_cast<std::byte>(group >> 16U & 0xFFU);
        out[i * 3 + 1] = static_cast<std::byte>(group >> 8U & 0xFFU);
        out[i * 3 + 2] = static_cast<std::byte>(group & 0xFFU);
    }
    if (padding != 0) {
        const auto last = text.size() - 4;
        const auto a = detail::base64_digit(text[last]);
        const auto b = detail::base64_digit(text[last + 1]);
        const auto c = padding == 1 ? detail::base64_digit(text[last + 2]) : 0U;
        wrong |= a | b | c;
        const auto group = a << 18U | b << 12U | c << 6U;
        if ((group & (padding == 1 ? 0xFFU : 0xFFFFU)) != 0)
            return false;
        out[whole * 3] = static_cast<std::byte>(group >> 16U & 0xFFU);
        if (padding == 1)
            out[whole * 3 + 1] = static_cast<std::byte>(group >> 8U & 0xFFU);
    }
    return wrong <= 0x3FU;
}

/// Appends RFC 4648 base64url without padding: letters, digits, `-` and `_`.
inline void append_base64url(std::string& out, std::span<const std::byte> bytes) {
    const auto from = out.size();
    append_base64(out, bytes);
    while (out.size() > from && out.back() == '=')
        out.pop_back();
    for (auto at = from; at < out.size(); ++at) {
        if (out[at] == '+')
            out[at] = '-';
        if (out[at] == '/')
            out[at] = '_';
    }
}

/// Replaces `out` with the bytes of base64url text without padding; errors as parse_base64().
[[nodiscard]] inline bool parse_base64url(std::string_view text, std::vector<std::byte>& out) {
    std::string plain{text};
    for (char& c : plain) {
        // The other alphabet's digits, and padding, are no digits of this one.
        if (c == '+' || c == '/' || c == '=')
            return false;
        if (c == '-')
            c = '+';
        if (c == '_')
            c = '/';
    }
    while (plain.size() % 4 != 0)
        plain.push_back('=');
    return (text.size() % 4 != 1) && parse_base64(plain, out);
}

} // namespace weir
