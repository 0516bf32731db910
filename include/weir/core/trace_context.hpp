// SPDX-License-Identifier: Apache-2.0
// The trace a request is part of, as `traceparent` tells it. Source: W3C Trace Context 2. Costs
// core/uuid.hpp.
#pragma once

#include <weir/core/headers.hpp>
#include <weir/core/uuid.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

/// `00-<trace id>-<parent id>-<flags>`. Lifetime: the header it was read from.
struct trace_context {
    /// The whole value, to be passed on; empty: there is none, or none that can be read.
    std::string_view text{};
    /// 32 hexadecimal digits.
    std::string_view trace_id{};
};

namespace detail {

[[nodiscard]] constexpr bool is_trace_hex(std::string_view text, std::size_t size) noexcept {
    return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

} // namespace detail

/// Reads a `traceparent`. What is malformed is as good as absent; later versions may say more
/// behind the flags.
[[nodiscard]] constexpr trace_context parse_traceparent(std::string_view text) noexcept {
    constexpr std::size_t size = 55;
    constexpr std::string_view nothing = "00000000000000000000000000000000";
    if (text.size() < size || text.size() > 256 || text[2] != '-' || text[35] != '-' ||
        text[52] != '-')
        return {};
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    const bool is_sound = detail::is_trace_hex(version, 2) && version != "ff" &&
                          detail::is_trace_hex(trace, 32) && trace != nothing &&
                          detail::is_trace_hex(parent, 16) && parent != nothing.substr(0, 16) &&
                          detail::is_trace_hex(text.substr(53, 2), 2);
    const bool ends_well = text.size() == size || (version != "00" && text[size] == '-');
    if (!is_sound || !ends_well)
        return {};
    // What a later version adds is not ours to pass on.
    return {text.substr(0, size), trace};
}

/// A request's, where it sent exactly one.
[[nodiscard]] inline trace_context trace_context_of(const headers& sent) noexcept {
    return sent.count("traceparent") == 1 ? parse_traceparent(*sent.find("traceparent"))
                                          : trace_context{};
}

/// What a call made for a sound `traceparent` tells: the same trace, a parent of its own.
[[nodiscard]] inline std::string child_traceparent(std::string_view of) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto random = uuid::random();
    // As this version says it, whichever one it was.
    std::string made{"00"};
    made.append(of.substr(2, 34));
    // The second half of a random UUID is never all zeros: its first bit is set.
    for (std::size_t at = 8; at < random.bytes.size(); ++at) {
        const auto byte = unsigned{random.bytes[at]};
        made.push_back(digits[byte >> 4]);
        made.push_back(digits[byte & 0xf]);
    }
    return made.append(of.substr(52, 3));
}

} // namespace weir
