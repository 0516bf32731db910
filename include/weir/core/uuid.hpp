// SPDX-License-Identifier: Apache-2.0
// UUIDs: RFC 4122 text, random version 4 from the kernel. Light: string, two small POSIX headers.
#pragma once

#include <weir/core/detail/digits.hpp>
#include <weir/core/error.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pthread.h>
#include <string>
#include <string_view>
#include <sys/random.h>

namespace weir {

/// A UUID as its 16 bytes, in the order of its text.
struct uuid {
    std::array<std::uint8_t, 16> bytes{};

    /// A version 4 UUID of 122 cryptographically random bits.
    /// Errors: throws configuration_error when the system has no random bytes to give.
    [[nodiscard]] static uuid random();

    friend constexpr bool operator==(const uuid&, const uuid&) = default;
    friend constexpr auto operator<=>(const uuid&, const uuid&) = default;
};

namespace detail {

/// Counts forks, so that a child never hands out random bytes its parent hands out too.
inline const std::atomic<unsigned>& fork_count() {
    static std::atomic<unsigned> forks{0};
    static const int registered =
        pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    if (registered != 0)
        throw configuration_error("No memory to watch for forks");
    return forks;
}

/// Errors: configuration_error when the system has none to give.
inline void fill_randomly(std::uint8_t* bytes, std::size_t count) {
    while (count > 0) {
        // A signal may cut it short.
        const auto got = getrandom(bytes, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            throw configuration_error("The system gives no random bytes: getrandom failed");
        bytes += got;
        count -= static_cast<std::size_t>(got);
    }
}

/// Random bytes of one thread, fetched many at a time: a system call for each UUID costs ten times
/// as much.
struct random_pool {
    std::array<std::uint8_t, 2048> bytes;
    std::size_t used = sizeof bytes;
    unsigned forks = 0;
};

} // namespace detail

inline uuid uuid::random() {
    static thread_local detail::random_pool pool;
    const auto forks = detail::fork_count().load(std::memory_order_relaxed);
    if (pool.used == pool.bytes.size() || pool.forks != forks) {
        detail::fill_randomly(pool.bytes.data(), pool.bytes.size());
        pool.used = 0;
        pool.forks = forks;
    }
    uuid made;
    std::memcpy(made.bytes.data(), pool.bytes.data() + pool.used, made.bytes.size());
    pool.used += made.bytes.size();
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0FU) | 0x40U);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3FU) | 0x80U);
    return made;
}

/// Appends the 36 characters of a UUID in lower case.
inline void append_uuid(std::string& out, const uuid& value) {
    std::array<char, 36> text;
    std::size_t at = 0;
    for (std::size_t i = 0; i < value.bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[at++] = '-';
        text[at++] = detail::hex_alphabet[value.bytes[i] >> 4U];
        text[at++] = detail::hex_alphabet[value.bytes[i] & 0x0FU];
    }
    out.append(text.data(), text.size());
}

/// Reads `8-4-4-4-12` hexadecimal digits of either case; any version and variant.
/// Errors: false on any other text; `out` is then unchanged.
[[nodiscard]] constexpr bool parse_uuid(std::string_view text, uuid& out) noexcept {
    if (text.size() != 36)
        return false;
    uuid made;
    std::size_t at = 0;
    int wrong = 0;
    for (std::size_t i = 0; i < made.bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (text[at++] != '-')
                return false;
        }
        const int high = detail::hex_digit(text[at++]);
        const int low = detail::hex_digit(text[at++]);
        wrong |= high | low;
        made.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    if (wrong < 0)
        return false;
    out = made;
    return true;
}

} // namespace weir
