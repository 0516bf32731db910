// SPDX-License-Identifier: Apache-2.0
// Loads into a SQL warehouse: a batch is one MERGE. What was brought is noted by another statement,
// so what follows the last note may be there or not: its rows are known again by their uuids, which
// are made from the load and the line, or by all their values.
#include <weir/app/settings.hpp>
#include <weir/core/uuid.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "../delta/catalog.hpp"
#include "../delta/records.hpp"
#include "../sql_words.hpp"
#include "load_target.hpp"
#include "row_table.hpp"
#include "warehouse_rows.hpp"

namespace weir::ops {

namespace {

/// One that was killed holds its lock so long; a moment more is waited.
constexpr auto longest_wait = delta_lock::life + std::chrono::seconds{15};

/// So that any count of rows fits a bigint.
std::string count_text(std::uint64_t count) {
    constexpr std::uint64_t most = 1'000'000'000'000'000;
    return std::to_string(std::min(count, most));
}

class warehouse_load final : public load_target {
public:
    warehouse_load(
        const app::settings& chosen,
        const std::string& prefix,
        const table& of,
        const std::string& target,
        const std::string& checksum
    )
        : at_(chosen), table_(of.name), checksum_(checksum),
          records_(prefix + quoted("weir_loads", sql::dialect::databricks)),
          alone_(at_, prefix, longest_wait, "load " + table_ + ' ' + checksum),
          rows_(at_, of, target) {
        at_.run(
            "create table if not exists " + records_ +
            " (table_name string not null, checksum string not null, file string not null, "
            "bytes bigint not null, line bigint not null, `rows` bigint not null, "
            "rejected bigint not null, rejects_bytes bigint not null, doubtful bigint not null, "
            "seed string not null, started_at timestamp not null, finished_at timestamp, "
            "run_by string not null) using delta"
        );
    }

    [[nodiscard]] std::optional<load_state> read() override {
        const auto found = at_.query(
            "select bytes, line, `rows`, rejected, rejects_bytes, doubtful, seed, finished_at is "
            "not null from " +
                records_ + " where table_name = :p1 and checksum = :p2",
            {table_, checksum_}
        );
        if (found.empty())
            return std::nullopt;
        const auto& row = found.front();
        auto noted = numbers_of(row);
        noted.doubtful = number(row[5]);
        noted.seed = row[6];
        noted.is_finished = row[7] == "true";
        return noted;
    }

    [[nodiscard]] load_state begin(const std::string& file, std::uint64_t batch) override {
        load_state begun;
        append_uuid(begun.seed, uuid::random());
        at_.run(
            "merge into " + records_ +
                " as t using (select :p1 as table_name, :p2 as checksum) as s "
                "on t.table_name = s.table_name and t.checksum = s.checksum "
                "when matched then update set file = :p3, bytes = 0, line = 1, `rows` = 0, "
                "rejected = 0, rejects_bytes = 0, doubtful = cast(:p5 as bigint), seed = :p4, "
                "started_at = current_timestamp(), finished_at = null, run_by = current_user() "
                "when not matched then insert (table_name, checksum, file, bytes, line, `rows`, "
                "rejected, rejects_bytes, doubtful, seed, started_at, run_by) values "
                "(s.table_name, s.checksum, :p3, 0, 1, 0, 0, 0, cast(:p5 as bigint), :p4, "
                "current_timestamp(), current_user())",
            {table_, checksum_, file, begun.seed, count_text(batch)}
        );
        return begun;
    }

    [[nodiscard]] std::string actor() override {
        return at_.query("select current_user()").front().front();
    }

    [[nodiscard]] std::size_t most_bytes() const override { return warehouse_rows::most_bytes; }

    std::uint64_t bring(
        const std::function<std::string_view()>& feed,
        std::uint64_t doubtful,
        std::vector<refused_row>& refused
    ) override {
        rows_.clear();
        for (auto lines = feed(); !lines.empty(); lines = feed())
            rows_.add(lines);
        alone_.require();
        rows_.look(doubtful, refused);
        return rows_.insert(refused);
    }

    void keep(const load_state& now) override {
        if (now.is_finished && now.rows != 0)
            rows_.advance_identity();
        at_.run(
            "update " + records_ +
                " set bytes = cast(:p3 as bigint), line = cast(:p4 as bigint), "
                "`rows` = cast(:p5 as bigint), rejected = cast(:p6 as bigint), "
                "rejects_bytes = cast(:p7 as bigint), doubtful = cast(:p8 as bigint), "
                "finished_at = case when :p9 = 'true' then current_timestamp() end "
                "where table_name = :p1 and checksum = :p2",
            {table_,
             checksum_,
             std::to_string(now.bytes),
             std::to_string(now.line),
             std::to_string(now.rows),
             std::to_string(now.rejected),
             std::to_string(now.rejects_bytes),
             count_text(now.doubtful),
             now.is_finished ? "true" : "false"}
        );
    }

private:
    house at_;
    std::string table_;
    std::string checksum_;
    std::string records_;
    delta_lock alone_;
    warehouse_rows rows_;
};

} // namespace

std::unique_ptr<load_target>
open_warehouse_load(const asked_tables& tables, const table& of, const std::string& checksum) {
    const auto chosen = app::settings::from_environment();
    const auto wanted = tables.wanted({}, variables_of(chosen), backend::warehouse);
    return std::make_unique<warehouse_load>(
        chosen, wanted.prefix_of(of.name), of, full_name(wanted, of), checksum
    );
}

} // namespace weir::ops
