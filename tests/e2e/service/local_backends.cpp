// SPDX-License-Identifier: Apache-2.0
// A service on a workspace: wells on its SQL warehouse, the other tables on a PostgreSQL whose
// passwords it mints; and the script that runs a program beside both.
#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <raw_http.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "fixture.hpp"

namespace local_backends_cases {

using namespace e2e;
using std::chrono::milliseconds;
using weir::test::service_process;

namespace {

/// A PostgreSQL and a workspace of a test's own, with what a service on them is told.
struct own_backends {
    test::own_schema schema{test::postgres_server::shared(), "e2e_own"};
    test::workspace_process workspace;

    /// `options`: of the workspace's command line, besides.
    explicit own_backends(const std::vector<std::string>& options = {})
        : workspace(all_of(workspace_options(schema.server()), options)) {}

    static std::vector<std::string>
    all_of(std::vector<std::string> some, const std::vector<std::string>& more) {
        some.insert(some.end(), more.begin(), more.end());
        return some;
    }

    [[nodiscard]] settings settings_with(const settings& more) const {
        settings all = more;
        for (const auto& each : local_settings(workspace, schema.server(), schema.name()))
            if (std::none_of(more.begin(), more.end(), [&](const auto& given) {
                    return given.first == each.first;
                }))
                all.push_back(each);
        return all;
    }

    /// Ends all connections of services, and waits until they are gone.
    void end_connections() const {
        const auto ended = schema.server().as_superuser(
            "select string_agg(pid::text, ' ') filter (where pg_terminate_backend(pid)) "
            "from pg_stat_activity where usename = 'weir_app' and application_name = 'weir'"
        );
        // They end when they see it, and a write that is on its way by then may have happened. The
        // socket is closed by the end of the process, after the server forgot it.
        std::istringstream pids{ended};
        for (std::string pid; pids >> pid;) {
            for (int tries = 0; tries < 300 && std::filesystem::exists("/proc/" + pid); ++tries)
                std::this_thread::sleep_for(milliseconds{10});
        }
    }
};

const std::string a_well = R"({"api10": 4300000001, "api14": 43000000010000, "wellname": "A"})";

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// For many threads at once, whose answers no assertion may look at; 0: there was none.
int status_of(const service& on, const ask& what) {
    weir::test::raw_client link{on.port(), std::chrono::seconds{60}};
    const auto answer = link.exchange(bytes_of(what));
    return answer ? answer->status : 0;
}

int add_order(const service& on) {
    return status_of(on, {.method = "POST", .target = "/api/v1/orders", .body = "{}"});
}

/// The role of services may not log in for as long as this is there: others log in as it too.
class no_login {
public:
    explicit no_login(const test::postgres_server& server) : server_(&server) {
        server_->as_superuser("alter role weir_app nologin");
    }

    no_login(const no_login&) = delete;
    no_login(no_login&&) = delete;
    no_login& operator=(const no_login&) = delete;
    no_login& operator=(no_login&&) = delete;

    ~no_login() { end(); }

    void end() const { server_->as_superuser("alter role weir_app login"); }

private:
    const test::postgres_server* server_;
};

/// How many passwords the service has had minted.
double minted(const service& on) {
    return value_of(metrics_of(on), "weir_lakebase_password_fetches_total");
}

/// Orders that so many clients have added at once.
int add_orders(const service& on, int clients) {
    std::atomic<int> stored{0};
    {
        std::vector<std::jthread> running;
        for (int at = 0; at < clients; ++at)
            running.emplace_back([&] { stored += add_order(on) == 201 ? 1 : 0; });
    }
    return stored;
}

} // namespace

TEST_CASE("each table is on the backend it is declared for") {
    own_backends own;
    service on{own.settings_with(
        {{"WEIR_LOCAL_USER", "lena"}, {"WEIR_ACCESS_LOG", "true"}, {"LOG_LEVEL", "debug"}}
    )};
    REQUIRE(on.send({.method = "POST", .target = "/api/v1/wells", .body = a_well}).status == 201);
    REQUIRE(
        on.send({.method = "POST", .target = "/api/v1/orders", .body = R"({"tags": ["x"]})"})
            .status == 201
    );
    CHECK(
        own.workspace.execute(
            "SELECT wellname FROM oil_gas_catalog.production_schema.wells WHERE api10 = 4300000001"
        ) == R"([["A"]])"
    );
    CHECK(
        own.schema.server().as_superuser(
            "select count(*) from \"" + own.schema.name() + "\".orders where customer = 'lena'"
        ) == "1"
    );
    const auto health = on.send({.target = "/api/v1/healthcheck"});
    CHECK(health.status == 200);
    for (const auto* component : {"database", "warehouse"})
        CHECK(health.parsed.at("components").at(component) == "connected");
    CHECK(on.process().stop() == 0);
    const auto said = on.process().output();
    CHECK_FALSE(holds(said, "local-secret"));
    // How tokens of the workspace, and passwords that it mints, begin.
    CHECK_FALSE(holds(said, "eyJ"));
    CHECK(holds(said, R"("streamed":false,"backend":"SQL warehouse")"));
    CHECK(holds(said, R"("streamed":false,"backend":"Lakebase")"));
    CHECK_FALSE(holds(said, "Lakebase, SQL warehouse\"}"));
}

TEST_CASE("the passwords of Lakebase are minted, and again once the server refuses them") {
    own_backends own;
    service on{own.settings_with({{"WEIR_LOCAL_USER", "lena"}})};
    REQUIRE(add_order(on) == 201);
    const auto seen = own.workspace.take_requests();
    CHECK(holds(seen, "/api/2.0/postgres/credentials"));
    const auto before = minted(on);
    SECTION("tokens and passwords of before are no good from here on") {
        own.workspace.advance_clock(std::chrono::hours{2});
        std::this_thread::sleep_for(milliseconds{200});
    }
    SECTION("somebody else has set another password") {
        own.schema.server().as_superuser("alter role weir_app password 'another'");
    }
    own.end_connections();
    // Many are refused at once, and share what one of them has minted.
    CHECK(add_orders(on, 12) == 12);
    CHECK(minted(on) > before);
    // One more where a client was held up for seconds.
    CHECK(minted(on) <= before + 2);
    CHECK(on.send({.method = "POST", .target = "/api/v1/wells", .body = a_well}).status == 201);
    CHECK(holds(own.workspace.take_requests(), "/api/2.0/postgres/credentials"));
}

TEST_CASE("a login that is refused for good is told, and mints one password in five seconds") {
    own_backends own;
    service on{own.settings_with({{"WEIR_LOCAL_USER", "lena"}})};
    REQUIRE(add_order(on) == 201);
    const no_login kept_out{own.schema.server()};
    own.end_connections();
    const auto before = minted(on);
    const auto begin = std::chrono::steady_clock::now();
    for (int at = 0; at < 20; ++at) {
        const auto told = on.send({.target = "/api/v1/orders"});
        CHECK(told.status == 503);
        CHECK(told.parsed.at("code") == "authentication");
        CHECK_FALSE(holds(told.body, "weir_app"));
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(minted(on) <= before + 1 + static_cast<double>(took / std::chrono::seconds{5}));
    CHECK(on.send({.target = "/api/v1/healthcheck"}).status == 503);
    kept_out.end();
    CHECK(eventually([&] { return add_order(on) == 201; }));
}

TEST_CASE("tokens and passwords end every few seconds under load, and no request fails") {
    own_backends own{{"--token-life", "2", "--credential-life", "4"}};
    service on{own.settings_with({{"WEIR_LOCAL_USER", "lena"}})};
    std::atomic<bool> is_over{false};
    std::atomic<int> answered{0};
    std::atomic<int> failed{0};
    const auto keep_asking = [&](const ask& what, int expected) {
        while (!is_over)
            ++(status_of(on, what) == expected ? answered : failed);
    };
    {
        std::vector<std::jthread> clients;
        for (int at = 0; at < 2; ++at) {
            clients.emplace_back([&] {
                keep_asking({.method = "POST", .target = "/api/v1/orders", .body = "{}"}, 201);
            });
            clients.emplace_back([&] { keep_asking({.target = "/api/v1/wells"}, 200); });
        }
        CHECK(eventually(
            [&] {
                const auto page = metrics_of(on);
                return value_of(page, "weir_lakebase_password_fetches_total") >= 3 &&
                       value_of(page, "weir_workspace_token_fetches_total") >= 4;
            },
            std::chrono::seconds{60}
        ));
        // Connections that are opened now log in with the password of now.
        CHECK(add_orders(on, 14) == 14);
        is_over = true;
    }
    CHECK(failed == 0);
    CHECK(answered > 0);
}

TEST_CASE("the request's id and caller reach the workspace") {
    own_backends own;
    service on{own.settings_with({{"WEIR_LOCAL_USER", "lena"}})};
    REQUIRE(on.send({.method = "POST", .target = "/api/v1/wells", .body = a_well}).status == 201);
    static_cast<void>(own.workspace.take_requests());
    REQUIRE(
        on.send({.target = "/api/v1/wells/4300000001",
                 .headers =
                     {{"X-Request-ID", "look-here-7"},
                      {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}}
        ).status == 200
    );
    const auto asked = own.workspace.take_requests();
    CHECK(holds(asked, "look-here-7"));
    // The same trace, by a parent of the service's own.
    CHECK(holds(asked, "00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    CHECK_FALSE(holds(asked, "00f067aa0ba902b7"));
}

TEST_CASE("a warehouse that is away keeps nobody from Lakebase, and is served once it is back") {
    own_backends own;
    own.workspace.add_fault(
        R"({"kind":"status","status":403,"error_code":"PERMISSION_DENIED","times":-1,"path":"/api/2.0/sql"})"
    );
    service on{own.settings_with({{"WEIR_LOCAL_USER", "lena"}})};
    CHECK(on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"}).status == 201);
    CHECK(on.send({.target = "/api/v1/wells"}).status == 403);
    const auto health = on.send({.target = "/api/v1/healthcheck"});
    CHECK(health.status == 503);
    CHECK(health.parsed.at("components").at("database") == "connected");
    CHECK(health.parsed.at("components").at("warehouse") != "connected");
    own.workspace.clear_faults();
    int status = 0;
    for (int tries = 0; tries < 300 && status != 200; ++tries) {
        std::this_thread::sleep_for(milliseconds{50});
        status = on.send({.target = "/api/v1/healthcheck"}).status;
    }
    CHECK(status == 200);
    CHECK(on.send({.target = "/api/v1/wells"}).status == 200);
}

TEST_CASE("a check of health starts no warehouse") {
    own_backends own;
    service on{own.settings_with({})};
    own.workspace.change(R"({"cold_start_ms":60000})");
    own.workspace.stop_warehouse();
    static_cast<void>(own.workspace.take_requests());
    CHECK(on.send({.target = "/api/v1/healthcheck"}).status == 200);
    CHECK_FALSE(holds(own.workspace.take_requests(), "/api/2.0/sql/statements"));
}

TEST_CASE("what a service on a workspace lacks is told at its start") {
    const auto refused = [](const settings& with) {
        service_process process{field_ops_program(), with};
        CHECK(process.wait() == 1);
        return process.output();
    };
    CHECK(holds(refused({{"DATABRICKS_WAREHOUSE_ID", "local"}}), "set DATABRICKS_HOST"));
    CHECK(holds(
        refused({{"DATABRICKS_WAREHOUSE_ID", "local"}, {"DATABRICKS_HOST", "http://127.0.0.1:1"}}),
        "set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET"
    ));
    CHECK(holds(
        refused(
            {{"DATABRICKS_WAREHOUSE_ID", "no id"},
             {"DATABRICKS_HOST", "http://127.0.0.1:1"},
             {"DATABRICKS_TOKEN", "canary-4711"}}
        ),
        "The warehouse's id may have letters"
    ));
    CHECK(holds(
        refused(
            {{"PGHOST", "127.0.0.1"},
             {"PGUSER", "a"},
             {"LAKEBASE_INSTANCE_NAME", "orders"},
             {"DATABRICKS_TOKEN", "canary-4711"}}
        ),
        "set DATABRICKS_HOST"
    ));
}

TEST_CASE("the other names of the warehouse work too") {
    own_backends own;
    for (const auto& [name, value] : settings{
             {"DATABRICKS_SQL_WAREHOUSE_ID", "local"},
             {"DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/local"},
         }) {
        service on{own.settings_with({{"DATABRICKS_WAREHOUSE_ID", ""}, {name, value}})};
        CHECK(on.send({.target = "/api/v1/wells"}).status == 200);
    }
}

TEST_CASE("the script serves beside both, keeps their data, and leaves nothing running") {
    const char* const script = std::getenv("WEIR_LOCAL_RUN");
    const char* const workspace = std::getenv("WEIR_LOCAL_WORKSPACE");
    REQUIRE((script != nullptr && workspace != nullptr));
    const temporary_folder folder;
    // PostgreSQL has a user of its own, who must get there.
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
    for (const int signal : {SIGTERM, SIGINT}) {
        service_process process{
            script,
            {{"WEIR_DUCKDB_LIBRARY", duckdb_library()},
             {"WEIR_PORT", "0"},
             {"WEIR_LOCAL_USER", "lena"}},
            "/",
            {folder.path(), workspace, field_ops_program()}
        };
        const int port = process.wait_until_listening();
        INFO(process.output());
        REQUIRE(port != 0);
        const bool is_first = signal == SIGTERM;
        const auto wells = send(port, {.target = "/api/v1/wells?count=exact"});
        CHECK(wells.parsed.at("total") == (is_first ? 0 : 1));
        const auto orders = send(port, {.target = "/api/v1/orders?count=exact"});
        CHECK(orders.parsed.at("total") == (is_first ? 0 : 1));
        if (is_first) {
            CHECK(
                send(port, {.method = "POST", .target = "/api/v1/wells", .body = a_well}).status ==
                201
            );
            CHECK(
                send(port, {.method = "POST", .target = "/api/v1/orders", .body = "{}"}).status ==
                201
            );
        }
        CHECK(process.stop(signal) == 0);
        CHECK_FALSE(std::filesystem::exists(folder.path() + "/postgres/data/postmaster.pid"));
    }
}

} // namespace local_backends_cases
