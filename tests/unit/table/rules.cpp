// SPDX-License-Identifier: Apache-2.0
#include <weir/table/rules.hpp>

#include <catch.hpp>
#include <limits>

namespace rules_cases {

namespace {

using weir::bound;
using weir::column;
using weir::type;

/// `type: message` of each violation, so that a test reads at one glance.
template <class Check>
std::string broken_by(Check check) {
    const weir::location prefix;
    const weir::value_path start{prefix};
    const weir::value_path where{start, "x"};
    weir::violations broken;
    check(where, broken);
    std::string all;
    for (const auto& one : broken) {
        CHECK(one.loc == weir::location{"x"});
        if (!all.empty())
            all += "; ";
        all += one.type + ": " + one.msg;
    }
    return all;
}

std::string text(const column& rules, std::string_view value) {
    return broken_by([&](const auto& where, auto& broken) {
        weir::check_text(rules, value, where, broken);
    });
}

std::string exact(const column& rules, weir::int128 value) {
    return broken_by([&](const auto& where, auto& broken) {
        weir::check_exact(rules, value, where, broken);
    });
}

std::string real(const column& rules, double value) {
    return broken_by([&](const auto& where, auto& broken) {
        weir::check_real(rules, value, where, broken);
    });
}

std::string json(std::string_view value) {
    return broken_by([&](const auto& where, auto& broken) {
        weir::check_json(value, where, broken);
    });
}

constexpr weir::column_type decimal_2{.kind = type::decimal, .precision = 38, .scale = 2};

} // namespace

TEST_CASE("plain text is recognised at every length and place") {
    for (std::size_t size = 0; size < 40; ++size) {
        std::string plain(size, '~');
        CHECK(weir::detail::is_plain_text(plain));
        for (std::size_t at = 0; at < size; ++at) {
            for (const int odd : {0x00, 0x80, 0xFF}) {
                auto changed = plain;
                changed[at] = static_cast<char>(odd);
                CHECK_FALSE(weir::detail::is_plain_text(changed));
            }
            for (const int sound : {0x01, 0x7F, 0x20}) {
                auto changed = plain;
                changed[at] = static_cast<char>(sound);
                CHECK(weir::detail::is_plain_text(changed));
            }
        }
    }
}

TEST_CASE("lengths count characters, not bytes") {
    constexpr column rules{.name = "x", .min_length = 2, .max_length = 3};
    CHECK(text(rules, "ab").empty());
    CHECK(text(rules, "abc").empty());
    CHECK(text(rules, "äöü").empty());
    CHECK(text(rules, "\U0001F600\U0001F601\U0001F602").empty());
    CHECK(text(rules, "a") == "string_too_short: Column 'x' must have at least 2 characters");
    CHECK(text(rules, "ä") == "string_too_short: Column 'x' must have at least 2 characters");
    CHECK(text(rules, "äöüß") == "string_too_long: Column 'x' must have at most 3 characters");
    constexpr column one{.name = "x", .min_length = 1};
    CHECK(text(one, "") == "string_too_short: Column 'x' must have at least 1 character");
}

TEST_CASE("varchar(n) and char(n) limit by themselves, the smaller limit wins") {
    for (const auto kind : {type::varchar, type::fixed_char}) {
        column rules{.name = "x", .type = {.kind = kind, .length = 3}};
        CHECK(text(rules, "abc").empty());
        CHECK(text(rules, "abcd") == "string_too_long: Column 'x' must have at most 3 characters");
        rules.max_length = 2;
        CHECK(text(rules, "abc") == "string_too_long: Column 'x' must have at most 2 characters");
        CHECK_FALSE(broken_by([&](const auto& where, auto& broken) {
                        weir::check_text(rules.type, "abcd", where, broken);
                    }).empty());
    }
    // length means nothing on other kinds.
    CHECK(text({.name = "x", .type = {.kind = type::string, .length = 0}}, "abc").empty());
}

TEST_CASE("text is UTF-8 without U+0000") {
    constexpr column rules{.name = "x", .min_length = 5, .format = weir::string_format::email};
    CHECK(text(rules, "\xC3(aaaaaa") == "string_unicode: Column 'x' must be valid UTF-8");
    CHECK(text(rules, "\xED\xA0\x80") == "string_unicode: Column 'x' must be valid UTF-8");
    CHECK(
        text({.name = "x"}, {"a\0b", 3}) ==
        "string_null_character: Column 'x' must not contain the character U+0000"
    );
    CHECK(
        text({.name = "x"}, {"\xC3\xA4\0", 3}) ==
        "string_null_character: Column 'x' must not contain the character U+0000"
    );
}

TEST_CASE("formats are told in words") {
    using weir::string_format;
    const auto refused = [](string_format format) {
        return text({.name = "x", .format = format, .format_pattern = "DD.MM.YYYY"}, "?");
    };
    const std::string start = "string_format_mismatch: Column 'x' must be ";
    CHECK(refused(string_format::none).empty());
    CHECK(refused(string_format::email) == start + "an e-mail address");
    CHECK(refused(string_format::uuid) == start + "a UUID");
    CHECK(refused(string_format::uri) == start + "an absolute URI");
    CHECK(refused(string_format::date) == start + "a date spelled YYYY-MM-DD");
    CHECK(
        refused(string_format::date_time) == start + "a date-time spelled like 2024-05-01T10:20:30Z"
    );
    CHECK(refused(string_format::ipv4) == start + "an IPv4 address");
    CHECK(refused(string_format::ipv6) == start + "an IPv6 address");
    CHECK(refused(string_format::hostname) == start + "a host name");
    CHECK(refused(string_format::date_pattern) == start + "a date spelled DD.MM.YYYY");
}

TEST_CASE("limits of integers are inclusive and exact") {
    constexpr column rules{
        .name = "x",
        .type = {.kind = type::int64},
        .min = bound::of_exact(-2),
        .max = bound::of_exact(9'007'199'254'740'993)
    };
    CHECK(exact(rules, -2).empty());
    CHECK(exact(rules, 9'007'199'254'740'993).empty());
    CHECK(exact(rules, -3) == "greater_than_equal: Column 'x' must be at least -2");
    CHECK(
        exact(rules, 9'007'199'254'740'994) ==
        "less_than_equal: Column 'x' must be at most 9007199254740993"
    );
    CHECK(exact({.name = "x"}, std::numeric_limits<std::int64_t>::min()).empty());
}

TEST_CASE("limits of decimals are exact to the last of 38 digits") {
    const auto most = weir::power_of_ten(38) - 1;
    const column rules{
        .name = "x", .type = decimal_2, .min = bound::of_exact(0), .max = bound::of_exact(most - 1)
    };
    CHECK(exact(rules, 0).empty());
    CHECK(exact(rules, most - 1).empty());
    CHECK(exact(rules, -1) == "greater_than_equal: Column 'x' must be at least 0.00");
    CHECK(
        exact(rules, most) ==
        "less_than_equal: Column 'x' must be at most 999999999999999999999999999999999999.98"
    );
}

TEST_CASE("limits of dates and times are spelled as such") {
    CHECK(
        exact(
            {.name = "x", .type = {.kind = type::date}, .min = bound::of_exact(19'844)}, 19'843
        ) == "greater_than_equal: Column 'x' must be at least 2024-05-01"
    );
    CHECK(
        exact(
            {.name = "x", .type = {.kind = type::timestamp}, .max = bound::of_exact(500'000)},
            500'001
        ) == "less_than_equal: Column 'x' must be at most 1970-01-01T00:00:00.500000Z"
    );
    CHECK(
        exact({.name = "x", .type = {.kind = type::timestamp_ntz}, .max = bound::of_exact(0)}, 1) ==
        "less_than_equal: Column 'x' must be at most 1970-01-01T00:00:00"
    );
}

TEST_CASE("limits of floating-point numbers deal with NaN and infinities") {
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr column rules{
        .name = "x",
        .type = {.kind = type::float64},
        .min = bound::of_real(0.5),
        .max = bound::of_real(1e300)
    };
    CHECK(real(rules, 0.5).empty());
    CHECK(real(rules, 0.49) == "greater_than_equal: Column 'x' must be at least 0.5");
    CHECK(real(rules, -infinity) == "greater_than_equal: Column 'x' must be at least 0.5");
    CHECK(real(rules, infinity) == "less_than_equal: Column 'x' must be at most 1e+300");
    CHECK(real(rules, nan) == "finite_number: Column 'x' must be a number, not NaN");
    CHECK(real({.name = "x", .type = {.kind = type::float64}}, nan).empty());
    CHECK(real({.name = "x", .type = {.kind = type::float64}}, infinity).empty());
}

TEST_CASE("a float column's limit is rounded as its values are") {
    constexpr column rules{
        .name = "x", .type = {.kind = type::float32}, .max = bound::of_real(0.1)
    };
    CHECK(static_cast<double>(0.1F) > 0.1);
    CHECK(real(rules, static_cast<double>(0.1F)).empty());
    CHECK_FALSE(real(rules, static_cast<double>(0.10001F)).empty());
}

TEST_CASE("dates and times lie in the years 1 to 9999") {
    const auto refused = [](auto value) {
        return broken_by([&](const auto& where, auto& broken) {
            weir::check_calendar(value, where, broken);
        });
    };
    CHECK(refused(weir::min_date).empty());
    CHECK(refused(weir::max_date).empty());
    CHECK(
        refused(weir::date{weir::max_date.days + 1}) ==
        "date_range: Column 'x' must lie in the years 1 to 9999"
    );
    CHECK_FALSE(refused(weir::timestamp{weir::min_timestamp.microseconds - 1}).empty());
    CHECK_FALSE(refused(weir::timestamp_ntz{std::numeric_limits<std::int64_t>::max()}).empty());
}

TEST_CASE("bytes and items are counted") {
    const column rules{
        .name = "x", .min_length = 1, .max_length = 2, .min_items = 1, .max_items = 2
    };
    const auto counted = [&](auto check, std::size_t count) {
        return broken_by([&](const auto& where, auto& broken) {
            check(rules, count, where, broken);
        });
    };
    CHECK(counted(weir::check_bytes, 0) == "bytes_too_short: Column 'x' must have at least 1 byte");
    CHECK(counted(weir::check_bytes, 1).empty());
    CHECK(counted(weir::check_bytes, 2).empty());
    CHECK(counted(weir::check_bytes, 3) == "bytes_too_long: Column 'x' must have at most 2 bytes");
    CHECK(counted(weir::check_items, 0) == "too_few_items: Column 'x' must have at least 1 item");
    CHECK(counted(weir::check_items, 2).empty());
    CHECK(counted(weir::check_items, 3) == "too_many_items: Column 'x' must have at most 2 items");
}

TEST_CASE("labels are told when none fits") {
    constexpr std::string_view labels[]{"draft", "placed"};
    const weir::column_type of{.kind = type::enumeration, .labels = labels};
    const auto refused = [&](std::size_t position) {
        return broken_by([&](const auto& where, auto& broken) {
            weir::check_label(of, position, where, broken);
        });
    };
    CHECK(refused(1).empty());
    CHECK(refused(2) == "enum: Column 'x' must be one of 'draft', 'placed'");
}

TEST_CASE("JSON text holds something, is UTF-8 and free of U+0000") {
    CHECK(json("{}").empty());
    CHECK(json("\"ä\"").empty());
    CHECK(json("") == "json_invalid: Column 'x' must hold a JSON value");
    CHECK(json(" \n\t\r") == "json_invalid: Column 'x' must hold a JSON value");
    CHECK(json("\"\xFF\"") == "string_unicode: Column 'x' must be valid UTF-8");
    const std::string refused =
        "string_null_character: Column 'x' must not contain the character U+0000";
    CHECK(json({"\"a\0\"", 4}) == refused);
    CHECK(json(R"("\u0000")") == refused);
    CHECK(json(R"(["ok \\u0000", "\\\u0000"])") == refused);
    CHECK(json(R"("\\u0000")").empty());
    CHECK(json(R"("\\\\u0000")").empty());
    CHECK(json(R"("\u0001")").empty());
    CHECK(json(R"(\u0000)") == refused);
}

TEST_CASE("what must be given and what must not be null is told") {
    CHECK(broken_by([](const auto& where, auto& broken) {
              weir::report_missing(broken, where);
          }) == "missing: Column 'x' is required");
    CHECK(broken_by([](const auto& where, auto& broken) {
              weir::report_null(broken, where);
          }) == "null_not_allowed: Column 'x' must not be null");
}

} // namespace rules_cases
