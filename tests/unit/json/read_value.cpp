// SPDX-License-Identifier: Apache-2.0
#include <weir/json/parse_text.hpp>
#include <weir/json/read_value.hpp>
#include <weir/json/writer.hpp>

#include <bit>
#include <catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fixture.hpp"
#include "random_json.hpp"

namespace read_value_cases {

using weir::location;
using weir::violations;
using weir::json::append_json;
using weir::json::intake;
using weir::json::parse_json_text;
using weir::json::read_value;
using weir::json::reader;

namespace {

/// Reads one whole document as the value of column `c`.
template <class T>
violations read_into(T& out, std::string_view text) {
    reader in{text};
    violations broken;
    const location prefix{std::string{"body"}};
    const weir::value_path start{prefix};
    read_value(intake{in, broken}, out, weir::value_path{start, "c"});
    if (in.failed() || (broken.empty() && !in.finish()))
        broken.push_back(weir::json::not_json(in, prefix));
    return broken;
}

template <class T>
T read_good(std::string_view text) {
    T value{};
    const auto broken = read_into(value, text);
    INFO(text);
    for (const auto& each : broken)
        UNSCOPED_INFO(each.type << ": " << each.msg);
    REQUIRE(broken.empty());
    return value;
}

/// `type: message` of the only violation.
template <class T>
std::string refusal(std::string_view text) {
    T value{};
    const auto broken = read_into(value, text);
    INFO(text);
    REQUIRE(broken.size() == 1);
    return broken[0].type + ": " + broken[0].msg;
}

using dec = weir::decimal<6, 2>;

} // namespace

TEST_CASE("integers are read exactly, from digits only") {
    CHECK(
        read_good<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max()
    );
    CHECK(
        read_good<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min()
    );
    CHECK(read_good<std::int8_t>("-128") == -128);
    CHECK(read_good<std::int32_t>("-0") == 0);
    CHECK(refusal<std::int32_t>("1.0") == "int_type: Column 'c' expects integer, got float");
    CHECK(refusal<std::int32_t>("1e3") == "int_type: Column 'c' expects integer, got float");
    CHECK(
        refusal<std::int32_t>("99999999999999999999.5") ==
        "int_type: Column 'c' expects integer, got float"
    );
    CHECK(refusal<std::int32_t>("\"1\"") == "int_type: Column 'c' expects integer, got str");
    CHECK(refusal<std::int32_t>("true") == "int_type: Column 'c' expects integer, got bool");
    CHECK(refusal<std::int32_t>("{}") == "int_type: Column 'c' expects integer, got dict");
    CHECK(refusal<std::int32_t>("[[1],{}]") == "int_type: Column 'c' expects integer, got list");
    CHECK(refusal<std::int32_t>("null") == "null_not_allowed: Column 'c' must not be null");
    CHECK(
        refusal<std::int8_t>("128") == "int_out_of_range: Column 'c' must be between -128 and 127"
    );
    CHECK(
        refusal<std::int16_t>("-32769") ==
        "int_out_of_range: Column 'c' must be between -32768 and 32767"
    );
    CHECK(
        refusal<std::int64_t>("9223372036854775808") ==
        "int_out_of_range: Column 'c' must be between "
        "-9223372036854775808 and 9223372036854775807"
    );
}

TEST_CASE("bigint may come as a string of digits, for clients whose numbers are doubles") {
    CHECK(read_good<std::int64_t>("\"9007199254740993\"") == 9'007'199'254'740'993);
    CHECK(read_good<std::int64_t>("\"-5\"") == -5);
    for (const std::string_view text :
         {"\"\"", "\"+5\"", "\" 5\"", "\"05\"", "\"5x\"", "\"5.0\"", "\"0x5\""}) {
        INFO(text);
        CHECK(refusal<std::int64_t>(text) == "int_type: Column 'c' expects integer, got str");
    }
}

TEST_CASE("floating-point numbers take any JSON number within their range") {
    CHECK(read_good<double>("640") == 640.0);
    CHECK(read_good<double>("-1.5e-3") == -0.0015);
    CHECK(read_good<float>("0.1") == 0.1F);
    CHECK(std::signbit(read_good<double>("-0.0")));
    CHECK(read_good<double>("5e-324") == 5e-324);
    CHECK(read_good<double>("1e-400") == 0.0);
    CHECK(std::signbit(read_good<double>("-1e-400")));
    CHECK(read_good<double>("0.00" + std::string(400, '0') + "1") == 0.0);
    CHECK(read_good<double>("0e999999999999999999999") == 0.0);
    CHECK(read_good<float>("1e-50") == 0.0F);
    CHECK(std::isnan(read_good<double>("\"NaN\"")));
    CHECK(read_good<float>("\"-Infinity\"") == -std::numeric_limits<float>::infinity());
    CHECK(read_good<double>("\"Infinity\"") == std::numeric_limits<double>::infinity());
    const std::string too_large =
        "float_out_of_range: Column 'c' is too large for a floating-point number";
    CHECK(refusal<double>("1e400") == too_large);
    CHECK(refusal<double>("-1" + std::string(400, '0')) == too_large);
    CHECK(refusal<double>("1e99999999999999999999999") == too_large);
    CHECK(refusal<float>("1e39") == too_large);
    CHECK(refusal<double>("\"1.5\"").starts_with("float_type: Column 'c' must be a number"));
    CHECK(refusal<double>("\"nan\"").starts_with("float_type"));
    CHECK(refusal<double>("false") == "float_type: Column 'c' expects number, got bool");
}

TEST_CASE("decimals keep every digit or are refused") {
    CHECK(read_good<dec>("1234.56") == dec::from_unscaled(123'456));
    CHECK(read_good<dec>("\"-0.05\"") == dec::from_unscaled(-5));
    CHECK(read_good<dec>("1.500") == dec::from_unscaled(150));
    CHECK(read_good<dec>("15e-1") == dec::from_unscaled(150));
    CHECK(read_good<dec>("1e3") == dec::from_unscaled(100'000));
    CHECK(
        refusal<dec>("1.005") ==
        "decimal_scale: Column 'c' must have at most 2 digits after the point"
    );
    CHECK(
        refusal<dec>("10000") ==
        "decimal_precision: Column 'c' must have at most 4 digits before the point"
    );
    CHECK(
        refusal<dec>("1e99999999999") ==
        "decimal_precision: Column 'c' must have at most 4 digits before the point"
    );
    CHECK(refusal<dec>("\"1,5\"") == "decimal_type: Column 'c' must be a decimal number");
    CHECK(refusal<dec>("\"NaN\"") == "decimal_type: Column 'c' must be a decimal number");
    CHECK(refusal<dec>("\".5\"") == "decimal_type: Column 'c' must be a decimal number");
    CHECK(refusal<dec>("[]") == "decimal_type: Column 'c' expects decimal, got list");
    using widest = weir::decimal<38, 10>;
    CHECK(
        read_good<widest>("1234567890123456789012345678.0123456789").to_string() ==
        "1234567890123456789012345678.0123456789"
    );
}

TEST_CASE("the other scalars take one spelling each") {
    CHECK(read_good<bool>("true"));
    CHECK(refusal<bool>("1") == "bool_type: Column 'c' expects boolean, got int");
    CHECK(refusal<bool>("\"true\"") == "bool_type: Column 'c' expects boolean, got str");
    CHECK(read_good<std::string>(R"("a\u00e9\n")") == "aé\n");
    CHECK(refusal<std::string>("1.5") == "string_type: Column 'c' expects string, got float");
    CHECK(read_good<weir::date>("\"2024-05-01\"").days == 19'844);
    CHECK(
        refusal<weir::date>("\"2024-02-30\"") ==
        "date_type: Column 'c' must be a date such as 2024-05-01"
    );
    CHECK(refusal<weir::date>("20240501") == "date_type: Column 'c' expects date, got int");
    CHECK(
        read_good<weir::timestamp>("\"2024-05-01T12:20:30.123456+02:00\"").microseconds ==
        1'714'558'830'123'456
    );
    CHECK(
        read_good<weir::timestamp>("\"2024-05-01t10:20:30z\"").microseconds == 1'714'558'830'000'000
    );
    for (const std::string_view text :
         {"\"2024-05-01T10:20:30\"",
          "\"2024-05-01\"",
          "\"2024-05-01T10:20:30.1234567Z\"",
          "\"\"",
          "\"2024-05-01T25:20:30Z\"",
          "\"2024-05-01T10:20:30+0200\"",
          "\"infinity\""}) {
        INFO(text);
        CHECK(refusal<weir::timestamp>(text).starts_with(
            "datetime_type: Column 'c' must be a time with its offset"
        ));
    }
    CHECK(
        read_good<weir::timestamp_ntz>("\"2024-05-01T10:20:30.5\"").microseconds ==
        1'714'558'830'500'000
    );
    CHECK(refusal<weir::timestamp_ntz>("\"2024-05-01T10:20:30Z\"")
              .starts_with("datetime_type: Column 'c' must be a time without an offset"));
    CHECK(read_good<weir::uuid>("\"FFFFFFFF-0000-4000-8000-000000000001\"").bytes[0] == 255);
    CHECK(refusal<weir::uuid>("\"no\"").starts_with("uuid_type: Column 'c' must be a UUID such as")
    );
    CHECK(
        read_good<std::vector<std::byte>>("\"AP8=\"") == std::vector{std::byte{0}, std::byte{255}}
    );
    CHECK(refusal<std::vector<std::byte>>("\"AP8\"") == "binary_type: Column 'c' must be base64");
    CHECK(
        refusal<std::vector<std::byte>>("[0,255]") ==
        "binary_type: Column 'c' expects base64 string, got list"
    );
    CHECK(read_good<shop::order_status>("\"placed\"") == shop::order_status::placed);
    CHECK(
        refusal<shop::order_status>("\"Place\"") ==
        "enum: Column 'c' must be one of 'draft', 'placed', 'shipped'; did you mean 'placed'?"
    );
    CHECK(
        refusal<shop::order_status>("\"\"") ==
        "enum: Column 'c' must be one of 'draft', 'placed', 'shipped'"
    );
    CHECK(refusal<shop::order_status>("0") == "enum: Column 'c' expects label, got int");
    CHECK(read_good<weir::json_text>(R"( {"a" : [1.50] })").text == R"({"a" : [1.50] })");
    CHECK(refusal<weir::json_text>("null") == "null_not_allowed: Column 'c' must not be null");
}

TEST_CASE("null makes an optional empty and a patch null") {
    CHECK(read_good<std::optional<int>>("null") == std::nullopt);
    CHECK(read_good<std::optional<int>>("3") == 3);
    CHECK(read_good<weir::patch<std::int32_t>>("null").is_null());
    CHECK(read_good<weir::patch<std::int32_t>>("3").value() == 3);
    CHECK(refusal<weir::patch<std::int32_t>>("\"3\"").starts_with("int_type"));
}

TEST_CASE("arrays, maps and structures report each bad part with its place") {
    CHECK(read_good<std::vector<bool>>("[true,false]") == std::vector<bool>{true, false});
    CHECK(
        read_good<std::map<std::int32_t, double>>(R"({"2":1,"-1":0.5})") ==
        std::map<std::int32_t, double>{{-1, 0.5}, {2, 1}}
    );
    CHECK(
        read_good<std::map<bool, std::string>>(R"({"true":"x"})") ==
        std::map<bool, std::string>{{true, "x"}}
    );
    CHECK(
        read_good<shop::address>(R"({"zip":"78701","city":"Austin","street":"1 Main"})") ==
        shop::address{"1 Main", "Austin", "78701"}
    );
    CHECK(
        read_good<shop::address>(R"({"city":"Austin","street":"1 Main"})") ==
        shop::address{"1 Main", "Austin", {}}
    );

    std::vector<shop::discount> discounts;
    const auto broken = read_into(
        discounts,
        R"([{"code":1,"amount":"1.00"}, null, {"code":"B","amount":2,"amount":3,"untill":null}, {"until":"x"}])"
    );
    REQUIRE(broken.size() == 7);
    const auto loc = [](auto... steps) {
        return location{std::string{"body"}, std::string{"c"}, steps...};
    };
    using text = std::string;
    CHECK(broken[0].type == "string_type");
    CHECK(broken[0].loc == loc(std::size_t{0}, text{"code"}));
    CHECK(broken[0].msg == "Column 'c[0].code' expects string, got int");
    CHECK(broken[1].type == "null_not_allowed");
    CHECK(broken[1].loc == loc(std::size_t{1}));
    CHECK(broken[2].type == "duplicate_field");
    CHECK(broken[2].loc == loc(std::size_t{2}, text{"amount"}));
    CHECK(broken[3].type == "extra_forbidden");
    CHECK(broken[3].msg == "Column 'c[2].untill' is unknown; did you mean 'until'?");
    CHECK(broken[4].type == "datetime_type");
    CHECK(broken[5].type == "missing");
    CHECK(broken[5].msg == "Column 'c[3].code' is required");
    CHECK(broken[6].loc == loc(std::size_t{3}, text{"amount"}));
}

TEST_CASE("array elements and map values are never null") {
    CHECK(
        refusal<std::vector<std::string>>("[\"a\",null]") ==
        "null_not_allowed: Column 'c[1]' must not be null"
    );
    std::map<std::string, std::string> map;
    const auto broken = read_into(map, R"({"a":null,"b":"x","b":"y"})");
    REQUIRE(broken.size() == 2);
    CHECK(broken[0].type == "null_not_allowed");
    CHECK(broken[0].loc.back() == location::value_type{std::string{"a"}});
    CHECK(broken[0].msg == "Column 'c.*' must not be null");
    CHECK(broken[1].type == "duplicate_field");
}

TEST_CASE("map keys must be keys") {
    using by_number = std::map<std::int32_t, std::int32_t>;
    CHECK(refusal<by_number>(R"({"x":1})") == "int_type: Column 'c' has a key that is no integer");
    CHECK(refusal<by_number>(R"({"01":1})") == "int_type: Column 'c' has a key that is no integer");
    CHECK(
        refusal<by_number>(R"({"1.0":1})") == "int_type: Column 'c' has a key that is no integer"
    );
    CHECK(
        refusal<by_number>(R"({"99999999999":1})") ==
        "int_type: Column 'c' has a key that is no integer"
    );
    using by_real = std::map<double, std::int32_t>;
    CHECK(refusal<by_real>(R"({"NaN":1})") == "float_type: Column 'c' has a key that is no number");
    CHECK(read_good<by_real>(R"({"0.5":1})") == by_real{{0.5, 1}});
    CHECK(refusal<by_real>(R"({"0.5":1,"5e-1":2})").starts_with("duplicate_field"));
}

TEST_CASE("a key with escapes survives the value read after it") {
    const std::string text =
        R"({"a\u00e9 long key that is not kept in place":{"\u0041 other escaped name":"v"}})";
    using nested = std::map<std::string, std::map<std::string, std::string>>;
    CHECK(
        read_good<nested>(text) ==
        nested{{"aé long key that is not kept in place", {{"A other escaped name", "v"}}}}
    );
}

TEST_CASE("a client's own names are told back in part only") {
    shop::address home;
    const auto broken =
        read_into(home, "{\"" + std::string(99, 'x') + "é" + std::string(1000, 'y') + "\":1}");
    REQUIRE(broken.size() == 3);
    CHECK(broken[0].type == "extra_forbidden");
    CHECK(broken[0].loc.back() == location::value_type{std::string(99, 'x')});
}

TEST_CASE("reading stops when nobody could want more violations") {
    std::string text = "[";
    for (int each = 0; each < 100'000; ++each)
        text += "1,";
    text += "1]";
    std::vector<std::string> out;
    CHECK(read_into(out, text).size() == intake::most_violations);
}

TEST_CASE("a value that is not JSON is reported as such, wherever it breaks") {
    CHECK(refusal<std::int32_t>("tru").starts_with(
        "json_invalid: Body is not valid JSON: expected a value at line 1"
    ));
    CHECK(refusal<std::int32_t>("").starts_with("json_invalid"));
    CHECK(refusal<std::vector<std::int32_t>>("[1,2").starts_with("json_invalid"));
    CHECK(refusal<shop::address>("{\"city\":\"a\"").starts_with("json_invalid"));
    CHECK(refusal<std::map<std::string, std::string>>("{\"city\"}").starts_with("json_invalid"));
    CHECK(refusal<weir::json_text>("{\"a\":}").starts_with("json_invalid"));
    CHECK(refusal<std::optional<bool>>("nul").starts_with("json_invalid"));
}

TEST_CASE("a database's nested values may be spelled its own way") {
    shop::discount found;
    // to_json leaves NULL out and prints times its own way; a newer table may have more fields.
    CHECK(parse_json_text(
        R"({"code":"A","amount":1.5,"until":"2024-05-01 10:20:30.25","new":{}})", found
    ));
    CHECK(found.amount == weir::decimal<12, 2>::from_unscaled(150));
    CHECK(found.until->microseconds == 1'714'558'830'250'000);
    CHECK(parse_json_text(R"({"code":"A","amount":"1.50"})", found));
    std::vector<std::int32_t> numbers;
    CHECK(parse_json_text(R"(["1",2])", numbers));
    CHECK(numbers == std::vector<std::int32_t>{1, 2});
    std::vector<double> reals;
    CHECK(parse_json_text(R"(["1.5","nan","-inf"])", reals));
    CHECK(reals[0] == 1.5);
    for (const std::string_view text : {"", "{}", "[1,null]", "[1] x", "[1", "[\"x\"]", "null"}) {
        INFO(text);
        CHECK_FALSE(parse_json_text(text, numbers));
    }
    CHECK_FALSE(parse_json_text(R"({"code":"A"})", found));
    CHECK_FALSE(parse_json_text(R"({"code":null,"amount":1})", found));
}

namespace {

std::string random_text(random_json::source& from) {
    std::string text;
    for (auto count = from.below(12); count > 0; --count) {
        constexpr std::string_view pieces[]{
            "a", "\"", "\\", "\n", "é", "漢字", "😀", "\x01", "long enough to matter"
        };
        text += pieces[from.below(std::size(pieces))];
    }
    return text;
}

template <class Integer>
Integer random_integer(random_json::source& from) {
    const auto shift = from.below(sizeof(Integer) * 8);
    return static_cast<Integer>(
        static_cast<std::int64_t>(from.bits()) >> (64 - sizeof(Integer) * 8 + shift)
    );
}

template <class Float, class Bits>
Float random_real(random_json::source& from) {
    for (;;) {
        const auto value = std::bit_cast<Float>(static_cast<Bits>(from.bits()));
        if (value == value)
            return value;
    }
}

weir::timestamp random_time(random_json::source& from) {
    const auto span = static_cast<std::uint64_t>(
        weir::max_timestamp.microseconds - weir::min_timestamp.microseconds
    );
    return {weir::min_timestamp.microseconds + static_cast<std::int64_t>(from.bits() % span)};
}

shop::sample random_sample(random_json::source& from) {
    shop::sample made;
    made.id = random_integer<std::int64_t>(from);
    made.part = random_text(from);
    made.tiny = random_integer<std::int8_t>(from);
    made.small = random_integer<std::int16_t>(from);
    made.whole = random_integer<std::int32_t>(from);
    made.single = random_real<float, std::uint32_t>(from);
    made.real = random_real<double, std::uint64_t>(from);
    made.exact = weir::decimal<38, 10>::from_unscaled(
        static_cast<weir::int128>(random_integer<std::int64_t>(from)) *
        random_integer<std::int32_t>(from)
    );
    made.code = random_text(from);
    made.flag = from.below(2) == 0;
    made.day = {static_cast<std::int32_t>(from.below(3'000'000)) - 700'000};
    if (made.day > weir::max_date)
        made.day = weir::max_date;
    made.at = random_time(from);
    made.wall = {random_time(from).microseconds};
    made.blob.resize(from.below(20), std::byte{0xA5});
    for (auto& byte : made.token.bytes)
        byte = static_cast<std::uint8_t>(from.below(256));
    made.document.text = R"({"any": [1, null, "v"]})";
    made.status = static_cast<shop::order_status>(from.below(3));
    for (auto count = from.below(4); count > 0; --count) {
        made.numbers.push_back(random_integer<std::int64_t>(from));
        made.times.push_back(random_time(from));
        made.flags.push_back(from.below(2) == 0);
        made.weights[random_integer<std::int32_t>(from)] = random_real<double, std::uint64_t>(from);
        made.discounts.push_back(
            {random_text(from),
             weir::decimal<12, 2>::from_unscaled(random_integer<std::int32_t>(from)),
             {}}
        );
        if (from.below(2) == 0)
            made.discounts.back().until = random_time(from);
    }
    if (from.below(2) == 0)
        made.grid = {{random_text(from)}, {}, {random_text(from), random_text(from)}};
    return made;
}

} // namespace

TEST_CASE("random values survive writing and reading") {
    random_json::source from{4711};
    for (int round = 0; round < 2'000; ++round) {
        const auto value = random_sample(from);
        std::string text;
        append_json(
            text,
            value,
            round % 2 == 0 ? weir::json::numbers::plain : weir::json::numbers::as_string
        );
        // A row is no column's value: its members are read one by one, in their order.
        reader in{text};
        violations broken;
        const location prefix;
        const weir::value_path start{prefix};
        shop::sample again;
        std::string_view name;
        REQUIRE(in.enter_object());
        weir::for_each_member(again, [&](std::size_t, auto& member) {
            REQUIRE(in.next_member(name));
            REQUIRE(read_value(intake{in, broken}, member, start));
        });
        INFO(text);
        REQUIRE_FALSE(in.next_member(name));
        REQUIRE(in.finish());
        REQUIRE(broken.empty());
        REQUIRE(again == value);
    }
}

} // namespace read_value_cases
