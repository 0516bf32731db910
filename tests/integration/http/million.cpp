// SPDX-License-Identifier: Apache-2.0
// A million rows as NDJSON and as CSV: what it costs in memory does not depend on how many they
// are.
#include <algorithm>
#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "service.hpp"

using namespace test;

namespace {

constexpr std::size_t all_rows = 1'000'000;

// Of this process, in KiB; the embedded engine is in it.
std::size_t resident() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::stoul(line.substr(6));
    return 0;
}

void fill(service& on) {
    const std::string columns =
        "INSERT INTO @{app_data}wells (api10, wellname, oileur, record_uuid, is_deleted, "
        "inserted_at, inserted_by) ";
    const std::string made = service::is_lakebase() ? "gen_random_uuid()" : "uuid()";
    on.execute(
        columns + "SELECT 4200000000, 'WELL OF THE TEST 0', 0.5, " + made +
        ", false, TIMESTAMP '2024-05-01 10:00:00', 'test'"
    );
    for (std::size_t have = 1; have < all_rows; have *= 2) {
        const auto by = std::to_string(have);
        on.execute(
            columns + "SELECT api10 + " + by +
            ", concat('WELL OF THE TEST ', api10 - 4200000000 + " + by + "), oileur + " + by +
            ", " + made +
            ", is_deleted, inserted_at, inserted_by FROM @{app_data}wells WHERE api10 < 4200000000 "
            "+ " +
            std::to_string(std::min(have, all_rows - have))
        );
    }
}

struct reading {
    std::size_t lines = 0;
    std::size_t bytes = 0;
    // More resident than before the request, and than at the first row, in KiB.
    std::size_t growth = 0;
    std::size_t growth_while_sent = 0;
    std::chrono::microseconds to_first{};
    std::chrono::milliseconds to_last{};
};

reading read(service& on, std::string_view path, const std::string& form) {
    using clock = std::chrono::steady_clock;
    const auto before = resident();
    std::size_t at_first = 0;
    const auto start = clock::now();
    auto answer = on.ask("GET", path, "", {{"Accept", form}});
    REQUIRE(answer.status == 200);
    reading seen;
    std::string piece;
    bool more = true;
    for (std::size_t pulled = 0; more; ++pulled) {
        piece.clear();
        more = answer.stream.pull(piece);
        if (pulled == 0) {
            seen.to_first =
                std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - start);
            at_first = resident();
        }
        seen.lines += static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n'));
        seen.bytes += piece.size();
        if (pulled % 64 == 0) {
            const auto now = resident();
            seen.growth = std::max(seen.growth, std::max(now, before) - before);
            seen.growth_while_sent =
                std::max(seen.growth_while_sent, std::max(now, at_first) - at_first);
        }
    }
    seen.to_last = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
    std::printf(
        "%s: %zu lines, %zu MB, first row after %.1f ms, last after %lld ms; KiB more resident: "
        "%zu, "
        "of them %zu after the first row\n",
        form.c_str(),
        seen.lines,
        seen.bytes / 1'000'000,
        static_cast<double>(seen.to_first.count()) / 1000,
        static_cast<long long>(seen.to_last.count()),
        seen.growth,
        seen.growth_while_sent
    );
    return seen;
}

} // namespace

TEST_CASE("a million rows are streamed in the memory of a few") {
    service on;
    fill(on);
    // What a first answer of any length leaves behind: caches, prepared statements.
    read(on, "/wells?limit=20000", "application/x-ndjson");

    // Some times what a piece and a batch weigh, where the rows weigh 100 MB and more.
    constexpr std::size_t bound = 16UL * 1024;
    constexpr std::size_t engine_bound = 64UL * 1024;
    const auto lines = read(on, "/wells", "application/x-ndjson");
    CHECK(lines.lines == all_rows);
    CHECK(lines.bytes > 200'000'000);
    CHECK(lines.growth_while_sent < bound);
    const auto table = read(on, "/wells", "text/csv");
    CHECK(table.lines == all_rows + 1);
    CHECK(table.bytes > 100'000'000);
    CHECK(table.growth_while_sent < bound);
    // The embedded engine is in this process: what it keeps counts too.
    CHECK(lines.growth < engine_bound);
    CHECK(table.growth < engine_bound);
}
