// SPDX-License-Identifier: Apache-2.0
// How often each of many may ask: a token bucket for each name, in memory that never grows. Costs
// <chrono> and <mutex>.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http {

/// So many a second in the long run, `burst` of them at once.
struct rate {
    /// 0: no limit.
    std::uint32_t per_second = 0;
    /// 0: ten seconds' worth.
    std::uint32_t burst = 0;
};

/// What a bucket says.
struct bucket_state {
    bool is_admitted = true;
    /// How many more would be admitted now.
    std::uint32_t remaining = 0;
    /// Until the next is admitted; zero while any remain.
    std::chrono::nanoseconds wait{};
    /// Until all of the burst is there again.
    std::chrono::nanoseconds refill{};
};

/// Counts by name. A name's bucket is the moment at which it will be full again, so one that is
/// full needs no place: the least used of its set gives way to a name that comes. Where all eight
/// places of a set are in use, the bucket that is nearest to full is forgotten, which admits that
/// name a burst too many; nobody is refused for what others did. A name is kept as a hash that
/// nobody outside can foresee. Threads: shared object safe.
class token_buckets {
public:
    using clock = std::chrono::steady_clock;

    /// `names`: how many are counted at once, 16 bytes each, made here and now; rounded up.
    explicit token_buckets(rate how, std::size_t names = 65'536)
        : burst_(how.burst > 0 ? how.burst : 10 * std::uint64_t{how.per_second}),
          interval_(how.per_second > 0 ? second / how.per_second : 0), salt_(random_salt()) {
        if (is_limited())
            sets_.resize(std::max<std::size_t>(1, (names + ways - 1) / ways));
    }

    [[nodiscard]] bool is_limited() const noexcept { return interval_ > 0; }

    [[nodiscard]] std::uint64_t burst() const noexcept { return burst_; }

    /// Takes a token of a name's bucket, where there is one.
    bucket_state take(std::string_view name, clock::time_point now) { return look(name, now, 1); }

    /// What is left of it, taking nothing.
    bucket_state left(std::string_view name, clock::time_point now) { return look(name, now, 0); }

private:
    static constexpr std::int64_t second = 1'000'000'000;
    static constexpr std::size_t ways = 8;

    struct place {
        std::uint64_t name = 0;
        // When it is full again, in nanoseconds of the clock.
        std::int64_t full_at = 0;
    };

    using set = std::array<place, ways>;

    static std::string random_salt() {
        std::random_device random;
        std::string made;
        for (int at = 0; at < 4; ++at)
            made += std::to_string(random());
        return made;
    }

    bucket_state look(std::string_view name, clock::time_point at, std::int64_t tokens) {
        if (!is_limited())
            return {};
        const auto now =
            std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
        const auto hash = std::hash<std::string>{}(std::string{salt_}.append(name));
        const auto index = hash % sets_.size();
        const std::lock_guard lock{locks_[index % locks_.size()]};
        auto& kept = place_of(sets_[index], hash);
        const auto owed = kept.name == hash ? std::max(kept.full_at, now) - now : 0;
        const auto capacity = interval_ * static_cast<std::int64_t>(burst_);
        const auto after = owed + tokens * interval_;
        bucket_state told{.is_admitted = after <= capacity};
        const auto stands = told.is_admitted ? after : owed;
        if (told.is_admitted && tokens > 0)
            kept = {hash, now + after};
        told.remaining = static_cast<std::uint32_t>((capacity - stands) / interval_);
        told.refill = std::chrono::nanoseconds{stands};
        if (told.remaining == 0)
            told.wait = std::chrono::nanoseconds{stands + interval_ - capacity};
        return told;
    }

    // The name's own place, else that of the bucket nearest to full.
    static place& place_of(set& among, std::uint64_t hash) {
        auto* least = &among.front();
        for (auto& each : among) {
            if (each.name == hash)
                return each;
            if (each.full_at < least->full_at)
                least = &each;
        }
        return *least;
    }

    std::uint64_t burst_;
    std::int64_t interval_;
    std::string salt_;
    std::vector<set> sets_;
    std::array<std::mutex, 64> locks_;
};

} // namespace weir::http
