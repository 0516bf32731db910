// SPDX-License-Identifier: Apache-2.0
// RE2 patterns as JSON Schema's: ECMA-262 with the `u` flag. What both read alike is passed on,
// what can be said otherwise is respelled, the rest is left out. Light.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::http::openapi {

/// A pattern as JSON Schema takes it.
struct ecma_pattern {
    std::string text{};
    /// A text that matches, where one is easily told; else empty.
    std::string sample{};
};

namespace detail {

/// Reads one RE2 pattern and writes it again. Every member function returns false for what has no
/// counterpart.
class pattern_reader {
public:
    explicit pattern_reader(std::string_view text) : left_(text) {}

    [[nodiscard]] std::optional<ecma_pattern> read() {
        std::string sample;
        if (!alternatives(sample) || !left_.empty())
            return std::nullopt;
        if (!has_sample_)
            sample.clear();
        return ecma_pattern{std::move(made_), std::move(sample)};
    }

private:
    // Nesting no schema needs; recursion stays shallow.
    static constexpr int deepest = 32;

    [[nodiscard]] bool at_end() const { return left_.empty(); }

    char take() {
        const char c = left_.front();
        left_.remove_prefix(1);
        return c;
    }

    bool take_if(std::string_view wanted) {
        if (!left_.starts_with(wanted))
            return false;
        left_.remove_prefix(wanted.size());
        return true;
    }

    // The sample is the first alternative's.
    bool alternatives(std::string& sample) {
        if (++depth_ > deepest || !sequence(sample))
            return false;
        while (take_if("|")) {
            made_ += '|';
            std::string other;
            if (!sequence(other))
                return false;
        }
        --depth_;
        return true;
    }

    bool sequence(std::string& sample) {
        while (!at_end() && left_.front() != '|' && left_.front() != ')') {
            std::string piece;
            if (!atom(piece) || !quantified(piece))
                return false;
            sample += piece;
        }
        return true;
    }

    bool atom(std::string& sample) {
        const char c = take();
        switch (c) {
        case '^':
        case '$':
            made_ += c;
            // Elsewhere than at the ends an anchor may contradict the sample.
            if (depth_ != 1 || (c == '^' ? made_.size() != 1 : !at_end()))
                has_sample_ = false;
            return true;
        case '.':
            // ECMA's dot refuses carriage returns too.
            made_ += "[^\\n]";
            sample = "a";
            return true;
        case '(':
            return group(sample);
        case '[':
            return set(sample);
        case '\\':
            return escape(sample);
        case '*':
        case '+':
        case '?':
            return false;
        case '{':
        case '}':
        case ']':
            made_ += '\\';
            break;
        default:
            break;
        }
        made_ += c;
        sample = plain(c);
        return true;
    }

    // One byte of a longer character is no sample.
    std::string plain(char c) {
        has_sample_ = has_sample_ && static_cast<unsigned char>(c) < 0x80U;
        return {c};
    }

    bool group(std::string& sample) {
        if (take_if("?:")) {
            made_ += "(?:";
        } else if (left_.starts_with("?")) {
            return false;
        } else {
            made_ += '(';
        }
        if (!alternatives(sample) || !take_if(")"))
            return false;
        made_ += ')';
        return true;
    }

    // `\d` and its like, which stand for the same characters in both.
    static std::string_view shorthand(char c, std::string& sample) {
        switch (c) {
        case 'd':
            sample = "1";
            return "\\d";
        case 'w':
            sample = "a";
            return "\\w";
        case 's':
            sample = " ";
            return "\\t\\n\\f\\r ";
        default:
            return {};
        }
    }

    bool escape(std::string& sample) {
        if (at_end())
            return false;
        const char c = take();
        if (const auto same = shorthand(c, sample); !same.empty()) {
            if (c == 's') {
                made_.append("[").append(same).append("]");
            } else {
                made_ += same;
            }
            return true;
        }
        if (c == 'A' || c == 'z') {
            made_ += c == 'A' ? '^' : '$';
            has_sample_ = has_sample_ && depth_ == 1 && (c == 'A' ? made_.size() == 1 : at_end());
            return true;
        }
        if (c == 'D' || c == 'W') {
            made_.append("\\").push_back(c);
            sample = "-";
            return true;
        }
        return literal_escape(c, sample, "^$\\.*+?()[]{}|/");
    }

    // Punctuation that is escaped needlessly loses its backslash, which the `u` flag refuses.
    bool literal_escape(char c, std::string& sample, std::string_view special) {
        static constexpr std::string_view controls = "nrtfv";
        if (controls.find(c) != std::string_view::npos) {
            static constexpr std::string_view meant = "\n\r\t\f\v";
            made_.append("\\").push_back(c);
            sample = meant[controls.find(c)];
            return true;
        }
        if (c <= ' ' || c > '~' || is_word(c))
            return false;
        if (special.find(c) != std::string_view::npos)
            made_ += '\\';
        made_ += c;
        sample = c;
        return true;
    }

    static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }

    bool set(std::string& sample) {
        made_ += '[';
        const bool negated = take_if("^");
        if (negated)
            made_ += '^';
        bool is_first = true;
        while (!left_.starts_with("]") || is_first) {
            if (at_end() || left_.starts_with("[:"))
                return false;
            std::string one;
            if (!set_member(one))
                return false;
            if (is_first)
                sample = one;
            is_first = false;
        }
        take();
        made_ += ']';
        if (negated)
            has_sample_ = false;
        return true;
    }

    bool set_member(std::string& sample) {
        static constexpr std::string_view special = "\\]^[-";
        char c = take();
        if (c == '\\') {
            if (at_end())
                return false;
            c = take();
            if (const auto same = shorthand(c, sample); !same.empty()) {
                made_ += same;
                // A hyphen behind a class is no range; the `u` flag wants that said.
                if (left_.starts_with("-")) {
                    take();
                    made_ += "\\-";
                }
                return true;
            }
            return literal_escape(c, sample, special);
        }
        if (c == '-' && !made_.ends_with('[') && !left_.starts_with("]")) {
            // Between two members: a range.
            made_ += c;
            return true;
        }
        if (special.find(c) != std::string_view::npos)
            made_ += '\\';
        made_ += c;
        sample = plain(c);
        return true;
    }

    // `*`, `+`, `?`, `{n,m}`, each lazy too, repeat the sample as seldom as makes it show.
    bool quantified(std::string& sample) {
        if (at_end())
            return true;
        std::size_t times = 1;
        if (take_if("*")) {
            made_ += '*';
        } else if (take_if("+")) {
            made_ += '+';
        } else if (take_if("?")) {
            made_ += '?';
        } else if (const auto bounds = counts(); !bounds.empty()) {
            made_ += bounds;
            left_.remove_prefix(bounds.size());
            times = least_of(bounds);
        } else {
            return true;
        }
        if (take_if("?"))
            made_ += '?';
        std::string repeated;
        for (std::size_t at = 0; at < times; ++at)
            repeated += sample;
        sample = std::move(repeated);
        // RE2 takes a repeated repetition, ECMA does not.
        return at_end() || std::string_view{"*+?"}.find(left_.front()) == std::string_view::npos;
    }

    // `{n}`, `{n,}` or `{n,m}` at the front; empty: a brace there stands for itself.
    [[nodiscard]] std::string_view counts() const {
        if (!left_.starts_with("{"))
            return {};
        const auto end = left_.find('}');
        if (end == std::string_view::npos)
            return {};
        const auto inner = left_.substr(1, end - 1);
        const auto comma = inner.find(',');
        const auto is_number = [](std::string_view text) {
            return !text.empty() && text.size() <= 4 &&
                   std::all_of(text.begin(), text.end(), [](char c) {
                       return c >= '0' && c <= '9';
                   });
        };
        if (!is_number(inner.substr(0, comma)))
            return {};
        if (comma != std::string_view::npos && comma + 1 != inner.size() &&
            !is_number(inner.substr(comma + 1)))
            return {};
        return left_.substr(0, end + 1);
    }

    // The least count; once where none and once are both allowed.
    static std::size_t least_of(std::string_view bounds) {
        std::size_t least = 0;
        for (const char c : bounds.substr(1)) {
            if (c < '0' || c > '9')
                break;
            least = least * 10 + static_cast<std::size_t>(c - '0');
        }
        const bool only_zero = bounds == "{0}" || bounds == "{0,0}";
        return least == 0 && !only_zero ? 1 : least;
    }

    std::string_view left_;
    std::string made_{};
    int depth_ = 0;
    bool has_sample_ = true;
};

} // namespace detail

/// An RE2 pattern as ECMA-262 with the `u` flag reads it; absent where the two differ and no other
/// spelling says the same (flags, classes by name, Unicode classes).
[[nodiscard]] inline std::optional<ecma_pattern> ecma_pattern_of(std::string_view re2) {
    return detail::pattern_reader{re2}.read();
}

} // namespace weir::http::openapi
