// SPDX-License-Identifier: Apache-2.0
// Where values end and how lists of them are spelled in URLs: `(a,"b,c")`, `{a,"b c"}`. Light:
// string, vector.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Reads `"…"` from the front of `text`, where a backslash makes the next character itself, and
/// moves behind it. False when it does not end.
[[nodiscard]] inline bool take_quoted(std::string_view& text, std::string& out) {
    out.clear();
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return true;
        }
        if (text[at] == '\\' && ++at == text.size())
            return false;
        out.push_back(text[at]);
    }
    return false;
}

/// The size of the bracketed text at the front of `text`, brackets included: up to the bracket that
/// closes its first, whatever stands in quotes. 0 when nothing does.
[[nodiscard]] inline std::size_t bracketed_size(std::string_view text) noexcept {
    if (text.empty())
        return 0;
    const char open = text.front();
    const char close = open == '{' ? '}' : ')';
    std::size_t depth = 0;
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (is_quoted) {
            if (c == '\\')
                ++at;
            else if (c == '"')
                is_quoted = false;
        } else if (c == '"') {
            is_quoted = true;
        } else if (c == open) {
            ++depth;
        } else if (c == close && --depth == 0) {
            return at + 1;
        }
    }
    return 0;
}

[[nodiscard]] constexpr std::string_view without_spaces(std::string_view text) noexcept {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

/// Splits `(a,b,"c,d")`; false when it is not spelled so. Nothing between the brackets is no value,
/// nothing between commas an empty one.
[[nodiscard]] inline bool split_values(std::string_view text, std::vector<std::string>& out) {
    if (!text.starts_with('(') || bracketed_size(text) != text.size())
        return false;
    text = text.substr(1, text.size() - 2);
    while (!text.empty() || !out.empty()) {
        auto& item = out.emplace_back();
        if (text.starts_with('"')) {
            if (!take_quoted(text, item) || (!text.empty() && text.front() != ','))
                return false;
        } else {
            const auto plain = text.substr(0, text.find(','));
            if (plain.find('"') != std::string_view::npos)
                return false;
            item = plain;
            text.remove_prefix(plain.size());
        }
        if (text.empty())
            return true;
        text.remove_prefix(1);
    }
    return true;
}

/// Splits `{a,"b c"}` as PostgreSQL reads an array: spaces around values do not count, and a value
/// that is not in quotes is neither empty nor NULL nor an array.
[[nodiscard]] inline bool split_elements(std::string_view text, std::vector<std::string>& out) {
    if (!text.starts_with('{') || bracketed_size(text) != text.size())
        return false;
    text = without_spaces(text.substr(1, text.size() - 2));
    while (!text.empty() || !out.empty()) {
        auto& item = out.emplace_back();
        if (text.starts_with('"')) {
            if (!take_quoted(text, item))
                return false;
        } else {
            const auto plain = text.substr(0, text.find(','));
            item = without_spaces(plain);
            if (item.empty() || item == "NULL" || item == "null" ||
                item.find_first_of("\"{}\\") != std::string::npos)
                return false;
            text.remove_prefix(plain.size());
        }
        text = without_spaces(text);
        if (text.empty())
            return true;
        if (text.front() != ',')
            return false;
        text = without_spaces(text.substr(1));
    }
    return true;
}

} // namespace weir::http::detail
