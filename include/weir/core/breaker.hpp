// SPDX-License-Identifier: Apache-2.0
// A circuit breaker: what has failed again and again is left alone for a while, at the cost of a
// look at the clock. Costs <chrono>, <functional>, <mutex>.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace weir {

enum class breaker_state : std::uint8_t {
    /// Everybody may try.
    closed,
    /// Nobody may, until its pause is over.
    open,
    /// One tries for all.
    half_open,
};

[[nodiscard]] constexpr std::string_view name_of(breaker_state state) noexcept {
    switch (state) {
    case breaker_state::closed:
        return "closed";
    case breaker_state::open:
        return "open";
    case breaker_state::half_open:
        break;
    }
    return "half-open";
}

struct breaker_options {
    /// Failures in a row that open it; 0: it never opens.
    std::size_t failures = 5;
    /// It opens no sooner than this after the first of them: what is over by then is waited for.
    std::chrono::milliseconds lasting{0};
    /// How long nobody tries; twice as long after each probe that fails, up to `longest_pause`.
    std::chrono::milliseconds pause{500};
    std::chrono::milliseconds longest_pause{5'000};
    std::function<std::chrono::steady_clock::time_point()> now = [] {
        return std::chrono::steady_clock::now();
    };
    /// Told once it is open and once it is closed again, on the thread whose attempt did it; must
    /// not throw.
    std::function<void(breaker_state)> on_change{};
};

/// Stands before one thing that may be dead. Threads: shared object safe.
class breaker {
    enum class outcome : std::uint8_t { good, bad, unknown };

public:
    /// Leave to try, and how it ended; by itself it tells nothing of what was tried. Lifetime:
    /// within its breaker's.
    class attempt {
    public:
        attempt(attempt&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), is_probe_(other.is_probe_) {}

        attempt(const attempt&) = delete;
        attempt& operator=(const attempt&) = delete;
        attempt& operator=(attempt&&) = delete;

        ~attempt() { end(outcome::unknown); }

        void succeeded() { end(outcome::good); }

        void failed() { end(outcome::bad); }

    private:
        friend class breaker;

        attempt(breaker& of, bool is_probe) noexcept : of_(&of), is_probe_(is_probe) {}

        void end(outcome how) {
            if (auto* const of = std::exchange(of_, nullptr))
                of->ended(how, is_probe_);
        }

        breaker* of_;
        bool is_probe_;
    };

    explicit breaker(breaker_options how = {}) : how_(std::move(how)), pause_(how_.pause) {}

    breaker(const breaker&) = delete;
    breaker(breaker&&) = delete;
    breaker& operator=(const breaker&) = delete;
    breaker& operator=(breaker&&) = delete;
    ~breaker() = default;

    /// Absent: it is open, or another's probe is under way.
    [[nodiscard]] std::optional<attempt> enter() {
        const std::lock_guard lock{mutex_};
        if (!is_open_)
            return attempt{*this, false};
        if (is_probing_ || how_.now() < probe_at_)
            return std::nullopt;
        is_probing_ = true;
        return attempt{*this, true};
    }

    [[nodiscard]] breaker_state state() const {
        const std::lock_guard lock{mutex_};
        if (!is_open_)
            return breaker_state::closed;
        return is_probing_ ? breaker_state::half_open : breaker_state::open;
    }

private:
    void ended(outcome how, bool was_probe) {
        std::optional<breaker_state> changed;
        {
            const std::lock_guard lock{mutex_};
            if (was_probe)
                is_probing_ = false;
            if (how == outcome::good) {
                changed = close();
            } else if (how == outcome::bad) {
                changed = count_failure(was_probe);
            }
        }
        if (changed && how_.on_change)
            how_.on_change(*changed);
    }

    // Requires the lock. Success proves it alive, whenever the attempt began.
    std::optional<breaker_state> close() {
        failures_ = 0;
        if (!std::exchange(is_open_, false))
            return std::nullopt;
        pause_ = how_.pause;
        return breaker_state::closed;
    }

    // Requires the lock. What began before it opened fails late and tells nothing new.
    std::optional<breaker_state> count_failure(bool was_probe) {
        if (is_open_) {
            if (was_probe) {
                pause_ = std::min(2 * pause_, std::max(how_.pause, how_.longest_pause));
                probe_at_ = how_.now() + pause_;
            }
            return std::nullopt;
        }
        const auto now = how_.now();
        if (++failures_ == 1)
            failing_since_ = now;
        if (how_.failures == 0 || failures_ < how_.failures || now - failing_since_ < how_.lasting)
            return std::nullopt;
        is_open_ = true;
        probe_at_ = now + pause_;
        return breaker_state::open;
    }

    breaker_options how_;
    mutable std::mutex mutex_;
    std::chrono::milliseconds pause_;
    std::chrono::steady_clock::time_point failing_since_{};
    std::chrono::steady_clock::time_point probe_at_{};
    std::size_t failures_ = 0;
    bool is_open_ = false;
    bool is_probing_ = false;
};

} // namespace weir
