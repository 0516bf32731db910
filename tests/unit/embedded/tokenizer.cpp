// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/tokenizer.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tokenizer_cases {

using weir::embedded::token_kind;
using weir::embedded::tokenize;

namespace {

/// Tokens as `kind:text`, with a space between.
std::string spelled(std::string_view sql) {
    constexpr std::string_view kinds[]{
        "word", "name", "string", "hex", "number", "parameter", "symbol"
    };
    std::string made;
    for (const auto& each : tokenize(sql)) {
        if (!made.empty())
            made += ' ';
        made.append(kinds[static_cast<std::size_t>(each.kind)]).append(":").append(each.text);
        if (!each.suffix.empty())
            made.append("/").append(each.suffix);
    }
    return made;
}

std::string refused(std::string_view sql) {
    try {
        static_cast<void>(tokenize(sql));
    } catch (const weir::statement_error& failure) {
        CHECK(failure.sqlstate() == "42601");
        return failure.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("words, names, numbers and operators are told apart") {
    CHECK(spelled("select a1 from `b c`") == "word:select word:a1 word:from name:b c");
    CHECK(spelled("`a``b`") == "name:a`b");
    CHECK(spelled("t.a") == "word:t symbol:. word:a");
    CHECK(
        spelled("a<=>b<=c<>d!=e==f||g::h") == "word:a symbol:<=> word:b symbol:<= word:c symbol:<> "
                                              "word:d symbol:!= word:e symbol:== word:f symbol:|| "
                                              "word:g symbol::: word:h"
    );
    CHECK(
        spelled("array<array<int>>") ==
        "word:array symbol:< word:array symbol:< word:int symbol:> symbol:>"
    );
    CHECK(
        spelled("1 1.5 .5 1e10 1.5E-3 10L 5s 1y 2.5D 1F 1.5bd") ==
        "number:1 number:1.5 number:.5 number:1e10 number:1.5E-3 number:10/L number:5/S number:1/Y "
        "number:2.5/D "
        "number:1/F number:1.5/BD"
    );
    CHECK(spelled("") == "");
}

TEST_CASE("a colon and a name are a parameter, wherever a literal may stand") {
    CHECK(spelled(":p1") == "parameter:p1");
    CHECK(spelled("a=:p1") == "word:a symbol:= parameter:p1");
    CHECK(spelled("a::int") == "word:a symbol::: word:int");
    CHECK(spelled("':p1' `:p2` -- :p3\n/* :p4 */") == "string::p1 name::p2");
    CHECK(spelled(": p") == "symbol:: word:p");
}

TEST_CASE("string literals are decoded as Databricks decodes them") {
    CHECK(spelled(R"('a\'b')") == "string:a'b");
    CHECK(spelled(R"('\n\t\\\Z')") == "string:\n\t\\\x1A");
    CHECK(spelled(R"('50\%\_x\q')") == R"(string:50\%\_xq)");
    CHECK(spelled(R"('\u00e9\U0001F600\101')") == "string:\u00e9\U0001F600A");
    CHECK(spelled(R"("double 'quotes'")") == "string:double 'quotes'");
    CHECK(spelled(R"(r'\d+' R"\n")") == R"(string:\d+ string:\n)");
    CHECK(spelled("X'0aFF' x''") == "hex:0aFF hex:");
    CHECK(spelled("''") == "string:");
}

TEST_CASE("comments vanish, and nest when they are bracketed") {
    CHECK(spelled("a -- b\nc") == "word:a word:c");
    CHECK(spelled("a /* b /* c */ d */ e") == "word:a word:e");
    CHECK(spelled("a --") == "word:a");
    CHECK(spelled("a - -b") == "word:a symbol:- symbol:- word:b");
}

TEST_CASE("a token knows where it stands and whether space is before it") {
    const auto tokens = tokenize("a+ b/**/c");
    REQUIRE(tokens.size() == 4);
    CHECK(tokens[1].offset == 1);
    CHECK_FALSE(tokens[1].spaced);
    CHECK(tokens[2].spaced);
    CHECK(tokens[3].spaced);
}

TEST_CASE("what is no SQL is refused with its place and without its content") {
    CHECK(refused("select 'secret") == "SQL syntax: a string literal that never ends at byte 7");
    CHECK(refused("select 'secret\\") == "SQL syntax: a string literal that never ends at byte 7");
    CHECK(refused("`secret") == "SQL syntax: a name in backticks that never ends at byte 0");
    CHECK(refused("``") == "SQL syntax: an empty name at byte 0");
    CHECK(refused("/* /* */") == "SQL syntax: a comment that never ends at byte 0");
    CHECK(
        refused("'it''s'") ==
        "SQL syntax: a doubled quote; write \\' for a quote inside a string at byte 0"
    );
    CHECK(refused("'\\0'") == "SQL syntax: a NUL inside a string literal at byte 0");
    CHECK(
        refused("'\\ud800'") ==
        "SQL syntax: an escape that is no character in a string literal at byte 0"
    );
    CHECK(
        refused("'\\u00g0'") == "SQL syntax: a malformed \\u escape in a string literal at byte 0"
    );
    CHECK(refused("X'0'") == "SQL syntax: a malformed X'…' literal at byte 0");
    CHECK(refused("12abc") == "SQL syntax: a malformed number at byte 0");
    CHECK(refused("a @ b") == "SQL syntax: an unexpected character at byte 2");
    CHECK(refused("a $1") == "SQL syntax: an unexpected character at byte 2");
    CHECK(refused("\xC3") == "SQL syntax: the statement is not UTF-8 at byte 0");
    CHECK(refused(std::string_view{"a\0b", 3}) == "SQL syntax: an unexpected character at byte 1");
}

} // namespace tokenizer_cases
