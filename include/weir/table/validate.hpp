// SPDX-License-Identifier: Apache-2.0
// Checks a row, or what creates, changes or finds one, against the rules of its table: every
// violation at once, in member order. Costs <re2/re2.h> through table/pattern.hpp; about 100 ns for
// a sound row of 17 columns.
#pragma once

#include <weir/core/patch.hpp>
#include <weir/table/enumeration.hpp>
#include <weir/table/pattern.hpp>
#include <weir/table/row.hpp>
#include <weir/table/rules.hpp>
#include <weir/table/value_path.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weir {

namespace detail {

template <class T>
concept optional_member = std::same_as<T, std::optional<typename T::value_type>>;

template <class T>
concept patch_member = std::same_as<T, patch<typename T::value_type>>;

template <class T>
concept array_value = std::same_as<T, std::vector<typename T::value_type>>;

template <class T>
concept decimal_value = std::same_as<T, decimal<T::precision, T::scale>>;

template <class T>
concept map_value = requires {
    typename T::key_type;
    typename T::mapped_type;
};

/// The compiled patterns of a row's or structure's columns.
using patterns_source = const column_patterns& (*)();

/// The columns of a row, or the fields of a structure.
template <class T>
[[nodiscard]] constexpr std::span<const column> columns_of() noexcept {
    if constexpr (has_table<T>) {
        return table_of<T>.columns;
    } else {
        return structure_fields<T>;
    }
}

/// Compiled at the first value that needs one.
template <class T>
const column_patterns& patterns_of() {
    static const column_patterns compiled{columns_of<T>()};
    return compiled;
}

/// What a value is checked against: always a type, and a column where the value is one, not an
/// element of one.
struct value_rules {
    const column_type& type;
    const column* rules = nullptr;
    patterns_source patterns = nullptr;
    std::size_t position = 0;
};

template <class Value>
void check_value(
    const value_rules& on, const Value& value, const value_path& where, violations& broken
);

inline void check_string(
    const value_rules& on, std::string_view text, const value_path& where, violations& broken
) {
    if (on.rules == nullptr) {
        check_text(on.type, text, where, broken);
        return;
    }
    const bool readable = check_text(*on.rules, text, where, broken);
    if (readable && !on.rules->pattern.empty() && !on.patterns().match(on.position, text)) {
        report_pattern(broken, where, *on.rules);
    }
}

/// A member: absent, null, or a value to check.
template <class Member>
void check_member(
    const value_rules& on, const Member& member, const value_path& where, violations& broken
) {
    if constexpr (patch_member<Member>) {
        if (member.is_absent())
            return;
        if (member.has_value()) {
            check_value(on, member.value(), where, broken);
        } else if (!on.rules->nullable) {
            report_null(broken, where);
        }
    } else if constexpr (optional_member<Member>) {
        if (member.has_value()) {
            check_value(on, *member, where, broken);
        } else if (!on.rules->nullable && on.rules->generated != generated_by::uuid) {
            report_missing(broken, where);
        }
    } else {
        check_value(on, member, where, broken);
    }
}

template <class Structure>
void check_fields(const Structure& value, const value_path& where, violations& broken) {
    static_assert(
        !structure_fields<Structure>.empty(),
        "weir: this structure has no facts; include the generated <name>.weir.hpp"
    );
    static_assert(
        structure_fields<Structure>.size() == member_count<Structure>,
        "weir: this structure and its facts differ in number of fields; generate the header again"
    );
    for_each_member(value, [&](std::size_t at, const auto& member) {
        const auto& field = structure_fields<Structure>[at];
        check_member(
            value_rules{field.type, &field, &patterns_of<Structure>, at},
            member,
            value_path{where, field.name},
            broken
        );
    });
}

template <class Map>
void check_entries(
    const value_rules& on, const Map& entries, const value_path& where, violations& broken
) {
    using key_type = typename Map::key_type;
    for (const auto& [key, value] : entries) {
        // Of a key that is not text nothing can be said by name: it is reported at the map.
        const auto before = broken.size();
        check_value(value_rules{*on.type.key}, key, where, broken);
        if (broken.size() != before)
            continue;
        const value_path entry{
            where,
            &key,
            [](const void* of, std::string& out) {
                append_text(out, *static_cast<const key_type*>(of), text_format::statement_api);
            }
        };
        check_value(value_rules{*on.type.element}, value, entry, broken);
    }
}

template <class Value>
void check_value(
    const value_rules& on, const Value& value, const value_path& where, violations& broken
) {
    if constexpr (std::same_as<Value, bool> || std::same_as<Value, uuid>) {
        // Every value is sound.
    } else if constexpr (std::integral<Value>) {
        if (on.rules != nullptr)
            check_exact(*on.rules, value, where, broken);
    } else if constexpr (std::floating_point<Value>) {
        if (on.rules != nullptr)
            check_real(*on.rules, value, where, broken);
    } else if constexpr (decimal_value<Value>) {
        if (on.rules != nullptr)
            check_exact(*on.rules, value.unscaled(), where, broken);
    } else if constexpr (std::same_as<Value, date>) {
        check_calendar(value, where, broken);
        if (on.rules != nullptr)
            check_exact(*on.rules, value.days, where, broken);
    } else if constexpr (std::same_as<Value, timestamp> || std::same_as<Value, timestamp_ntz>) {
        check_calendar(value, where, broken);
        if (on.rules != nullptr)
            check_exact(*on.rules, value.microseconds, where, broken);
    } else if constexpr (std::same_as<Value, std::string>) {
        check_string(on, value, where, broken);
    } else if constexpr (std::same_as<Value, json_text>) {
        check_json(value.text, where, broken);
    } else if constexpr (labelled_enumeration<Value>) {
        check_label(on.type, static_cast<std::size_t>(value), where, broken);
    } else if constexpr (std::same_as<Value, std::vector<std::byte>>) {
        if (on.rules != nullptr)
            check_bytes(*on.rules, value.size(), where, broken);
    } else if constexpr (array_value<Value>) {
        if (on.rules != nullptr)
            check_items(*on.rules, value.size(), where, broken);
        for (std::size_t at = 0; at < value.size(); ++at) {
            // By type: what vector<bool> gives is no bool.
            const typename Value::value_type& item = value[at];
            check_value(value_rules{*on.type.element}, item, value_path{where, at}, broken);
        }
    } else if constexpr (map_value<Value>) {
        if (on.rules != nullptr)
            check_items(*on.rules, value.size(), where, broken);
        check_entries(on, value, where, broken);
    } else {
        static_assert(described<Value>, "weir: validate knows no rules for this member's type");
        check_fields(value, where, broken);
    }
}

} // namespace detail

/// Adds every rule of `Row`'s table that `value` breaks, in member order. `value` is a `Row`, or
/// its create, update or key struct; `prefix` leads each location, as `{"body", "data", 0}` does.
///
/// Errors: throws configuration_error when a pattern is not RE2 syntax. Allocates nothing for sound
/// values.
template <row Row, described Part>
void validate(const Part& value, const location& prefix, violations& broken) {
    const value_path start{prefix};
    for_each_member(value, [&](std::size_t at, const auto& member) {
        const auto position = columns_of_members<Row, Part>[at];
        const auto& column = table_of<Row>.columns[position];
        detail::check_member(
            detail::value_rules{column.type, &column, &detail::patterns_of<Row>, position},
            member,
            value_path{start, column.name},
            broken
        );
    });
}

/// Every rule of `Row`'s table that `value` breaks; empty means sound.
template <row Row, described Part>
    requires(!std::same_as<Row, Part>)
[[nodiscard]] violations validate(const Part& value) {
    violations broken;
    validate<Row>(value, {}, broken);
    return broken;
}

/// Every rule a row breaks; empty means sound.
template <class Value>
    requires row<Value>
[[nodiscard]] violations validate(const Value& value) {
    violations broken;
    validate<Value, Value>(value, {}, broken);
    return broken;
}

} // namespace weir
