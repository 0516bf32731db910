// SPDX-License-Identifier: Apache-2.0
#include <weir/core/utf8.hpp>

#include <catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace utf8_cases {

namespace {

std::string encode(std::uint32_t code_point) {
    const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
    if (code_point < 0x80U)
        return {byte(code_point)};
    if (code_point < 0x800U) {
        return {byte(0xC0U | code_point >> 6U), byte(0x80U | (code_point & 0x3FU))};
    }
    if (code_point < 0x1'0000U) {
        return {
            byte(0xE0U | code_point >> 12U),
            byte(0x80U | (code_point >> 6U & 0x3FU)),
            byte(0x80U | (code_point & 0x3FU)),
        };
    }
    return {
        byte(0xF0U | code_point >> 18U),
        byte(0x80U | (code_point >> 12U & 0x3FU)),
        byte(0x80U | (code_point >> 6U & 0x3FU)),
        byte(0x80U | (code_point & 0x3FU)),
    };
}

} // namespace

TEST_CASE("every code point is valid UTF-8 except surrogates") {
    int wrong = 0;
    for (std::uint32_t code_point = 0; code_point < 0x12'0000U; ++code_point) {
        const bool valid =
            code_point <= 0x10'FFFFU && (code_point < 0xD800U || code_point > 0xDFFFU);
        const auto text = encode(code_point);
        const bool good =
            weir::is_valid_utf8(text) == valid && (!valid || weir::count_characters(text) == 1);
        wrong += good ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("what is no UTF-8 is refused wherever it stands") {
    for (const std::string_view bad : {
             "\x80",
             "\xBF",
             "\xC0\x80",
             "\xC1\xBF",
             "\xC3",
             "\xC3\x28",
             "\xC3\xC3",
             "\xE0\x80\x80",
             "\xE0\x9F\xBF",
             "\xE2\x82",
             "\xE2\x28\xA1",
             "\xE2\x82\x28",
             "\xED\xA0\x80",
             "\xED\xBF\xBF",
             "\xF0\x80\x80\x80",
             "\xF0\x8F\xBF\xBF",
             "\xF0\x9F\x98",
             "\xF0\x28\x8C\xBC",
             "\xF0\x90\x28\xBC",
             "\xF0\x90\x8C\x28",
             "\xF4\x90\x80\x80",
             "\xF5\x80\x80\x80",
             "\xF8\x88\x80\x80\x80",
             "\xFE",
             "\xFF",
         }) {
        for (std::size_t before = 0; before < 18; ++before) {
            for (std::size_t after : {0U, 1U, 7U, 8U, 9U}) {
                const auto text =
                    std::string(before, 'a') + std::string{bad} + std::string(after, 'b');
                CAPTURE(text);
                CHECK_FALSE(weir::is_valid_utf8(text));
            }
        }
    }
}

TEST_CASE("lengths are counted in characters, not bytes") {
    REQUIRE(weir::count_characters("") == 0);
    REQUIRE(weir::count_characters("plain") == 5);
    REQUIRE(weir::count_characters("a\u00e9\u20ac\U0001F600") == 4);
    REQUIRE(weir::is_valid_utf8(""));
    REQUIRE(weir::is_valid_utf8(std::string_view{"\0", 1}));
    REQUIRE(weir::is_valid_utf8("a\u00e9\u20ac\U0001F600 and then more than eight bytes"));
}

TEST_CASE("a sequence has the length that its first byte says, or none") {
    STATIC_REQUIRE(weir::utf8_length("") == 0);
    STATIC_REQUIRE(weir::utf8_length("\xC3\xA7 and more") == 2);
    CHECK(weir::utf8_length("a") == 1);
    CHECK(weir::utf8_length("\xC3\xA7") == 2);
    CHECK(weir::utf8_length("\xE2\x82\xAC") == 3);
    CHECK(weir::utf8_length("\xF0\x9F\x98\x80") == 4);
    CHECK(weir::utf8_length("\xC0\x80") == 0);
    CHECK(weir::utf8_length("\xED\xA0\x80") == 0);
    CHECK(weir::utf8_length("\xF4\x90\x80\x80") == 0);
    CHECK(weir::utf8_length("\xE2\x82") == 0);
    CHECK(weir::utf8_length("\x80") == 0);
}

} // namespace utf8_cases
