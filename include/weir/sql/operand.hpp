// SPDX-License-Identifier: Apache-2.0
// What a column may be compared with, and the one-line refusals of everything else. Costs what
// table/enumeration.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/patch.hpp>
#include <weir/core/value.hpp>
#include <weir/table/column.hpp>
#include <weir/table/enumeration.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::sql::detail {

using weir::detail::column_float;
using weir::detail::column_integer;
using weir::detail::is_decimal;
using weir::detail::whole_number;

template <class T>
concept null_constant =
    std::same_as<T, std::nullopt_t> || std::same_as<T, std::nullptr_t> || std::same_as<T, null_t>;

template <class T>
concept text_operand = std::convertible_to<const T&, std::string_view> && !null_constant<T>;

template <class T>
concept real_operand = whole_number<T> || std::floating_point<T>;

/// Whether values of a column's C++ type can be compared at all, and whether their order in the
/// database means anything.
template <class Value>
inline constexpr bool is_comparable =
    column_integer<Value> || column_float<Value> || is_decimal<Value> ||
    std::same_as<Value, std::string> || std::same_as<Value, bool> || labelled_enumeration<Value> ||
    std::same_as<Value, date> || std::same_as<Value, timestamp> ||
    std::same_as<Value, timestamp_ntz> || std::same_as<Value, uuid> ||
    std::same_as<Value, std::vector<std::byte>>;

template <class Value>
inline constexpr bool is_ordered =
    is_comparable<Value> && !std::same_as<Value, bool> && !labelled_enumeration<Value> &&
    !std::same_as<Value, std::vector<std::byte>>;

template <class Value, class Other>
inline constexpr bool is_operand = [] {
    if constexpr (column_integer<Value>) {
        return whole_number<Other>;
    } else if constexpr (column_float<Value>) {
        return real_operand<Other>;
    } else if constexpr (is_decimal<Value>) {
        return whole_number<Other> || is_decimal<Other>;
    } else if constexpr (std::same_as<Value, std::string>) {
        return text_operand<Other>;
    } else {
        return std::same_as<Value, Other>;
    }
}();

/// Stops the compiler with one sentence if a column of `Value` cannot be compared with `Other`.
template <class Value, class Other>
consteval bool check_operand() {
    if constexpr (null_constant<Other>) {
        static_assert(!null_constant<Other>, "weir: ask for NULL with is_null() or is_not_null()");
        return false;
    } else if constexpr (!is_comparable<Value>) {
        static_assert(
            is_comparable<Value>,
            "weir: this column holds json, an array, a map or a struct; only is_null() and "
            "is_not_null() ask about it"
        );
        return false;
    } else {
        constexpr bool fits = is_operand<Value, Other>;
        static_assert(
            fits || !std::same_as<Value, std::int8_t>,
            "weir: this column holds tinyint; compare it with an integer"
        );
        static_assert(
            fits || !std::same_as<Value, std::int16_t>,
            "weir: this column holds smallint; compare it with an integer"
        );
        static_assert(
            fits || !std::same_as<Value, std::int32_t>,
            "weir: this column holds int; compare it with an integer"
        );
        static_assert(
            fits || !std::same_as<Value, std::int64_t>,
            "weir: this column holds bigint; compare it with an integer"
        );
        static_assert(
            fits || !column_float<Value>,
            "weir: this column holds float or double; compare it with a number"
        );
        static_assert(
            fits || !is_decimal<Value>,
            "weir: this column holds decimal; compare it with a decimal or an integer"
        );
        static_assert(
            fits || !std::same_as<Value, std::string>,
            "weir: this column holds text; compare it with text"
        );
        static_assert(
            fits || !std::same_as<Value, bool>,
            "weir: this column holds boolean; compare it with a bool"
        );
        static_assert(
            fits || !labelled_enumeration<Value>,
            "weir: this column holds an enumeration; compare it with one of its enumerators"
        );
        static_assert(
            fits || !std::same_as<Value, date>,
            "weir: this column holds date; compare it with a weir::date"
        );
        static_assert(
            fits || !std::same_as<Value, timestamp>,
            "weir: this column holds timestamp; compare it with a weir::timestamp"
        );
        static_assert(
            fits || !std::same_as<Value, timestamp_ntz>,
            "weir: this column holds timestamp_ntz; compare it with a weir::timestamp_ntz"
        );
        static_assert(
            fits || !std::same_as<Value, uuid>,
            "weir: this column holds uuid; compare it with a weir::uuid"
        );
        static_assert(
            fits || !std::same_as<Value, std::vector<std::byte>>,
            "weir: this column holds binary; compare it with a std::vector<std::byte>"
        );
        return fits;
    }
}

[[noreturn]] inline void refuse_operand(const column& of) {
    const std::string name{of.name};
    throw validation_error(
        {{"value_range", {name}, "Column '" + name + "' cannot hold the value it is compared with"}}
    );
}

/// The other side of a comparison as a value of the column's type.
///
/// Errors: throws validation_error when the column can hold no such value.
template <class Value, class Other>
[[nodiscard]] any_value to_operand(const column& of, const Other& other) {
    if constexpr (column_integer<Value>) {
        if (!std::in_range<Value>(other))
            refuse_operand(of);
        return any_value{static_cast<std::int64_t>(other)};
    } else if constexpr (column_float<Value>) {
        return any_value{static_cast<double>(other)};
    } else if constexpr (is_decimal<Value>) {
        if constexpr (whole_number<Other>) {
            return to_any_value(Value{other});
        } else {
            return to_any_value(rescale<Value::precision, Value::scale>(other));
        }
    } else if constexpr (labelled_enumeration<Value>) {
        const auto label = label_of(other);
        if (label.empty())
            refuse_operand(of);
        return any_value{std::string{label}};
    } else if constexpr (std::same_as<Value, std::string>) {
        return any_value{std::string{std::string_view{other}}};
    } else {
        return to_any_value(other);
    }
}

} // namespace weir::sql::detail
