// SPDX-License-Identifier: Apache-2.0
// Words, names and places in the tokens of a statement. Light: tokenizer.
#pragma once

#include <weir/embedded/tokenizer.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"

namespace local_workspace {

using token_list = std::vector<weir::embedded::token>;

[[nodiscard]] inline std::string upper(std::string_view text) {
    std::string made{text};
    for (char& c : made)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return made;
}

[[nodiscard]] inline std::string lower(std::string_view text) {
    std::string made{text};
    for (char& c : made)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return made;
}

[[nodiscard]] inline bool is_word(const weir::embedded::token& at, std::string_view upper_word) {
    return at.kind == weir::embedded::token_kind::word && upper(at.text) == upper_word;
}

/// Where the text of a word or a name in backticks ends.
[[nodiscard]] inline std::size_t end_of_name(const weir::embedded::token& at) {
    if (at.kind == weir::embedded::token_kind::word)
        return at.offset + at.text.size();
    const auto doubled = std::count(at.text.begin(), at.text.end(), '`');
    return at.offset + at.text.size() + static_cast<std::size_t>(doubled) + 2;
}

[[nodiscard]] inline std::string in_backticks(std::string_view name) {
    std::string made{"`"};
    for (const char c : name) {
        if (c == '`')
            made.push_back(c);
        made.push_back(c);
    }
    return made + "`";
}

/// Reads the tokens of a statement one after the other.
class word_reader {
public:
    explicit word_reader(const token_list& of, std::size_t from = 0) : tokens_(&of), at_(from) {}

    [[nodiscard]] std::size_t at() const noexcept { return at_; }

    [[nodiscard]] bool is_over() const {
        return at_ == tokens_->size() ||
               (at_ + 1 == tokens_->size() && (*tokens_)[at_].is_symbol(";"));
    }

    [[nodiscard]] bool is(std::string_view word) const {
        return at_ < tokens_->size() && is_word((*tokens_)[at_], word);
    }

    bool take(std::string_view word) {
        if (!is(word))
            return false;
        ++at_;
        return true;
    }

    bool take_symbol(std::string_view symbol) {
        if (at_ == tokens_->size() || !(*tokens_)[at_].is_symbol(symbol))
            return false;
        ++at_;
        return true;
    }

    void skip() { ++at_; }

    /// Errors: statement_failure PARSE_SYNTAX_ERROR.
    void expect(std::string_view word) {
        if (!take(word))
            refuse("expected " + std::string{word});
    }

    void expect_symbol(std::string_view symbol) {
        if (!take_symbol(symbol))
            refuse("expected " + std::string{symbol});
    }

    void expect_end() const {
        if (!is_over())
            refuse("unexpected '" + (*tokens_)[at_].text + "'");
    }

    [[nodiscard]] std::string name() {
        if (at_ == tokens_->size() || !(*tokens_)[at_].is_name())
            refuse("expected a name");
        return (*tokens_)[at_++].text;
    }

    /// `'…'`.
    [[nodiscard]] std::string literal() {
        if (at_ == tokens_->size() || (*tokens_)[at_].kind != weir::embedded::token_kind::string)
            refuse("expected a literal");
        return (*tokens_)[at_++].text;
    }

    /// The parts of `a.b.c`, in lower case as catalogs keep them.
    [[nodiscard]] std::vector<std::string> names() {
        std::vector<std::string> parts{lower(name())};
        while (take_symbol("."))
            parts.push_back(lower(name()));
        return parts;
    }

    [[noreturn]] void refuse(const std::string& what) const {
        const auto offset = at_ < tokens_->size() ? (*tokens_)[at_].offset : 0;
        throw failure_of(
            "PARSE_SYNTAX_ERROR", "42601", what + " at byte " + std::to_string(offset)
        );
    }

private:
    const token_list* tokens_;
    std::size_t at_;
};

/// Where the statement's text ends: before a `;` that ends it.
[[nodiscard]] inline std::size_t end_of(const statement_order& order, const token_list& tokens) {
    auto end = order.text.size();
    for (auto at = tokens.size(); at > 0 && tokens[at - 1].is_symbol(";"); --at)
        end = tokens[at - 1].offset;
    return end;
}

/// A change of a statement's text: `length` bytes at `offset` become `text`.
struct text_edit {
    std::size_t offset = 0;
    std::size_t length = 0;
    std::string text{};
};

/// Requires edits that do not overlap.
[[nodiscard]] inline std::string edited(std::string_view text, std::vector<text_edit> edits) {
    std::sort(edits.begin(), edits.end(), [](const text_edit& a, const text_edit& b) {
        return a.offset < b.offset;
    });
    std::string made;
    std::size_t from = 0;
    for (const auto& each : edits) {
        made.append(text.substr(from, each.offset - from)).append(each.text);
        from = each.offset + each.length;
    }
    return made.append(text.substr(from));
}

} // namespace local_workspace
