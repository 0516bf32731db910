// SPDX-License-Identifier: Apache-2.0
#include <weir/core/text.hpp>

#include <bit>
#include <catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "spelling.hpp"

namespace text_cases {

using weir::test::below;
using weir::test::both_formats;
using weir::test::generator;
using weir::test::postgres;
using weir::test::read;
using weir::test::statement_api;
using weir::test::survives;
using weir::test::written;

namespace {

/// Whole, random and small numbers of a type, so that every length of text occurs.
template <class Integer>
Integer random_integer(generator& random) {
    const auto bits = static_cast<unsigned>(below(random, 64));
    return static_cast<Integer>(static_cast<std::int64_t>(random()) >> bits);
}

template <class Integer>
bool integers_survive(generator& random) {
    for (int round = 0; round < 5'000; ++round) {
        for (const auto format : both_formats) {
            if (!survives(random_integer<Integer>(random), format))
                return false;
        }
    }
    return survives(std::numeric_limits<Integer>::min(), postgres) &&
           survives(std::numeric_limits<Integer>::max(), postgres);
}

template <class Float, class Bits>
int floats_broken(generator& random) {
    int wrong = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto value = std::bit_cast<Float>(static_cast<Bits>(random()));
        const auto format = both_formats[below(random, 2)];
        const auto again = read<Float>(written(value, format), format);
        const bool good = again && (std::isnan(value) ? std::isnan(*again)
                                                      : std::bit_cast<Bits>(*again) ==
                                                            std::bit_cast<Bits>(value));
        wrong += good ? 0 : 1;
    }
    return wrong;
}

template <class T>
void refuses(std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) {
        for (const auto format : both_formats) {
            CAPTURE(text, format == postgres);
            CHECK(read<T>(text, format) == std::nullopt);
        }
    }
}

} // namespace

TEST_CASE("truth is t and f for PostgreSQL, true and false for the Statement Execution API") {
    REQUIRE(written(true, postgres) == "t");
    REQUIRE(written(false, postgres) == "f");
    REQUIRE(written(true, statement_api) == "true");
    REQUIRE(written(false, statement_api) == "false");
    for (const auto format : both_formats) {
        REQUIRE(read<bool>("true", format) == true);
        REQUIRE(read<bool>("false", format) == false);
    }
    REQUIRE(read<bool>("t", postgres) == true);
    REQUIRE(read<bool>("f", postgres) == false);
    REQUIRE(read<bool>("t", statement_api) == std::nullopt);
    refuses<bool>({"", "0", "1", "T", "TRUE", "True", "yes", "tr", "true ", " t", "x", "on"});
}

TEST_CASE("integers are read whole, in range, and without decoration") {
    REQUIRE(read<std::int8_t>("-128", postgres) == -128);
    REQUIRE(read<std::int16_t>("32767", postgres) == 32'767);
    REQUIRE(
        read<std::int64_t>("-9223372036854775808", postgres) ==
        std::numeric_limits<std::int64_t>::min()
    );
    REQUIRE(written(std::int8_t{-128}, postgres) == "-128");
    REQUIRE(
        written(std::numeric_limits<std::int64_t>::min(), statement_api) == "-9223372036854775808"
    );
    refuses<std::int8_t>({"128", "-129", "99999999999999999999"});
    refuses<std::int16_t>({"32768", "-32769"});
    refuses<std::int32_t>({"2147483648", "-2147483649"});
    refuses<std::int64_t>(
        {"9223372036854775808",
         "-9223372036854775809",
         "",
         "-",
         "+1",
         " 1",
         "1 ",
         "1.0",
         "1e3",
         "0x1",
         "1_0",
         "--1",
         "a",
         "1a",
         "\xD9\xA3",
         "1\n",
         "NaN",
         std::string_view{"1\0", 2}}
    );
}

TEST_CASE("integers survive being written and read") {
    generator random{6};
    REQUIRE(integers_survive<std::int8_t>(random));
    REQUIRE(integers_survive<std::int16_t>(random));
    REQUIRE(integers_survive<std::int32_t>(random));
    REQUIRE(integers_survive<std::int64_t>(random));
}

TEST_CASE("floats are written as the shortest text that reads back") {
    REQUIRE(written(0.1, postgres) == "0.1");
    REQUIRE(written(0.1F, postgres) == "0.1");
    REQUIRE(written(1.0, statement_api) == "1");
    REQUIRE(written(-0.0, postgres) == "-0");
    REQUIRE(written(1e300, postgres) == "1e+300");
    REQUIRE(written(std::numeric_limits<double>::denorm_min(), postgres) == "5e-324");
    const auto infinity = std::numeric_limits<double>::infinity();
    for (const auto format : both_formats) {
        REQUIRE(written(infinity, format) == "Infinity");
        REQUIRE(written(-infinity, format) == "-Infinity");
        REQUIRE(written(std::numeric_limits<float>::quiet_NaN(), format) == "NaN");
    }
}

TEST_CASE("floats are read in every spelling databases print") {
    for (const auto format : both_formats) {
        REQUIRE(read<double>("1.0E10", format) == 1e10);
        REQUIRE(read<double>("1e+10", format) == 1e10);
        REQUIRE(read<double>("-2.5E-3", format) == -2.5e-3);
        REQUIRE(read<double>("640", format) == 640.0);
        REQUIRE(
            read<double>("1.7976931348623157E308", format) == std::numeric_limits<double>::max()
        );
        REQUIRE(read<double>("4.9E-324", format) == std::numeric_limits<double>::denorm_min());
        REQUIRE(read<double>("Infinity", format) == std::numeric_limits<double>::infinity());
        REQUIRE(read<double>("-Infinity", format) == -std::numeric_limits<double>::infinity());
        REQUIRE(read<float>("-inf", format) == -std::numeric_limits<float>::infinity());
        REQUIRE(std::isnan(read<double>("NaN", format).value()));
        REQUIRE(std::isnan(read<float>("nan", format).value()));
        REQUIRE(std::signbit(read<double>("-0.0", format).value()));
    }
    refuses<double>({"",          "-",
                     ".",         "-.",
                     "e5",        "1e",
                     "1e+",       "+1",
                     " 1",        "1 ",
                     "1,5",       "1..2",
                     "1.5.2",     "0x1p3",
                     "1f",        "1d",
                     "nan(1)",    "-nan",
                     "+inf",      "infinit",
                     "infinityy", "i",
                     "1e400",     "-1e400",
                     "1e-400",    "--1",
                     "1e5.",      "\xE2\x88\x9E",
                     "NULL",      std::string_view{"1\0", 2}});
    refuses<float>({"3.5e38", "1e-60"});
}

TEST_CASE("floats survive being written and read, bit for bit") {
    generator random{7};
    CHECK(floats_broken<double, std::uint64_t>(random) == 0);
    CHECK(floats_broken<float, std::uint32_t>(random) == 0);
}

TEST_CASE("decimals keep their scale in both spellings") {
    using money = weir::decimal<12, 2>;
    for (const auto format : both_formats) {
        REQUIRE(written(money{7}, format) == "7.00");
        REQUIRE(read<money>("7", format) == money{7});
        REQUIRE(read<money>("9.50", format) == money::from_unscaled(950));
    }
    refuses<money>({"", "NaN", "Infinity", "7.001", "99999999999", "7,00", "$7"});
    generator random{8};
    for (int round = 0; round < 2'000; ++round) {
        const auto value = weir::decimal<38, 19>::from_unscaled(
            weir::make_int128(static_cast<std::int64_t>(random()) >> 4, random()) >>
            below(random, 120)
        );
        REQUIRE(survives(value, both_formats[below(random, 2)]));
    }
}

TEST_CASE("times are spelled as each side spells them") {
    const auto moment = *weir::make_timestamp({{2024, 5, 1}, 10, 20, 30, 123'456});
    REQUIRE(written(moment, postgres) == "2024-05-01 10:20:30.123456+00");
    REQUIRE(written(moment, statement_api) == "2024-05-01T10:20:30.123456Z");
    const weir::timestamp_ntz wall{moment.microseconds};
    REQUIRE(written(wall, postgres) == "2024-05-01 10:20:30.123456");
    REQUIRE(written(wall, statement_api) == "2024-05-01T10:20:30.123456");
    REQUIRE(written(*weir::make_date({2024, 5, 1}), statement_api) == "2024-05-01");

    // CAST(ts AS STRING) has no offset; PostgreSQL's timestamptz always has one.
    REQUIRE(read<weir::timestamp>("2024-05-01 10:20:30.123456", statement_api) == moment);
    REQUIRE(read<weir::timestamp>("2024-05-01 10:20:30.123456", postgres) == std::nullopt);
    REQUIRE(read<weir::timestamp>("2024-05-01 12:20:30.123456+02", postgres) == moment);
    REQUIRE(read<weir::timestamp_ntz>("2024-05-01 10:20:30.123456", postgres) == wall);
    refuses<weir::timestamp_ntz>({"2024-05-01 10:20:30+00", "2024-05-01T10:20:30Z", "infinity"});
    refuses<weir::timestamp>({"infinity", "-infinity", "0044-03-15 10:00:00+00 BC", "2024-05-01"});
    refuses<weir::date>({"infinity", "0044-03-15 BC", "10000-01-01", "2024-05-01 00:00:00"});
}

TEST_CASE("times survive being written and read") {
    generator random{9};
    const auto range = static_cast<std::uint64_t>(weir::max_timestamp.microseconds) -
                       static_cast<std::uint64_t>(weir::min_timestamp.microseconds) + 1;
    for (int round = 0; round < 5'000; ++round) {
        auto microseconds =
            weir::min_timestamp.microseconds + static_cast<std::int64_t>(below(random, range));
        if (below(random, 2) == 0)
            microseconds -= microseconds % weir::microseconds_per_second;
        const auto format = both_formats[below(random, 2)];
        REQUIRE(survives(weir::timestamp{microseconds}, format));
        REQUIRE(survives(weir::timestamp_ntz{microseconds}, format));
        REQUIRE(survives(
            weir::date{static_cast<std::int32_t>(microseconds / weir::microseconds_per_day)}, format
        ));
    }
    REQUIRE(survives(weir::min_timestamp, postgres));
    REQUIRE(survives(weir::max_timestamp, statement_api));
}

TEST_CASE("bytes are bytea's hexadecimal for PostgreSQL, base64 for the Statement Execution API") {
    using bytes = std::vector<std::byte>;
    const bytes value{std::byte{0}, std::byte{0x0A}, std::byte{0xFF}};
    REQUIRE(written(value, postgres) == "\\x000aff");
    REQUIRE(written(value, statement_api) == "AAr/");
    REQUIRE(written(bytes{}, postgres) == "\\x");
    REQUIRE(written(bytes{}, statement_api).empty());
    REQUIRE(read<bytes>("\\x", postgres) == bytes{});
    REQUIRE(read<bytes>("", statement_api) == bytes{});
    for (const std::string_view text :
         {"", "x00", "\\", "\\X00", "\\x0", "\\x0g", "\\000", "AAr/"}) {
        CAPTURE(text);
        CHECK(read<bytes>(text, postgres) == std::nullopt);
    }
    CHECK(read<bytes>("\\x000aff", statement_api) == std::nullopt);
    generator random{10};
    for (std::size_t size = 0; size < 100; ++size) {
        bytes some(size);
        for (auto& byte : some)
            byte = static_cast<std::byte>(random());
        REQUIRE(survives(some, postgres));
        REQUIRE(survives(some, statement_api));
    }
}

TEST_CASE("text, UUIDs and JSON are the same on both sides") {
    for (const auto format : both_formats) {
        REQUIRE(survives(std::string{}, format));
        REQUIRE(survives(std::string{"it's \\ \"quoted\" \xE2\x82\xAC\n"}, format));
        REQUIRE(survives(std::string{"\0zero", 5}, format));
        REQUIRE(survives(weir::json_text{R"({"a": [1, "x"]})"}, format));
        for (int round = 0; round < 100; ++round)
            REQUIRE(survives(weir::uuid::random(), format));
    }
    refuses<weir::uuid>({"", "not-a-uuid"});
}

TEST_CASE("string literals are written as text, never as truth values") {
    REQUIRE(written("literal", postgres) == "literal");
    REQUIRE(written(std::string_view{"view"}, postgres) == "view");
}

} // namespace text_cases
