// SPDX-License-Identifier: Apache-2.0
// The name a request goes by in answers and logs. Costs core/uuid.hpp.
#pragma once

#include <weir/core/uuid.hpp>
#include <weir/http/headers.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace weir::http {

/// Whether a client's request id may be repeated in headers, JSON and logs as it is: 1 to 128
/// visible ASCII characters other than quotes and backslash.
[[nodiscard]] constexpr bool is_request_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\';
    });
}

[[nodiscard]] inline std::string make_request_id() {
    std::string made;
    append_uuid(made, uuid::random());
    return made;
}

/// The request's own id if it sent exactly one usable, else a new UUID.
[[nodiscard]] inline std::string choose_request_id(const headers& sent) {
    if (sent.count("X-Request-ID") == 1) {
        const auto text = *sent.find("X-Request-ID");
        if (is_request_id(text))
            return std::string{text};
    }
    return make_request_id();
}

} // namespace weir::http
