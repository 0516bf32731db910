// SPDX-License-Identifier: Apache-2.0
// A warehouse session on the local workspace, a process of its own with an engine behind it: many
// rows inserted, what weir adds to the bare HTTP call of a statement, a large result by every way
// it can come. CPU of this process alone; wall time has the workspace in it, on the same cores.
#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <local_workspace.hpp>
#include <malloc.h>
#include <memory>
#include <string>
#include <tutorial.weir.hpp>
#include <utility>
#include <vector>

#include "compare.hpp"

namespace {

using session_type = weir::warehouse::session_for<weir::nobody>;
using wells_type = weir::repository<tutorial::well, session_type>;

constexpr std::int64_t first_key = 1'000'000'000;

/// Notes the body that was sent last, and how many bytes came back.
class noting_transport final : public weir::warehouse::transport {
public:
    explicit noting_transport(weir::workspace::client& by) : over_(by) {}

    std::string send(const weir::warehouse::api_call& call) override {
        if (call.method == "POST")
            posted_ = call.body;
        return noted(over_.send(call));
    }

    std::string fetch(const weir::warehouse::storage_link& from, weir::deadline until) override {
        return noted(over_.fetch(from, until));
    }

    [[nodiscard]] const std::string& posted() const noexcept { return posted_; }

    [[nodiscard]] std::size_t received() const noexcept { return received_; }

private:
    std::string noted(std::string body) {
        received_ += body.size();
        return body;
    }

    weir::warehouse::workspace_transport over_;
    std::string posted_;
    std::atomic<std::size_t> received_{0};
};

struct measured_warehouse {
    explicit measured_warehouse(
        const test::workspace_process& on, weir::warehouse::options how = {}
    )
        : client(test::config_of(on)), over(client), house(over, complete(std::move(how))) {}

    static weir::warehouse::options complete(weir::warehouse::options given) {
        given.warehouse_id = "local";
        return given;
    }

    weir::workspace::client client;
    noting_transport over;
    weir::warehouse::warehouse house;
};

struct stopwatch {
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    double cpu = weir::bench::cpu_microseconds();

    [[nodiscard]] double wall_seconds() const {
        return std::chrono::duration<double>{std::chrono::steady_clock::now() - began}.count();
    }

    [[nodiscard]] double cpu_seconds() const {
        return (weir::bench::cpu_microseconds() - cpu) / 1e6;
    }
};

double median(std::vector<double> of) {
    return weir::bench::quantile(std::move(of), 0.5);
}

// ------------------------------------------------------------ many rows inserted

void insert_many(wells_type& wells) {
    constexpr std::size_t rows = 10'000;
    std::vector<double> wall;
    std::vector<double> cpu;
    std::int64_t next = first_key;
    for (int run = 0; run < 5; ++run) {
        std::vector<tutorial::well_create> given;
        for (std::size_t at = 0; at < rows; ++at)
            given.push_back({.api10 = next++, .wellname = "SMITH 1-15H", .oileur = 1234.5});
        const stopwatch watch;
        if (wells.insert_quietly(std::move(given)) != rows)
            std::abort();
        wall.push_back(watch.wall_seconds());
        cpu.push_back(watch.cpu_seconds());
    }
    std::printf(
        "%zu rows of 11 columns inserted: %.0f rows/s, %.2f us CPU a row\n",
        rows,
        rows / median(wall),
        median(cpu) * 1e6 / rows
    );
}

// ------------------------------------------------------------ a statement beside its bare call

/// The same body once more by cpp-httplib alone, on a kept connection; the answer stays text.
class bare_call {
public:
    bare_call(const test::workspace_process& to, std::string body)
        : link_(to.url()), body_(std::move(body)) {
        link_.set_keep_alive(true);
        link_.set_tcp_nodelay(true);
        link_.set_bearer_token_auth("dapi-local");
    }

    void operator()() {
        const auto got = link_.Post("/api/2.0/sql/statements", body_, "application/json");
        if (!got || got->body.find("SUCCEEDED") == std::string::npos)
            std::abort();
    }

private:
    httplib::Client link_;
    std::string body_;
};

template <class Call>
void compare_with_bare(
    const char* what,
    const test::workspace_process& workspace,
    const noting_transport& over,
    Call&& by_weir
) {
    by_weir();
    bare_call bare{workspace, over.posted()};
    weir::bench::compare(
        what, {{"weir", by_weir}, {"httplib", [&] { bare(); }}}, {.calls = 20, .rounds = 40}
    );
}

// ------------------------------------------------------------ a large result

constexpr std::size_t result_rows = 400'000;
constexpr std::size_t chunk_rows = 20'000;
constexpr std::size_t chunks = result_rows / chunk_rows;

std::string large_query() {
    return "select id, concat('SMITH ', cast(id as string), '-15H') as wellname, "
           "'Delaware Basin' as basin, id % 1000 as pad, cast(id as decimal(18,2)) as exact, "
           "id / 7.0 as oileur, id % 2 = 0 as active, timestamp '2024-05-01 10:20:30' as spud, "
           "case when id % 3 = 0 then null else 'WOLFCAMP A' end as zone, "
           "'a remark of some length, as people write them' as remark "
           "from (select explode(sequence(1, " +
           std::to_string(result_rows) + ")) as id) as n";
}

/// Resident memory at its highest since forget_peak(), in MiB.
double peak_mib() {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    while (status >> word && word != "VmHWM:") {
    }
    double kib = 0;
    status >> kib;
    return kib / 1024;
}

/// What earlier results have left behind would hide what this one takes. Source: proc(5).
void forget_peak() {
    ::malloc_trim(0);
    std::ofstream{"/proc/self/clear_refs"} << "5";
}

/// A way for a result to come, and how fast it came so.
struct delivery {
    const char* name;
    weir::warehouse::options how{};
    bool is_linked = false;
    int link_delay_ms = 0;
    std::unique_ptr<measured_warehouse> on{};
    std::vector<double> bytes_per_second{};
    std::vector<double> bytes_per_cpu_second{};
    std::vector<double> rows_per_second{};
    std::vector<double> grown_mib{};
    std::vector<double> grown_by_half_mib{};
    double chunk_bytes = 0;

    void set_up(const test::workspace_process& workspace) const {
        workspace.change(
            R"({"inline_limit":)" + std::string{is_linked ? "1" : "1000000000"} +
            R"(,"chunk_rows":)" + std::to_string(chunk_rows) + "}"
        );
        workspace.clear_faults();
        if (link_delay_ms != 0)
            workspace.add_fault(
                R"({"kind":"latency","path":"/external-links/","times":-1,"latency_ms":)" +
                std::to_string(link_delay_ms) + "}"
            );
    }

    /// The engine has run the statement, and the first chunk is here, before time is taken: that
    /// chunk is read within it, and not counted.
    void run(const test::workspace_process& workspace) {
        set_up(workspace);
        if (!on)
            on = std::make_unique<measured_warehouse>(workspace, how);
        auto session = on->house.session(weir::nobody{});
        const auto text = large_query();
        forget_peak();
        const auto before_mib = peak_mib();
        auto rows = session.stream({.text = text, .table = "wells"}, {}, {});
        const auto before = on->over.received();
        const stopwatch watch;
        std::size_t read = 0;
        while (const auto row = rows.next()) {
            weir::bench::keep(row->back().text.size());
            if (++read == result_rows / 2)
                grown_by_half_mib.push_back(peak_mib() - before_mib);
        }
        const auto took = watch.wall_seconds();
        const auto used = watch.cpu_seconds();
        if (read != result_rows)
            std::abort();
        const auto bytes = static_cast<double>(on->over.received() - before);
        chunk_bytes = bytes / (chunks - 1);
        bytes_per_second.push_back(bytes / took);
        bytes_per_cpu_second.push_back(bytes / used);
        rows_per_second.push_back((result_rows - chunk_rows) / took);
        grown_mib.push_back(peak_mib() - before_mib);
        // Kept results are forgotten after twelve hours: the workspace's memory is finite.
        workspace.advance_clock(std::chrono::hours{13});
    }

    void print() const {
        std::printf(
            "%-44s %5.0f MB/s, %5.0f MB/s of CPU time, %8.0f rows/s; %5.1f MiB, %.1f\n",
            name,
            median(bytes_per_second) / 1e6,
            median(bytes_per_cpu_second) / 1e6,
            median(rows_per_second),
            median(grown_by_half_mib),
            median(grown_mib)
        );
    }
};

void read_large(const test::workspace_process& workspace) {
    std::vector<delivery> ways;
    ways.push_back({.name = "inline, none ahead", .how = {.chunks_ahead = 0}});
    ways.push_back({.name = "inline, one chunk ahead", .how = {.chunks_ahead = 1}});
    for (const int delay : {0, 50}) {
        ways.push_back({
            .name = delay == 0 ? "one link ahead" : "one link ahead, each delayed by 50 ms",
            .how = {.links_ahead = 1},
            .is_linked = true,
            .link_delay_ms = delay,
        });
        ways.push_back({
            .name = delay == 0 ? "three links ahead" : "three links ahead, each delayed by 50 ms",
            .how = {.links_ahead = 3},
            .is_linked = true,
            .link_delay_ms = delay,
        });
    }
    for (int round = 0; round < 3; ++round)
        for (auto& way : ways)
            way.run(workspace);
    std::printf(
        "%zu rows of 10 columns in %zu chunks of %.1f MB; how far memory has risen by half, by "
        "all\n",
        result_rows,
        chunks,
        ways.front().chunk_bytes / 1e6
    );
    for (const auto& way : ways)
        way.print();
}

} // namespace

int main() {
    const auto& workspace = test::workspace_process::shared();
    measured_warehouse on{workspace};
    auto session = on.house.session(weir::nobody{.name = "bench"});
    weir::create_tables<tutorial::tables>(session);
    wells_type wells{session};
    insert_many(wells);
    compare_with_bare("select 1", workspace, on.over, [&] {
        auto rows = session.execute({.text = "select 1", .table = "wells"}, {}, {});
        weir::bench::keep(rows.next()->front().text.size());
    });
    compare_with_bare("read by key", workspace, on.over, [&] {
        weir::bench::keep(wells.read({first_key}).wellname.size());
    });
    read_large(workspace);
}
