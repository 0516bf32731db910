// SPDX-License-Identifier: Apache-2.0
// Text that must not leak: it does not print, does not convert, and is wiped when it goes. Light:
// string.
#pragma once

#include <cstddef>
#include <string.h>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// A password, token or key. Has no stream operator and no conversion to a string, on purpose.
class secret {
public:
    secret() = default;

    /// Takes the text and wipes what is left of it in `text`.
    explicit secret(std::string&& text) : text_(std::move(text)) { wipe(text); }

    explicit secret(std::string_view text) : text_(text) {}

    explicit secret(const char* text) : text_(text) {}

    secret(const secret&) = default;

    secret(secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }

    secret& operator=(const secret& other) {
        if (this != &other)
            *this = secret{other};
        return *this;
    }

    secret& operator=(secret&& other) noexcept {
        if (this != &other) {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }

    ~secret() { wipe(text_); }

    /// The text itself: to be handed on at once, never logged, never kept.
    /// Lifetime: until this secret is assigned to or destroyed.
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Takes the same time wherever two texts of one length differ.
    [[nodiscard]] friend bool operator==(const secret& left, const secret& right) noexcept {
        if (left.text_.size() != right.text_.size())
            return false;
        unsigned difference = 0;
        for (std::size_t i = 0; i < left.text_.size(); ++i) {
            difference |= static_cast<unsigned char>(left.text_[i] ^ right.text_[i]);
        }
        return difference == 0;
    }

private:
    /// Clears the whole buffer, including what a longer text left behind the end.
    static void wipe(std::string& text) noexcept {
        text.resize(text.capacity());
        explicit_bzero(text.data(), text.size());
        text.clear();
    }

    std::string text_{};
};

} // namespace weir
