// SPDX-License-Identifier: Apache-2.0
#include <weir/core/seal.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seal_cases {

using weir::sealer;
using weir::secret;

namespace {

const sealer ours{secret{"0123456789abcdef0123456789abcdef"}};

} // namespace

TEST_CASE("what a key has sealed it opens, the empty text too") {
    for (const auto& text :
         std::vector<std::string>{"", "a", "after row 7", std::string(5000, 0)}) {
        const auto sealed = ours.seal(text);
        CHECK(sealed.size() == text.size() + sealer::overhead);
        CHECK(ours.open(sealed) == text);
    }
}

TEST_CASE("a sealed text shows nothing of the text, and is the same again") {
    const std::string text{"a private value, a private value"};
    const auto sealed = ours.seal(text);
    CHECK(sealed.find("private") == std::string::npos);
    CHECK(sealed == ours.seal(text));
    CHECK(sealed.substr(16) != ours.seal("b" + text.substr(1)).substr(16));
}

TEST_CASE("no bit of a sealed text can be turned, and nothing added or taken away") {
    const auto sealed = ours.seal("after row 7");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto turned = sealed;
            turned[at] = static_cast<char>(static_cast<unsigned char>(turned[at]) ^ (1U << bit));
            REQUIRE_FALSE(ours.open(turned).has_value());
        }
        REQUIRE_FALSE(ours.open(sealed.substr(0, at)).has_value());
    }
    CHECK_FALSE(ours.open(sealed + "x").has_value());
    CHECK_FALSE(ours.open("").has_value());
}

TEST_CASE("another key neither opens nor makes it") {
    const sealer other{secret{"0123456789abcdef0123456789abcdeg"}};
    CHECK_FALSE(other.open(ours.seal("after row 7")).has_value());
    CHECK(other.seal("after row 7") != ours.seal("after row 7"));
    CHECK(sealer::random_key().reveal().size() == 32);
    CHECK_FALSE(sealer::random_key() == sealer::random_key());
}

} // namespace seal_cases
