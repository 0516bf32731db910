// SPDX-License-Identifier: Apache-2.0
// Bytes that only holders of a key can make or read: what a client keeps for us. Costs
// <openssl/evp.h>; link libcrypto.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>

#include <array>
#include <cstddef>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// Seals text with a key: authenticated by HMAC-SHA256, encrypted by AES-256-CTR under the
/// authenticator itself (a synthetic IV), so that the same text seals to the same bytes and nothing
/// but its length and its being the same shows.
///
/// Source:  Rogaway and Shrimpton 2006, "Deterministic Authenticated-Encryption"; the composition
///          of RFC 5297 with HMAC in the place of CMAC.
/// Threads: safe.
class sealer {
public:
    /// Bytes that a sealed text is longer than the text.
    static constexpr std::size_t overhead = 16;

    /// `key`: any text nobody can guess.
    explicit sealer(const secret& key)
        : authenticating_(derived(key, "weir: authenticate")),
          encrypting_(derived(key, "weir: encrypt")) {}

    /// A key that no other process has.
    /// Errors: throws configuration_error when the system has no randomness to give.
    [[nodiscard]] static secret random_key() {
        std::array<unsigned char, 32> raw{};
        if (RAND_bytes(raw.data(), static_cast<int>(raw.size())) != 1)
            throw configuration_error{"The system gives no random bytes"};
        std::string text{raw.begin(), raw.end()};
        OPENSSL_cleanse(raw.data(), raw.size());
        return secret{std::move(text)};
    }

    /// Errors: throws configuration_error when libcrypto lacks AES or SHA-256.
    [[nodiscard]] std::string seal(std::string_view text) const {
        std::string sealed = authenticator(text);
        sealed.append(text);
        encrypt(sealed);
        return sealed;
    }

    /// The text that was sealed; absent for anything that this key has not sealed.
    [[nodiscard]] std::optional<std::string> open(std::string_view sealed) const {
        if (sealed.size() < overhead)
            return std::nullopt;
        std::string opened{sealed};
        // Counter mode: encrypting again is decrypting.
        encrypt(opened);
        const auto text = std::string_view{opened}.substr(overhead);
        if (CRYPTO_memcmp(authenticator(text).data(), opened.data(), overhead) != 0)
            return std::nullopt;
        opened.erase(0, overhead);
        return opened;
    }

private:
    static constexpr std::size_t key_bytes = 32;

    static const unsigned char* bytes_of(std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    [[nodiscard]] static std::string hmac(const std::string& key, std::string_view text) {
        std::array<unsigned char, key_bytes> raw{};
        if (HMAC(
                EVP_sha256(),
                key.data(),
                static_cast<int>(key.size()),
                bytes_of(text),
                text.size(),
                raw.data(),
                nullptr
            ) == nullptr)
            throw configuration_error{"libcrypto has no HMAC-SHA256"};
        return {raw.begin(), raw.end()};
    }

    [[nodiscard]] static secret derived(const secret& key, std::string_view purpose) {
        return secret{hmac(key.reveal(), purpose)};
    }

    [[nodiscard]] std::string authenticator(std::string_view text) const {
        auto whole = hmac(authenticating_.reveal(), text);
        whole.resize(overhead);
        return whole;
    }

    /// Encrypts, or decrypts, what follows the first `overhead` bytes, which are the IV.
    void encrypt(std::string& sealed) const {
        auto* const context = EVP_CIPHER_CTX_new();
        auto* const raw = reinterpret_cast<unsigned char*>(sealed.data());
        int written = 0;
        const bool done =
            context != nullptr &&
            EVP_EncryptInit_ex(
                context, EVP_aes_256_ctr(), nullptr, bytes_of(encrypting_.reveal()), raw
            ) == 1 &&
            EVP_EncryptUpdate(
                context,
                raw + overhead,
                &written,
                raw + overhead,
                static_cast<int>(sealed.size() - overhead)
            ) == 1;
        EVP_CIPHER_CTX_free(context);
        if (!done)
            throw configuration_error{"libcrypto has no AES-256-CTR"};
    }

    secret authenticating_;
    secret encrypting_;
};

} // namespace weir
