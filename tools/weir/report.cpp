// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <weir/json/document_writer.hpp>

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
    json::document_writer to;
    to.begin_object();
    to.text("outcome", outcome);
    to.begin_array("changes");
    for (const auto& each : of.changes) {
        to.begin_object();
        to.text("id", each.id);
        to.text("kind", each.kind);
        to.text("table", each.table);
        to.text("object", each.object);
        to.text("effect", name_of(each.is));
        to.flag("breaks_clients", each.breaks_clients);
        to.flag("needs_approval", each.needs_approval());
        to.text("what", each.what);
        to.text("hint", each.hint);
        to.begin_array("statements");
        for (const auto& step : each.steps)
            to.text(step.sql);
        to.end_array();
        to.end_object();
    }
    to.end_array();
    to.texts("undecided", made.undecided);
    to.texts("refused", made.refused);
    to.texts("unknown", made.unknown);
    to.texts("notes", of.notes);
    to.end_object();
    return to.take();
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
