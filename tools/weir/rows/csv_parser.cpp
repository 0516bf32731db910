// SPDX-License-Identifier: Apache-2.0
#include "csv_parser.hpp"

namespace weir::ops {

bool csv_parser::take_quoted(std::string_view text, std::size_t& at, bool is_all) {
    ++at;
    while (true) {
        const auto quote = text.find('"', at);
        if (quote == std::string_view::npos) {
            if (!is_all)
                return false;
            texts_.append(text.substr(at));
            at = text.size();
            problem_ = "a quoted field does not end";
            return true;
        }
        texts_.append(text.substr(at, quote - at));
        at = quote + 1;
        if (at == text.size() && !is_all)
            return false;
        if (at == text.size() || text[at] != '"')
            return true;
        texts_.push_back('"');
        ++at;
    }
}

bool csv_parser::take_field(std::string_view text, std::size_t& at, bool is_all) {
    auto& made = pieces_.emplace_back();
    made.begin = texts_.size();
    if (at < text.size() && text[at] == '"') {
        made.is_quoted = true;
        if (!take_quoted(text, at, is_all))
            return false;
    }
    const auto end = text.find_first_of(",\r\n\"", at);
    auto stop = end;
    // A quote inside a field, or a CR that ends no line, belongs to the field.
    while (stop != std::string_view::npos && text[stop] != ',' && text[stop] != '\n') {
        if (text[stop] == '"')
            problem_ = "a quote stands inside a field that does not begin with one";
        if (text[stop] == '\r') {
            if (stop + 1 == text.size() && !is_all)
                return false;
            if (stop + 1 == text.size() || text[stop + 1] == '\n')
                break;
        }
        stop = text.find_first_of(",\r\n\"", stop + 1);
    }
    if (stop == std::string_view::npos) {
        if (!is_all)
            return false;
        stop = text.size();
    }
    if (made.is_quoted && stop != at && problem_.empty())
        problem_ = "something follows the closing quote of a field";
    texts_.append(text.substr(at, stop - at));
    made.end = texts_.size();
    at = stop;
    return true;
}

std::size_t csv_parser::parse(std::string_view text, bool is_all) {
    texts_.clear();
    pieces_.clear();
    fields_.clear();
    problem_ = {};
    std::size_t at = 0;
    while (true) {
        if (!take_field(text, at, is_all))
            return 0;
        if (at < text.size() && text[at] == ',') {
            ++at;
            continue;
        }
        if (at < text.size() && text[at] == '\r')
            ++at;
        if (at < text.size() && text[at] == '\n')
            ++at;
        break;
    }
    const bool is_blank = pieces_.size() == 1 && !pieces_.front().is_quoted &&
                          pieces_.front().begin == pieces_.front().end;
    if (is_blank)
        return at;
    const std::string_view all = texts_;
    for (const auto& each : pieces_)
        fields_.push_back({all.substr(each.begin, each.end - each.begin), each.is_quoted});
    return at;
}

} // namespace weir::ops
