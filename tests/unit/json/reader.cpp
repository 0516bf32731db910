// SPDX-License-Identifier: Apache-2.0
#include <weir/json/reader.hpp>

#include <nlohmann/json.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "random_json.hpp"
#include "rebuild.hpp"

namespace reader_cases {

using weir::json::reader;
using weir::json::token;

namespace {

std::string read_one_string(std::string_view text) {
    reader in{text};
    std::string_view value;
    REQUIRE(in.read_string(value));
    REQUIRE(in.finish());
    return std::string{value};
}

weir::json::malformed refusal(std::string_view text, std::size_t depth = reader::default_depth) {
    reader in{text, depth};
    CHECK_FALSE((in.skip_value() && in.finish()));
    REQUIRE(in.failed());
    return in.error();
}

} // namespace

TEST_CASE("a reader delivers members and elements in order") {
    reader in{R"( {"a" : [1, -2.5e3, "x"], "b": {}, "c": null, "a": true} )"};
    std::string_view name;
    std::string_view text;
    bool truth = false;
    REQUIRE(in.peek() == token::object);
    REQUIRE(in.enter_object());
    REQUIRE(in.next_member(name));
    CHECK(name == "a");
    REQUIRE(in.enter_array());
    REQUIRE(in.next_element());
    REQUIRE(in.read_number(text));
    CHECK(text == "1");
    REQUIRE(in.next_element());
    REQUIRE(in.read_number(text));
    CHECK(text == "-2.5e3");
    REQUIRE(in.next_element());
    REQUIRE(in.read_string(text));
    CHECK(text == "x");
    REQUIRE_FALSE(in.next_element());
    REQUIRE(in.next_member(name));
    CHECK(name == "b");
    REQUIRE(in.enter_object());
    REQUIRE_FALSE(in.next_member(name));
    REQUIRE(in.next_member(name));
    CHECK(name == "c");
    REQUIRE(in.read_null());
    REQUIRE(in.next_member(name));
    CHECK(name == "a");
    REQUIRE(in.read_bool(truth));
    CHECK(truth);
    REQUIRE_FALSE(in.next_member(name));
    CHECK_FALSE(in.failed());
    CHECK(in.finish());
}

TEST_CASE("strings without escapes are views into the text") {
    const std::string text = R"("a string longer than any small buffer, é and 漢字 included")";
    reader in{text};
    std::string_view value;
    REQUIRE(in.read_string(value));
    CHECK(value.data() == text.data() + 1);
    CHECK(value.size() == text.size() - 2);
}

TEST_CASE("escapes become the characters they stand for") {
    CHECK(read_one_string(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(read_one_string(R"("x\u0041\u00e9\u6F22\uD83D\uDE00y")") == "xAé漢😀y");
    CHECK(read_one_string(R"("a\u0000b")") == std::string("a\0b", 3));
    CHECK(read_one_string(R"("\uFFFF\uD7FF\uE000")") == "\xEF\xBF\xBF\xED\x9F\xBF\xEE\x80\x80");
}

TEST_CASE("peek_name says types as clients know them") {
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"{}", "dict"},
        {"[]", "list"},
        {"\"\"", "str"},
        {"1", "int"},
        {"-0", "int"},
        {"1.0", "float"},
        {"1e3", "float"},
        {"12 .", "int"},
        {"true", "bool"},
        {"null", "null"},
        {"", "nothing"},
        {"?", "nothing"},
    };
    for (const auto& [text, expected] : cases) {
        reader in{text};
        CHECK(in.peek_name() == expected);
    }
}

TEST_CASE("malformed texts are refused with their place") {
    CHECK(refusal("").what == "the text ends where a value should be");
    CHECK(refusal("[1,2").what == "the text ends inside an array");
    CHECK(refusal("{\"a\":1").what == "the text ends inside an object");
    CHECK(refusal("[1 2]").offset == 3);
    CHECK(refusal("[1,]").what == "expected a value after ','");
    CHECK(refusal("{\"a\":1,}").what == "expected a member name in quotes");
    CHECK(refusal("{\"a\" 1}").what == "expected ':'");
    CHECK(refusal("{a:1}").offset == 1);
    CHECK(refusal("01").what == "a number must not begin with 0");
    CHECK(refusal("-").what == "expected a digit");
    CHECK(refusal("1.").what == "expected a digit");
    CHECK(refusal("1e+").offset == 3);
    CHECK(refusal("tru").what == "expected a value");
    CHECK(refusal("1 1").what == "unexpected text after the value");
    CHECK(refusal("\"abc").what == "the text ends inside a string");
    CHECK(refusal("\"a\nb\"").what == "a control character must be escaped");
    CHECK(refusal(R"("\x")").offset == 1);
    CHECK(refusal(R"("\u12G4")").what == "expected four hexadecimal digits");
    CHECK(refusal(R"("\uD800")").what == "half of a surrogate pair");
    CHECK(refusal(R"("\uD800\u0041")").what == "half of a surrogate pair");
    CHECK(refusal(R"("\uD800\uDBFF")").what == "half of a surrogate pair");
    CHECK(refusal(R"("\uD800\uE000")").what == "half of a surrogate pair");
    CHECK(refusal(R"("\uDC00")").what == "half of a surrogate pair");
    CHECK(refusal("[1]x").offset == 3);
    CHECK(refusal("NaN").what == "expected a value");
    CHECK(refusal("\xEF\xBB\xBF{}").offset == 0);
    CHECK(refusal(std::string_view{"\0", 1}).offset == 0);
}

TEST_CASE("invalid UTF-8 is refused wherever it stands") {
    for (const std::string_view broken :
         {"\x80",
          "\xc0\xaf",
          "\xc3",
          "\xe0\x80\xaf",
          "\xed\xa0\x80",
          "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80",
          "\xff",
          "\xe6\xbc",
          "\xf0\x9f\x98"}) {
        for (const std::size_t before : {0U, 3U, 7U, 8U, 15U}) {
            const auto text = '"' + std::string(before, 'a') + std::string{broken} + "bcdefghij\"";
            const auto found = refusal(text);
            CHECK(found.what == "invalid UTF-8");
            CHECK(found.offset == before + 1);
        }
    }
}

TEST_CASE("every cut of a text is refused") {
    const std::string text = R"({"a":[1.5e3,true,null,"x\u00e9é\n"],"b":{"c":[[],{}]}})";
    REQUIRE(nlohmann::json::accept(text));
    for (std::size_t length = 0; length < text.size(); ++length) {
        reader in{std::string_view{text}.substr(0, length)};
        CHECK_FALSE((in.skip_value() && in.finish()));
    }
    reader in{text};
    CHECK((in.skip_value() && in.finish()));
}

TEST_CASE("nesting is limited, however it is read") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    const auto within = nested(32);
    reader deepest{within};
    CHECK((deepest.skip_value() && deepest.finish()));
    CHECK(refusal(nested(33)).what == "nested too deep");
    CHECK(refusal(nested(33)).offset == 32);
    const auto most = nested(reader::most_depth);
    reader widest{most, 1000};
    CHECK((widest.skip_value() && widest.finish()));
    CHECK(refusal(nested(65), 1000).what == "nested too deep");
    CHECK(refusal(std::string(10'000'000, '[')).what == "nested too deep");
    CHECK(refusal(nested(1), 0).what == "nested too deep");
}

TEST_CASE("a failed reader ends every loop") {
    reader in{"[1,2"};
    REQUIRE(in.enter_array());
    std::string_view text;
    int elements = 0;
    while (in.next_element()) {
        REQUIRE(in.read_number(text));
        ++elements;
    }
    CHECK(elements == 2);
    CHECK(in.failed());
    CHECK_FALSE(in.next_element());
    CHECK_FALSE(in.read_number(text));
    CHECK_FALSE(in.skip_value());
    CHECK_FALSE(in.finish());
    CHECK(in.peek() == token::malformed);
}

TEST_CASE("positions count lines and characters from 1") {
    reader in{"{\n  \"é\": ?}"};
    REQUIRE_FALSE(in.skip_value());
    CHECK(in.error_position().line == 2);
    CHECK(in.error_position().column == 8);
}

TEST_CASE("a reader tells how far it has come") {
    reader in{R"([1, "ab"])"};
    CHECK(in.offset() == 0);
    std::string_view value;
    REQUIRE((in.enter_array() && in.next_element() && in.read_number(value)));
    CHECK(in.offset() == 2);
    REQUIRE((in.next_element() && in.read_string(value)));
    CHECK(in.offset() == 8);
}

TEST_CASE("raw values keep their spelling") {
    reader in{R"([ {"a" : 1.50} , "\u0000", 7])"};
    std::string_view raw;
    REQUIRE(in.enter_array());
    REQUIRE(in.next_element());
    REQUIRE(in.read_raw(raw));
    CHECK(raw == R"({"a" : 1.50})");
    REQUIRE(in.next_element());
    REQUIRE(in.read_raw(raw));
    CHECK(raw == R"("\u0000")");
    REQUIRE(in.next_element());
    REQUIRE(in.read_raw(raw));
    CHECK(raw == "7");
}

TEST_CASE("ten megabytes are read without a limit of their own") {
    const auto text = "[\"" + std::string(10'000'000, 'x') + "\"]";
    reader in{text};
    CHECK((in.skip_value() && in.finish()));
    const auto digits = std::string(10'000'000, '9');
    reader number{digits};
    std::string_view spelled;
    REQUIRE(number.read_number(spelled));
    CHECK(spelled.size() == digits.size());
}

TEST_CASE("random documents give the same values as the oracle") {
    random_json::source from{20240501};
    for (int round = 0; round < 5'000; ++round) {
        const auto text = random_json::document(from);
        nlohmann::json ours;
        INFO(text);
        REQUIRE(json_test::accepts(text, ours));
        REQUIRE(ours == nlohmann::json::parse(text));
    }
}

TEST_CASE("damaged documents are taken or refused as by the oracle") {
    random_json::source from{7};
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto text = random_json::document(from);
        random_json::damage(from, text);
        nlohmann::json ours;
        INFO(text);
        bool taken = false;
        try {
            taken = json_test::accepts(text, ours);
        } catch (const json_test::beyond_double&) {
            continue;
        }
        const bool by_oracle = nlohmann::json::accept(text);
        REQUIRE(taken == by_oracle);
        if (taken) {
            REQUIRE(ours == nlohmann::json::parse(text));
        } else {
            ++refused;
        }
    }
    CHECK(refused > 5'000);
}

} // namespace reader_cases
