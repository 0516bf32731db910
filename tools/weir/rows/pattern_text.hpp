// SPDX-License-Identifier: Apache-2.0
// Texts that match a pattern, made from the pattern itself. Light: string, vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dice.hpp"

namespace weir::ops {

/// Makes texts for one pattern in RE2 syntax: literals, classes, groups, alternatives, repetition.
/// Anchors are taken to hold; whoever uses a text matches it against the pattern.
class pattern_text {
public:
    explicit pattern_text(std::string_view pattern);

    /// What of the pattern it cannot make; empty: nothing.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

    /// Appends a text. `stretch`: how often at most what has no upper limit is repeated beyond its
    /// lower one.
    void append(std::string& out, dice& by, std::uint64_t stretch = 6) const;

private:
    enum class part : std::uint8_t { set, sequence, choice, repeat };

    using range = std::pair<char32_t, char32_t>;

    struct node {
        part is = part::sequence;
        std::vector<range> set{};
        std::vector<std::size_t> parts{};
        std::uint64_t least = 1;
        std::uint64_t most = 1;
        bool is_open = false;
    };

    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

    [[nodiscard]] bool next_is(char wanted) const noexcept {
        return !at_end() && text_[at_] == wanted;
    }

    std::size_t add(node made);
    std::size_t parse_choice();
    std::size_t parse_sequence();
    std::size_t parse_atom();
    std::size_t parse_group();
    std::size_t parse_repeats(std::size_t of);
    bool parse_count(node& to);
    std::vector<range> parse_class();
    std::vector<range> parse_escape();
    std::vector<range> parse_property(bool is_negated);
    char32_t parse_character();
    std::uint64_t parse_number();
    void fail(std::string_view what);
    void append(std::string& out, std::size_t which, dice& by, std::uint64_t stretch) const;

    std::string_view text_;
    std::size_t at_ = 0;
    std::string problem_{};
    std::vector<node> nodes_{};
    std::size_t root_ = 0;
};

} // namespace weir::ops
