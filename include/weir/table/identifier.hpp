// SPDX-License-Identifier: Apache-2.0
// Which names weir lets into SQL, and the guess at the name somebody meant. Costs nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

/// Longest name, in bytes. Source: PostgreSQL, NAMEDATALEN - 1 (longer ones are cut silently);
/// Unity Catalog.
inline constexpr std::size_t postgres_identifier_limit = 63;
inline constexpr std::size_t databricks_identifier_limit = 255;

/// Whether a name is made of ASCII letters, digits and underscores, does not start with a digit,
/// and has 1 to `limit` bytes. Everything else is refused rather than quoted.
[[nodiscard]] constexpr bool
is_valid_identifier(std::string_view name, std::size_t limit) noexcept {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_word = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
    };
    return !name.empty() && name.size() <= limit && !is_digit(name.front()) &&
           std::all_of(name.begin(), name.end(), is_word);
}

/// Finds the candidate somebody most likely meant, for hints: feed it names, then ask for the best.
///
/// Nothing is guessed for names over 64 bytes, so that hints for hostile input stay cheap, nor for
/// candidates that differ in more than a third of the name. Upper and lower case count as equal.
class name_guess {
public:
    /// Lifetime: `wanted` and the candidates must outlive the guess.
    explicit constexpr name_guess(std::string_view wanted) noexcept
        : wanted_(wanted),
          distance_(
              wanted.size() <= longest ? std::max<std::size_t>(1, wanted.size() / 3) + 1 : 0
          ) {}

    constexpr void consider(std::string_view candidate) noexcept {
        const auto distance = distance_to(candidate);
        if (distance >= distance_)
            return;
        distance_ = distance;
        best_ = candidate;
    }

    /// The nearest candidate, the first of equals; empty when none is near.
    [[nodiscard]] constexpr std::string_view best() const noexcept { return best_; }

private:
    static constexpr std::size_t longest = 64;

    static constexpr char lower(char c) noexcept {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    [[nodiscard]] constexpr std::size_t distance_to(std::string_view candidate) const noexcept {
        const auto difference = wanted_.size() > candidate.size()
                                    ? wanted_.size() - candidate.size()
                                    : candidate.size() - wanted_.size();
        if (difference >= distance_ || candidate.size() > longest)
            return distance_;

        using line = std::array<std::uint8_t, longest + 1>;
        line before_last{};
        line last{};
        line current{};
        for (std::size_t at = 0; at <= candidate.size(); ++at) {
            last[at] = static_cast<std::uint8_t>(at);
        }
        for (std::size_t i = 1; i <= wanted_.size(); ++i) {
            current[0] = static_cast<std::uint8_t>(i);
            const auto a = lower(wanted_[i - 1]);
            for (std::size_t j = 1; j <= candidate.size(); ++j) {
                const auto b = lower(candidate[j - 1]);
                auto cost =
                    std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (a == b ? 0 : 1)});
                if (i > 1 && j > 1 && a == lower(candidate[j - 2]) && b == lower(wanted_[i - 2])) {
                    cost = std::min(cost, before_last[j - 2] + 1);
                }
                current[j] = static_cast<std::uint8_t>(cost);
            }
            before_last = last;
            last = current;
        }
        return last[candidate.size()];
    }

    std::string_view wanted_;
    std::string_view best_{};
    /// One more than the largest difference still accepted.
    std::size_t distance_;
};

/// The candidate nearest to `name`, empty when none is near. `candidates` is any range of names, or
/// of things with a `name`: columns, relations. Lifetime: the result refers to a candidate.
template <class Names>
[[nodiscard]] constexpr std::string_view
nearest_name(std::string_view name, const Names& candidates) {
    name_guess guess{name};
    for (const auto& candidate : candidates) {
        if constexpr (requires { candidate.name; }) {
            guess.consider(candidate.name);
        } else {
            guess.consider(candidate);
        }
    }
    return guess.best();
}

} // namespace weir
