// SPDX-License-Identifier: Apache-2.0
#include "unquoted_type.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::gen {

namespace {

int unclosed_brackets(std::string_view text) {
    int open = 0;
    for (const char c : text) {
        if (c == '(' || c == '<')
            ++open;
        if (c == ')' || c == '>')
            --open;
    }
    return open;
}

/// How many entries after `type` are pieces of an unquoted type that YAML cut at its commas.
std::size_t pieces_after(const node& map, std::size_t type_at) {
    const auto& value = map.entries[type_at].value;
    if (map.written != node::style::flow || !value.is_scalar() || !value.is_plain())
        return 0;
    int open = unclosed_brackets(value.text);
    std::size_t pieces = 0;
    while (open > 0 && type_at + pieces + 1 < map.entries.size()) {
        const auto& next = map.entries[type_at + pieces + 1];
        ++pieces;
        open += unclosed_brackets(next.key.text) + unclosed_brackets(next.value.text);
    }
    return open == 0 ? pieces : 0;
}

} // namespace

node mend_type(const node& from, const source& file, diagnostics& to) {
    auto made = from;
    for (std::size_t at = 0; at < made.entries.size(); ++at) {
        if (made.entries[at].key.text != "type")
            continue;
        const auto pieces = pieces_after(made, at);
        if (pieces == 0)
            return made;
        auto& type = made.entries[at].value;
        const auto& last = made.entries[at + pieces];
        type.at.end = std::max(last.key.at.end, last.value.at.end);
        type.text = file.text_of(type.at);
        auto compact = type.text;
        std::erase(compact, ' ');
        to.error(
            "unquoted-type",
            type.at,
            "a type with a comma must be quoted inside '{ }'",
            "write type: \"" + compact + '"'
        );
        const auto first = made.entries.begin() + static_cast<std::ptrdiff_t>(at) + 1;
        made.entries.erase(first, first + static_cast<std::ptrdiff_t>(pieces));
        return made;
    }
    return made;
}

} // namespace weir::gen
