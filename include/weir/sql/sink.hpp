// SPDX-License-Identifier: Apache-2.0
// Where statement text goes: counted, into a char array at compile time, or into a string at run
// time. One class, so that every writer is compiled once. Light: string.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::sql {

/// Takes text piece by piece.
///
/// Constant evaluation never touches std::string, which clang with libstdc++ 12 refuses there:
/// write once to count, then again into an array of that size (constant_text below does both).
class sink {
public:
    /// Counts only.
    constexpr sink() = default;

    /// Writes into an array that is large enough. Lifetime: the array must outlive the sink.
    explicit constexpr sink(char* array) : array_(array) {}

    /// Appends to a string. Lifetime: the string must outlive the sink.
    explicit constexpr sink(std::string& text) : text_(&text) {}

    constexpr void append(std::string_view piece) {
        if (text_ != nullptr) {
            text_->append(piece);
        } else if (array_ != nullptr) {
            for (std::size_t at = 0; at < piece.size(); ++at)
                array_[size_ + at] = piece[at];
        }
        size_ += piece.size();
    }

    constexpr void append(char piece) { append(std::string_view{&piece, 1}); }

    constexpr void append_number(std::size_t number) {
        std::array<char, 20> digits{};
        std::size_t first = digits.size();
        do {
            digits[--first] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        append(std::string_view{digits.data() + first, digits.size() - first});
    }

    /// Characters taken so far.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

private:
    std::string* text_ = nullptr;
    char* array_ = nullptr;
    std::size_t size_ = 0;
};

/// The text that `Write(sink&)` writes, built at compile time and followed by a NUL.
template <auto Write>
struct constant_text {
    static constexpr std::size_t size = [] {
        sink counted;
        Write(counted);
        return counted.size();
    }();

    static constexpr std::array<char, size + 1> characters = [] {
        std::array<char, size + 1> written{};
        sink out{written.data()};
        Write(out);
        return written;
    }();

    static constexpr std::string_view text{characters.data(), size};
};

} // namespace weir::sql
