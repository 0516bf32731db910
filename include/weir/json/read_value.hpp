// SPDX-License-Identifier: Apache-2.0
// Reading the next value of a document into a column's C++ type, with a violation for everything
// that does not fit. Costs table/members.hpp and table/rules.hpp; one instantiation per type.
#pragma once

#include <weir/core/json_text.hpp>
#include <weir/core/patch.hpp>
#include <weir/json/detail/scalar.hpp>
#include <weir/json/detail/traits.hpp>
#include <weir/json/fields.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/members.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir::json {

template <class T>
bool read_value(const intake& of, T& out, const value_path& where);

namespace detail {

template <class T>
inline constexpr bool is_patch = false;

template <class T>
inline constexpr bool is_patch<patch<T>> = true;

/// The text of the next value, a scalar. False when there is none to look at: what was wrong is
/// reported.
[[nodiscard]] inline bool scalar_text(
    const intake& of,
    const scalar_facts& expected,
    const value_path& where,
    std::string_view& text,
    token& was
) {
    const bool is_ours = of.from == origin::database;
    was = of.in.peek();
    if (was == token::number && expected.from_number)
        return of.in.read_number(text);
    if (was == token::string && (expected.from_string || is_ours))
        return of.in.read_string(text);
    if (was == token::boolean && expected.from_boolean) {
        bool value = false;
        if (!of.in.read_bool(value))
            return false;
        text = value ? "true" : "false";
        return true;
    }
    static_cast<void>(refuse_type(of, expected.violation, expected.noun, where));
    return false;
}

/// Reads a scalar's text, as the document's author may spell it.
template <class T>
[[nodiscard]] fit read_spelling(const intake& of, std::string_view text, token was, T& out) {
    const auto how = parse_scalar(text, was, out);
    if (how == fit::good || of.from == origin::client)
        return how;
    return parse_text(text, out, text_format::statement_api) ? fit::good : how;
}

template <class T>
bool read_scalar(const intake& of, T& out, const value_path& where) {
    std::string_view text;
    auto was = token::malformed;
    if (scalar_text(of, facts_of_scalar<T>, where, text, was)) {
        const auto how = read_spelling(of, text, was, out);
        if (how != fit::good)
            refuse_spelling(of, how, facts_of_scalar<T>, text, was, where);
    }
    return of.goes_on();
}

template <class Vector>
bool read_elements(const intake& of, Vector& out, const value_path& where) {
    out.clear();
    if (of.in.peek() != token::array)
        return refuse_type(of, "list_type", "list", where);
    if (!of.in.enter_array())
        return false;
    while (of.in.next_element()) {
        typename Vector::value_type element{};
        if (!read_value(of, element, value_path{where, out.size()}))
            return false;
        out.push_back(std::move(element));
    }
    return of.goes_on();
}

/// Map keys are strings in JSON whatever they are in C++.
template <class Key>
[[nodiscard]] fit read_key(const intake& of, std::string_view text, Key& out) {
    if constexpr (is_bare<Key> && !std::is_same_v<Key, bool>) {
        // NaN among them: it would have no place in the map's order.
        if (!is_number(text))
            return fit::malformed;
        return read_spelling(of, text, token::number, out);
    } else {
        return read_spelling(of, text, token::string, out);
    }
}

template <class Map>
bool read_entries(const intake& of, Map& out, const value_path& where) {
    using key_type = typename Map::key_type;
    out.clear();
    if (of.in.peek() != token::object)
        return refuse_type(of, "dict_type", "object", where);
    if (!of.in.enter_object())
        return false;
    std::string_view name;
    while (of.in.next_member(name)) {
        key_type key{};
        const auto how = read_key(of, name, key);
        if (how != fit::good) {
            std::string sentence = "has a key that is no ";
            sentence.append(facts_of_scalar<key_type>.noun);
            report_violation(of.broken, where, facts_of_scalar<key_type>.violation, sentence);
            if (!of.in.skip_value() || !of.goes_on())
                return false;
            continue;
        }
        const auto [entry, is_new] = out.try_emplace(std::move(key));
        const value_path here{
            where,
            &entry->first,
            [](const void* held, std::string& text) {
                append_text(text, *static_cast<const key_type*>(held), text_format::statement_api);
            }
        };
        if (!is_new) {
            report_violation(of.broken, here, "duplicate_field", "is given twice");
            if (!of.in.skip_value() || !of.goes_on())
                return false;
        } else if (!read_value(of, entry->second, here)) {
            return false;
        }
    }
    return of.goes_on();
}

/// A structure's fields: all may be given, those that are neither nullable nor defaulted must be.
template <class Structure>
inline constexpr auto structure_plan = [] {
    constexpr auto fields = structure_fields<Structure>;
    std::array<field_plan, fields.size()> plan{};
    for (std::size_t at = 0; at < plan.size(); ++at) {
        const bool is_optional = fields[at].nullable || fields[at].has_default();
        plan[at] = {
            is_optional ? field_role::optional : field_role::required,
            static_cast<std::uint16_t>(at)
        };
    }
    return plan;
}();

/// Where the members of a struct lie and how each is read.
template <described T>
[[nodiscard]] std::array<member_slot, member_count<T>> slots_of(T& value) {
    std::array<member_slot, member_count<T>> slots;
    for_each_member(value, [&](std::size_t at, auto& member) {
        using type = std::remove_reference_t<decltype(member)>;
        slots[at] = {&member, [](void* held, const intake& of, const value_path& where) {
                         return read_value(of, *static_cast<type*>(held), where);
                     }};
    });
    return slots;
}

template <class Structure>
bool read_structure(const intake& of, Structure& out, const value_path& where) {
    static_assert(
        !structure_fields<Structure>.empty(),
        "weir: this structure has no facts; include the generated <name>.weir.hpp"
    );
    static_assert(
        structure_fields<Structure>.size() == member_count<Structure>,
        "weir: this structure and its facts differ in number of fields; generate the header again"
    );
    const auto slots = slots_of(out);
    std::array<bool, member_count<Structure>> seen{};
    return read_fields(
        of, {structure_fields<Structure>, structure_plan<Structure>, slots, seen}, where
    );
}

} // namespace detail

/// Reads the next value into `out` and reports what does not fit. Answers whether to read on: false
/// once the text is not JSON or there are too many violations. `out` means something only if
/// nothing was reported.
///
/// Integers are digits only (`1.0` and `1e3` are no integers); bigint also as a string; decimals as
/// a number or a string; NaN and infinities as strings; timestamps in RFC 3339 with an offset,
/// timestamp_ntz without.
template <class T>
bool read_value(const intake& of, T& out, const value_path& where) {
    if constexpr (detail::is_optional<T>) {
        if (of.in.peek() == token::null) {
            out.reset();
            return of.in.read_null();
        }
        return read_value(of, out.emplace(), where);
    } else if constexpr (detail::is_patch<T>) {
        if (of.in.peek() == token::null) {
            out = weir::null;
            return of.in.read_null();
        }
        typename T::value_type value{};
        const bool goes_on = read_value(of, value, where);
        out = std::move(value);
        return goes_on;
    } else if constexpr (std::is_same_v<T, json_text>) {
        if (of.in.peek() == token::null)
            return detail::refuse_type(of, "json_invalid", "JSON", where);
        std::string_view spelled;
        if (!of.in.read_raw(spelled))
            return false;
        out.text.assign(spelled);
        return true;
    } else if constexpr (detail::is_vector<T>) {
        return detail::read_elements(of, out, where);
    } else if constexpr (detail::is_map<T>) {
        return detail::read_entries(of, out, where);
    } else if constexpr (described<T>) {
        return detail::read_structure(of, out, where);
    } else {
        return detail::read_scalar(of, out, where);
    }
}

} // namespace weir::json
