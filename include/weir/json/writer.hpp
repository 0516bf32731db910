// SPDX-License-Identifier: Apache-2.0
// Writing C++ values as JSON: for answers, and for nested values on their way to a database. No
// DOM. Costs what table/members.hpp and core/text.hpp cost.
#pragma once

#include <weir/core/text.hpp>
#include <weir/json/detail/traits.hpp>
#include <weir/json/string.hpp>
#include <weir/table/audit.hpp>
#include <weir/table/enumeration.hpp>
#include <weir/table/members.hpp>
#include <weir/table/table.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::json {

/// How numbers are spelled that JavaScript cannot hold: bigint and decimal (`Prefer:
/// numbers=string`).
enum class numbers : std::uint8_t { plain, as_string };

namespace detail {

/// `,"name":` for every member of a struct, in one piece of constant text.
template <described T>
struct member_prefixes {
    static constexpr std::size_t count = member_count<T>;

    static constexpr auto starts = [] {
        std::array<std::size_t, count + 1> found{};
        for (std::size_t at = 0; at < count; ++at)
            found[at + 1] = found[at] + member_names<T>[at].size() + 4;
        return found;
    }();

    static constexpr auto text = [] {
        std::array<char, starts[count]> made{};
        auto* end = made.data();
        for (const auto name : member_names<T>) {
            *end++ = ',';
            *end++ = '"';
            end = std::copy(name.begin(), name.end(), end);
            *end++ = '"';
            *end++ = ':';
        }
        return made;
    }();

    static void append(std::string& out, std::size_t position, bool is_first) {
        const auto start = starts[position] + (is_first ? 1U : 0U);
        out.append(text.data() + start, starts[position + 1] - start);
    }
};

} // namespace detail

/// Appends a value as JSON: any column's C++ type, a structure, or a row.
///
/// Shape:  the JSON column of the type table (docs/schema.md): decimals with all their digits,
/// times in
///         RFC 3339, NaN and infinities as strings, NULL as null. Map keys become strings. A row's
///         private columns are left out.
/// Errors: throws validation_error for a date or time outside years 1 to 9999.
template <class T>
void append_json(std::string& out, const T& value, numbers spelled = numbers::plain) {
    if constexpr (detail::is_optional<T>) {
        if (value) {
            append_json(out, *value, spelled);
        } else {
            out.append("null");
        }
    } else if constexpr (std::is_same_v<T, bool>) {
        out.append(value ? "true" : "false");
    } else if constexpr (std::is_same_v<T, std::int64_t> || detail::is_decimal<T>) {
        const bool quoted = spelled == numbers::as_string;
        if (quoted)
            out.push_back('"');
        append_text(out, value, text_format::statement_api);
        if (quoted)
            out.push_back('"');
    } else if constexpr (std::is_integral_v<T>) {
        std::array<char, 20> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        out.append(digits.data(), end);
    } else if constexpr (weir::detail::column_float<T>) {
        const bool quoted = !(value - value == 0);
        if (quoted)
            out.push_back('"');
        append_text(out, value, text_format::statement_api);
        if (quoted)
            out.push_back('"');
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        append_json_string(out, value);
    } else if constexpr (std::is_same_v<T, json_text>) {
        // No document at all would break the text around it.
        out.append(value.text.empty() ? std::string_view{"null"} : std::string_view{value.text});
    } else if constexpr (std::is_enum_v<T>) {
        append_json_string(out, label_of(value));
    } else if constexpr (detail::is_vector<T>) {
        out.push_back('[');
        bool is_first = true;
        for (const auto& element : value) {
            if (!is_first)
                out.push_back(',');
            is_first = false;
            append_json(out, static_cast<const typename T::value_type&>(element), spelled);
        }
        out.push_back(']');
    } else if constexpr (detail::is_map<T>) {
        out.push_back('{');
        bool is_first = true;
        for (const auto& [key, mapped] : value) {
            if (!is_first)
                out.push_back(',');
            is_first = false;
            const auto start = out.size();
            append_json(out, key);
            if (detail::is_bare<typename T::key_type> && out[start] != '"') {
                out.insert(start, 1, '"');
                out.push_back('"');
            }
            out.push_back(':');
            append_json(out, mapped, spelled);
        }
        out.push_back('}');
    } else if constexpr (described<T>) {
        out.push_back('{');
        bool is_first = true;
        for_each_member(value, [&](std::size_t position, const auto& member) {
            if constexpr (!table_of<T>.columns.empty()) {
                if (!is_answer_column(table_of<T>.columns[position]))
                    return;
            }
            detail::member_prefixes<T>::append(out, position, is_first);
            is_first = false;
            append_json(out, member, spelled);
        });
        out.push_back('}');
    } else {
        // date, timestamps, uuid, binary: no character of theirs needs an escape.
        out.push_back('"');
        if constexpr (std::is_same_v<T, date>) {
            append_date(out, value);
        } else {
            append_text(out, value, text_format::statement_api);
        }
        out.push_back('"');
    }
}

} // namespace weir::json
