// SPDX-License-Identifier: Apache-2.0
// One value of a column to and from a database's text: scalars and PostgreSQL arrays by core,
// nested values as JSON by json. Costs those headers.
#pragma once

#include <weir/core/text.hpp>
#include <weir/core/text_array.hpp>
#include <weir/core/text_field.hpp>
#include <weir/core/text_format.hpp>
#include <weir/core/value.hpp>
#include <weir/json/parse_text.hpp>
#include <weir/json/writer.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/column.hpp>
#include <weir/table/enumeration.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weir {

namespace detail {

template <class T>
inline constexpr bool is_list = false;

template <class T>
inline constexpr bool is_list<std::vector<T>> = !std::is_same_v<T, std::byte>;

/// Whether one value of type `T`, not a list, has a text of its own; maps and structures are JSON
/// to a database.
template <class T>
concept has_text = !is_list<T> && requires(std::string& out, const T& value) {
    append_text(out, value, text_format::postgres);
};

} // namespace detail

/// Appends a value as the database of that spelling takes it: its own text, a native array, else
/// JSON.
template <class T>
void append_field(std::string& out, const T& value, const column_type& type, text_format format) {
    if constexpr (detail::is_list<T>) {
        if constexpr (detail::has_text<typename T::value_type>) {
            if (format == text_format::postgres && is_native_array(type)) {
                append_text(out, value, format);
                return;
            }
        }
        json::append_json(out, value);
    } else if constexpr (detail::has_text<T>) {
        append_text(out, value, format);
    } else {
        json::append_json(out, value);
    }
}

/// Appends a value as a member of the JSON by which a warehouse is given many rows at once. Its
/// schema says STRING of a `json` column, and reading a string takes its quotes away: so a document
/// goes as a text.
template <class T>
void append_json_member(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, json_text>) {
        json::append_json_string(out, value.text.empty() ? std::string_view{"null"} : value.text);
    } else if constexpr (std::is_same_v<T, std::optional<json_text>>) {
        if (value) {
            append_json_member(out, *value);
        } else {
            out.append("null");
        }
    } else {
        json::append_json(out, value);
    }
}

/// The same for a value whose JSON is known already; nullptr: NULL.
inline void
append_json_member(std::string& out, const std::string* value, const column_type& type) {
    if (value == nullptr) {
        out.append("null");
    } else if (type.kind == type::json) {
        json::append_json_string(out, *value);
    } else {
        out.append(*value);
    }
}

/// Adds a value to the arguments; an empty optional is NULL.
template <class T>
void add_argument(
    sql::arguments& arguments, const T& value, const column_type& type, text_format format
) {
    if constexpr (detail::is_optional<T>) {
        if (!value) {
            arguments.add_null(type);
        } else {
            add_argument(arguments, *value, type, format);
        }
    } else {
        arguments.add_written(type, [&](std::string& out) {
            append_field(out, value, type, format);
        });
    }
}

/// Reads a value from a database's field; false when the text is not such a value, or NULL where
/// none may be.
template <class T>
[[nodiscard]] bool
parse_field(const text_field& field, T& out, const column_type& type, text_format format) {
    if constexpr (detail::is_optional<T>) {
        if (field.is_null) {
            out.reset();
            return true;
        }
        return parse_field(field, out.emplace(), type, format);
    } else {
        if (field.is_null)
            return false;
        if constexpr (detail::is_list<T>) {
            if constexpr (detail::has_text<typename T::value_type>) {
                if (format == text_format::postgres && is_native_array(type))
                    return parse_text(field.text, out, format);
            }
            return json::parse_json_text(field.text, out);
        } else if constexpr (detail::has_text<T>) {
            return parse_text(field.text, out, format);
        } else {
            return json::parse_json_text(field.text, out);
        }
    }
}

} // namespace weir
