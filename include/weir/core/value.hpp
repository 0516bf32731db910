// SPDX-License-Identifier: Apache-2.0
// Any scalar value, its type known at run time: what conditions and run-time tables carry.
// Light: variant, the codec.
#pragma once

#include <weir/core/text.hpp>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

/// An exact decimal with its scale: `unscaled / 10^scale`. 1.0 and 1.00 are different values here.
struct scaled_decimal {
    int128 unscaled{};
    int scale{};

    friend constexpr bool operator==(const scaled_decimal&, const scaled_decimal&) = default;
};

/// NULL (std::monostate) or a scalar. Enumerations are their labels.
using any_value = std::variant<
    std::monostate,
    bool,
    std::int64_t,
    double,
    scaled_decimal,
    std::string,
    date,
    timestamp,
    timestamp_ntz,
    std::vector<std::byte>,
    uuid,
    json_text>;

[[nodiscard]] inline bool is_null(const any_value& value) noexcept {
    return value.index() == 0;
}

namespace detail {

template <class T>
inline constexpr bool is_decimal = false;
template <int Precision, int Scale>
inline constexpr bool is_decimal<decimal<Precision, Scale>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

} // namespace detail

/// A value of any column's scalar C++ type, or an optional of one, as any_value; text becomes a
/// string.
template <class T>
[[nodiscard]] any_value to_any_value(T&& value) {
    using plain = std::remove_cvref_t<T>;
    if constexpr (detail::is_optional<plain>) {
        if (!value)
            return any_value{};
        return to_any_value(*std::forward<T>(value));
    } else if constexpr (detail::column_integer<plain>) {
        return any_value{std::int64_t{value}};
    } else if constexpr (detail::column_float<plain>) {
        return any_value{double{value}};
    } else if constexpr (detail::is_decimal<plain>) {
        return any_value{scaled_decimal{value.unscaled(), plain::scale}};
    } else if constexpr (std::convertible_to<T, std::string_view> &&
                         !std::same_as<plain, std::string>) {
        return any_value{std::string{std::string_view{value}}};
    } else {
        return any_value{std::in_place_type<plain>, std::forward<T>(value)};
    }
}

inline void append_text(std::string& out, scaled_decimal value, text_format /*format*/) {
    append_decimal(out, value.unscaled, value.scale);
}

/// Requires !is_null(value): NULL has no text.
template <std::same_as<any_value> Value>
void append_text(std::string& out, const Value& value, text_format format) {
    std::visit(
        [&](const auto& held) {
            if constexpr (std::same_as<decltype(held), const std::monostate&>) {
                assert(false && "weir: NULL has no text");
            } else {
                append_text(out, held, format);
            }
        },
        value
    );
}

} // namespace weir
