// SPDX-License-Identifier: Apache-2.0
// Percent-encoding of what goes into a URL. Light: string.
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Percent-encodes everything a path segment or a query value may not hold.
/// Source: RFC 3986 2.3, unreserved characters.
inline void append_percent_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back(digits[byte >> 4U]);
            out.push_back(digits[byte & 15U]);
        }
    }
}

} // namespace weir
