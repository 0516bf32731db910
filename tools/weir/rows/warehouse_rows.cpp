// SPDX-License-Identifier: Apache-2.0
#include "warehouse_rows.hpp"

#include <weir/json/reader.hpp>
#include <weir/sql/column_text.hpp>
#include <weir/sql/predicate.hpp>
#include <weir/sql/rows.hpp>
#include <weir/table/audit.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "../sql_words.hpp"
#include "row_check.hpp"
#include "row_table.hpp"

namespace weir::ops {

namespace {

constexpr auto spoken = sql::dialect::databricks;

/// What a look answers of a row that is there already.
constexpr std::size_t is_there_already = 0;

std::string name_of(std::string_view alias, std::string_view column) {
    return std::string{alias}.append(".").append(quoted(column, spoken));
}

template <class Write>
std::string written(const Write& write) {
    std::string text;
    sql::sink into{text};
    sql::writer out{into, spoken};
    write(out);
    return text;
}

std::size_t position_of_identity(const table& of) {
    std::size_t at = 0;
    while (at < of.columns.size() && of.columns[at].generated != generated_by::identity)
        ++at;
    return at;
}

/// The rows of the parameter `:p1`, with the number of each.
std::string relation_of(const table& of) {
    std::vector<column> columns{of.columns.begin(), of.columns.end()};
    columns.push_back({.name = row_number_name, .type = {.kind = type::int64}});
    std::vector<std::uint16_t> all(columns.size());
    std::iota(all.begin(), all.end(), std::uint16_t{0});
    auto numbered = of;
    numbered.columns = columns;
    return written([&](sql::writer& out) { sql::write_rows(out, numbered, all); });
}

} // namespace

warehouse_rows::warehouse_rows(house& at, const table& of, std::string target)
    : at_(&at), of_(&of), target_(std::move(target)), relation_(relation_of(of)),
      record_uuid_(find_column(of.columns, audit_role::record_uuid)),
      is_deleted_(find_column(of.columns, audit_role::is_deleted)),
      identity_(position_of_identity(of)) {
    unique_.push_back({of.key, true});
    for (const auto& each : of.unique)
        unique_.push_back({each.columns, false});
    reasons_.emplace_back();
    for (const auto& each : unique_)
        reasons_.push_back("Another row has the same " + names_of(each.columns));
    reasons_.emplace_back("Another row has the same record_uuid");
    for (const auto& each : of.checks)
        reasons_.push_back("The check '" + std::string{each.name} + "' does not hold");
}

std::string warehouse_rows::names_of(column_indexes columns) const {
    std::string names;
    for (const auto column : columns)
        names.append(names.empty() ? "" : ", ").append(of_->columns[column].name);
    return names;
}

std::string
warehouse_rows::equal(column_indexes columns, std::string_view left, std::string_view right) const {
    std::string made;
    for (const auto column : columns) {
        const auto name = of_->columns[column].name;
        made.append(made.empty() ? "" : " and ")
            .append(name_of(left, name) + " = " + name_of(right, name));
    }
    return made;
}

/// By what a row of a batch is known again in the table.
std::string warehouse_rows::is_same_row() const {
    if (of_->audit) {
        const auto name = of_->columns[record_uuid_].name;
        return name_of("t", name) + " = " + name_of("r", name);
    }
    auto made = equal(of_->key, "t", "r");
    for (const auto& column : of_->columns) {
        // The time at which rows come differs where they come again.
        if (column.key || column.generated == generated_by::now)
            continue;
        const auto value = [&](std::string_view alias) {
            return written([&](sql::writer& out) { sql::write_column_value(out, alias, column); });
        };
        made.append(" and " + value("t") + " <=> " + value("r"));
    }
    return made;
}

std::pair<std::uint64_t, warehouse_rows::held_row> warehouse_rows::read(std::string_view object
) const {
    std::vector<std::string_view> given(of_->columns.size());
    std::uint64_t row = 0;
    json::reader in{object};
    std::string_view name;
    std::string_view value;
    in.enter_object();
    while (in.next_member(name)) {
        const bool is_number = name == row_number_name;
        const auto found =
            std::find_if(of_->columns.begin(), of_->columns.end(), [&](const column& each) {
                return each.name == name;
            });
        if (!in.read_raw(value))
            break;
        if (is_number)
            row = number(value);
        else if (found != of_->columns.end())
            given[static_cast<std::size_t>(found - of_->columns.begin())] = value;
    }
    const bool is_deleted = is_deleted_ != given.size() && given[is_deleted_] == "true";
    held_row made{.object = std::string{object}};
    for (const auto& each : unique_) {
        auto& text = made.values.emplace_back();
        for (const auto column : each.columns) {
            if (given[column].empty() || (is_deleted && !each.is_key)) {
                text.clear();
                break;
            }
            text.append(given[column]).push_back(',');
        }
    }
    return {row, std::move(made)};
}

void warehouse_rows::add(std::string_view lines) {
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        auto [row, made] = read(lines.substr(0, end));
        rows_.insert_or_assign(row, std::move(made));
        lines.remove_prefix(end + 1);
    }
}

std::uint64_t warehouse_rows::count(state wanted) const {
    return static_cast<std::uint64_t>(std::count_if(
        rows_.begin(), rows_.end(), [&](const auto& each) { return each.second.is == wanted; }
    ));
}

/// `work(objects, how many)` for as many new rows at once as a statement takes.
template <class Work>
void warehouse_rows::in_parts(const Work& work) const {
    std::string part;
    std::uint64_t rows = 0;
    const auto finish = [&] {
        if (rows != 0)
            work(part.append("]"), rows);
        part.clear();
        rows = 0;
    };
    for (const auto& [row, each] : rows_) {
        if (each.is != state::new_row)
            continue;
        if (part.size() + each.object.size() > most_bytes)
            finish();
        part.append(rows++ == 0 ? "[" : ",").append(each.object);
    }
    finish();
}

/// A query of the numbers of rows, and which of the reasons each has.
std::string warehouse_rows::look_text(std::uint64_t doubtful) const {
    std::string text = "with r as (" + relation_ + ") ";
    std::string_view also;
    const auto number_name = name_of("r", row_number_name);
    const auto add = [&](std::size_t reason, const std::string& rest) {
        text.append(also).append("select " + number_name + ", " + std::to_string(reason));
        text.append(" from r" + rest);
        also = " union all ";
    };
    if (doubtful != 0)
        add(is_there_already,
            " join " + target_ + " as t on " + is_same_row() + " where " + number_name +
                " <= " + std::to_string(doubtful));
    auto reason = is_there_already + 1;
    for (const auto& each : unique_) {
        auto rest = " join " + target_ + " as t on " + equal(each.columns, "t", "r");
        if (!each.is_key && sql::keeps_deleted(*of_)) {
            const auto name = of_->columns[is_deleted_].name;
            rest.append(" where not " + name_of("t", name) + " and not " + name_of("r", name));
        }
        add(reason++, rest);
    }
    if (of_->audit)
        add(reason,
            " join " + target_ + " as t on " + is_same_row() + " where " +
                name_of("r", of_->columns[of_->key.front()].name) + " is null");
    ++reason;
    for (const auto& each : of_->checks)
        add(reason++, " where not (" + std::string{each.expr} + ")");
    return text;
}

void warehouse_rows::refuse_repetitions(std::vector<refused_row>& refused) {
    std::vector<std::set<std::string_view>> seen(unique_.size());
    for (auto& [row, each] : rows_) {
        if (each.is != state::new_row)
            continue;
        std::size_t set = 0;
        while (set < seen.size() &&
               (each.values[set].empty() || !seen[set].contains(each.values[set])))
            ++set;
        if (set != seen.size()) {
            each.is = state::refused;
            refused.push_back({.number = row, .reason = reasons_[set + 1]});
            continue;
        }
        for (set = 0; set < seen.size(); ++set) {
            if (!each.values[set].empty())
                seen[set].insert(each.values[set]);
        }
    }
}

void warehouse_rows::look(std::uint64_t doubtful, std::vector<refused_row>& refused) {
    std::map<std::uint64_t, std::set<std::size_t>> found;
    const auto text = look_text(doubtful);
    in_parts([&](const std::string& objects, std::uint64_t) {
        for (const auto& row : at_->query(text, {objects}))
            found[number(row[0])].insert(number(row[1]));
    });
    for (const auto& [row, reasons] : found) {
        auto& held = rows_.at(row);
        if (reasons.contains(is_there_already)) {
            held.is = state::is_there;
            continue;
        }
        std::string why;
        for (const auto reason : reasons)
            why.append(why.empty() ? "" : "; ").append(reasons_[reason]);
        held.is = state::refused;
        refused.push_back({.number = row, .reason = std::move(why)});
    }
    refuse_repetitions(refused);
}

std::string warehouse_rows::merge_text() const {
    const bool gives_all_keys = std::all_of(rows_.begin(), rows_.end(), [](const auto& each) {
        return each.second.is != state::new_row || !each.second.values[0].empty();
    });
    const std::uint16_t by_uuid[]{static_cast<std::uint16_t>(record_uuid_)};
    const auto match = gives_all_keys ? of_->key : column_indexes{by_uuid};
    std::string text = "merge into " + target_ + " as t using (" + relation_ + ") as s on " +
                       equal(match, "t", "s");
    const auto add = [&](std::size_t left_out, const std::string& condition) {
        std::string names;
        std::string values;
        for (std::size_t at = 0; at < of_->columns.size(); ++at) {
            if (at == left_out)
                continue;
            const auto name = of_->columns[at].name;
            names.append(names.empty() ? "" : ", ").append(quoted(name, spoken));
            values.append(values.empty() ? "" : ", ").append(name_of("s", name));
        }
        text.append(
            " when not matched" + condition + " then insert (" + names + ") values (" + values + ")"
        );
    };
    if (identity_ != of_->columns.size())
        add(identity_, " and " + name_of("s", of_->columns[identity_].name) + " is null");
    add(of_->columns.size(), {});
    return text;
}

std::uint64_t warehouse_rows::insert(std::vector<refused_row>& refused) {
    // Where somebody else inserts at the same time, what is left over is looked at again.
    for (bool is_whole = false; !is_whole;) {
        is_whole = true;
        const auto text = merge_text();
        in_parts([&](const std::string& objects, std::uint64_t rows) {
            is_whole = at_->run(text, {objects}) == rows && is_whole;
        });
        if (!is_whole)
            look(std::numeric_limits<std::int64_t>::max(), refused);
    }
    return count(state::is_there) + count(state::new_row);
}

void warehouse_rows::run_on_rows(const std::string& text) const {
    in_parts([&](const std::string& objects, std::uint64_t) { at_->run(text, {objects}); });
}

void warehouse_rows::advance_identity() {
    if (identity_ != of_->columns.size())
        at_->run(
            "alter table " + target_ + " alter column " +
            quoted(of_->columns[identity_].name, spoken) + " sync identity"
        );
}

} // namespace weir::ops
