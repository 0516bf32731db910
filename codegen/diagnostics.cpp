// SPDX-License-Identifier: Apache-2.0
#include "diagnostics.hpp"

#include <weir/core/utf8.hpp>
#include <weir/json/document_writer.hpp>
#include <weir/table/identifier.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace weir::gen {

namespace {

constexpr std::size_t most_printed = 20;
constexpr std::size_t most_listed = 24;

// The part of a line around a column: schemas of generated tables have lines that fill a screen.
struct window {
    std::string text;
    /// Characters of the line left out before the text, less those put there instead.
    std::size_t skipped = 0;
};

window window_of(std::string_view line, std::size_t column) {
    constexpr std::size_t widest = 160;
    constexpr std::size_t before = 60;
    constexpr std::string_view dots = "… ";
    std::string text;
    for (const char c : line)
        text += c == '\t' ? ' ' : c;
    if (count_characters(line) <= widest)
        return {text, 0};
    const auto from = column > before + 2 ? column - before : 0;
    std::size_t at = 0;
    for (std::size_t count = 0; count < from && at < text.size(); ++count)
        at += std::max<std::size_t>(utf8_length(text.substr(at)), 1);
    auto end = at;
    for (std::size_t count = 0; count < widest && end < text.size(); ++count)
        end += std::max<std::size_t>(utf8_length(text.substr(end)), 1);
    window made{text.substr(at, end - at), 0};
    if (end < text.size())
        made.text += " …";
    if (from > 0) {
        made.text.insert(0, dots);
        made.skipped = from - 2;
    }
    return made;
}

std::string quoted_line(const source& file, range at) {
    const auto from = file.at(at.begin);
    const auto to = file.at(std::max(at.end, at.begin + 1));
    const auto line = file.line(from.line);
    auto number = std::to_string(from.line);
    if (number.size() < 5)
        number.insert(0, 5 - number.size(), ' ');

    const auto shown = window_of(line, from.column);
    const auto column = from.column - shown.skipped;
    // A range that runs over the line's end is underlined up to it.
    const auto last = to.line == from.line ? std::size_t{to.column} : count_characters(line) + 1;
    const auto room = count_characters(shown.text) + 1;
    const auto end = std::clamp<std::size_t>(
        last - std::min(last, shown.skipped), column + 1, std::max(room, column + 1)
    );
    return number + " | " + shown.text + "\n      | " + std::string(column - 1, ' ') + '^' +
           std::string(end - column - 1, '~') + '\n';
}

std::string place_of(const source& file, range at) {
    const auto where = file.at(at.begin);
    return file.path() + ':' + std::to_string(where.line) + ':' + std::to_string(where.column) +
           ": ";
}

void append_place(json::document_writer& to, const sources& files, range at) {
    const auto& file = files[at.file];
    const auto begin = file.at(at.begin);
    const auto end = file.at(at.end);
    to.text("file", file.path());
    to.number("line", begin.line);
    to.number("column", begin.column);
    to.number("end_line", end.line);
    to.number("end_column", end.column);
}

} // namespace

void diagnostics::add(diagnostic found) {
    const bool told = std::any_of(found_.begin(), found_.end(), [&found](const diagnostic& other) {
        return other.id == found.id && other.at.file == found.at.file &&
               other.at.begin == found.at.begin && other.message == found.message;
    });
    if (told)
        return;
    if (found.level == severity::error)
        ++errors_;
    found_.push_back(std::move(found));
}

bool diagnostics::has_error_in(range at) const {
    return std::any_of(found_.begin(), found_.end(), [at](const diagnostic& each) {
        return each.level == severity::error && each.at.file == at.file &&
               each.at.begin >= at.begin && each.at.begin < at.end;
    });
}

std::vector<std::size_t> diagnostics::sorted() const {
    std::vector<std::size_t> by_position(found_.size());
    std::iota(by_position.begin(), by_position.end(), std::size_t{0});
    std::sort(by_position.begin(), by_position.end(), [this](std::size_t a, std::size_t b) {
        const auto& left = found_[a].at;
        const auto& right = found_[b].at;
        return std::tie(left.file, left.begin, a) < std::tie(right.file, right.begin, b);
    });
    return by_position;
}

std::string diagnostics::print(const sources& files) const {
    const auto order = sorted();
    std::string text;
    for (std::size_t i = 0; i < std::min(order.size(), most_printed); ++i) {
        const auto& each = found_[order[i]];
        const auto& file = files[each.at.file];
        text += place_of(file, each.at);
        text += each.level == severity::error ? "error: " : "warning: ";
        text += each.message + " [" + std::string{each.id} + "]\n" + quoted_line(file, each.at);
        if (!each.hint.empty())
            text += "      = hint: " + each.hint + '\n';
        for (const auto& other : each.notes) {
            const auto& other_file = files[other.at.file];
            text += place_of(other_file, other.at) + "note: " + other.message + '\n' +
                    quoted_line(other_file, other.at);
        }
    }
    if (order.size() > most_printed) {
        text += "… and " + std::to_string(order.size() - most_printed) + " more\n";
    }
    return text;
}

std::string diagnostics::as_json(const sources& files) const {
    json::document_writer to;
    to.begin_object();
    to.number("errors", errors_);
    to.number("warnings", found_.size() - errors_);
    to.begin_array("findings");
    for (const auto at : sorted()) {
        const auto& each = found_[at];
        to.begin_object();
        to.text("id", each.id);
        to.text("severity", each.level == severity::error ? "error" : "warning");
        append_place(to, files, each.at);
        to.text("message", each.message);
        to.text("hint", each.hint);
        to.begin_array("notes");
        for (const auto& other : each.notes) {
            to.begin_object();
            append_place(to, files, other.at);
            to.text("message", other.message);
            to.end_object();
        }
        to.end_array();
        to.end_object();
    }
    to.end_array();
    to.end_object();
    return to.take();
}

std::string nearest_hint(std::string_view name, std::span<const std::string_view> known) {
    if (const auto near = nearest_name(name, known); !near.empty()) {
        return "did you mean '" + std::string{near} + "'?";
    }
    if (known.empty() || known.size() > most_listed)
        return {};
    return "known here: " + listed(known);
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (const auto name : names) {
        if (!text.empty())
            text += ", ";
        text += name;
    }
    return text;
}

} // namespace weir::gen
