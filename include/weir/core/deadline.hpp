// SPDX-License-Identifier: Apache-2.0
// The moment by which a piece of work must be done. Costs <chrono>.
#pragma once

#include <algorithm>
#include <chrono>

namespace weir {

/// A point on the steady clock; passing it cancels what runs. Design 8: 30 s by default, 110 s at
/// most.
class deadline {
public:
    using clock = std::chrono::steady_clock;

    static constexpr std::chrono::milliseconds default_span{30'000};
    static constexpr std::chrono::milliseconds longest_span{110'000};

    /// The default deadline, counted from now.
    deadline() : at_(clock::now() + default_span) {}

    /// `span` from now, at most `longest_span`.
    static deadline in(std::chrono::milliseconds span) {
        return deadline{clock::now() + std::min(span, longest_span)};
    }

    /// Time left, never negative.
    [[nodiscard]] std::chrono::milliseconds left() const {
        const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - clock::now());
        return std::max(rest, std::chrono::milliseconds{0});
    }

    [[nodiscard]] bool has_passed() const { return clock::now() >= at_; }

    [[nodiscard]] clock::time_point at() const noexcept { return at_; }

private:
    explicit deadline(clock::time_point at) : at_(at) {}

    clock::time_point at_;
};

} // namespace weir
