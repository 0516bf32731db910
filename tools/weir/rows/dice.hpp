// SPDX-License-Identifier: Apache-2.0
// Numbers that look random and are the same on every machine: the standard library's distributions
// are not. Light.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::ops {

/// SplitMix64. Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014.
class dice {
public:
    explicit constexpr dice(std::uint64_t seed) noexcept : state_(seed) {}

    constexpr std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        auto mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }

    /// 0 to `count` - 1; `count` is not 0.
    constexpr std::uint64_t below(std::uint64_t count) noexcept { return next() % count; }

    /// In `of` cases of a hundred.
    constexpr bool percent(std::uint64_t of) noexcept { return below(100) < of; }

    /// One of some; there is one.
    template <class Items>
    constexpr const auto& pick(const Items& from) noexcept {
        return from[below(from.size())];
    }

private:
    std::uint64_t state_;
};

/// One number from a text, and one from several. Source: FNV-1a.
[[nodiscard]] constexpr std::uint64_t
mix(std::string_view text, std::uint64_t start = 0xCBF29CE484222325U) noexcept {
    for (const char each : text) {
        start ^= static_cast<unsigned char>(each);
        start *= 0x100000001B3U;
    }
    return start;
}

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t left, std::uint64_t right) noexcept {
    return dice{left ^ (right * 0xD6E8FEB86659FD93U)}.next();
}

} // namespace weir::ops
