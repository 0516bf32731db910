// SPDX-License-Identifier: Apache-2.0
#include "load_record.hpp"

#include <weir/core/error.hpp>

#include <utility>

namespace weir::ops {

namespace {

/// What is left of a load that was killed goes with its connection; that takes the server a moment.
constexpr const char* longest_wait = "set lock_timeout = '20s'";

} // namespace

load_record::load_record(database& at, std::string prefix, std::string table, std::string checksum)
    : at_(&at), records_(std::move(prefix) + "\"weir_loads\""), table_(std::move(table)),
      checksum_(std::move(checksum)) {
    at.run(longest_wait);
    try {
        at.query(
            "select pg_advisory_lock(hashtextextended($1, 0))", {records_ + table_ + checksum_}
        );
    } catch (const database_error& failed) {
        if (failed.sqlstate() != "55P03")
            throw;
        throw configuration_error{"this file is being loaded into '" + table_ + "' just now"};
    }
    at.run("set lock_timeout = 0");
    if (at.query("select to_regclass($1) is null", {records_}).front().front() == "f")
        return;
    at.run(
        "create table if not exists " + records_ +
        " (table_name text not null, checksum text not null, file text not null, "
        "bytes bigint not null default 0, line bigint not null default 1, "
        "rows bigint not null default 0, rejected bigint not null default 0, "
        "rejects_bytes bigint not null default 0, "
        "started_at timestamptz not null default current_timestamp, finished_at timestamptz, "
        "run_by text not null default session_user, primary key (table_name, checksum))"
    );
}

std::optional<load_state> load_record::read() {
    const auto found = at_->query(
        "select bytes, line, rows, rejected, rejects_bytes, finished_at is not null from " +
            records_ + " where table_name = $1 and checksum = $2",
        {table_, checksum_}
    );
    if (found.empty())
        return std::nullopt;
    const auto& row = found.front();
    auto noted = numbers_of(row);
    noted.is_finished = row[5] == "t";
    return noted;
}

void load_record::begin(const std::string& file) {
    at_->query(
        "insert into " + records_ +
            " (table_name, checksum, file) values ($1, $2, $3) "
            "on conflict (table_name, checksum) do update set file = excluded.file, bytes = 0, "
            "line = 1, rows = 0, rejected = 0, rejects_bytes = 0, started_at = current_timestamp, "
            "finished_at = null, run_by = session_user",
        {table_, checksum_, file}
    );
}

void load_record::write(const load_state& now) {
    at_->query(
        "update " + records_ +
            " set bytes = $3::bigint, line = $4::bigint, rows = $5::bigint, "
            "rejected = $6::bigint, rejects_bytes = $7::bigint, "
            "finished_at = case when $8 then clock_timestamp() end "
            "where table_name = $1 and checksum = $2",
        {table_,
         checksum_,
         std::to_string(now.bytes),
         std::to_string(now.line),
         std::to_string(now.rows),
         std::to_string(now.rejected),
         std::to_string(now.rejects_bytes),
         now.is_finished ? "true" : "false"}
    );
}

} // namespace weir::ops
