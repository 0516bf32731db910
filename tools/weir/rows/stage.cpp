// SPDX-License-Identifier: Apache-2.0
#include "stage.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "../sql_words.hpp"

namespace weir::ops {

namespace {

constexpr std::string_view foreign_key_violation = "23503";

/// Whether an error is about the values of a row. Source: PostgreSQL 15 manual, appendix A: classes
/// 22 (data) and 23 (integrity), P0001 (what a trigger raises), 44000 (a view's check).
bool is_about_a_row(std::string_view sqlstate) {
    return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate == "P0001" ||
           sqlstate == "44000";
}

/// `duplicate key value violates …: Key (id)=(7) already exists.`
std::string reason_of(const database_error& failed) {
    std::string_view text = failed.what();
    constexpr std::string_view severity = "ERROR:  ";
    constexpr std::string_view more = "\nDETAIL:  ";
    if (text.starts_with(severity))
        text.remove_prefix(severity.size());
    std::string made{text.substr(0, text.find('\n'))};
    const auto detail = text.find(more);
    if (detail != std::string_view::npos) {
        const auto rest = text.substr(detail + more.size());
        made.append(": ").append(rest.substr(0, rest.find('\n')));
    }
    return made;
}

std::string rows_between(std::uint64_t first, std::uint64_t last) {
    return "weir_row between " + std::to_string(first) + " and " + std::to_string(last);
}

} // namespace

row_stage::row_stage(database& at, const table& of, std::string target)
    : at_(&at), of_(&of), target_(std::move(target)) {
    std::string columns;
    std::string values;
    for (const auto& column : of.columns) {
        const auto name = quoted(column.name);
        columns.append(columns.empty() ? "" : ", ").append(name);
        values.append(values.empty() ? "" : ", ");
        if (column.generated == generated_by::identity) {
            values.append("coalesce(" + name + ", nextval(pg_get_serial_sequence(")
                .append(literal(target_) + ", " + literal(column.name) + ")))");
        } else {
            values.append(name);
        }
    }
    for (const auto& each : of.relations)
        refers_to_itself_ = refers_to_itself_ || &each.target() == &of;
    at.run(
        "drop table if exists pg_temp.weir_rows; create temporary table weir_rows on commit delete "
        "rows as select 0::bigint as weir_row, " +
        columns + " from " + target_ + " with no data"
    );
    insert_ = "insert into " + target_ + " (" + columns + ") select " + values + " from " +
              std::string{name()} + " where ";
}

std::uint64_t row_stage::copy(const std::function<std::string_view()>& feed) {
    std::uint64_t rows = 0;
    at_->copy_in("copy " + std::string{name()} + " from stdin", [&] {
        const auto lines = feed();
        rows += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
        return lines;
    });
    return rows;
}

std::uint64_t row_stage::insert_where(const std::string& condition) {
    at_->run("savepoint weir_row");
    const auto taken = at_->run(insert_ + condition + " order by weir_row");
    at_->run("release weir_row");
    return taken;
}

bool row_stage::try_insert(range of, std::uint64_t& taken, refused_row& why) {
    try {
        taken += insert_where(rows_between(of.first, of.last));
        return true;
    } catch (const database_error& failed) {
        if (!is_about_a_row(failed.sqlstate()))
            throw;
        why = {of.first, reason_of(failed), failed.sqlstate() == foreign_key_violation};
    }
    at_->run("rollback to weir_row");
    return false;
}

void row_stage::retry_references(std::uint64_t& taken, std::vector<refused_row>& refused) {
    // A row whose parent came after it, in the other half: in as many rounds as they are deep.
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (auto& each : refused) {
            if (!each.is_reference)
                continue;
            refused_row why;
            if (try_insert({each.number, each.number}, taken, why)) {
                is_new = true;
                each.reason.clear();
                each.is_reference = false;
            }
        }
        std::erase_if(refused, [](const refused_row& each) { return each.reason.empty(); });
    }
}

std::uint64_t
row_stage::insert(std::uint64_t first, std::uint64_t last, std::vector<refused_row>& refused) {
    std::uint64_t taken = 0;
    std::vector<range> left;
    if (first <= last)
        left.push_back({first, last});
    while (!left.empty()) {
        const auto next = left.back();
        left.pop_back();
        refused_row why;
        if (try_insert(next, taken, why))
            continue;
        if (next.first == next.last) {
            refused.push_back(std::move(why));
            continue;
        }
        const auto middle = next.first + (next.last - next.first) / 2;
        left.push_back({middle + 1, next.last});
        left.push_back({next.first, middle});
    }
    if (refers_to_itself_)
        retry_references(taken, refused);
    return taken;
}

void row_stage::clear() {
    at_->run("truncate " + std::string{name()});
}

void row_stage::advance_identity() {
    for (const auto& column : of_->columns) {
        if (column.generated != generated_by::identity)
            continue;
        const auto sequence =
            at_->query("select pg_get_serial_sequence($1, $2)", {target_, column.name})
                .front()
                .front();
        if (sequence.empty())
            continue;
        at_->run(
            "select setval(" + literal(sequence) + ", most) from (select max(" +
            quoted(column.name) + ") as most from " + std::string{name()} +
            ") as given where most > (select last_value from " + sequence + ")"
        );
    }
}

} // namespace weir::ops
