// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace weir::gen {

namespace {

// Source: C++20, tables 5 and 6 of [lex.key] and [lex.key.digraph]; `import`, `module`, `final` and
// `override` are ordinary identifiers where weir uses them. Sorted.
constexpr std::array<std::string_view, 92> keywords{
    "alignas",       "alignof",     "and",
    "and_eq",        "asm",         "auto",
    "bitand",        "bitor",       "bool",
    "break",         "case",        "catch",
    "char",          "char16_t",    "char32_t",
    "char8_t",       "class",       "co_await",
    "co_return",     "co_yield",    "compl",
    "concept",       "const",       "const_cast",
    "consteval",     "constexpr",   "constinit",
    "continue",      "decltype",    "default",
    "delete",        "do",          "double",
    "dynamic_cast",  "else",        "enum",
    "explicit",      "export",      "extern",
    "false",         "float",       "for",
    "friend",        "goto",        "if",
    "inline",        "int",         "long",
    "mutable",       "namespace",   "new",
    "noexcept",      "not",         "not_eq",
    "nullptr",       "operator",    "or",
    "or_eq",         "private",     "protected",
    "public",        "register",    "reinterpret_cast",
    "requires",      "return",      "short",
    "signed",        "sizeof",      "static",
    "static_assert", "static_cast", "struct",
    "switch",        "template",    "this",
    "thread_local",  "throw",       "true",
    "try",           "typedef",     "typeid",
    "typename",      "union",       "unsigned",
    "using",         "virtual",     "void",
    "volatile",      "wchar_t",     "while",
    "xor",           "xor_eq",
};
static_assert(std::is_sorted(keywords.begin(), keywords.end()));

// Macros of the C library and of GNU compilers that a schema author could want as a name. Sorted.
constexpr std::array<std::string_view, 19> macros{
    "BUFSIZ",   "EOF",   "FALSE",  "FILENAME_MAX", "INFINITY", "NAN",   "NULL",
    "RAND_MAX", "TRUE",  "assert", "errno",        "i386",     "linux", "offsetof",
    "stderr",   "stdin", "stdout", "unix",         "va_arg",
};
static_assert(std::is_sorted(macros.begin(), macros.end()));

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

} // namespace

bool is_identifier(std::string_view name) {
    return !name.empty() && !is_digit(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return is_letter(c) || is_digit(c) || c == '_';
           });
}

bool is_keyword(std::string_view name) {
    return std::binary_search(keywords.begin(), keywords.end(), name);
}

bool is_reserved(std::string_view name) {
    return name.find("__") != std::string_view::npos ||
           (name.size() > 1 && name[0] == '_' && is_upper(name[1])) ||
           std::binary_search(macros.begin(), macros.end(), name);
}

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

std::string singular(std::string_view name) {
    struct exception {
        std::string_view many;
        std::string_view one;
    };

    // Common words that the endings below would get wrong.
    constexpr std::array exceptions{
        exception{"caches", "cache"},
        exception{"cookies", "cookie"},
        exception{"movies", "movie"},
        exception{"series", "series"},
        exception{"species", "species"},
    };
    const auto last_word = name.substr(name.find_last_of('_') + 1);
    const auto before = name.substr(0, name.size() - last_word.size());
    for (const auto& each : exceptions) {
        if (last_word == each.many)
            return std::string{before}.append(each.one);
    }
    std::string word{last_word};
    const auto drop = [&word](std::string_view ending, std::string_view instead) {
        word.replace(word.size() - ending.size(), ending.size(), instead);
    };
    // statuses, but houses and causes.
    const bool from_us = word.size() > 4 && word.ends_with("uses") && !word.ends_with("ouses") &&
                         !word.ends_with("auses");
    if (word.size() > 4 && word.ends_with("ies")) {
        drop("ies", "y");
    } else if (from_us || word.ends_with("sses") || word.ends_with("xes") ||
               word.ends_with("ches") || word.ends_with("shes")) {
        drop("es", "");
    } else if (word.size() > 1 && word.ends_with('s') && !word.ends_with("ss") &&
               !word.ends_with("us") && !word.ends_with("is")) {
        drop("s", "");
    }
    return std::string{before} + word;
}

std::vector<std::string> enumerators(const std::vector<std::string_view>& labels) {
    std::vector<std::string> made;
    std::set<std::string> taken;
    // Labels that are identifiers already keep their spelling, whatever stands before them.
    for (const auto label : labels) {
        if (is_identifier(label) && !is_keyword(label) && !is_reserved(label))
            taken.emplace(label);
    }
    for (const auto label : labels) {
        if (taken.contains(std::string{label})) {
            made.emplace_back(label);
            continue;
        }
        std::string name;
        for (const char c : label) {
            const bool kept = is_letter(c) || is_digit(c);
            if (kept) {
                name += c;
            } else if (!name.empty() && name.back() != '_') {
                name += '_';
            }
        }
        while (name.ends_with('_'))
            name.pop_back();
        if (name.empty() || is_digit(name.front()))
            name.insert(0, "v");
        if (is_keyword(name) || is_reserved(name))
            name += '_';
        const auto base = name;
        for (int number = 2; !taken.insert(name).second; ++number) {
            name = base + '_' + std::to_string(number);
        }
        made.push_back(name);
    }
    return made;
}

} // namespace weir::gen
