// SPDX-License-Identifier: Apache-2.0
// SHA-256 of text: fingerprints of requests and chains of versions. Costs <openssl/sha.h>; link
// libcrypto.
#pragma once

#include <weir/core/binary.hpp>

#include <array>
#include <cstddef>
#include <openssl/sha.h>
#include <span>
#include <string>
#include <string_view>

namespace weir {

/// The 32 bytes of a text's SHA-256. Source: FIPS 180-4.
[[nodiscard]] inline std::array<std::byte, 32> sha256(std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> raw{};
    // unsigned char is what OpenSSL reads bytes as.
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), raw.data());
    std::array<std::byte, 32> digest{};
    for (std::size_t at = 0; at < digest.size(); ++at)
        digest[at] = std::byte{raw[at]};
    return digest;
}

/// The same as 64 lower-case hexadecimal digits.
[[nodiscard]] inline std::string sha256_hex(std::string_view text) {
    std::string out;
    append_hex(out, sha256(text));
    return out;
}

} // namespace weir
