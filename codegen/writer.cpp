// SPDX-License-Identifier: Apache-2.0
#include "writer.hpp"

#include <algorithm>

namespace weir::gen {

namespace {

std::string spaces(std::size_t count) {
    return std::string(count, ' ');
}

} // namespace

std::string part::flat() const {
    std::string made;
    if (!name.empty())
        made = '.' + name + " = ";
    if (!is_braced())
        return made + text;
    made += '{';
    for (std::size_t at = 0; at < parts.size(); ++at) {
        if (at != 0)
            made += ", ";
        made += parts[at].flat();
    }
    return made + '}';
}

void writer::gap() {
    if (!text_.ends_with("\n\n"))
        text_ += '\n';
}

void writer::wrapped(std::string_view mark, std::string_view text, std::string_view indent) {
    std::string current{indent};
    current += mark;
    const auto empty = current.size();
    const auto finish = [&] {
        // A backslash at the end would swallow the next line.
        if (current.ends_with('\\'))
            current += '.';
        line(current);
        current.resize(empty);
    };
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\n') {
            finish();
            ++at;
            continue;
        }
        if (text[at] == ' ' || text[at] == '\t' || text[at] == '\r') {
            ++at;
            continue;
        }
        const auto end = std::min(text.find_first_of(" \n\t\r", at), text.size());
        if (current.size() > empty && current.size() + 1 + end - at > width)
            finish();
        current += ' ';
        current += text.substr(at, end - at);
        at = end;
    }
    if (current.size() > empty)
        finish();
}

void writer::doc(std::string_view text, std::string_view indent) {
    wrapped("///", text, indent);
}

void writer::comment(std::string_view text, std::string_view indent) {
    wrapped("//", text, indent);
}

void writer::put(const part& what, std::size_t indent, std::size_t after) {
    const auto flat = what.flat();
    const auto start = text_.size() - (text_.rfind('\n') + 1);
    if (!what.is_braced() || start + flat.size() + after <= width) {
        text_ += flat;
        return;
    }
    if (!what.name.empty()) {
        text_ += '.' + what.name + " =\n" + spaces(indent + 4);
        put({{}, {}, what.parts}, indent + 4, after);
        return;
    }
    text_ += '{';
    for (std::size_t at = 0; at < what.parts.size(); ++at) {
        const bool last = at + 1 == what.parts.size();
        put(what.parts[at], indent + 1, last ? after + 1 : 1);
        if (!last)
            text_ += ",\n" + spaces(indent + 1);
    }
    text_ += '}';
}

void writer::table(std::string_view head, const std::vector<part>& parts) {
    const auto flat = std::string{head} + part{{}, {}, parts}.flat() + ';';
    const bool is_list = std::all_of(parts.begin(), parts.end(), [](const part& each) {
        return each.name.empty() && !each.is_braced();
    });
    if (is_list && flat.size() <= width) {
        line(flat);
        return;
    }
    text_.append(head).append("{\n");
    for (const auto& each : parts) {
        text_ += "    ";
        put(each, 4, 1);
        text_ += ",\n";
    }
    line("};");
}

void writer::call(
    std::string_view name,
    const std::vector<std::string>& leading,
    const std::vector<std::string>& group
) {
    std::string inside;
    for (const auto& each : leading)
        inside += (inside.empty() ? "" : ", ") + each;
    std::string grouped;
    for (const auto& each : group)
        grouped += (grouped.empty() ? "" : ", ") + each;
    const bool has_group = !group.empty();
    if (has_group)
        inside += ", (" + grouped + ')';
    if (name.size() + inside.size() + 2 <= width) {
        line(std::string{name} + '(' + inside + ')');
        return;
    }
    line(std::string{name} + '(');
    if (inside.size() + 4 <= width) {
        line("    " + inside);
    } else {
        for (std::size_t at = 0; at < leading.size(); ++at) {
            line("    " + leading[at] + (at + 1 < leading.size() || has_group ? "," : ""));
        }
        if (has_group && grouped.size() + 6 <= width) {
            line("    (" + grouped + ')');
            line(")");
            return;
        }
        for (std::size_t at = 0; at < group.size(); ++at) {
            line((at == 0 ? "    (" : "     ") + group[at] + (at + 1 < group.size() ? "," : ")"));
        }
    }
    line(")");
}

void writer::end_statement() {
    text_.insert(text_.size() - 1, ";");
}

void writer::members(const std::vector<member_line>& lines) {
    for (std::size_t from = 0; from < lines.size();) {
        // Remarks of lines that follow each other stand in one column, as long as all of them fit
        // there.
        std::size_t column = 0;
        std::size_t furthest = width;
        std::size_t to = from;
        for (; to < lines.size(); ++to) {
            const auto& each = lines[to];
            if (to > from && (!each.doc.empty() || each.remark.empty()))
                break;
            const auto least = each.indent + each.code.size() + 1;
            if (!each.remark.empty() && each.remark.size() + least > width)
                break;
            const auto most = width - each.remark.size();
            if (least > furthest || most < column)
                break;
            column = std::max(column, least);
            furthest = std::min(furthest, most);
            if (each.remark.empty()) {
                ++to;
                break;
            }
        }
        if (to == from) {
            // The remark fits on no line with its member: it goes above.
            const auto& each = lines[from++];
            doc(each.doc, spaces(each.indent));
            line(spaces(each.indent) + each.remark);
            member(each, spaces(each.indent) + each.code);
            continue;
        }
        for (; from < to; ++from) {
            const auto& each = lines[from];
            const auto code = spaces(each.indent) + each.code;
            doc(each.doc, spaces(each.indent));
            if (!each.remark.empty()) {
                line(code + spaces(column - code.size()) + each.remark);
            } else {
                member(each, code);
            }
        }
    }
}

// A long initialiser goes to a line of its own.
void writer::member(const member_line& what, const std::string& code) {
    const auto brace = what.code.find('{');
    const bool has_initialiser = what.code.ends_with("};") && !what.code.ends_with("{};");
    if (code.size() <= width || !has_initialiser) {
        line(code);
        return;
    }
    const auto inside = what.code.substr(brace + 1, what.code.size() - brace - 3);
    line(spaces(what.indent) + what.code.substr(0, brace + 1));
    line(spaces(what.indent + 4) + inside);
    line(spaces(what.indent) + "};");
}

} // namespace weir::gen
