// SPDX-License-Identifier: Apache-2.0
#include <weir/core/sha256.hpp>

#include <catch.hpp>
#include <string>

namespace sha256_cases {

using weir::sha256_hex;

TEST_CASE("SHA-256 gives the standard's own examples") {
    // Source: NIST, examples of FIPS 180-4.
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(
        sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    );
}

TEST_CASE("every byte counts, NUL too") {
    CHECK(sha256_hex(std::string("a\0b", 3)) != sha256_hex("a"));
    CHECK(sha256_hex(std::string("a\0b", 3)) != sha256_hex(std::string("a\0c", 3)));
}

} // namespace sha256_cases
