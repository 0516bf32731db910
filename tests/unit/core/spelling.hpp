// SPDX-License-Identifier: Apache-2.0
// Values to text and back in one expression, for the tests of the codec.
#pragma once

#include <weir/core/text.hpp>

#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace weir::test {

inline constexpr auto postgres = text_format::postgres;
inline constexpr auto statement_api = text_format::statement_api;
inline constexpr text_format both_formats[]{postgres, statement_api};

template <class T>
std::string written(const T& value, text_format format) {
    std::string out = "before ";
    append_text(out, value, format);
    return out.starts_with("before ") ? out.substr(7) : "overwritten";
}

template <class T>
std::optional<T> read(std::string_view text, text_format format) {
    T value{};
    if (!parse_text(text, value, format))
        return std::nullopt;
    return value;
}

/// Whether a value survives being written and read.
template <class T>
bool survives(const T& value, text_format format) {
    return read<T>(written(value, format), format) == value;
}

/// The same numbers on every run and machine.
using generator = std::mt19937_64;

/// A number below `end`; the distributions of the standard library differ between implementations.
inline std::uint64_t below(generator& random, std::uint64_t end) {
    return random() % end;
}

} // namespace weir::test
