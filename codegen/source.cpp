// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include <weir/core/utf8.hpp>

#include <algorithm>
#include <utility>

namespace weir::gen {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

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

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        at += std::max<std::size_t>(utf8_length(text.substr(at)), 1);
    }
    return count;
}

} // namespace weir::gen
