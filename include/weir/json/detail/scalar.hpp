// SPDX-License-Identifier: Apache-2.0
// Scalar values from their JSON spelling, and what is wrong when they do not fit. Costs
// core/text.hpp.
#pragma once

#include <weir/core/text.hpp>
#include <weir/json/detail/scan.hpp>
#include <weir/json/detail/traits.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/enumeration.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace weir::json::detail {

/// How a spelling fits a type.
enum class fit : std::uint8_t {
    good,
    /// Not even the right kind of value.
    wrong_type,
    /// The right kind, spelled wrongly.
    malformed,
    out_of_range,
    too_many_digits,
    too_fine,
};

/// What messages say about a type.
struct scalar_facts {
    /// Type of the violation.
    std::string_view violation{};
    /// What the type is called in messages.
    std::string_view noun{};
    /// What a malformed spelling must be.
    std::string_view must_be{};
    /// Integers: the limits.
    std::int64_t least = 0;
    std::int64_t most = 0;
    /// decimal.
    int precision = 0;
    int scale = 0;
    /// Enumerations.
    std::span<const std::string_view> labels{};
    bool from_number = false;
    bool from_string = true;
    bool from_boolean = false;
};

template <class T>
[[nodiscard]] constexpr scalar_facts scalar_facts_of() {
    if constexpr (std::is_same_v<T, bool>) {
        return {
            .violation = "bool_type", .noun = "boolean", .from_string = false, .from_boolean = true
        };
    } else if constexpr (weir::detail::column_integer<T>) {
        // JavaScript cannot hold 64 bits in a number: those may come as strings.
        return {
            .violation = "int_type",
            .noun = "integer",
            .least = std::numeric_limits<T>::min(),
            .most = std::numeric_limits<T>::max(),
            .from_number = true,
            .from_string = sizeof(T) == 8
        };
    } else if constexpr (weir::detail::column_float<T>) {
        return {
            .violation = "float_type",
            .noun = "number",
            .must_be = "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
            .from_number = true
        };
    } else if constexpr (is_decimal<T>) {
        return {
            .violation = "decimal_type",
            .noun = "decimal",
            .must_be = "a decimal number",
            .precision = T::precision,
            .scale = T::scale,
            .from_number = true
        };
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {.violation = "string_type", .noun = "string"};
    } else if constexpr (std::is_same_v<T, uuid>) {
        return {
            .violation = "uuid_type",
            .noun = "UUID",
            .must_be = "a UUID such as 6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b"
        };
    } else if constexpr (std::is_same_v<T, date>) {
        return {.violation = "date_type", .noun = "date", .must_be = "a date such as 2024-05-01"};
    } else if constexpr (std::is_same_v<T, timestamp>) {
        return {
            .violation = "datetime_type",
            .noun = "timestamp",
            .must_be = "a time with its offset, such as 2024-05-01T10:20:30.123456Z"
        };
    } else if constexpr (std::is_same_v<T, timestamp_ntz>) {
        return {
            .violation = "datetime_type",
            .noun = "timestamp",
            .must_be = "a time without an offset, such as 2024-05-01T10:20:30.123456"
        };
    } else if constexpr (std::is_same_v<T, std::vector<std::byte>>) {
        return {.violation = "binary_type", .noun = "base64 string", .must_be = "base64"};
    } else {
        static_assert(
            labelled_enumeration<T>,
            "weir: no column has this type; include the generated header of the enumeration or "
            "structure"
        );
        return {.violation = "enum", .noun = "label", .labels = enumeration_labels<T>};
    }
}

template <class T>
inline constexpr scalar_facts facts_of_scalar = scalar_facts_of<T>();

/// Whether a number that is no value of a floating type lies too near to zero for it, not too far.
[[nodiscard]] inline bool is_tiny(std::string_view number) noexcept {
    if (number.starts_with('-'))
        number.remove_prefix(1);
    const auto mark = number.find_first_of("eE");
    std::int64_t exponent = 0;
    if (mark != std::string_view::npos)
        static_cast<void>(weir::detail::parse_exponent(number.substr(mark + 1), exponent));
    const auto mantissa = number.substr(0, mark);
    const auto whole =
        mantissa.find('.') == std::string_view::npos ? mantissa.size() : mantissa.find('.');
    // Position of the first digit that counts: 0 for ones, -1 for tenths.
    const auto first = mantissa.find_first_not_of("0.");
    const auto position = static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(first);
    return position + exponent <= 0;
}

/// Integers are digits with an optional sign: no fraction, no exponent, even where those add
/// nothing.
template <weir::detail::column_integer Integer>
[[nodiscard]] fit parse_scalar(std::string_view text, token was, Integer& out) noexcept {
    if (was == token::string && !is_number(text))
        return fit::wrong_type;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, out);
    if (read.ptr != end)
        return fit::wrong_type;
    return read.ec == std::errc{} ? fit::good : fit::out_of_range;
}

template <weir::detail::column_float Float>
[[nodiscard]] fit parse_scalar(std::string_view text, token was, Float& out) noexcept {
    constexpr auto infinity = std::numeric_limits<Float>::infinity();
    if (was == token::string) {
        if (text == "NaN") {
            out = std::numeric_limits<Float>::quiet_NaN();
        } else if (text == "Infinity") {
            out = infinity;
        } else if (text == "-Infinity") {
            out = -infinity;
        } else {
            return fit::malformed;
        }
        return fit::good;
    }
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec == std::errc::result_out_of_range) {
        if (!is_tiny(text))
            return fit::out_of_range;
        out = text.starts_with('-') ? Float{-0.0F} : Float{0};
    }
    return fit::good;
}

template <int Precision, int Scale>
[[nodiscard]] fit
parse_scalar(std::string_view text, token was, decimal<Precision, Scale>& out) noexcept {
    if (was == token::string && !is_number(text))
        return fit::malformed;
    using type = decimal<Precision, Scale>;
    if (const auto read = type::parse(text)) {
        out = *read;
        return fit::good;
    }
    return type::parse(text, rounding::down) ? fit::too_fine : fit::too_many_digits;
}

template <std::same_as<bool> Bool>
[[nodiscard]] fit parse_scalar(std::string_view text, token /*was*/, Bool& out) noexcept {
    out = text == "true";
    return out || text == "false" ? fit::good : fit::wrong_type;
}

[[nodiscard]] inline fit parse_scalar(std::string_view text, token /*was*/, std::string& out) {
    out.assign(text);
    return fit::good;
}

[[nodiscard]] inline fit parse_scalar(std::string_view text, token /*was*/, timestamp& out) {
    return parse_rfc3339(text, out) ? fit::good : fit::malformed;
}

[[nodiscard]] inline fit parse_scalar(std::string_view text, token /*was*/, timestamp_ntz& out) {
    return parse_rfc3339(text, out) ? fit::good : fit::malformed;
}

/// uuid, date, binary and enumerations: their text is the same everywhere in weir.
template <class T>
    requires std::same_as<T, uuid> || std::same_as<T, date> ||
             std::same_as<T, std::vector<std::byte>> || labelled_enumeration<T>
[[nodiscard]] fit parse_scalar(std::string_view text, token /*was*/, T& out) {
    return parse_text(text, out, text_format::statement_api) ? fit::good : fit::malformed;
}

} // namespace weir::json::detail
