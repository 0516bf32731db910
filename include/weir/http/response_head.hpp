// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1.1 response as bytes. Light.
#pragma once

#include <weir/http/head.hpp>
#include <weir/http/response.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

namespace weir::http::detail {

/// Seconds since 1970 as HTTP dates.
/// Source: RFC 9110 5.6.7, IMF-fixdate.
inline void append_http_date(std::string& out, std::time_t now) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    const auto two = [&out](int value) {
        out.push_back(static_cast<char>('0' + value / 10 % 10));
        out.push_back(static_cast<char>('0' + value % 10));
    };
    out += days.substr(static_cast<std::size_t>(utc.tm_wday) * 3, 3);
    out += ", ";
    two(utc.tm_mday);
    out.push_back(' ');
    out += months.substr(static_cast<std::size_t>(utc.tm_mon) * 3, 3);
    out += ' ' + std::to_string(utc.tm_year + 1900) + ' ';
    two(utc.tm_hour);
    out.push_back(':');
    two(utc.tm_min);
    out.push_back(':');
    two(utc.tm_sec);
    out += " GMT";
}

/// Whether a field may be sent: one that would break the message's framing is left out.
[[nodiscard]] inline bool may_be_sent(const header& field) noexcept {
    return is_token(field.name) && is_field_value(field.value);
}

inline void append_number(std::string& out, std::size_t value) {
    std::array<char, 20> digits;
    const auto [end, failed] = std::to_chars(digits.begin(), digits.end(), value);
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

/// The head of a response. `takes_chunks`: whether the client understands a chunked body.
[[nodiscard]] inline std::string
response_head(const response& answer, bool keep_alive, std::time_t now, bool takes_chunks) {
    std::size_t size = 160;
    for (const auto& field : answer.headers)
        size += field.name.size() + field.value.size() + 4;
    std::string out;
    out.reserve(size);
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(answer.status));
    out += ' ';
    out += reason_phrase(answer.status);
    out += "\r\nDate: ";
    append_http_date(out, now);
    for (const auto& field : answer.headers) {
        if (!may_be_sent(field))
            continue;
        out += "\r\n";
        out += field.name;
        out += ": ";
        out += field.value;
    }
    if (answer.stream) {
        if (takes_chunks)
            out += "\r\nTransfer-Encoding: chunked";
    } else if (!is_bodiless(answer.status)) {
        out += "\r\nContent-Length: ";
        append_number(out, answer.body.size());
    }
    out += keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
    return out;
}

} // namespace weir::http::detail
