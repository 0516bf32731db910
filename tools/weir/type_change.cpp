// SPDX-License-Identifier: Apache-2.0
#include "type_change.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace weir::ops {

namespace {

/// A type taken apart: `numeric(12,2)` is numeric, 12, 2.
struct parts {
    std::string_view name{};
    int first = 0;
    int second = 0;
};

parts parts_of(std::string_view type) {
    const auto open = type.find('(');
    parts made{type.substr(0, open)};
    if (open == std::string_view::npos)
        return made;
    const auto* const end = type.data() + type.size();
    const auto [stopped, failed] = std::from_chars(type.data() + open + 1, end, made.first);
    if (failed == std::errc{} && stopped != end && *stopped == ',')
        std::from_chars(stopped + 1, end, made.second);
    return made;
}

/// Digits that hold every value of an integer type; 0 for any other.
int integer_digits(std::string_view name) {
    if (name == "tinyint")
        return 3;
    if (name == "smallint")
        return 5;
    if (name == "integer" || name == "int")
        return 10;
    return name == "bigint" ? 19 : 0;
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> of) {
    return std::find(of.begin(), of.end(), name) != of.end();
}

type_change to_text(const parts& from, const parts& to) {
    const bool unlimited = to.name == "text";
    if (from.name == "varchar") {
        return unlimited || to.first >= from.first ? type_change::free : type_change::refused;
    }
    // Blanks at its end are no part of a char's value, and are gone in any other type.
    if (from.name == "char")
        return unlimited || to.first >= from.first ? type_change::rewrite : type_change::refused;
    if (!unlimited)
        return type_change::refused;
    const bool has_text =
        integer_digits(from.name) != 0 || is_any(from.name, {"uuid", "boolean", "date", "numeric"});
    return has_text ? type_change::rewrite : type_change::refused;
}

type_change to_numeric(const parts& from, const parts& to) {
    const int room = to.first - to.second;
    if (from.name == "numeric") {
        if (from.first == 0)
            return type_change::refused;
        if (to.second == from.second && to.first >= from.first)
            return type_change::free;
        return to.second >= from.second && room >= from.first - from.second ? type_change::rewrite
                                                                            : type_change::refused;
    }
    const int digits = integer_digits(from.name);
    return digits != 0 && room >= digits ? type_change::rewrite : type_change::refused;
}

} // namespace

type_change change_of_type(std::string_view from, std::string_view to) {
    if (from == to)
        return type_change::same;
    const auto old = parts_of(from);
    const auto wanted = parts_of(to);
    if (from.ends_with("[]") || to.ends_with("[]"))
        return type_change::refused;
    if (wanted.name == "text" || wanted.name == "varchar")
        return to_text(old, wanted);
    if (wanted.name == "numeric")
        return to_numeric(old, wanted);
    const int digits = integer_digits(old.name);
    if (integer_digits(wanted.name) != 0)
        return digits != 0 && digits < integer_digits(wanted.name) ? type_change::rewrite
                                                                   : type_change::refused;
    // Integers beyond 2^53 have no double of their own, those beyond 2^24 no real.
    if (wanted.name == "double precision")
        return old.name == "real" || old.name == "smallint" || old.name == "integer"
                   ? type_change::rewrite
                   : type_change::refused;
    if (wanted.name == "real")
        return old.name == "smallint" ? type_change::rewrite : type_change::refused;
    if (wanted.name == "timestamp")
        return old.name == "date" ? type_change::rewrite : type_change::refused;
    if (wanted.name == "char" && old.name == "char")
        return wanted.first >= old.first ? type_change::rewrite : type_change::refused;
    return type_change::refused;
}

type_change change_of_type_on_warehouse(std::string_view from, std::string_view to) {
    if (from == to)
        return type_change::same;
    const auto old = parts_of(from);
    const auto wanted = parts_of(to);
    if (old.name == "varchar" && (wanted.name == "string" || wanted.name == "varchar"))
        return wanted.name == "string" || wanted.first >= old.first ? type_change::free
                                                                    : type_change::refused;
    const int digits = integer_digits(old.name);
    const int room = wanted.first - wanted.second;
    bool is_wider = false;
    if (integer_digits(wanted.name) != 0)
        is_wider = digits != 0 && digits < integer_digits(wanted.name);
    else if (wanted.name == "double")
        is_wider = old.name == "float" || (digits != 0 && digits <= 10);
    else if (wanted.name == "decimal" && digits != 0)
        is_wider = room >= (old.name == "bigint" ? 20 : 10);
    else if (wanted.name == "decimal" && old.name == "decimal")
        is_wider = wanted.second >= old.second && room >= old.first - old.second;
    else if (wanted.name == "timestamp_ntz")
        is_wider = old.name == "date";
    return is_wider ? type_change::rewrite : type_change::refused;
}

bool changes_json(std::string_view from, std::string_view to) {
    const auto shape = [](std::string_view type) -> std::string_view {
        const auto name = parts_of(type).name;
        if (type.ends_with("[]"))
            return type;
        if (integer_digits(name) != 0)
            return "integer";
        if (is_any(name, {"real", "double precision", "numeric", "float", "double", "decimal"}))
            return "number";
        if (is_any(name, {"text", "varchar", "char", "string"}))
            return "text";
        return name;
    };
    return shape(from) != shape(to);
}

} // namespace weir::ops
