// SPDX-License-Identifier: Apache-2.0
#include "manual.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::cli {

namespace {

constexpr std::size_t columns = 80;

/// Words of `text` in lines of at most 80 columns; an empty line stays one.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
    std::size_t column = 0;
    while (!text.empty()) {
        if (text.starts_with("\n\n")) {
            out.append("\n\n");
            column = 0;
            text.remove_prefix(2);
            continue;
        }
        if (text.front() == ' ' || text.front() == '\n') {
            text.remove_prefix(1);
            continue;
        }
        const auto word = text.substr(0, std::min(text.find_first_of(" \n"), text.size()));
        if (column != 0 && column + 1 + word.size() > columns) {
            out.push_back('\n');
            column = 0;
        }
        if (column == 0) {
            out.append(indent, ' ');
            column = indent;
        } else {
            out.push_back(' ');
            ++column;
        }
        out.append(word);
        column += word.size();
        text.remove_prefix(word.size());
    }
    out.push_back('\n');
}

/// Text as roff takes it: no character of it is an instruction.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char each : text) {
        const bool begins_line = out.empty() || out.back() == '\n';
        if (begins_line && (each == '.' || each == '\''))
            out.append("\\&");
        if (each == '\\')
            out.append("\\e");
        else if (each == '-')
            out.append("\\-");
        else
            out.push_back(each);
    }
    return out;
}

void append_paragraphs(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find("\n\n"), text.size());
        out.append(".PP\n").append(escaped(text.substr(0, end))).push_back('\n');
        text.remove_prefix(std::min(end + 2, text.size()));
    }
}

void append_roff(std::string& out, const help_page& of, std::string_view heading) {
    for (const auto& part : of) {
        out.append(heading).append(" \"").append(escaped(part.title)).append("\"\n");
        append_paragraphs(out, part.text);
        for (const auto& each : part.entries)
            out.append(".TP\n.B ")
                .append(escaped(each.term))
                .append("\n")
                .append(escaped(each.text))
                .push_back('\n');
    }
}

} // namespace

std::string as_text(const help_page& of) {
    std::string out;
    for (const auto& part : of) {
        if (!out.empty())
            out.push_back('\n');
        out.append(part.title).push_back('\n');
        if (!part.text.empty())
            append_wrapped(out, part.text, 4);
        std::size_t width = 0;
        for (const auto& each : part.entries)
            width = std::max(width, each.term.size());
        const bool in_columns = width <= 14;
        for (const auto& each : part.entries) {
            out.append(4, ' ').append(each.term);
            if (in_columns) {
                std::string text;
                append_wrapped(text, each.text, width + 6);
                out.append(width + 2 - each.term.size(), ' ').append(text, width + 6);
            } else {
                out.push_back('\n');
                append_wrapped(out, each.text, 10);
            }
        }
    }
    return out;
}

std::string as_roff(
    std::string_view program,
    std::string_view version,
    const help_page& of,
    const std::vector<chapter>& commands
) {
    std::string out{".TH \""};
    out.append(escaped(program)).append("\" 1 \"\" \"weir ").append(version).append("\"\n");
    append_roff(out, of, ".SH");
    for (const auto& each : commands) {
        out.append(".SH \"").append(escaped(each.title)).append("\"\n");
        append_roff(out, each.content, ".SS");
    }
    return out;
}

} // namespace weir::cli
