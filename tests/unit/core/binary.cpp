// SPDX-License-Identifier: Apache-2.0
#include <weir/core/binary.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "spelling.hpp"

namespace binary_cases {

namespace {

using bytes = std::vector<std::byte>;

bytes of(std::string_view text) {
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

std::string base64(std::string_view text) {
    std::string out;
    weir::append_base64(out, of(text));
    return out;
}

} // namespace

TEST_CASE("base64 is that of RFC 4648") {
    REQUIRE(base64("") == "");
    REQUIRE(base64("f") == "Zg==");
    REQUIRE(base64("fo") == "Zm8=");
    REQUIRE(base64("foo") == "Zm9v");
    REQUIRE(base64("foob") == "Zm9vYg==");
    REQUIRE(base64("fooba") == "Zm9vYmE=");
    REQUIRE(base64("foobar") == "Zm9vYmFy");
    REQUIRE(base64("\xFB\xFF\xFE") == "+//+");
    for (const std::string_view text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        bytes read{std::byte{9}};
        REQUIRE(weir::parse_base64(base64(text), read));
        REQUIRE(read == of(text));
    }
}

TEST_CASE("base64 with anything but one canonical spelling is refused") {
    bytes read;
    for (const std::string_view text : {
             "Z",    "Zg",           "Zg=",     "Zg===",    "=",        "==",     "====",
             "Z===", "Zg==Zg==",     "Zm9v=",   "Zm9v====", "Zh==",     "Zm9=",   "Zm=v",
             "Z=9v", "=m9v",         "Zm9v ",   " Zm9v",    "Zm 9v",    "Zm9v\n", "Zm-v",
             "Zm_v", "Zm9v\r\nZm9v", "Zm9\x80", "Zg=\n",    "Zm9v!A==", "Z\0==",
         }) {
        CAPTURE(text);
        CHECK_FALSE(weir::parse_base64(text, read));
    }
    CHECK_FALSE(weir::parse_base64(std::string_view{"Zm9\0", 4}, read));
}

TEST_CASE("hexadecimal is written in lower case and read in either") {
    std::string out = "kept";
    weir::append_hex(out, of(std::string_view{"\x00\x0A\xff", 3}));
    REQUIRE(out == "kept000aff");
    bytes read;
    REQUIRE(weir::parse_hex("000AfF", read));
    REQUIRE(read == of(std::string_view{"\x00\x0A\xff", 3}));
    REQUIRE(weir::parse_hex("", read));
    REQUIRE(read.empty());
    for (const std::string_view text :
         {"0", "000", "0g", "g0", " 0", "0 ", "0x", "\xC3\xA9", "--"}) {
        CAPTURE(text);
        CHECK_FALSE(weir::parse_hex(text, read));
    }
}

TEST_CASE("every byte in every place survives base64 and hexadecimal") {
    weir::test::generator random{5};
    int wrong = 0;
    for (std::size_t size = 0; size < 70; ++size) {
        for (int round = 0; round < 40; ++round) {
            bytes value(size);
            for (auto& byte : value)
                byte = static_cast<std::byte>(random());
            std::string hex;
            std::string sixty_four;
            weir::append_hex(hex, value);
            weir::append_base64(sixty_four, value);
            bytes from_hex;
            bytes from_sixty_four;
            const bool good = weir::parse_hex(hex, from_hex) && from_hex == value &&
                              weir::parse_base64(sixty_four, from_sixty_four) &&
                              from_sixty_four == value && sixty_four.size() == (size + 2) / 3 * 4;
            wrong += good ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("base64url has letters, digits, - and _ and no padding, one spelling per value") {
    const auto spelled = [](std::initializer_list<unsigned char> values) {
        std::vector<std::byte> bytes;
        for (const auto value : values)
            bytes.push_back(std::byte{value});
        std::string text;
        weir::append_base64url(text, bytes);
        std::vector<std::byte> again;
        REQUIRE(weir::parse_base64url(text, again));
        CHECK(again == bytes);
        return text;
    };
    CHECK(spelled({}).empty());
    CHECK(spelled({0xFB, 0xEF, 0xFF}) == "--__");
    CHECK(spelled({0xFB, 0xEF}) == "--8");
    CHECK(spelled({0xFB}) == "-w");
    std::vector<std::byte> out;
    for (const auto* wrong : {"a", "+/AA", "-w==", "-x", "--9", "a b", "abcde"})
        CHECK_FALSE(weir::parse_base64url(wrong, out));
}

} // namespace binary_cases
