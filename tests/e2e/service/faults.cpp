// SPDX-License-Identifier: Apache-2.0
// What a service does while what it needs is down, away, slow or taken.
#include <algorithm>
#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <future>
#include <optional>
#include <poll.h>
#include <random>
#include <raw_http.hpp>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "fixture.hpp"

namespace faults_cases {

using namespace e2e;
using std::chrono::milliseconds;
using weir::test::raw_client;

namespace {

std::string circuit_of(const service& on, const std::string& backend) {
    return on.send({.target = "/api/v1/healthcheck"}).parsed.at("circuits").at(backend);
}

/// A service on a workspace and a PostgreSQL of its own.
struct on_workspace {
    test::own_schema schema{test::postgres_server::shared(), "e2e_faults"};
    test::workspace_process workspace{workspace_options(schema.server())};
    service on;

    explicit on_workspace(const settings& more)
        : on(local_settings(workspace, schema.server(), schema.name(), more)) {}
};

/// A tablespace of 8 MB, where this process may mount one.
class small_disk {
public:
    small_disk(const test::postgres_server& server, std::string name)
        : server_(&server), name_(std::move(name)), path_("/tmp/" + name_) {
        const auto make = "mkdir -p " + path_ + " && mount -t tmpfs -o size=8m tmpfs " + path_ +
                          " && chown postgres: " + path_;
        is_there_ = ::geteuid() == 0 && std::system((make + " 2>/dev/null").c_str()) == 0;
        if (is_there_)
            server.as_superuser("create tablespace " + name_ + " location '" + path_ + "'");
    }

    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    ~small_disk() {
        if (!is_there_)
            return;
        CHECK_NOTHROW(server_->as_superuser("drop tablespace " + name_));
        CHECK(std::system(("umount " + path_ + " && rmdir " + path_).c_str()) == 0);
    }

    [[nodiscard]] bool is_there() const noexcept { return is_there_; }

private:
    const test::postgres_server* server_;
    std::string name_;
    std::string path_;
    bool is_there_ = false;
};

/// Keeps everybody from a table until it ends.
class table_lock {
public:
    table_lock(const test::postgres_server& server, const std::string& table)
        : server_(&server), holding_(std::async(std::launch::async, [&server, table] {
              try {
                  server.as_superuser("lock table " + table + "; select pg_sleep(600)");
              } catch (const std::exception&) { // Cancelled.
              }
          })) {
        REQUIRE(eventually([this] { return is_held(); }));
    }

    table_lock(const table_lock&) = delete;
    table_lock& operator=(const table_lock&) = delete;

    ~table_lock() {
        server_->as_superuser(
            "select pg_cancel_backend(pid) from pg_stat_activity where query like 'lock table%'"
        );
    }

private:
    [[nodiscard]] bool is_held() const {
        return server_->as_superuser("select count(*) from pg_stat_activity where query like 'lock "
                                     "table%' and wait_event = 'PgSleep'") == "1";
    }

    const test::postgres_server* server_;
    std::future<void> holding_;
};

void allow_many_files() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

} // namespace

TEST_CASE("a database that is away opens its circuit, and is served again once it is back") {
    test::own_postgres_server server{postgres_script()};
    server->as_superuser("create schema faults_e2e authorization weir_app");
    service on{postgres_settings(
        *server.operator->(),
        "faults_e2e",
        {{"WEIR_LOCAL_USER", "lena"},
         {"WEIR_BREAKER_AFTER_MS", "0"},
         {"WEIR_BREAKER_FAILURES", "3"},
         {"WEIR_BREAKER_PAUSE_MS", "60000"}}
    )};
    const auto made = on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"});
    REQUIRE(made.status == 201);
    CHECK(circuit_of(on, "database") == "closed");
    server.stop();
    CHECK(on.send({.target = made.header("Location")}).status == 503);
    const auto sick = on.send({.target = "/api/v1/healthcheck"});
    CHECK(sick.parsed.at("circuits").at("database") == "open");
    CHECK(sick.parsed.at("components").at("database") == "error: unreachable");
    // The circuit is what refuses now, not the database: it is back, and nobody asks it.
    server.start();
    const auto refused = on.send({.target = made.header("Location")});
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "1");
    CHECK(on.process().stop() == 0);
    CHECK(on.process().output().find(R"("state":"open")") != std::string::npos);
}

TEST_CASE("while a database restarts under load, only what was under way fails") {
    test::own_postgres_server server{postgres_script()};
    server->as_superuser("create schema faults_e2e authorization weir_app");
    // However long a restart takes here, it is waited for.
    service on{postgres_settings(
        *server.operator->(),
        "faults_e2e",
        {{"WEIR_LOCAL_USER", "lena"}, {"WEIR_BREAKER_AFTER_MS", "60000"}}
    )};
    constexpr int clients = 8;
    std::atomic<bool> is_over{false};
    std::atomic<int> stored{0};
    std::atomic<int> unknown{0};
    std::atomic<int> refused{0};
    std::atomic<int> other{0};
    std::vector<std::thread> running;
    for (int client = 0; client < clients; ++client) {
        running.emplace_back([&] {
            raw_client link{on.port(), std::chrono::seconds{60}};
            while (!is_over) {
                const auto answer = link.exchange(bytes_of(
                    {.method = "POST", .target = "/api/v1/orders", .body = "{}"}, "keep-alive"
                ));
                if (!answer) {
                    ++other;
                    return;
                }
                if (answer->status == 201) {
                    ++stored;
                } else if (answer->status != 503) {
                    ++other;
                } else {
                    ++(answer->headers.find("Retry-After") ? refused : unknown);
                }
            }
        });
    }
    CHECK(eventually([&] { return stored > 100; }));
    server.restart();
    const int before = stored;
    CHECK(eventually([&] { return stored > before + 100; }));
    is_over = true;
    for (auto& each : running)
        each.join();
    CHECK(other == 0);
    // Each may lose what it had under way, and then meet a connection that is just going.
    CHECK(unknown + refused <= 2 * clients);
    const auto rows =
        on.send({.target = "/api/v1/orders?count=exact&limit=1"}).parsed.at("total").get<int>();
    CHECK(rows >= stored);
    CHECK(rows <= stored + unknown);
    CHECK(circuit_of(on, "database") == "closed");
    CHECK(on.process().stop() == 0);
}

TEST_CASE("a workspace that cannot be reached keeps nobody from Lakebase, and opens its circuit") {
    on_workspace own{
        {{"WEIR_LOCAL_USER", "lena"},
         {"WEIR_BREAKER_AFTER_MS", "0"},
         {"WEIR_BREAKER_FAILURES", "3"},
         {"WEIR_BREAKER_PAUSE_MS", "200"}}
    };
    const auto& on = own.on;
    CHECK(on.send({.target = "/api/v1/wells"}).status == 200);
    CHECK(circuit_of(on, "warehouse") == "closed");
    own.workspace.add_fault(R"({"kind":"drop_before","times":-1,"path":"/api/2.0"})");
    CHECK(eventually([&] {
        CHECK(on.send({.target = "/api/v1/wells"}).status == 503);
        return circuit_of(on, "warehouse") != "closed";
    }));
    const auto health = on.send({.target = "/api/v1/healthcheck"});
    CHECK(health.status == 503);
    CHECK(health.parsed.at("components").at("database") == "connected");
    CHECK(health.parsed.at("components").at("warehouse") == "error: unreachable");
    CHECK(health.parsed.at("circuits").at("database") == "closed");
    CHECK(on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"}).status == 201);
    own.workspace.clear_faults();
    CHECK(eventually([&] { return on.send({.target = "/api/v1/wells"}).status == 200; }));
    CHECK(circuit_of(on, "warehouse") == "closed");
}

TEST_CASE("a workspace that is away at start and has to tell the user keeps a service degraded") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_faults"};
    auto how = workspace_options(schema.server());
    how.insert(how.end(), {"--token", "weir_app=local-token"});
    const test::workspace_process workspace{how};
    workspace.add_fault(R"({"kind":"drop_before","times":-1,"path":"/api/2.0"})");
    service on{
        {{"DATABRICKS_HOST", workspace.url()},
         {"DATABRICKS_TOKEN", "local-token"},
         {"LAKEBASE_ENDPOINT", "projects/local/branches/production/endpoints/primary"},
         {"PGHOST", "127.0.0.1"},
         {"PGPORT", std::to_string(schema.server().port())},
         {"LAKEBASE_SCHEMA", schema.name()},
         {"WEIR_LOCAL_USER", "lena"},
         {"WEIR_PORT", "0"}}
    };
    const auto health = on.send({.target = "/api/v1/healthcheck"});
    CHECK(health.status == 503);
    CHECK(health.parsed.at("components").at("database") != "connected");
    CHECK(on.send({.target = "/api/v1/orders"}).status == 503);
    CHECK(on.send({.target = "/livez"}).status == 200);
    workspace.clear_faults();
    CHECK(eventually([&] { return on.send({.target = "/api/v1/healthcheck"}).status == 200; }));
    CHECK(on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"}).status == 201);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("when every connection waits for a slow statement, who waits too long is told so") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_slow"};
    service on{postgres_settings(
        schema.server(),
        schema.name(),
        {{"WEIR_LOCAL_USER", "lena"}, {"WEIR_LONGEST_WAIT_MS", "1000"}}
    )};
    allow_many_files();
    constexpr std::size_t at_work = 64;
    constexpr std::size_t beyond = 1'100;
    std::vector<raw_client> clients;
    clients.reserve(at_work + beyond);
    std::vector<pollfd> unanswered;
    std::optional<table_lock> lock{
        std::in_place, schema.server(), "\"" + schema.name() + "\".orders"
    };
    for (std::size_t at = 0; at < at_work + beyond; ++at) {
        auto& added = clients.emplace_back(on.port(), std::chrono::seconds{60});
        added.send(bytes_of({.target = "/api/v1/orders"}));
        unanswered.push_back({added.socket(), POLLIN, 0});
    }
    const auto answered = [&] {
        ::poll(unanswered.data(), unanswered.size(), 0);
        return static_cast<std::size_t>(std::count_if(
            unanswered.begin(),
            unanswered.end(),
            [](const pollfd& each) { return each.revents != 0; }
        ));
    };
    CHECK(eventually([&] { return answered() >= beyond; }));
    CHECK(on.send({.target = "/livez"}).status == 200);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < clients.size(); ++at) {
        if (unanswered[at].revents == 0)
            continue;
        const auto answer = clients[at].receive();
        REQUIRE(answer);
        REQUIRE(answer->status == 503);
        REQUIRE(answer->headers.find("Retry-After") == "1");
        ++refused;
    }
    lock.reset();
    std::size_t served = 0;
    for (std::size_t at = 0; at < clients.size(); ++at) {
        if (unanswered[at].revents != 0)
            continue;
        const auto answer = clients[at].receive();
        REQUIRE(answer);
        // Where the machine took long to get here, their time was up.
        REQUIRE((answer->status == 200 || answer->status == 503 || answer->status == 504));
        served += answer->status == 200 ? 1U : 0U;
        refused += answer->status == 503 ? 1U : 0U;
    }
    CHECK(refused >= beyond);
    CHECK(served > 0);
    CHECK(on.send({.target = "/api/v1/healthcheck"}).status == 200);
    CHECK(value_of(metrics_of(on), "weir_http_turned_away_total") == static_cast<double>(refused));
    CHECK(on.process().stop() == 0);
}

TEST_CASE("a full disk refuses whole writes, and ends nothing else") {
    const auto& server = test::postgres_server::shared();
    const auto name = "weir_small_" + std::to_string(::getpid());
    const small_disk disk{server, name};
    if (!disk.is_there()) {
        WARN("SKIPPED: only root may mount a disk that is soon full");
        return;
    }
    const test::own_schema schema{server, "e2e_disk"};
    service on{postgres_settings(server, schema.name(), {{"WEIR_LOCAL_USER", "ada"}})};
    const auto orders = "\"" + schema.name() + "\".orders";
    server.as_superuser("alter table " + orders + " set tablespace " + name);
    // Text that does not compress.
    std::string note;
    std::minstd_rand dice;
    while (note.size() < 200'000)
        note += static_cast<char>('0' + dice() % 75);
    std::erase(note, '\\');
    const auto row = json{{"status", "draft"}, {"extras", {{"note", note}}}}.dump();
    const auto five = "[" + row + "," + row + "," + row + "," + row + "," + row + "]";
    const auto add = [&] {
        return on.send(
            {.method = "POST",
             .target = "/api/v1/orders",
             .body = five,
             .headers = {{"Prefer", "return=minimal"}}}
        );
    };
    int written = 0;
    auto answer = add();
    for (; answer.status == 201 && written < 500; answer = add())
        written += 5;
    CHECK(written > 0);
    CHECK(answer.status == 503);
    CHECK(answer.parsed.at("code") == "storage_full");
    CHECK(answer.header("Retry-After") == "1");
    const auto total = [&] {
        const auto list =
            on.send({.target = "/api/v1/orders?select=id&limit=1&count=exact"}).parsed;
        return list.at("total").get<int>();
    };
    CHECK(total() == written);
    CHECK(on.send({.target = "/api/v1/healthcheck"}).status == 200);
    server.as_superuser("alter table " + orders + " set tablespace pg_default");
    CHECK(add().status == 201);
    CHECK(total() == written + 5);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("a second SIGTERM ends at once what the first one waits for") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_second"};
    service on{postgres_settings(schema.server(), schema.name(), {{"WEIR_LOCAL_USER", "lena"}})};
    const table_lock lock{schema.server(), "\"" + schema.name() + "\".orders"};
    raw_client waiting{on.port()};
    waiting.send(bytes_of({.target = "/api/v1/orders"}));
    CHECK(eventually([&] {
        return schema.server().as_superuser(
                   "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and "
                   "query like '%\"" +
                   schema.name() + "\".\"orders\"%'"
               ) == "1";
    }));
    ::kill(on.process().pid(), SIGTERM);
    CHECK(eventually([&] {
        return on.process().output().find(R"("stopping")") != std::string::npos;
    }));
    CHECK(on.process().stop(SIGTERM) == 128 + SIGTERM);
}

TEST_CASE("SIGTERM under load: what was answered is stored, what is stored was answered") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_term"};
    service on{postgres_settings(schema.server(), schema.name(), {{"WEIR_LOCAL_USER", "lena"}})};
    constexpr int clients = 8;
    std::atomic<int> stored{0};
    std::atomic<int> streamed{0};
    std::atomic<int> lost{0};
    std::atomic<int> other{0};
    // Each connects anew, until nobody listens.
    const auto keep_asking = [&](const ask& what, int expected, std::atomic<int>& good) {
        while (true) {
            std::optional<raw_client> link;
            try {
                link.emplace(on.port(), std::chrono::seconds{60});
            } catch (const std::runtime_error&) {
                return;
            }
            const auto answer = link->exchange(bytes_of(what));
            if (!answer) {
                ++lost;
            } else if (answer->status == expected && answer->is_whole) {
                ++good;
            } else {
                ++other;
            }
        }
    };
    std::vector<std::thread> running;
    for (int client = 0; client < clients; ++client) {
        running.emplace_back([&] {
            keep_asking({.method = "POST", .target = "/api/v1/orders", .body = "{}"}, 201, stored);
        });
    }
    for (int client = 0; client < 2; ++client) {
        running.emplace_back([&] {
            keep_asking(
                {.target = "/api/v1/orders", .headers = {{"Accept", "application/x-ndjson"}}},
                200,
                streamed
            );
        });
    }
    std::atomic<int> refused{0};
    running.emplace_back([&] {
        keep_asking(
            {.method = "POST", .target = "/api/v1/orders", .body = R"({"total": "x"})"},
            400,
            refused
        );
    });
    CHECK(eventually([&] { return stored > 100 && streamed > 5 && refused > 20; }));
    const auto start = std::chrono::steady_clock::now();
    CHECK(on.process().stop() == 0);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{10});
    for (auto& each : running)
        each.join();
    CHECK(other == 0);
    const auto rows_of = [&](const std::string& table) {
        return schema.server().as_superuser(
            "select count(*) from \"" + schema.name() + "\"." + table
        );
    };
    CHECK(rows_of("orders") == std::to_string(stored));
    // What was refused is in the api_log, to the last row.
    CHECK(rows_of("api_log") == std::to_string(refused));
    // A client that connects in the very moment the socket closes was not accepted.
    CHECK(lost <= clients + 3);
}

TEST_CASE("500 idle connections and 50 slow clients keep nobody waiting; heads may be long") {
    service on{embedded_settings({{"WEIR_LOCAL_USER", "lena"}})};
    allow_many_files();
    std::vector<raw_client> idle;
    for (int at = 0; at < 500; ++at) {
        idle.emplace_back(on.port());
        REQUIRE(idle.back().exchange(bytes_of({.target = "/livez"}, "keep-alive")));
    }
    std::vector<raw_client> slow;
    for (int at = 0; at < 50; ++at) {
        auto& each = slow.emplace_back(on.port());
        each.send(
            at % 2 == 0 ? "GET /api/v1/orders HTTP/1.1\r\nHo"
                        : "POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{"
        );
    }
    for (int at = 0; at < 100; ++at)
        CHECK(on.send({.target = "/api/v1/orders"}).status == 200);
    CHECK(
        on.send({.target = "/livez", .headers = {{"X-Long", std::string(10'000, 'x')}}}).status ==
        200
    );
    CHECK(
        on.send({.target = "/livez", .headers = {{"X-Long", std::string(100'000, 'x')}}}).status ==
        431
    );
    for (auto& each : idle)
        CHECK(each.exchange(bytes_of({.target = "/livez"}, "keep-alive"))->status == 200);
    CHECK(on.process().stop() == 0);
}

} // namespace faults_cases
