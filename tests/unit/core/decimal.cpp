// SPDX-License-Identifier: Apache-2.0
#include <weir/core/decimal.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <catch.hpp>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "spelling.hpp"

namespace decimal_cases {

namespace {

using boost::multiprecision::cpp_int;
using weir::decimal;
using weir::int128;
using weir::rounding;
using weir::test::below;
using weir::test::generator;

constexpr rounding every_mode[]{
    rounding::refuse, rounding::half_even, rounding::half_up, rounding::down
};

cpp_int wide(int128 value) {
    const auto magnitude = weir::magnitude(value);
    cpp_int out = static_cast<std::uint64_t>(magnitude >> 64U);
    out = (out << 64U) + static_cast<std::uint64_t>(magnitude);
    return value < 0 ? cpp_int{-out} : out;
}

cpp_int ten_to(std::int64_t exponent) {
    return boost::multiprecision::pow(cpp_int{10}, static_cast<unsigned>(exponent));
}

/// What `digits * 10^shift` is as an integer under a rounding mode, by comparing the remainder with
/// one half.
std::optional<cpp_int>
expected(const cpp_int& digits, std::int64_t shift, int precision, rounding mode) {
    cpp_int value = digits * ten_to(std::max<std::int64_t>(shift, 0));
    const cpp_int divisor = ten_to(std::max<std::int64_t>(-shift, 0));
    const cpp_int remainder = value % divisor;
    value /= divisor;
    if (remainder != 0) {
        const cpp_int twice = remainder * 2;
        if (mode == rounding::refuse)
            return std::nullopt;
        if (mode == rounding::half_up && twice >= divisor)
            ++value;
        if (mode == rounding::half_even &&
            (twice > divisor || (twice == divisor && value % 2 != 0)))
            ++value;
    }
    if (value >= ten_to(precision))
        return std::nullopt;
    return value;
}

int128 random_unscaled(generator& random, int precision) {
    const auto digits = below(random, static_cast<std::uint64_t>(precision) + 1);
    weir::uint128 value = (static_cast<weir::uint128>(random()) << 64U) | random();
    value %= static_cast<weir::uint128>(weir::power_of_ten(static_cast<int>(digits)));
    return below(random, 2) == 0 ? static_cast<int128>(value) : -static_cast<int128>(value);
}

std::string text_of(int128 unscaled, int scale) {
    std::string out;
    weir::append_decimal(out, unscaled, scale);
    return out;
}

template <int P, int S>
std::string parsed(std::string_view text, rounding mode = rounding::refuse) {
    const auto value = decimal<P, S>::parse(text, mode);
    return value ? value->to_string() : "refused";
}

} // namespace

TEST_CASE("decimals are values: regular, 16 bytes, usable in constant expressions") {
    using money = decimal<12, 2>;
    STATIC_REQUIRE(std::is_trivially_copyable_v<money>);
    STATIC_REQUIRE(sizeof(money) == 16);
    STATIC_REQUIRE(money{} == 0);
    STATIC_REQUIRE(money::parse("9.50")->unscaled() == 950);
    STATIC_REQUIRE(money::from_unscaled(-5) + money{1} == money::from_unscaled(95));
    STATIC_REQUIRE(money{2} * 3 == 6);
    STATIC_REQUIRE(weir::rescale<4, 1>(*money::parse("1.50")) == *decimal<4, 1>::parse("1.5"));
    STATIC_REQUIRE(!std::is_constructible_v<money, double>);
    STATIC_REQUIRE(!std::is_constructible_v<money, bool>);
    STATIC_REQUIRE(!std::is_constructible_v<money, char>);
}

TEST_CASE("whole numbers convert silently only where all of them fit") {
    STATIC_REQUIRE(std::is_convertible_v<int, decimal<12, 2>>);
    STATIC_REQUIRE(std::is_convertible_v<std::int64_t, decimal<38, 10>>);
    STATIC_REQUIRE(!std::is_convertible_v<int, decimal<11, 2>>);
    STATIC_REQUIRE(std::is_constructible_v<decimal<11, 2>, int>);
    REQUIRE(decimal<6, 4>{99}.to_string() == "99.0000");
    REQUIRE(decimal<6, 4>{-99}.unscaled() == -990'000);
    REQUIRE_THROWS_AS((decimal<6, 4>{100}), weir::validation_error);
    REQUIRE_THROWS_AS((decimal<6, 4>{-100}), weir::validation_error);
    REQUIRE_THROWS_AS((decimal<2, 2>{1}), weir::validation_error);
    REQUIRE(decimal<2, 2>{0} == 0);
    REQUIRE(
        decimal<20, 0>{std::numeric_limits<std::uint64_t>::max()}.to_string() ==
        "18446744073709551615"
    );
}

TEST_CASE("an unscaled value beyond the precision is refused without naming the value") {
    REQUIRE(decimal<5, 2>::from_unscaled(99'999).to_string() == "999.99");
    REQUIRE(decimal<5, 2>::from_unscaled(-99'999).to_string() == "-999.99");
    REQUIRE_THROWS_AS((decimal<5, 2>::from_unscaled(100'000)), weir::validation_error);
    try {
        (void)decimal<5, 2>::from_unscaled(-123'456);
        FAIL("accepted");
    } catch (const weir::validation_error& caught) {
        REQUIRE(caught.broken().size() == 1);
        REQUIRE(caught.broken()[0].type == "decimal_range");
        REQUIRE(caught.broken()[0].msg.find("decimal(5,2)") != std::string::npos);
        REQUIRE(caught.broken()[0].msg.find("123") == std::string::npos);
    }
}

TEST_CASE("decimals print exactly their scale") {
    REQUIRE(text_of(0, 0) == "0");
    REQUIRE(text_of(0, 2) == "0.00");
    REQUIRE(text_of(5, 2) == "0.05");
    REQUIRE(text_of(-5, 3) == "-0.005");
    REQUIRE(text_of(100, 2) == "1.00");
    REQUIRE(text_of(-12'345, 0) == "-12345");
    const int128 most = weir::power_of_ten(38) - 1;
    REQUIRE(text_of(most, 0) == std::string(38, '9'));
    REQUIRE(text_of(-most, 38) == "-0." + std::string(38, '9'));
    REQUIRE(text_of(1, 38) == "0." + std::string(37, '0') + "1");
    // Either side of where one 64-bit number is no longer enough.
    REQUIRE(text_of(weir::make_int128(0, ~std::uint64_t{0}), 0) == "18446744073709551615");
    REQUIRE(text_of(weir::make_int128(1, 0), 0) == "18446744073709551616");
    REQUIRE(text_of(weir::power_of_ten(19) * 3 + 7, 0) == "30000000000000000007");
    const auto lowest = weir::make_int128(std::numeric_limits<std::int64_t>::min(), 0);
    REQUIRE(text_of(lowest, 0) == "-170141183460469231731687303715884105728");
}

TEST_CASE("decimal text is read exactly, exponents included") {
    REQUIRE(parsed<12, 2>("0") == "0.00");
    REQUIRE(parsed<12, 2>("-0.00") == "0.00");
    REQUIRE(parsed<12, 2>("+7") == "7.00");
    REQUIRE(parsed<12, 2>("7.") == "7.00");
    REQUIRE(parsed<12, 2>(".5") == "0.50");
    REQUIRE(parsed<12, 2>("1e3") == "1000.00");
    REQUIRE(parsed<12, 2>("1.5E-1") == "0.15");
    REQUIRE(parsed<12, 2>("15000000e-6") == "15.00");
    REQUIRE(parsed<12, 2>("0.00000015e+7") == "1.50");
    REQUIRE(parsed<12, 2>("00000000000000000000000000000000000000000000042.10") == "42.10");
    REQUIRE(parsed<12, 2>("1.230000000000000000000000000000000000000000000000000000") == "1.23");
    REQUIRE(parsed<12, 2>("9999999999.99") == "9999999999.99");
    REQUIRE(parsed<38, 0>(std::string(38, '9')) == std::string(38, '9'));
    REQUIRE(parsed<38, 38>("-0." + std::string(38, '9')) == "-0." + std::string(38, '9'));
    REQUIRE(parsed<5, 2>("0e99999999999999999999999999999999") == "0.00");
    REQUIRE(parsed<5, 2>("0." + std::string(300, '0') + "1e301") == "1.00");
    REQUIRE(parsed<5, 2>("1" + std::string(300, '0') + "e-300") == "1.00");
}

TEST_CASE("decimal text that does not fit is refused") {
    REQUIRE(parsed<12, 2>("10000000000") == "refused");
    REQUIRE(parsed<12, 2>("1e10") == "refused");
    REQUIRE(parsed<12, 2>("0.001") == "refused");
    REQUIRE(parsed<12, 2>("1.5E-2") == "refused");
    REQUIRE(parsed<12, 2>("1e-99999999999999999999999") == "refused");
    REQUIRE(parsed<12, 2>("1e99999999999999999999999") == "refused");
    REQUIRE(parsed<38, 0>("1" + std::string(38, '0')) == "refused");
    REQUIRE(parsed<38, 0>("170141183460469231731687303715884105728") == "refused");
    REQUIRE(parsed<1, 1>("1") == "refused");
}

TEST_CASE("what is no decimal number is refused") {
    const std::vector<std::string> malformed{
        "",
        " ",
        "+",
        "-",
        ".",
        "-.",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1e-",
        "1e5.",
        "1e5e5",
        "1..2",
        "1.2.3",
        "1 ",
        " 1",
        "1,5",
        "1_000",
        "0x10",
        "--1",
        "+-1",
        "1-",
        "NaN",
        "nan",
        "inf",
        "Infinity",
        "1f",
        "1d",
        "1E++5",
        "\t1",
        "1\n",
        "1\xC2\xA0",
        "٣",
        std::string{"1\0", 2},
        std::string{"\0", 1},
        "'1'",
        "1/2",
    };
    for (const auto& text : malformed) {
        INFO(text);
        int128 out = 77;
        for (const auto mode : every_mode) {
            CHECK_FALSE(weir::parse_decimal(text, 38, 10, out, mode));
            CHECK((out == 77));
        }
    }
}

TEST_CASE("rounding happens only when asked, in the way asked") {
    struct {
        std::string_view text;
        std::string_view half_even;
        std::string_view half_up;
        std::string_view down;
    } const cases[]{
        {"2.665", "2.66", "2.67", "2.66"},
        {"2.675", "2.68", "2.68", "2.67"},
        {"-2.665", "-2.66", "-2.67", "-2.66"},
        {"2.6650000000000000000000000000000000000000001", "2.67", "2.67", "2.66"},
        {"2.664999999999", "2.66", "2.66", "2.66"},
        {"0.005", "0.00", "0.01", "0.00"},
        {"-0.005", "0.00", "-0.01", "0.00"},
        {"0.0051", "0.01", "0.01", "0.00"},
        {"0.0009", "0.00", "0.00", "0.00"},
        {"9e-3", "0.01", "0.01", "0.00"},
        {"9e-4", "0.00", "0.00", "0.00"},
        {"999.994", "999.99", "999.99", "999.99"},
        {"999.995", "refused", "refused", "999.99"},
        {"1e-999999999999999999999", "0.00", "0.00", "0.00"},
    };

    for (const auto& one : cases) {
        INFO(one.text);
        CHECK(parsed<5, 2>(one.text) == "refused");
        CHECK(parsed<5, 2>(one.text, rounding::half_even) == one.half_even);
        CHECK(parsed<5, 2>(one.text, rounding::half_up) == one.half_up);
        CHECK(parsed<5, 2>(one.text, rounding::down) == one.down);
    }
}

TEST_CASE("parsing agrees with arbitrary-precision arithmetic") {
    generator random{20'240'501};
    int accepted = 0;
    int wrong = 0;
    for (int round = 0; round < 40'000; ++round) {
        const int precision = 1 + static_cast<int>(below(random, 38));
        const int scale =
            static_cast<int>(below(random, static_cast<std::uint64_t>(precision) + 1));
        std::string digits;
        const auto length = 1 + below(random, 45);
        // Fives and zeros are where rounding goes wrong.
        while (digits.size() < length)
            digits += "0123456789500500"[below(random, 16)];
        const auto point = below(random, length + 1);
        std::string text = digits;
        std::int64_t shift = scale;
        if (point < length) {
            text.insert(point, ".");
            shift -= static_cast<std::int64_t>(length - point);
        }
        if (below(random, 2) == 0) {
            const auto exponent = static_cast<std::int64_t>(below(random, 60)) - 30;
            text += (below(random, 2) == 0 ? "e" : "E") + std::to_string(exponent);
            shift += exponent;
        }
        const bool negative = below(random, 2) == 0;
        if (negative)
            text.insert(0, "-");
        // cpp_int reads a leading zero as octal.
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
        const cpp_int number{digits.empty() ? "0" : digits};
        for (const auto mode : every_mode) {
            const auto right = expected(number, shift, precision, mode);
            int128 out = 0;
            const bool taken = weir::parse_decimal(text, precision, scale, out, mode);
            const bool good = taken == right.has_value() &&
                              (!taken || wide(out) == (negative ? cpp_int{-*right} : *right));
            accepted += taken ? 1 : 0;
            if (!good && ++wrong < 10) {
                UNSCOPED_INFO(text << " as (" << precision << "," << scale << ")");
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(accepted > 20'000);
}

TEST_CASE("printing agrees with arbitrary-precision arithmetic and reads back") {
    generator random{1};
    int wrong = 0;
    for (int round = 0; round < 20'000; ++round) {
        const int precision = 1 + static_cast<int>(below(random, 38));
        const int scale =
            static_cast<int>(below(random, static_cast<std::uint64_t>(precision) + 1));
        const auto value = random_unscaled(random, precision);
        const auto text = text_of(value, scale);
        auto digits = wide(weir::magnitude(value) == 0 ? 0 : value).str();
        if (value < 0)
            digits.erase(0, 1);
        if (digits.size() <= static_cast<std::size_t>(scale)) {
            digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
        }
        if (scale > 0)
            digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
        if (value < 0)
            digits.insert(0, "-");
        int128 again = 0;
        const bool good =
            text == digits && weir::parse_decimal(text, precision, scale, again) && again == value;
        if (!good && ++wrong < 10)
            UNSCOPED_INFO(text << " instead of " << digits);
    }
    CHECK(wrong == 0);
}

TEST_CASE("rescaling agrees with arbitrary-precision arithmetic") {
    generator random{2};
    int wrong = 0;
    for (int round = 0; round < 20'000; ++round) {
        const int from_scale = static_cast<int>(below(random, 39));
        const int to_precision = 1 + static_cast<int>(below(random, 38));
        const int to_scale =
            static_cast<int>(below(random, static_cast<std::uint64_t>(to_precision) + 1));
        auto value = random_unscaled(random, 38);
        // Half of them end in ties.
        if (below(random, 2) == 0)
            value = value / 1'000 * 1'000 + (value < 0 ? -500 : 500);
        if (!weir::fits_precision(value, 38))
            continue;
        for (const auto mode : every_mode) {
            const cpp_int size = abs(wide(value));
            const auto right = expected(size, to_scale - from_scale, to_precision, mode);
            int128 out = 0;
            const bool taken =
                weir::rescale_decimal(value, from_scale, to_scale, to_precision, out, mode);
            const bool good = taken == right.has_value() &&
                              (!taken || wide(out) == (value < 0 ? cpp_int{-*right} : *right));
            wrong += good ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("arithmetic is exact or refused, never wrapped") {
    using small = decimal<4, 2>;
    REQUIRE(small{99} + *small::parse("0.99") == small::from_unscaled(9'999));
    REQUIRE_THROWS_AS(
        small::from_unscaled(9'999) + small::from_unscaled(1), weir::validation_error
    );
    REQUIRE_THROWS_AS(
        small::from_unscaled(-9'999) - small::from_unscaled(1), weir::validation_error
    );
    REQUIRE(small::from_unscaled(-9'999) + small::from_unscaled(9'999) == 0);
    REQUIRE(-small::from_unscaled(5) == small::from_unscaled(-5));
    REQUIRE(small::from_unscaled(33) * -3 == small::from_unscaled(-99));
    REQUIRE(3U * small{33} == 99);
    REQUIRE_THROWS_AS(small{50} * 2, weir::validation_error);
    REQUIRE_THROWS_AS(
        small::from_unscaled(1) * std::numeric_limits<std::int64_t>::min(), weir::validation_error
    );
    REQUIRE(small{} * std::numeric_limits<std::int64_t>::min() == 0);

    using largest = decimal<38, 0>;
    const auto most = *largest::parse(std::string(38, '9'));
    REQUIRE_THROWS_AS(most + most, weir::validation_error);
    REQUIRE_THROWS_AS(-most - most, weir::validation_error);
    REQUIRE((most - most) == 0);
    REQUIRE(most * -1 == -most);
}

TEST_CASE("a refused sum leaves the decimal as it was") {
    auto value = decimal<4, 2>::from_unscaled(9'999);
    REQUIRE_THROWS_AS(value += value, weir::validation_error);
    REQUIRE_THROWS_AS(value *= 2, weir::validation_error);
    REQUIRE(value == decimal<4, 2>::from_unscaled(9'999));
}

TEST_CASE("arithmetic agrees with arbitrary precision") {
    generator random{3};
    using number = decimal<30, 6>;
    const cpp_int limit = ten_to(30);
    int wrong = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto left = random_unscaled(random, 30);
        const auto right = random_unscaled(random, 30);
        const auto factor = static_cast<std::int64_t>(random()) >> below(random, 64);
        const auto agrees = [&](const cpp_int& exact, auto&& compute) {
            try {
                return wide(compute().unscaled()) == exact && abs(exact) < limit;
            } catch (const weir::validation_error&) {
                return abs(exact) >= limit;
            }
        };
        const auto a = number::from_unscaled(left);
        const auto b = number::from_unscaled(right);
        wrong += agrees(wide(left) + wide(right), [&] { return a + b; }) ? 0 : 1;
        wrong += agrees(wide(left) - wide(right), [&] { return a - b; }) ? 0 : 1;
        wrong += agrees(wide(left) * factor, [&] { return a * factor; }) ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("decimals order among themselves and against whole numbers") {
    using money = decimal<12, 2>;
    REQUIRE(*money::parse("1.10") < *money::parse("1.11"));
    REQUIRE(*money::parse("-1.10") > *money::parse("-1.11"));
    REQUIRE(*money::parse("1.01") > 1);
    REQUIRE(*money::parse("0.99") < 1);
    REQUIRE(*money::parse("-0.01") < 0);
    REQUIRE(*money::parse("-1.01") < -1);
    REQUIRE(*money::parse("-0.99") > -1);
    REQUIRE(1 < *money::parse("1.01"));
    REQUIRE(*money::parse("3.00") == 3);
    REQUIRE(3U == *money::parse("3.00"));
    REQUIRE(*money::parse("3.01") != 3);
    // Not even a number that fits no decimal(12,2) confuses the comparison.
    REQUIRE(*money::parse("9999999999.99") < std::numeric_limits<std::int64_t>::max());
    REQUIRE(*money::parse("-9999999999.99") > std::numeric_limits<std::int64_t>::min());
    REQUIRE(decimal<38, 38>::from_unscaled(1) < std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("rescaling refuses loss unless told how to round") {
    const auto value = *decimal<6, 3>::parse("12.345");
    REQUIRE(weir::rescale<8, 5>(value).to_string() == "12.34500");
    REQUIRE_THROWS_AS((weir::rescale<6, 2>(value)), weir::validation_error);
    REQUIRE(weir::rescale<6, 2>(value, rounding::half_even).to_string() == "12.34");
    REQUIRE(weir::rescale<6, 2>(value, rounding::half_up).to_string() == "12.35");
    REQUIRE(weir::rescale<6, 2>(-value, rounding::down).to_string() == "-12.34");
    REQUIRE_THROWS_AS((weir::rescale<3, 2>(value, rounding::down)), weir::validation_error);
    REQUIRE_THROWS_AS((weir::rescale<38, 37>(value)), weir::validation_error);
    int128 out = 77;
    REQUIRE_FALSE(weir::rescale_decimal(10, 0, 1, 2, out));
    REQUIRE((out == 77));
    REQUIRE(weir::rescale_decimal(9, 0, 1, 2, out));
    REQUIRE((out == 90));
    REQUIRE(weir::rescale<2, 2>(*decimal<6, 3>::parse("0.990")).to_string() == "0.99");
}

} // namespace decimal_cases
