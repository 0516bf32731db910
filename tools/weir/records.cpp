// SPDX-License-Identifier: Apache-2.0
#include "records.hpp"

#include <weir/core/sha256.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sql_words.hpp"

namespace weir::ops {

namespace {

std::string records_of(const std::string& prefix) {
    return prefix + "\"weir_migrations\"";
}

bool has_records(database& at, const std::string& prefix) {
    return at.query("select to_regclass($1) is not null", {records_of(prefix)}).front().front() ==
           "t";
}

/// An array of texts as SQL writes it.
template <class Texts>
std::string array_of(const Texts& texts) {
    std::string made = "array[";
    std::string_view comma;
    for (const auto& each : texts) {
        made.append(comma).append(literal(each));
        comma = ", ";
    }
    return made + "]::text[]";
}

} // namespace

std::vector<std::string> prefixes_of(const schema_state& wanted) {
    std::vector<std::string> found;
    for (const auto& each : wanted.tables) {
        if (std::find(found.begin(), found.end(), each.prefix) == found.end())
            found.push_back(each.prefix);
    }
    return found;
}

made_names made_in(const schema_state& wanted, const std::string& prefix) {
    made_names made;
    for (const auto& table : wanted.tables) {
        if (table.prefix != prefix)
            continue;
        made.insert(table.name);
        for (const auto& rule : table.rules)
            made.insert(table.name + '/' + rule.name);
        for (const auto& index : table.indexes)
            made.insert(table.name + '/' + index.name);
    }
    return made;
}

std::string checksum_of(const schema_state& wanted) {
    std::string all;
    for (const auto& table : wanted.tables) {
        for (const auto& each : table.create)
            all.append(each).append(";\n");
    }
    return sha256_hex(all);
}

made_names read_made(database& at, const std::string& prefix) {
    made_names found;
    if (!has_records(at, prefix))
        return found;
    for (auto& row : at.query("select distinct unnest(made) from " + records_of(prefix)))
        found.insert(std::move(row.front()));
    return found;
}

run_record::run_record(const schema_state& wanted)
    : wanted_(&wanted), checksum_(checksum_of(wanted)), prefixes_(prefixes_of(wanted)) {}

bool run_record::is_known(database& at) const {
    return std::all_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
        if (!has_records(at, prefix))
            return false;
        const auto newest = at.query(
            "select checksum, outcome from " + records_of(prefix) + " order by id desc limit 1"
        );
        return !newest.empty() && newest.front()[0] == checksum_ && newest.front()[1] == "done";
    });
}

void run_record::begin(
    database& at, const std::vector<std::string>& ids, const std::string& statements
) {
    for (const auto& prefix : prefixes_) {
        at.run(
            "create table if not exists " + records_of(prefix) +
            " (id bigint generated always as identity primary key, "
            "started_at timestamptz not null default current_timestamp, finished_at timestamptz, "
            "outcome text not null, run_by text not null default session_user, "
            "checksum text not null, changes text[] not null, statements text not null, "
            "made text[] not null)"
        );
        at.run(
            "update " + records_of(prefix) +
            " set outcome = 'interrupted', finished_at = clock_timestamp() "
            "where outcome = 'running'"
        );
        begun_.push_back(
            at.query(
                  "insert into " + records_of(prefix) +
                      " (outcome, checksum, changes, statements, made) values ('running', $1, " +
                      array_of(ids) + ", $2, " + array_of(made_in(*wanted_, prefix)) +
                      ") returning id",
                  {checksum_, statements}
            )
                .front()
                .front()
        );
    }
}

void run_record::end(database& at, const std::string& outcome) {
    for (std::size_t each = 0; each < begun_.size(); ++each)
        at.query(
            "update " + records_of(prefixes_[each]) +
                " set outcome = $1, finished_at = clock_timestamp() where id = $2::bigint",
            {outcome, begun_[each]}
        );
    begun_.clear();
}

} // namespace weir::ops
