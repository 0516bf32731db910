// SPDX-License-Identifier: Apache-2.0
#include "sql_words.hpp"

#include <weir/sql/ddl.hpp>
#include <weir/sql/place.hpp>

#include <cstddef>

namespace weir::ops {

namespace {

constexpr auto postgres = sql::dialect::postgres;

std::string doubled(std::string_view text, char quote) {
    std::string made(1, quote);
    for (const char c : text)
        made.append(c == quote ? 2 : 1, c);
    made.push_back(quote);
    return made;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

} // namespace

std::string quoted(std::string_view name, sql::dialect spoken) {
    return doubled(name, spoken == postgres ? '"' : '`');
}

std::string literal(std::string_view text, sql::dialect spoken) {
    std::string made;
    sql::sink into{made};
    sql::write_string_literal(into, text, spoken);
    return made;
}

std::string object_name(std::string_view name, std::string_view suffix) {
    return sql::detail::object_name(std::string{name}.append(suffix), postgres);
}

std::string comparable(std::string_view expression) {
    std::string made;
    for (std::size_t at = 0; at < expression.size();) {
        const char c = expression[at];
        if (c != '\'' && c != '"') {
            made.push_back(c);
            ++at;
            continue;
        }
        const auto end = sql::detail::skip_quoted(expression, at, postgres);
        const bool is_name = c == '"' && end > at + 1;
        made.append(
            is_name ? expression.substr(at + 1, end - at - 2) : expression.substr(at, end - at)
        );
        at = end;
    }
    return made;
}

std::string rename_words(
    std::string_view expression,
    const std::map<std::string, std::string>& names,
    sql::dialect spoken
) {
    std::string made;
    for (std::size_t at = 0; at < expression.size();) {
        if (expression[at] == '\'') {
            const auto end = sql::detail::skip_quoted(expression, at, spoken);
            made.append(expression.substr(at, end - at));
            at = end;
            continue;
        }
        if (!is_word(expression[at])) {
            made.push_back(expression[at]);
            ++at;
            continue;
        }
        auto end = at;
        while (end < expression.size() && is_word(expression[end]))
            ++end;
        const auto word = expression.substr(at, end - at);
        const auto found = names.find(std::string{word});
        const bool is_other =
            made.ends_with("::") || (end < expression.size() && expression[end] == '(');
        made.append(found == names.end() || is_other ? word : std::string_view{found->second});
        at = end;
    }
    return made;
}

std::set<std::string> literals_of(std::string_view expression, sql::dialect spoken) {
    std::set<std::string> found;
    for (std::size_t at = 0; at < expression.size();) {
        if (expression[at] != '\'') {
            ++at;
            continue;
        }
        const auto end = sql::detail::skip_quoted(expression, at, spoken);
        found.emplace(expression.substr(at, end - at));
        at = end;
    }
    return found;
}

std::string comparable_on_warehouse(std::string_view expression) {
    std::string made;
    bool was_blank = false;
    for (std::size_t at = 0; at < expression.size();) {
        const char c = expression[at];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            was_blank = true;
            ++at;
            continue;
        }
        if (was_blank && is_word(c) && !made.empty() && is_word(made.back()))
            made.push_back(' ');
        was_blank = false;
        if (c == '\'') {
            const auto end = sql::detail::skip_quoted(expression, at, sql::dialect::databricks);
            made.append(expression.substr(at, end - at));
            at = end;
            continue;
        }
        if (c != '`')
            made.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        ++at;
    }
    return made;
}

bool has_word(std::string_view comparable, std::string_view name) {
    const std::map<std::string, std::string> other{{std::string{name}, std::string{}}};
    return rename_words(comparable, other, sql::dialect::databricks) != comparable;
}

} // namespace weir::ops
