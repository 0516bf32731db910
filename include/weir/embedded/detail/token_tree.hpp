// SPDX-License-Identifier: Apache-2.0
// The tokens of one statement with their parentheses matched: where operands, calls and arguments
// begin and end. Costs types.hpp.
#pragma once

#include <weir/embedded/keywords.hpp>
#include <weir/embedded/tokenizer.hpp>
#include <weir/embedded/types.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::embedded::detail {

/// Half-open range of tokens.
struct token_range {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// For each opening parenthesis, brace or bracket the position of its partner; elsewhere 0.
[[nodiscard]] inline std::vector<std::size_t> match_parentheses(std::span<const token> tokens) {
    std::vector<std::size_t> partner(tokens.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& each = tokens[i];
        if (each.is_symbol("(") || each.is_symbol("[")) {
            open.push_back(i);
        } else if (each.is_symbol(")") || each.is_symbol("]")) {
            if (open.empty() || tokens[open.back()].is_symbol("(") != each.is_symbol(")")) {
                refuse_syntax("unbalanced '" + each.text + "'", each.offset);
            }
            partner[open.back()] = i;
            open.pop_back();
        }
    }
    if (!open.empty())
        refuse_syntax(
            "'" + tokens[open.back()].text + "' is never closed", tokens[open.back()].offset
        );
    return partner;
}

/// Answers questions about ranges of tokens. Lifetime: the tokens must outlive it.
class token_tree {
public:
    explicit token_tree(std::span<const token> tokens)
        : tokens_(tokens), partner_(match_parentheses(tokens)) {}

    [[nodiscard]] std::span<const token> tokens() const noexcept { return tokens_; }

    [[nodiscard]] const token& operator[](std::size_t at) const noexcept { return tokens_[at]; }

    [[nodiscard]] std::size_t size() const noexcept { return tokens_.size(); }

    /// Where an opening parenthesis or bracket closes; 0 for any other token.
    [[nodiscard]] std::size_t partner(std::size_t at) const noexcept { return partner_[at]; }

    [[nodiscard]] bool is_word(std::size_t at, std::string_view upper_word) const {
        return at < tokens_.size() && tokens_[at].kind == token_kind::word &&
               upper(tokens_[at].text) == upper_word;
    }

    [[nodiscard]] std::size_t offset(std::size_t at) const noexcept {
        return tokens_.empty() ? 0 : tokens_[std::min(at, tokens_.size() - 1)].offset;
    }

    [[nodiscard]] bool is_operand_end(std::size_t at) const {
        const auto& each = tokens_[at];
        if (each.kind == token_kind::symbol)
            return each.text == ")" || each.text == "]";
        if (each.kind != token_kind::word)
            return true;
        const auto word = upper(each.text);
        return !is_keyword(word) || word == "END" || word == "NULL" || word == "TRUE" ||
               word == "FALSE";
    }

    /// Where the operand that begins at `at` ends: a literal, name, call, parenthesis or CASE with
    /// what follows it closely. A keyword is one token.
    [[nodiscard]] std::size_t primary_end(std::size_t at, token_range range) const {
        while (at < range.last && (tokens_[at].is_symbol("-") || tokens_[at].is_symbol("+") ||
                                   tokens_[at].is_symbol("~") || tokens_[at].is_symbol("!"))) {
            ++at;
        }
        if (at >= range.last)
            refuse_syntax("an operand is missing at the end", offset(at));
        return operand_end(at, range);
    }

    [[nodiscard]] std::size_t operand_end(std::size_t at, token_range range) const {
        const auto& first = tokens_[at];
        auto end = at + 1;
        if (first.is_symbol("(")) {
            end = partner_[at] + 1;
        } else if (first.kind == token_kind::word && upper(first.text) == "CASE") {
            end = case_end(at, range);
        } else if (first.is_name()) {
            if (is_typed_literal(at, range)) {
                ++end;
                if (upper(first.text) == "INTERVAL" && end < range.last && is_interval_unit(end))
                    ++end;
            } else {
                while (end + 1 < range.last && tokens_[end].is_symbol(".") &&
                       tokens_[end + 1].is_name())
                    end += 2;
                if (end < range.last && tokens_[end].is_symbol("(") &&
                    (first.kind != token_kind::word || is_called(at, range))) {
                    end = partner_[end] + 1;
                    end = clauses_end(end, range);
                }
            }
        } else if (first.kind == token_kind::symbol) {
            return end;
        }
        for (;;) {
            if (end >= range.last)
                return end;
            if (tokens_[end].is_symbol("[")) {
                end = partner_[end] + 1;
            } else if (tokens_[end].is_symbol("::")) {
                type_reader reader{tokens_.first(range.last), end + 1};
                static_cast<void>(reader.read());
                end = reader.at();
            } else if (tokens_[end].is_symbol(".") && end + 1 < range.last &&
                       tokens_[end + 1].is_name()) {
                end += 2;
            } else {
                return end;
            }
        }
    }

    /// An operand with the operators that bind tighter than LIKE and comparisons.
    [[nodiscard]] std::size_t sum_end(std::size_t at, token_range range) const {
        for (;;) {
            at = primary_end(at, range);
            if (at >= range.last || tokens_[at].kind != token_kind::symbol)
                return at;
            const auto& operation = tokens_[at].text;
            if (operation != "||" && operation != "+" && operation != "-" && operation != "*" &&
                operation != "/" && operation != "%") {
                return at;
            }
            ++at;
        }
    }

    /// Where in an operand its last `::` stands; 0: it has none.
    [[nodiscard]] std::size_t last_cast(std::size_t at, std::size_t end) const {
        std::size_t found = 0;
        for (auto i = is_word(at, "CASE") ? case_end(at, {at, end}) : at; i < end; ++i) {
            if (partner_[i] != 0) {
                i = partner_[i];
            } else if (tokens_[i].is_symbol("::")) {
                found = i;
            }
        }
        return found;
    }

    /// The ranges between top-level commas.
    [[nodiscard]] std::vector<token_range> split(token_range inside) const {
        std::vector<token_range> parts;
        if (inside.first == inside.last)
            return parts;
        auto first = inside.first;
        for (auto at = inside.first; at < inside.last; ++at) {
            if (partner_[at] != 0) {
                at = partner_[at];
            } else if (tokens_[at].is_symbol(",")) {
                parts.push_back({first, at});
                first = at + 1;
            }
        }
        parts.push_back({first, inside.last});
        for (const auto& part : parts)
            if (part.first >= part.last)
                refuse_syntax("an argument is missing", offset(part.first));
        return parts;
    }

    /// DATE '…', INTERVAL '…' and the like.
    [[nodiscard]] bool is_typed_literal(std::size_t at, token_range range) const {
        if (tokens_[at].kind != token_kind::word || at + 1 >= range.last)
            return false;
        const auto word = upper(tokens_[at].text);
        const auto next = tokens_[at + 1].kind;
        if (word == "INTERVAL")
            return next == token_kind::string || next == token_kind::number;
        return next == token_kind::string && (word == "DATE" || word == "TIMESTAMP" ||
                                              word == "TIMESTAMP_LTZ" || word == "TIMESTAMP_NTZ");
    }

    [[nodiscard]] bool is_interval_unit(std::size_t at) const {
        if (tokens_[at].kind != token_kind::word)
            return false;
        auto word = upper(tokens_[at].text);
        if (word.ends_with('S'))
            word.pop_back();
        for (const std::string_view unit :
             {"YEAR",
              "MONTH",
              "WEEK",
              "DAY",
              "HOUR",
              "MINUTE",
              "SECOND",
              "MILLISECOND",
              "MICROSECOND"}) {
            if (word == unit)
                return true;
        }
        return false;
    }

    /// Whether a word before a parenthesis is a function's name.
    [[nodiscard]] bool is_called(std::size_t at, token_range range) const {
        if (at > range.first && is_operand_end(at - 1))
            return false;
        const auto word = upper(tokens_[at].text);
        if (word == "LEFT" || word == "RIGHT" || word == "FIRST" || word == "LAST" ||
            word == "FILTER")
            return true;
        return !is_keyword(word);
    }

    /// Whether a range is nothing but a name with its qualifiers.
    [[nodiscard]] bool is_plain_name(token_range range) const {
        for (auto at = range.first; at < range.last; ++at) {
            if ((at - range.first) % 2 == 0 ? !tokens_[at].is_name() : !tokens_[at].is_symbol("."))
                return false;
        }
        return true;
    }

    [[nodiscard]] const token& literal(token_range range, std::string_view what) const {
        if (range.last != range.first + 1 || tokens_[range.first].kind != token_kind::string) {
            refuse_unsupported(std::string{what} + " that is no string literal");
        }
        return tokens_[range.first];
    }

private:
    /// FILTER (…) and OVER … belong to the call before them.
    [[nodiscard]] std::size_t clauses_end(std::size_t end, token_range range) const {
        if (is_word(end, "FILTER") && end + 1 < range.last && tokens_[end + 1].is_symbol("(")) {
            end = partner_[end + 1] + 1;
        }
        if (is_word(end, "OVER") && end + 1 < range.last) {
            end = tokens_[end + 1].is_symbol("(") ? partner_[end + 1] + 1 : end + 2;
        }
        return end;
    }

    [[nodiscard]] std::size_t case_end(std::size_t at, token_range range) const {
        std::size_t depth = 0;
        for (auto i = at; i < range.last; ++i) {
            if (tokens_[i].is_symbol("(")) {
                i = partner_[i];
            } else if (is_word(i, "CASE")) {
                ++depth;
            } else if (is_word(i, "END") && --depth == 0) {
                return i + 1;
            }
        }
        refuse_syntax("CASE without END", offset(at));
    }

    std::span<const token> tokens_;
    std::vector<std::size_t> partner_;
};

} // namespace weir::embedded::detail
