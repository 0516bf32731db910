// SPDX-License-Identifier: Apache-2.0
#include "records.hpp"

#include <weir/core/uuid.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "../records.hpp"
#include "../sql_words.hpp"
#include "catalog.hpp"

namespace weir::ops {

namespace {

std::string records_of(const std::string& prefix) {
    return prefix + quoted(records_table, sql::dialect::databricks);
}

std::string lock_of(const std::string& prefix) {
    return prefix + "`weir_migration_lock`";
}

bool has_table(house& at, const std::string& prefix, std::string_view name) {
    const auto place = place_of(prefix);
    return !at.query(
                  "select 1 from " + place.catalogs +
                      "tables where table_schema = :p1 and table_name = :p2",
                  {place.schema, name}
    )
                .empty();
}

std::string random_name() {
    std::string made;
    append_uuid(made, uuid::random());
    return made;
}

/// A text per line.
template <class Texts>
std::string lines_of(const Texts& texts) {
    std::string made;
    for (const auto& each : texts)
        made.append(made.empty() ? "" : "\n").append(each);
    return made;
}

std::string later() {
    return "current_timestamp() + interval '" + std::to_string(delta_lock::life.count()) +
           "' second";
}

} // namespace

made_names read_made(house& at, const std::string& prefix) {
    made_names found;
    for (const auto& row : at.query("select distinct made from " + records_of(prefix))) {
        std::string_view rest = row.front();
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            found.emplace(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
    }
    return found;
}

delta_run_record::delta_run_record(house& at, const schema_state& wanted)
    : at_(&at), wanted_(&wanted), checksum_(checksum_of(wanted)), prefixes_(prefixes_of(wanted)),
      id_(random_name()) {}

bool delta_run_record::is_known() const {
    return std::all_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
        if (!has_schema(*at_, prefix) || !has_table(*at_, prefix, records_table))
            return false;
        const auto newest = at_->query(
            "select checksum, outcome from " + records_of(prefix) +
            " order by started_at desc limit 1"
        );
        return !newest.empty() && newest.front()[0] == checksum_ && newest.front()[1] == "done";
    });
}

void delta_run_record::begin(const std::vector<std::string>& ids, const std::string& statements) {
    for (const auto& prefix : prefixes_) {
        const auto table = records_of(prefix);
        at_->run(
            "create table if not exists " + table +
            " (id string not null, started_at timestamp not null, finished_at timestamp, "
            "outcome string not null, run_by string not null, checksum string not null, "
            "changes string not null, statements string not null, made string not null) "
            "using delta"
        );
        at_->run(
            "update " + table +
            " set outcome = 'interrupted', finished_at = current_timestamp() "
            "where outcome = 'running'"
        );
        at_->run(
            "insert into " + table +
                " (id, started_at, outcome, run_by, checksum, changes, statements, made) "
                "values (:p1, current_timestamp(), 'running', current_user(), :p2, :p3, :p4, :p5)",
            {id_, checksum_, lines_of(ids), statements, lines_of(made_in(*wanted_, prefix))}
        );
    }
}

void delta_run_record::end(const std::string& outcome) const {
    for (const auto& prefix : prefixes_)
        at_->run(
            "update " + records_of(prefix) +
                " set outcome = :p1, finished_at = current_timestamp() where id = :p2",
            {outcome, id_}
        );
}

delta_lock::delta_lock(
    house& at, const std::string& prefix, std::chrono::seconds wait, std::string_view name
)
    : at_(&at), table_(lock_of(prefix)), name_(name), holder_(random_name()) {
    at.run(
        "create table if not exists " + table_ +
        " (name string not null, holder string not null, expires_at timestamp not null) using delta"
    );
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!take()) {
        if (std::chrono::steady_clock::now() >= end)
            throw database_error{
                (name_ == of_migrations ? std::string{"another migration of this schema"}
                                        : "another '" + name_ + "'") +
                    " is running, or was cut off less than " + std::to_string(life.count()) +
                    " s ago",
                "55P03"
            };
        std::this_thread::sleep_for(std::chrono::seconds{1});
    }
    renewing_ = std::jthread{[this](const std::stop_token& stop) { renew(stop); }};
}

delta_lock::~delta_lock() {
    renewing_ = {};
    try {
        at_->run("delete from " + table_ + " where holder = :p1", {holder_});
    } catch (const database_error&) { // NOLINT(bugprone-empty-catch): it ends by itself
    }
}

bool delta_lock::take() {
    return at_->run(
               "merge into " + table_ +
                   " as t using (select :p2 as name) as s on t.name = s.name "
                   "when matched and t.expires_at < current_timestamp() then update set holder = "
                   ":p1, "
                   "expires_at = " +
                   later() +
                   " when not matched then insert (name, holder, expires_at) values (s.name, "
                   ":p1, " +
                   later() + ")",
               {holder_, name_}
           ) != 0;
}

void delta_lock::renew(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock held{mutex};
    while (!stopped.wait_for(held, stop, life / 4, [&] { return stop.stop_requested(); })) {
        try {
            if (at_->run(
                    "update " + table_ + " set expires_at = " + later() + " where holder = :p1",
                    {holder_}
                ) == 0)
                is_lost_ = true;
        } catch (const database_error&) { // NOLINT(bugprone-empty-catch): tried again in time
        }
    }
}

void delta_lock::require() const {
    if (is_lost_)
        throw database_error{"another run has taken the lock of this one", "55P03"};
}

void delta_lock::release(house& at, const std::string& prefix) {
    if (has_schema(at, prefix) && has_table(at, prefix, "weir_migration_lock"))
        at.run("delete from " + lock_of(prefix) + " where name = :p1", {of_migrations});
}

} // namespace weir::ops
