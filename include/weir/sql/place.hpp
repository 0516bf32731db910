// SPDX-License-Identifier: Apache-2.0
// Where tables live: a place of a schema file resolved with settings, and the markers of statement
// texts replaced by it. Sessions use both. Light: error.hpp.
#pragma once

#include <weir/sql/identifier.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::sql {

namespace detail {

/// The end of a `{…}` whose `{` is at `open`, braces inside counted; npos when it does not end.
[[nodiscard]] constexpr std::size_t
find_closing_brace(std::string_view text, std::size_t open) noexcept {
    std::size_t depth = 0;
    for (std::size_t at = open; at < text.size(); ++at) {
        if (text[at] == '{')
            ++depth;
        if (text[at] == '}' && --depth == 0)
            return at;
    }
    return std::string_view::npos;
}

/// The position after a quoted piece of SQL that begins at `at`.
[[nodiscard]] constexpr std::size_t
skip_quoted(std::string_view text, std::size_t at, dialect spoken) noexcept {
    const char quote = text[at];
    const bool escapes = spoken == dialect::databricks && quote == '\'';
    for (++at; at < text.size() && text[at] != quote; ++at) {
        if (escapes && text[at] == '\\')
            ++at;
    }
    return at < text.size() ? at + 1 : text.size();
}

/// One part of a place, `${VAR:-default}` replaced.
template <class Lookup>
[[nodiscard]] std::string
resolve_place_part(std::string_view place, std::string_view part, Lookup&& lookup) {
    std::string name;
    while (!part.empty()) {
        const auto open = part.find("${");
        name.append(part.substr(0, open));
        if (open == std::string_view::npos)
            break;
        const auto close = part.find('}', open);
        if (close == std::string_view::npos)
            throw configuration_error(
                "weir: the place '" + std::string{place} + "' has a '${' without '}'"
            );
        const auto inside = part.substr(open + 2, close - open - 2);
        const auto dash = inside.find(":-");
        const auto variable = inside.substr(0, dash);
        const std::optional<std::string> found = lookup(variable);
        if (found && !found->empty()) {
            name.append(*found);
        } else if (dash != std::string_view::npos) {
            name.append(inside.substr(dash + 2));
        } else {
            throw configuration_error(
                "weir: " + std::string{variable} + " is not set, and the place '" +
                std::string{place} + "' needs it"
            );
        }
        part.remove_prefix(close + 1);
    }
    return name;
}

} // namespace detail

/// Begins a place that is written as it is: no variable is in it, and no setting moves it.
inline constexpr char fixed_place = '=';

/// Resolves a table's place, e.g. `${UC_CATALOG:-main}.production`, to the prefix of its tables'
/// names: `` `main`.`production`. ``; empty for an empty place.
///
/// `lookup(name)` gives a variable's value as std::optional<std::string>; an empty value counts as
/// none.
/// Errors: throws configuration_error for a variable without value and default, and for a part that
/// is no valid name, naming the variables of the place.
template <class Lookup>
    requires requires(Lookup& lookup, std::string_view name) {
        { lookup(name) } -> std::convertible_to<std::optional<std::string>>;
    }
[[nodiscard]] std::string resolve_place(std::string_view place, dialect spoken, Lookup&& lookup) {
    std::string prefix;
    sink out{prefix};
    std::string_view rest = place;
    if (rest.starts_with(fixed_place))
        rest.remove_prefix(1);
    while (!rest.empty()) {
        // A dot inside `${…}` belongs to the default.
        std::size_t end = 0;
        for (bool inside = false; end < rest.size() && (inside || rest[end] != '.'); ++end) {
            if (rest.substr(end).starts_with("${"))
                inside = true;
            if (rest[end] == '}')
                inside = false;
        }
        const auto part = rest.substr(0, end);
        const auto name = detail::resolve_place_part(place, part, lookup);
        if (!is_valid_identifier(name, max_identifier_bytes(spoken))) {
            throw configuration_error(
                "weir: the part '" + std::string{part} + "' of the place '" + std::string{place} +
                "' gives no valid name: use letters, digits and underscores, at most " +
                std::to_string(max_identifier_bytes(spoken)) + " bytes"
            );
        }
        write_identifier(out, name, spoken);
        out.append('.');
        if (end + 1 == rest.size()) {
            throw configuration_error("weir: the place '" + std::string{place} + "' ends in a dot");
        }
        rest.remove_prefix(end == rest.size() ? end : end + 1);
    }
    return prefix;
}

/// Replaces each `@{place}` of a statement text by what `prefix_of(place)` gives for it, and each
/// `@[place]` (a schema by itself, in `create schema`) by the same without its last dot. Quoted
/// pieces stay as they are.
///
/// Errors: throws what `prefix_of` throws.
template <class PrefixOf>
    requires requires(PrefixOf& prefix_of, std::string_view place) {
        { prefix_of(place) } -> std::convertible_to<std::string_view>;
    }
[[nodiscard]] std::string
expand_places(std::string_view text, dialect spoken, PrefixOf&& prefix_of) {
    std::string expanded;
    expanded.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '\'' || c == '"' || c == '`') {
            const auto end = detail::skip_quoted(text, at, spoken);
            expanded.append(text.substr(at, end - at));
            at = end;
            continue;
        }
        const bool is_table = text.substr(at).starts_with("@{");
        const bool is_schema = text.substr(at).starts_with("@[");
        const auto close = is_table    ? detail::find_closing_brace(text, at + 1)
                           : is_schema ? text.find(']', at)
                                       : std::string_view::npos;
        if (close == std::string_view::npos) {
            expanded.push_back(c);
            ++at;
            continue;
        }
        const auto& given = prefix_of(text.substr(at + 2, close - at - 2));
        std::string_view prefix{given};
        if (is_schema && prefix.ends_with('.'))
            prefix.remove_suffix(1);
        expanded.append(prefix);
        at = close + 1;
    }
    return expanded;
}

} // namespace weir::sql
