// SPDX-License-Identifier: Apache-2.0
// Exact decimal numbers of fixed precision and scale, as SQL's DECIMAL(p,s). Never rounds unless
// told to. Light: string, error.hpp.
#pragma once

#include <weir/core/decimal_text.hpp>
#include <weir/core/error.hpp>
#include <weir/core/int128.hpp>
#include <weir/core/rounding.hpp>

#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

namespace detail {

/// Integers a decimal mixes with: every integral type but bool and the character types.
template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                       !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                       !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

[[noreturn]] inline void refuse_decimal(int precision, int scale, const char* why) {
    const auto type = "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
    throw validation_error({{"decimal_range", {}, "Value does not fit " + type + ": " + why}});
}

} // namespace detail

/// A number with at most `Precision` digits, `Scale` of them after the point.
///
/// Errors: construction from integers and arithmetic throw validation_error when the result does
/// not fit.
template <int Precision, int Scale>
class decimal {
    static_assert(
        Precision >= 1 && Precision <= max_decimal_digits,
        "weir: a decimal has 1 to 38 digits; choose the precision accordingly"
    );
    static_assert(
        Scale >= 0 && Scale <= Precision, "weir: a decimal's scale is 0 up to its precision"
    );

public:
    static constexpr int precision = Precision;
    static constexpr int scale = Scale;

    constexpr decimal() = default;

    /// A whole number; implicit where every value of the integer's type fits.
    template <detail::whole_number Integer>
    explicit(std::numeric_limits<Integer>::digits10 + 1 > Precision - Scale) constexpr decimal(
        Integer whole
    ) {
        if (!fits_precision(whole, Precision - Scale))
            overflow();
        unscaled_ = static_cast<int128>(whole) * power_of_ten(Scale);
    }

    /// The decimal `unscaled / 10^Scale`.
    [[nodiscard]] static constexpr decimal from_unscaled(int128 unscaled) {
        if (!fits_precision(unscaled, Precision))
            overflow();
        decimal made;
        made.unscaled_ = unscaled;
        return made;
    }

    /// Reads decimal text, exponents included (`-1.50`, `1.5E-2`); absent when it is none or does
    /// not fit.
    [[nodiscard]] static constexpr std::optional<decimal>
    parse(std::string_view text, rounding mode = rounding::refuse) noexcept {
        decimal made;
        if (!parse_decimal(text, Precision, Scale, made.unscaled_, mode))
            return std::nullopt;
        return made;
    }

    /// The value times 10^Scale.
    [[nodiscard]] constexpr int128 unscaled() const noexcept { return unscaled_; }

    /// Plain digits, `Scale` of them after the point.
    [[nodiscard]] std::string to_string() const {
        std::string out;
        append_decimal(out, unscaled_, Scale);
        return out;
    }

    friend constexpr bool operator==(decimal, decimal) = default;
    friend constexpr auto operator<=>(decimal, decimal) = default;

    template <detail::whole_number Integer>
    [[nodiscard]] friend constexpr bool operator==(decimal left, Integer right) noexcept {
        return (left <=> right) == 0;
    }

    template <detail::whole_number Integer>
    [[nodiscard]] friend constexpr std::strong_ordering
    operator<=>(decimal left, Integer right) noexcept {
        const int128 whole = left.unscaled_ / power_of_ten(Scale);
        if (whole != right) {
            return whole < right ? std::strong_ordering::less : std::strong_ordering::greater;
        }
        return left.unscaled_ % power_of_ten(Scale) <=> int128{0};
    }

    [[nodiscard]] constexpr decimal operator-() const noexcept {
        decimal made;
        made.unscaled_ = -unscaled_;
        return made;
    }

    constexpr decimal& operator+=(decimal other) {
        // Two values of 38 digits still add up within 127 bits only when checked first.
        const int128 most = power_of_ten(Precision) - 1;
        if (other.unscaled_ > 0 ? unscaled_ > most - other.unscaled_
                                : unscaled_ < -most - other.unscaled_) {
            overflow();
        }
        unscaled_ += other.unscaled_;
        return *this;
    }

    constexpr decimal& operator-=(decimal other) { return *this += -other; }

    template <detail::whole_number Integer>
    constexpr decimal& operator*=(Integer factor) {
        const uint128 times = magnitude(factor);
        const uint128 most = static_cast<uint128>(power_of_ten(Precision)) - 1U;
        if (times != 0 && magnitude(unscaled_) > most / times)
            overflow();
        unscaled_ *= static_cast<int128>(factor);
        return *this;
    }

    [[nodiscard]] friend constexpr decimal operator+(decimal left, decimal right) {
        return left += right;
    }

    [[nodiscard]] friend constexpr decimal operator-(decimal left, decimal right) {
        return left -= right;
    }

    template <detail::whole_number Integer>
    [[nodiscard]] friend constexpr decimal operator*(decimal left, Integer right) {
        return left *= right;
    }

    template <detail::whole_number Integer>
    [[nodiscard]] friend constexpr decimal operator*(Integer left, decimal right) {
        return right *= left;
    }

private:
    [[noreturn]] static void overflow() {
        detail::refuse_decimal(Precision, Scale, "too many digits before the point");
    }

    int128 unscaled_ = 0;
};

/// The same number with another precision and scale.
///
/// Errors: throws validation_error when it does not fit, or digits would be lost while `mode`
/// refuses that.
template <int Precision, int Scale, int FromPrecision, int FromScale>
[[nodiscard]] constexpr decimal<Precision, Scale>
rescale(decimal<FromPrecision, FromScale> value, rounding mode = rounding::refuse) {
    int128 unscaled = 0;
    if (!rescale_decimal(value.unscaled(), FromScale, Scale, Precision, unscaled, mode)) {
        detail::refuse_decimal(Precision, Scale, "rescaling would lose digits");
    }
    return decimal<Precision, Scale>::from_unscaled(unscaled);
}

} // namespace weir
