// SPDX-License-Identifier: Apache-2.0
// Text as a JSON string. Light: string, string_view.
#pragma once

#include <weir/json/detail/escape.hpp>
#include <weir/json/detail/scan.hpp>

#include <string>
#include <string_view>

namespace weir::json {

/// Appends text as a JSON string. Text that is not UTF-8 stays as it is: values are checked where
/// they enter.
inline void append_json_string(std::string& out, std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    out.push_back('"');
    for (;;) {
        const char* const stop = detail::find_special<false>(at, end);
        out.append(at, stop);
        if (stop == end)
            break;
        out.push_back('\\');
        const auto found = detail::escaped_characters.find(*stop);
        if (found != std::string_view::npos) {
            out.push_back(detail::escape_letters[found]);
        } else {
            constexpr std::string_view digits = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(*stop);
            out.append("u00");
            out.push_back(digits[byte >> 4U]);
            out.push_back(digits[byte & 0x0FU]);
        }
        at = stop + 1;
    }
    out.push_back('"');
}

} // namespace weir::json
