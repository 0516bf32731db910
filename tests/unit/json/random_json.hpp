// SPDX-License-Identifier: Apache-2.0
// Random JSON texts, well-formed and broken, the same for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace random_json {

class source {
public:
    explicit source(std::uint32_t seed) : engine_(seed) {}

    /// A number from 0 up to, not including, `end`.
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_);
    }

    std::uint64_t bits() { return engine_(); }

private:
    std::mt19937_64 engine_;
};

inline void append_space(source& from, std::string& out) {
    constexpr std::string_view spaces[]{"", "", "", " ", "\n", "\t", "\r\n  "};
    out += spaces[from.below(std::size(spaces))];
}

inline void append_string(source& from, std::string& out) {
    constexpr std::string_view pieces[]{
        "a",       "plain ascii text", "\\n",  "\\\"", "\\\\", "\\/",       "\\u0041",
        "\\u00e9", "\\uD83D\\uDE00",   "é",    "漢字", "😀",   "\\u0000",   "'",
        "{",       "12345678",         "\x7f", ",",    "\\b",  "\\f\\r\\t", "\\uFFFF",
    };
    out += '"';
    for (auto count = from.below(6); count > 0; --count)
        out += pieces[from.below(std::size(pieces))];
    out += '"';
}

inline void append_number(source& from, std::string& out) {
    constexpr std::string_view numbers[]{
        "0",
        "-0",
        "1",
        "-17",
        "3.25",
        "1e5",
        "1E-7",
        "-2.5e+3",
        "9223372036854775807",
        "0.1e1",
        "18446744073709551615",
        "123456789.000000001",
        "1e300",
        "-1.7976931348623157e308",
    };
    out += numbers[from.below(std::size(numbers))];
}

inline void append_value(source& from, std::string& out, std::size_t depth) {
    append_space(from, out);
    switch (from.below(depth == 0 ? 6 : 9)) {
    case 0:
        out += "null";
        break;
    case 1:
        out += "true";
        break;
    case 2:
        out += "false";
        break;
    case 3:
    case 4:
        append_number(from, out);
        break;
    case 5:
        append_string(from, out);
        break;
    case 6:
    case 7:
        out += '{';
        for (auto count = from.below(4), left = count; left > 0; --left) {
            if (left != count)
                out += ',';
            append_space(from, out);
            append_string(from, out);
            append_space(from, out);
            out += ':';
            append_value(from, out, depth - 1);
        }
        append_space(from, out);
        out += '}';
        break;
    default:
        out += '[';
        for (auto count = from.below(4), left = count; left > 0; --left) {
            if (left != count)
                out += ',';
            append_value(from, out, depth - 1);
        }
        append_space(from, out);
        out += ']';
    }
    append_space(from, out);
}

inline std::string document(source& from) {
    std::string out;
    append_value(from, out, 5);
    return out;
}

/// Changes a few bytes of a text: it may or may not stay JSON.
inline void damage(source& from, std::string& text) {
    // No NUL: the oracle takes one for the end of the text.
    constexpr std::string_view bytes =
        "{}[],:\"\\0123456789eE+-.tfn \x1f\x7f\x80\xc3\xa9\xed\xa0\xf4\xffu";
    for (auto count = from.below(3) + 1; count > 0 && !text.empty(); --count) {
        const auto at = from.below(text.size());
        switch (from.below(4)) {
        case 0:
            text.erase(at, 1);
            break;
        case 1:
            text.insert(at, 1, bytes[from.below(bytes.size())]);
            break;
        case 2:
            text[at] = bytes[from.below(bytes.size())];
            break;
        default:
            text.resize(at);
        }
    }
}

} // namespace random_json
