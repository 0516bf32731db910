// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include <algorithm>
#include <utility>

namespace weir::gen {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

} // namespace

source::source(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)) {
    if (text_.starts_with(byte_order_mark))
        text_.erase(0, byte_order_mark.size());
    line_starts_.push_back(0);
    for (std::size_t at = 0; at < text_.size(); ++at) {
        if (text_[at] == '\n')
            line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
}

position source::at(std::uint32_t offset) const {
    const auto clamped = std::min(offset, static_cast<std::uint32_t>(text_.size()));
    const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), clamped);
    const auto start = *(next - 1);
    const auto before = std::string_view{text_}.substr(start, clamped - start);
    return {
        static_cast<std::uint32_t>(next - line_starts_.begin()),
        static_cast<std::uint32_t>(count_characters(before) + 1),
    };
}

std::string_view source::line(std::uint32_t number) const {
    const std::string_view all{text_};
    if (number == 0 || number > line_starts_.size())
        return {};
    const auto start = line_starts_[number - 1];
    const auto end = all.find('\n', start);
    auto found = all.substr(start, end == std::string_view::npos ? end : end - start);
    if (found.ends_with('\r'))
        found.remove_suffix(1);
    return found;
}

std::string_view source::text_of(range of) const {
    const std::string_view all{text_};
    const auto begin = std::min<std::size_t>(of.begin, all.size());
    return all.substr(begin, std::max(of.end, of.begin) - of.begin);
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.find_last_of('/') + 1);
}

std::string_view folder_of(std::string_view path) {
    return path.substr(0, path.find_last_of('/') + 1);
}

// Source: Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto first = byte_at(text, at);
    if (first < 0x80)
        return 1;
    std::size_t length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        if (first == 0xE0)
            low = 0xA0;
        if (first == 0xED)
            high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        if (first == 0xF0)
            low = 0x90;
        if (first == 0xF4)
            high = 0x8F;
    }
    if (length == 0 || at + length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = byte_at(text, at + i);
        if (next < low || next > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return length;
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        at += std::max<std::size_t>(utf8_length(text, at), 1);
    }
    return count;
}

} // namespace weir::gen
