// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <weir/json/string.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace weir::ops {

namespace {

std::string padded(std::string_view text, std::size_t width) {
    std::string made{text};
    made.resize(std::max(width, text.size()), ' ');
    return made;
}

void append_texts(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
    out.append("\"").append(name).append("\":[");
    std::string_view comma;
    for (const auto& each : texts) {
        out.append(comma);
        json::append_json_string(out, each);
        comma = ",";
    }
    out.append("]");
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
    out.append("\"").append(name).append("\":");
    json::append_json_string(out, text);
}

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + ' ' + std::string{what} + (count == 1 ? "" : "s");
}

} // namespace

std::string text_report(const comparison& of, const plan& made, const decisions& by) {
    std::string out;
    std::size_t breaking = 0;
    std::size_t width = 0;
    for (const auto& each : of.changes)
        width = std::max(width, each.id.size());
    for (const auto& each : of.changes) {
        breaking += each.breaks_clients ? 1U : 0U;
        out.append(padded(name_of(each.is), 9))
            .append(each.what.empty() ? each.id : padded(each.id, width));
        if (!each.what.empty())
            out.append("  ").append(each.what);
        if (each.breaks_clients)
            out.append("  [breaks API clients]");
        out.push_back('\n');
        const std::string indent(11, ' ');
        if (!each.hint.empty())
            out.append(indent).append(each.hint).push_back('\n');
        if (!each.needs_approval())
            continue;
        if (by.kept.contains(each.id)) {
            out.append(indent).append("kept\n");
        } else if (by.approved.contains(each.id)) {
            out.append(indent).append("approved\n");
        } else {
            out.append(indent).append("--approve " + each.id + " to do it, --keep " + each.id);
            out.append(" to leave it\n");
        }
    }
    for (const auto& each : of.notes)
        out.append("note     ").append(each).push_back('\n');
    for (const auto& each : made.unknown)
        out.append("unknown  no change is called ").append(each).push_back('\n');
    if (of.changes.empty()) {
        out.append("no differences\n");
        return out;
    }
    out.append(counted(of.changes.size(), "change"));
    if (breaking != 0)
        out.append("; ")
            .append(std::to_string(breaking))
            .append(breaking == 1 ? " breaks API clients" : " break API clients");
    if (!made.undecided.empty())
        out.append("; ")
            .append(std::to_string(made.undecided.size()))
            .append(made.undecided.size() == 1 ? " needs approval" : " need approval");
    if (!made.refused.empty())
        out.append("; ").append(std::to_string(made.refused.size())).append(" refused");
    out.push_back('\n');
    return out;
}

std::string json_report(const comparison& of, const plan& made, std::string_view outcome) {
    std::string out = "{";
    append_text(out, "outcome", outcome);
    out.append(",\"changes\":[");
    std::string_view comma;
    for (const auto& each : of.changes) {
        out.append(comma).append("\n{");
        comma = ",";
        append_text(out, "id", each.id);
        out.push_back(',');
        append_text(out, "kind", each.kind);
        out.push_back(',');
        append_text(out, "table", each.table);
        out.push_back(',');
        append_text(out, "object", each.object);
        out.push_back(',');
        append_text(out, "effect", name_of(each.is));
        out.append(",\"breaks_clients\":").append(each.breaks_clients ? "true" : "false");
        out.append(",\"needs_approval\":").append(each.needs_approval() ? "true" : "false");
        out.push_back(',');
        append_text(out, "what", each.what);
        out.push_back(',');
        append_text(out, "hint", each.hint);
        std::vector<std::string> statements;
        for (const auto& step : each.steps)
            statements.push_back(step.sql);
        out.push_back(',');
        append_texts(out, "statements", statements);
        out.push_back('}');
    }
    out.append("],");
    append_texts(out, "undecided", made.undecided);
    out.push_back(',');
    append_texts(out, "refused", made.refused);
    out.push_back(',');
    append_texts(out, "unknown", made.unknown);
    out.push_back(',');
    append_texts(out, "notes", of.notes);
    out.append("}\n");
    return out;
}

std::string sql_report(const plan& made) {
    std::string out;
    for (const auto& each : made.batches) {
        if (each.repeats)
            out.append("-- again until it changes no row\n");
        const bool is_block = each.in_transaction && !each.repeats;
        if (is_block)
            out.append("begin;\n");
        for (const auto& statement : each.statements)
            out.append(statement).append(";\n");
        if (is_block)
            out.append("commit;\n");
    }
    return out;
}

} // namespace weir::ops
