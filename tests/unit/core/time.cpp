// SPDX-License-Identifier: Apache-2.0
#include <weir/core/time_text.hpp>

#include <catch.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>

#include "spelling.hpp"

namespace time_cases {

namespace {

using weir::civil_date;
using weir::civil_time;
using weir::date;
using weir::missing_offset;
using weir::timestamp;
using weir::timestamp_ntz;

std::string rfc3339(std::string_view database_text) {
    timestamp value;
    if (!weir::parse_timestamp(database_text, value, missing_offset::refuse))
        return "refused";
    std::string out;
    weir::append_rfc3339(out, value);
    return out;
}

std::string postgres(timestamp value) {
    std::string out;
    weir::append_postgres(out, value);
    return out;
}

} // namespace

TEST_CASE("times are plain ordered numbers") {
    STATIC_REQUIRE(std::is_trivially_copyable_v<timestamp>);
    STATIC_REQUIRE(sizeof(date) == 4);
    STATIC_REQUIRE(sizeof(timestamp) == 8);
    STATIC_REQUIRE(timestamp{1} < timestamp{2});
    STATIC_REQUIRE(!std::is_convertible_v<timestamp, timestamp_ntz>);
    STATIC_REQUIRE(!std::is_convertible_v<std::int64_t, timestamp>);
}

TEST_CASE("every day of years 1 to 9999 agrees with std::chrono") {
    int wrong = 0;
    for (auto day = weir::min_date; day <= weir::max_date; ++day.days) {
        const std::chrono::year_month_day calendar{std::chrono::sys_days{std::chrono::days{day.days}
        }};
        const auto civil = weir::to_civil(day);
        const bool good =
            civil.year == static_cast<int>(calendar.year()) &&
            civil.month == static_cast<int>(static_cast<unsigned>(calendar.month())) &&
            civil.day == static_cast<int>(static_cast<unsigned>(calendar.day())) &&
            weir::make_date(civil) == day;
        wrong += good ? 0 : 1;
    }
    CHECK(wrong == 0);
    int days = 0;
    for (int year = 1; year <= 9999; ++year) {
        for (int month = 1; month <= 12; ++month) {
            days += weir::days_in_month(year, month);
        }
    }
    CHECK(days == weir::max_date.days - weir::min_date.days + 1);
    STATIC_REQUIRE(weir::to_civil(weir::min_date) == civil_date{1, 1, 1});
    STATIC_REQUIRE(weir::to_civil(weir::max_date) == civil_date{9999, 12, 31});
}

TEST_CASE("days the calendar does not have are absent") {
    for (const civil_date day : {
             civil_date{2023, 2, 29},
             civil_date{1900, 2, 29},
             civil_date{1800, 2, 29},
             civil_date{2100, 2, 29},
             civil_date{2024, 2, 30},
             civil_date{2024, 4, 31},
             civil_date{2024, 0, 1},
             civil_date{2024, 13, 1},
             civil_date{2024, 1, 0},
             civil_date{2024, 1, 32},
             civil_date{0, 1, 1},
             civil_date{10'000, 1, 1},
             civil_date{-1, 1, 1},
             civil_date{2024, -1, 1},
         }) {
        CAPTURE(day.year, day.month, day.day);
        CHECK(weir::make_date(day) == std::nullopt);
    }
    REQUIRE(weir::make_date({2000, 2, 29}).has_value());
    REQUIRE(weir::make_date({2024, 2, 29}).has_value());
    REQUIRE(weir::make_date({1970, 1, 1}) == date{0});
}

TEST_CASE("moments take apart and come together") {
    STATIC_REQUIRE(weir::to_civil(weir::min_timestamp) == civil_time{{1, 1, 1}, 0, 0, 0, 0});
    STATIC_REQUIRE(
        weir::to_civil(weir::max_timestamp) == civil_time{{9999, 12, 31}, 23, 59, 59, 999'999}
    );
    STATIC_REQUIRE(
        weir::to_civil(timestamp{-1}) == civil_time{{1969, 12, 31}, 23, 59, 59, 999'999}
    );
    STATIC_REQUIRE(weir::make_timestamp({{1970, 1, 2}, 1, 2, 3, 4}) == timestamp{90'123'000'004});
    STATIC_REQUIRE(weir::make_timestamp({{1970, 1, 1}, 24, 0, 0, 0}) == std::nullopt);
    STATIC_REQUIRE(weir::make_timestamp({{1970, 1, 1}, 0, 60, 0, 0}) == std::nullopt);
    STATIC_REQUIRE(weir::make_timestamp({{1970, 1, 1}, 0, 0, 60, 0}) == std::nullopt);
    STATIC_REQUIRE(weir::make_timestamp({{1970, 1, 1}, 0, 0, 0, 1'000'000}) == std::nullopt);
    STATIC_REQUIRE(weir::make_timestamp({{1970, 1, 1}, -1, 0, 0, 0}) == std::nullopt);
    STATIC_REQUIRE(
        weir::make_timestamp_ntz({{1970, 1, 1}, 0, 0, 1, 0}) == timestamp_ntz{1'000'000}
    );
    STATIC_REQUIRE(weir::make_timestamp_ntz({{1970, 2, 30}, 0, 0, 1, 0}) == std::nullopt);
}

TEST_CASE("a moment is read in every spelling databases use") {
    const std::string moment = "2024-05-01T10:20:30.123456Z";
    for (const std::string_view text : {
             "2024-05-01T10:20:30.123456Z",
             "2024-05-01 10:20:30.123456+00",
             "2024-05-01 10:20:30.123456-00",
             "2024-05-01t10:20:30.123456z",
             "2024-05-01 10:20:30.123456000Z",
             "2024-05-01T12:20:30.123456+02:00",
             "2024-05-01T12:20:30.123456+0200",
             "2024-05-01T12:20:30.123456+02",
             "2024-05-01T03:20:30.123456-07:00",
             "2024-05-01T15:50:30.1234560+05:30",
             "2024-05-01 02:27:32.123456-07:52:58",
             "2024-05-02T10:19:30.123456+23:59",
         }) {
        CAPTURE(text);
        CHECK(rfc3339(text) == moment);
    }
    REQUIRE(rfc3339("2024-05-01 10:20:30+00") == "2024-05-01T10:20:30Z");
    REQUIRE(rfc3339("2024-05-01 10:20:30.5+00") == "2024-05-01T10:20:30.500000Z");
    REQUIRE(rfc3339("2024-05-01 10:20:30.000001+00") == "2024-05-01T10:20:30.000001Z");
    REQUIRE(rfc3339("2024-05-01 10:20:30.000000+00") == "2024-05-01T10:20:30Z");
    REQUIRE(rfc3339("2024-12-31T23:30:00-01:00") == "2025-01-01T00:30:00Z");
    REQUIRE(rfc3339("2024-03-01T00:30:00+01:00") == "2024-02-29T23:30:00Z");
}

TEST_CASE("the first and the last moment are read, the ones beyond refused") {
    REQUIRE(rfc3339("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00Z");
    REQUIRE(rfc3339("9999-12-31T23:59:59.999999Z") == "9999-12-31T23:59:59.999999Z");
    REQUIRE(rfc3339("0001-01-01T01:00:00+01:00") == "0001-01-01T00:00:00Z");
    REQUIRE(rfc3339("0001-01-01T00:59:59.999999+01:00") == "refused");
    REQUIRE(rfc3339("9999-12-31T22:59:59-01:00") == "9999-12-31T23:59:59Z");
    REQUIRE(rfc3339("9999-12-31T23:00:00-01:00") == "refused");
    REQUIRE(rfc3339("0000-12-31T23:00:00-02:00") == "refused");
}

TEST_CASE("what is no moment is refused") {
    for (const std::string_view text : {
             "",
             "infinity",
             "-infinity",
             "epoch",
             "now",
             "2024-05-01",
             "2024-05-01Z",
             "2024-05-01T10:20",
             "2024-05-01T10:20Z",
             "2024-05-01T10:20:30",
             "2024-05-01T10:20:30.Z",
             "2024-05-01T10:20:30,5Z",
             "2024-05-01T10:20:30.1234561Z",
             "2024-05-01T10:20:30.123456001Z",
             "2024-05-01T10:20:30.1234560000Z",
             "2024-05-01T24:00:00Z",
             "2016-12-31T23:59:60Z",
             "2024-05-01T10:60:30Z",
             "2024-05-01T25:00:30Z",
             "2024-02-30T10:20:30Z",
             "2023-02-29T10:20:30Z",
             "2024-13-01T10:20:30Z",
             "2024-00-01T10:20:30Z",
             "2024-05-00T10:20:30Z",
             "0000-05-01T10:20:30Z",
             "10000-05-01T10:20:30Z",
             "+2024-05-01T10:20:30Z",
             "-2024-05-01T10:20:30Z",
             "24-05-01T10:20:30Z",
             "2024-5-01T10:20:30Z",
             "2024-05-1T10:20:30Z",
             "2024/05/01T10:20:30Z",
             "2024-05-01_10:20:30Z",
             "2024-05-01T10-20-30Z",
             "20240501T102030Z",
             "2024-05-01T10:20:30ZZ",
             "2024-05-01T10:20:30 Z",
             "2024-05-01T10:20:30Z ",
             " 2024-05-01T10:20:30Z",
             "2024-05-01T10:20:30+",
             "2024-05-01T10:20:30+1",
             "2024-05-01T10:20:30+001",
             "2024-05-01T10:20:30+0:00",
             "2024-05-01T10:20:30+00:0",
             "2024-05-01T10:20:30+00:000",
             "2024-05-01T10:20:30+00-00",
             "2024-05-01T10:20:30+24:00",
             "2024-05-01T10:20:30+00:60",
             "2024-05-01T10:20:30+00:00:60",
             "2024-05-01T10:20:30+00:00-00",
             "2024-05-01T10:20:30*00:00",
             "2024-05-01T10:20:30 BC",
             "0044-03-15 10:00:00+00 BC",
             "2024-05-01T10:20:30 UTC",
             "2024-05-01T1a:20:30Z",
             "2024-05-01T10:2a:30Z",
             "2024-05-01T10:20:3aZ",
             "2024-05-01T10:20:30.12a456Z",
             "\xD9\xA2\xD9\xA0-05-01T10:20:30Z",
             "Wed May  1 10:20:30 2024",
         }) {
        CAPTURE(text);
        timestamp value{7};
        CHECK_FALSE(weir::parse_timestamp(text, value, missing_offset::refuse));
        CHECK_FALSE(weir::parse_rfc3339(text, value));
        CHECK(value == timestamp{7});
    }
}

TEST_CASE("a missing offset means UTC only where the reader is told so") {
    timestamp value;
    REQUIRE(weir::parse_timestamp("1970-01-01 00:00:01", value, missing_offset::is_utc));
    REQUIRE(value == timestamp{1'000'000});
    REQUIRE(weir::parse_timestamp("1970-01-01 00:00:01+00:00:01", value, missing_offset::is_utc));
    REQUIRE(value == timestamp{0});
    REQUIRE_FALSE(weir::parse_timestamp("1970-01-01 00:00:01", value, missing_offset::refuse));
}

TEST_CASE("JSON's moments follow RFC 3339: an offset, spelled Z or +hh:mm") {
    timestamp value;
    REQUIRE(weir::parse_rfc3339("1970-01-01T00:00:01Z", value));
    REQUIRE(value == timestamp{1'000'000});
    REQUIRE(weir::parse_rfc3339("1970-01-01t00:00:01.5z", value));
    REQUIRE(weir::parse_rfc3339("1970-01-01 00:00:01-00:00", value));
    REQUIRE(weir::parse_rfc3339("1970-01-01T02:00:00+02:00", value));
    REQUIRE(value == timestamp{0});
    for (const std::string_view text : {
             "1970-01-01T00:00:01",
             "1970-01-01T00:00:01+02",
             "1970-01-01T00:00:01+0200",
             "1970-01-01T00:00:01+02:00:00",
         }) {
        CAPTURE(text);
        CHECK_FALSE(weir::parse_rfc3339(text, value));
    }
}

TEST_CASE("a wall-clock time has no offset") {
    timestamp_ntz value;
    REQUIRE(weir::parse_timestamp_ntz("1970-01-01 00:00:01.000002", value));
    REQUIRE(value == timestamp_ntz{1'000'002});
    REQUIRE(weir::parse_rfc3339("1970-01-01T00:00:03", value));
    REQUIRE(value == timestamp_ntz{3'000'000});
    for (const std::string_view text : {
             "1970-01-01T00:00:01Z",
             "1970-01-01T00:00:01+00",
             "1970-01-01T00:00:01+00:00",
             "1970-01-01",
             "infinity",
             "1970-01-01T00:00:01 ",
         }) {
        CAPTURE(text);
        CHECK_FALSE(weir::parse_timestamp_ntz(text, value));
        CHECK_FALSE(weir::parse_rfc3339(text, value));
    }
}

TEST_CASE("what is no day is refused") {
    date value{7};
    for (const std::string_view text : {
             "",           "2024-05-1",     "2024-5-01",  "2024-05-01 ", " 2024-05-01",
             "2024-05-32", "2023-02-29",    "2024-13-01", "0000-01-01",  "10000-01-01",
             "2024/05/01", "2024-05-01Z",   "20240501",   "infinity",    "-infinity",
             "2024-05-0a", "0044-03-15 BC", "-001-01-01", "2024-05--1",
         }) {
        CAPTURE(text);
        CHECK_FALSE(weir::parse_date(text, value));
        CHECK(value == date{7});
    }
    REQUIRE(weir::parse_date("0001-01-01", value));
    REQUIRE(value == weir::min_date);
    REQUIRE(weir::parse_date("9999-12-31", value));
    REQUIRE(value == weir::max_date);
}

TEST_CASE("times print as PostgreSQL prints them and as RFC 3339") {
    const auto moment = *weir::make_timestamp({{2024, 5, 1}, 10, 20, 30, 123'456});
    REQUIRE(postgres(moment) == "2024-05-01 10:20:30.123456+00");
    REQUIRE(postgres(timestamp{0}) == "1970-01-01 00:00:00+00");
    REQUIRE(postgres(timestamp{-1}) == "1969-12-31 23:59:59.999999+00");
    REQUIRE(postgres(weir::min_timestamp) == "0001-01-01 00:00:00+00");
    std::string out;
    weir::append_rfc3339(out, moment);
    out += ' ';
    weir::append_rfc3339(out, timestamp_ntz{10});
    out += ' ';
    weir::append_postgres(out, timestamp_ntz{0});
    out += ' ';
    weir::append_date(out, weir::max_date);
    REQUIRE(
        out == "2024-05-01T10:20:30.123456Z 1970-01-01T00:00:00.000010 1970-01-01 00:00:00 "
               "9999-12-31"
    );
}

TEST_CASE("a time outside years 1 to 9999 is refused rather than misprinted") {
    std::string out;
    REQUIRE_THROWS_AS(
        weir::append_date(out, date{weir::min_date.days - 1}), weir::validation_error
    );
    REQUIRE_THROWS_AS(
        weir::append_date(out, date{weir::max_date.days + 1}), weir::validation_error
    );
    const timestamp early{weir::min_timestamp.microseconds - 1};
    const timestamp late{weir::max_timestamp.microseconds + 1};
    REQUIRE_THROWS_AS(weir::append_rfc3339(out, early), weir::validation_error);
    REQUIRE_THROWS_AS(weir::append_postgres(out, late), weir::validation_error);
    REQUIRE_THROWS_AS(
        weir::append_rfc3339(out, timestamp_ntz{late.microseconds}), weir::validation_error
    );
    REQUIRE_THROWS_AS(
        weir::append_postgres(out, timestamp_ntz{early.microseconds}), weir::validation_error
    );
    REQUIRE(out.empty());
}

TEST_CASE("random moments with random offsets are read as std::chrono computes them") {
    weir::test::generator random{4};
    int wrong = 0;
    for (int round = 0; round < 50'000; ++round) {
        const timestamp_ntz wall{
            weir::min_timestamp.microseconds + weir::microseconds_per_day +
            static_cast<std::int64_t>(weir::test::below(
                random,
                static_cast<std::uint64_t>(
                    weir::max_timestamp.microseconds - weir::min_timestamp.microseconds -
                    2 * weir::microseconds_per_day
                )
            ))
        };
        const auto minutes = static_cast<int>(weir::test::below(random, 24 * 60));
        const bool east = weir::test::below(random, 2) == 0;
        std::string text;
        weir::append_rfc3339(text, wall);
        const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
        text += (east ? '+' : '-') + two(minutes / 60) + ':' + two(minutes % 60);
        timestamp read;
        const std::chrono::microseconds shift = std::chrono::minutes{east ? -minutes : minutes};
        const bool good = weir::parse_rfc3339(text, read) &&
                          read.microseconds == wall.microseconds + shift.count();
        if (!good && ++wrong < 10)
            UNSCOPED_INFO(text);
    }
    CHECK(wrong == 0);
}

} // namespace time_cases
