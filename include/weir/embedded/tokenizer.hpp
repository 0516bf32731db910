// SPDX-License-Identifier: Apache-2.0
// Databricks SQL as tokens: literals decoded, comments dropped, parameters found. Knows no grammar.
// Costs <string> and <vector>; one pass over the text.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::embedded {

/// What a token is.
enum class token_kind : std::uint8_t {
    /// A keyword or a name without quotes; `text` as spelled.
    word,
    /// A name in backticks; `text` without them, doubled ones undone.
    quoted_name,
    /// `'…'`, `"…"` or `r'…'`; `text` decoded.
    string,
    /// `X'0A'`; `text` is the hexadecimal digits.
    hex_string,
    /// Digits, point and exponent in `text`, the type suffix (L, S, Y, D, F, BD) in `suffix`, upper
    /// case.
    number,
    /// `:name`; `text` is the name.
    parameter,
    /// An operator or punctuation.
    symbol,
};

struct token {
    token_kind kind = token_kind::symbol;
    std::string text{};
    std::string suffix{};
    /// Bytes from the start of the statement.
    std::size_t offset = 0;
    /// Whether white space or a comment stands before it.
    bool spaced = false;

    [[nodiscard]] bool is_symbol(std::string_view wanted) const noexcept {
        return kind == token_kind::symbol && text == wanted;
    }

    [[nodiscard]] bool is_name() const noexcept {
        return kind == token_kind::word || kind == token_kind::quoted_name;
    }
};

namespace detail {

/// Refuses text that is not SQL; `what` never holds a literal's content.
[[noreturn]] inline void refuse_syntax(const std::string& what, std::size_t offset) {
    throw statement_error{
        "SQL syntax: " + what + " at byte " + std::to_string(offset), {.sqlstate = "42601"}
    };
}

class tokenizer {
public:
    explicit tokenizer(std::string_view sql) : sql_(sql) {}

    std::vector<token> run() {
        if (!is_valid_utf8(sql_))
            refuse_syntax("the statement is not UTF-8", 0);
        std::vector<token> found;
        for (;;) {
            const bool spaced = skip_space();
            if (at_ == sql_.size())
                return found;
            found.push_back(next());
            found.back().spaced = spaced;
        }
    }

private:
    [[nodiscard]] static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    [[nodiscard]] static bool starts_word(char c) noexcept {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    [[nodiscard]] static bool continues_word(char c) noexcept {
        return starts_word(c) || is_digit(c);
    }

    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
    }

    bool skip_space() {
        const auto first = at_;
        for (;;) {
            const char c = peek();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
            } else if (c == '-' && peek(1) == '-') {
                at_ = std::min(sql_.find('\n', at_), sql_.size());
            } else if (c == '/' && peek(1) == '*') {
                skip_comment();
            } else {
                return at_ != first;
            }
        }
    }

    // Bracketed comments nest. Source: Databricks SQL reference, Comments.
    void skip_comment() {
        const auto first = at_;
        std::size_t depth = 0;
        do {
            if (at_ >= sql_.size())
                refuse_syntax("a comment that never ends", first);
            if (peek() == '/' && peek(1) == '*') {
                ++depth;
                at_ += 2;
            } else if (peek() == '*' && peek(1) == '/') {
                --depth;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (depth != 0);
    }

    token next() {
        token made;
        made.offset = at_;
        const char c = peek();
        if (starts_word(c)) {
            const char quote = peek(1);
            const bool quoted = quote == '\'' || quote == '"';
            if (quoted && (c == 'r' || c == 'R')) {
                ++at_;
                read_string(made, true);
            } else if (quoted && (c == 'x' || c == 'X')) {
                ++at_;
                read_string(made, true);
                check_hex(made);
            } else {
                made.kind = token_kind::word;
                take_while(made.text, continues_word);
            }
        } else if (c == '`') {
            read_quoted_name(made);
        } else if (c == '\'' || c == '"') {
            read_string(made, false);
        } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
            read_number(made);
        } else if (c == ':' && starts_word(peek(1))) {
            ++at_;
            made.kind = token_kind::parameter;
            take_while(made.text, continues_word);
        } else {
            read_symbol(made);
        }
        return made;
    }

    template <class Belongs>
    void take_while(std::string& out, Belongs belongs) {
        while (at_ < sql_.size() && belongs(sql_[at_]))
            out.push_back(sql_[at_++]);
    }

    void read_quoted_name(token& made) {
        made.kind = token_kind::quoted_name;
        ++at_;
        for (;;) {
            if (at_ == sql_.size())
                refuse_syntax("a name in backticks that never ends", made.offset);
            const char c = sql_[at_++];
            if (c == '`') {
                if (peek() != '`')
                    break;
                ++at_;
            }
            if (c == '\0')
                refuse_syntax("a NUL inside a name", made.offset);
            made.text.push_back(c);
        }
        if (made.text.empty())
            refuse_syntax("an empty name", made.offset);
    }

    void read_string(token& made, bool raw) {
        made.kind = token_kind::string;
        const char quote = sql_[at_++];
        for (;;) {
            if (at_ == sql_.size())
                refuse_syntax("a string literal that never ends", made.offset);
            const char c = sql_[at_++];
            if (c == quote)
                break;
            if (c == '\\' && !raw) {
                read_escape(made);
            } else {
                made.text.push_back(c);
            }
        }
        // '' is two literals side by side on Databricks and a quote elsewhere: nobody should guess.
        if (peek() == quote) {
            refuse_syntax("a doubled quote; write \\' for a quote inside a string", made.offset);
        }
        if (made.text.find('\0') != std::string::npos) {
            refuse_syntax("a NUL inside a string literal", made.offset);
        }
    }

    // Source: Databricks SQL reference, STRING literals: \% and \_ keep their backslash, \ooo and
    // \u are code points.
    void read_escape(token& made) {
        if (at_ == sql_.size())
            refuse_syntax("a string literal that never ends", made.offset);
        const char c = sql_[at_++];
        switch (c) {
        case '0':
            if (is_octal(peek()) && is_octal(peek(1))) {
                read_octal(made, c);
            } else {
                made.text.push_back('\0');
            }
            break;
        case '1':
            if (is_octal(peek()) && is_octal(peek(1))) {
                read_octal(made, c);
            } else {
                made.text.push_back(c);
            }
            break;
        case 'b':
            made.text.push_back('\b');
            break;
        case 'n':
            made.text.push_back('\n');
            break;
        case 'r':
            made.text.push_back('\r');
            break;
        case 't':
            made.text.push_back('\t');
            break;
        case 'Z':
            made.text.push_back('\x1A');
            break;
        case 'u':
            read_code_point(made, 4);
            break;
        case 'U':
            read_code_point(made, 8);
            break;
        case '%':
        case '_':
            made.text.push_back('\\');
            made.text.push_back(c);
            break;
        default:
            made.text.push_back(c);
        }
    }

    [[nodiscard]] static bool is_octal(char c) noexcept { return c >= '0' && c <= '7'; }

    void read_octal(token& made, char first) {
        const auto code = (first - '0') * 64 + (peek() - '0') * 8 + (peek(1) - '0');
        at_ += 2;
        append_code_point(made, static_cast<std::uint32_t>(code));
    }

    void read_code_point(token& made, std::size_t digits) {
        std::uint32_t code = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const char c = peek();
            const int value = is_digit(c)              ? c - '0'
                              : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                              : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                                       : -1;
            if (value < 0 || code > 0x10FFFFU) {
                refuse_syntax("a malformed \\u escape in a string literal", made.offset);
            }
            code = code * 16U + static_cast<std::uint32_t>(value);
            ++at_;
        }
        append_code_point(made, code);
    }

    static void append_code_point(token& made, std::uint32_t code) {
        const auto push = [&](std::uint32_t byte) { made.text.push_back(static_cast<char>(byte)); };
        if (code > 0x10FFFFU || (code >= 0xD800U && code <= 0xDFFFU)) {
            refuse_syntax("an escape that is no character in a string literal", made.offset);
        }
        if (code < 0x80U) {
            push(code);
        } else if (code < 0x800U) {
            push(0xC0U | code >> 6U);
            push(0x80U | (code & 0x3FU));
        } else if (code < 0x10000U) {
            push(0xE0U | code >> 12U);
            push(0x80U | (code >> 6U & 0x3FU));
            push(0x80U | (code & 0x3FU));
        } else {
            push(0xF0U | code >> 18U);
            push(0x80U | (code >> 12U & 0x3FU));
            push(0x80U | (code >> 6U & 0x3FU));
            push(0x80U | (code & 0x3FU));
        }
    }

    static void check_hex(token& made) {
        made.kind = token_kind::hex_string;
        if (made.text.size() % 2 != 0 ||
            made.text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
            refuse_syntax("a malformed X'…' literal", made.offset);
        }
    }

    void read_number(token& made) {
        made.kind = token_kind::number;
        take_while(made.text, is_digit);
        if (peek() == '.' && !starts_word(peek(1))) {
            made.text.push_back('.');
            ++at_;
            take_while(made.text, is_digit);
        }
        if (peek() == 'e' || peek() == 'E') {
            const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
            if (is_digit(peek(1 + sign))) {
                made.text.append(sql_.substr(at_, 1 + sign));
                at_ += 1 + sign;
                take_while(made.text, is_digit);
            }
        }
        take_while(made.suffix, continues_word);
        for (char& c : made.suffix)
            if (c >= 'a' && c <= 'z')
                c = static_cast<char>(c - 'a' + 'A');
        const std::string_view suffix{made.suffix};
        if (!suffix.empty() && suffix != "L" && suffix != "S" && suffix != "Y" && suffix != "D" &&
            suffix != "F" && suffix != "BD") {
            refuse_syntax("a malformed number", made.offset);
        }
    }

    void read_symbol(token& made) {
        for (const std::string_view each :
             {"<=>", "<=", ">=", "<>", "!=", "==", "||", "::", "->", "=>", "|>"}) {
            if (sql_.substr(at_).starts_with(each)) {
                made.text = each;
                at_ += each.size();
                return;
            }
        }
        const char c = sql_[at_];
        if (std::string_view{"()[]{},.;+-*/%&|^~<>=?:!"}.find(c) == std::string_view::npos) {
            refuse_syntax("an unexpected character", at_);
        }
        made.text.push_back(c);
        ++at_;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

} // namespace detail

/// The tokens of one or more statements.
///
/// Errors: statement_error 42601 naming the byte where the text stops being SQL.
[[nodiscard]] inline std::vector<token> tokenize(std::string_view sql) {
    return detail::tokenizer{sql}.run();
}

} // namespace weir::embedded
