// SPDX-License-Identifier: Apache-2.0
// docs/settings.md, sentence by sentence: which source wins, and what each name does.
#include <catch.hpp>
#include <chrono>
#include <fstream>
#include <raw_http.hpp>
#include <string>
#include <utility>

#include "fixture.hpp"

namespace settings_cases {

using namespace e2e;
using weir::test::service_process;

namespace {

// Waits for a line that says where the service listens, whatever the address; what it said so far.
std::string said_at_start(service_process& process) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < end) {
        const auto said = process.output();
        const auto at = said.find("listening on ");
        if (at != std::string::npos && said.find('\n', at) != std::string::npos)
            return said;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return process.output();
}

} // namespace

TEST_CASE("the environment wins over .env, which wins over the defaults") {
    const temporary_folder folder;
    std::ofstream{folder.path() + "/.env"} << "# a comment\n"
                                              "\n"
                                              "WEIR_LOCAL_USER=from-file\n"
                                              "export LOG_LEVEL='warning'\n"
                                              "LOG_FORMAT = \"text\"\n"
                                              "WEIR_EMBEDDED=:memory:\r\n"
                                              "WEIR_PORT=1\n";
    SECTION("from the file") {
        service_process process{
            field_ops_program(),
            {{"WEIR_DUCKDB_LIBRARY", duckdb_library()}, {"WEIR_PORT", "0"}},
            folder.path()
        };
        const int port = process.wait_until_listening();
        REQUIRE(port != 0);
        const auto made = send(port, {.method = "POST", .target = "/api/v1/orders", .body = "{}"});
        CHECK(made.parsed.at("customer") == "from-file");
        CHECK(process.stop() == 0);
        // Nothing at level info.
        CHECK(process.output().find("serving") == std::string::npos);
    }
    SECTION("from the environment") {
        service_process process{
            field_ops_program(),
            {{"WEIR_DUCKDB_LIBRARY", duckdb_library()},
             {"WEIR_PORT", "0"},
             {"WEIR_LOCAL_USER", "from-environment"},
             {"LOG_LEVEL", "info"}},
            folder.path()
        };
        const int port = process.wait_until_listening();
        REQUIRE(port != 0);
        const auto made = send(port, {.method = "POST", .target = "/api/v1/orders", .body = "{}"});
        CHECK(made.parsed.at("customer") == "from-environment");
        CHECK(process.stop() == 0);
        const auto said = process.output();
        CHECK(said.find("serving") != std::string::npos);
        CHECK(said.find("{\"") == std::string::npos);
    }
    SECTION("a file that cannot be understood, and a name nobody knows in it") {
        std::ofstream{folder.path() + "/.env"} << "WEIR_EMBEDDED=:memory:\nnonsense canary-4711\n";
        service_process process{field_ops_program(), {}, folder.path()};
        CHECK(process.wait() == 1);
        CHECK(process.output().find(".env:2: expected NAME=value") != std::string::npos);
        CHECK(process.output().find("canary-4711") == std::string::npos);
        std::ofstream{folder.path() + "/.env"} << "WEIR_EMBEDED=:memory:\n";
        service_process unknown{field_ops_program(), {}, folder.path()};
        CHECK(unknown.wait() == 1);
        CHECK(unknown.output().find("did you mean WEIR_EMBEDDED?") != std::string::npos);
    }
}

TEST_CASE("DATABASE_URL wins over PGHOST, PGHOST over LAKEBASE_HOST, WEIR_EMBEDDED over all") {
    const auto& server = test::postgres_server::shared();
    const test::own_schema schema{server, "settings"};
    const settings wrong_lakebase{{"LAKEBASE_HOST", "127.0.0.1"}, {"LAKEBASE_PORT", "1"}};
    const settings wrong_pg{{"PGHOST", "127.0.0.1"}, {"PGPORT", "1"}, {"PGUSER", "nobody"}};
    const auto is_healthy = [](const settings& with) {
        service on{with};
        const bool healthy = on.send({.target = "/api/v1/healthcheck"}).status == 200;
        CHECK(on.process().stop() == 0);
        return healthy;
    };
    const settings common{
        {"WEIR_PORT", "0"}, {"LAKEBASE_SCHEMA", schema.name()}, {"WEIR_LOCAL_USER", "lena"}
    };
    const auto with = [&common](const settings& first, const settings& second) {
        auto all = common;
        all.insert(all.end(), first.begin(), first.end());
        all.insert(all.end(), second.begin(), second.end());
        return all;
    };
    const auto port = std::to_string(server.port());
    const std::string url =
        "postgresql://weir_app@localhost:" + port +
        "/databricks_postgres?application_name=e2e&host=" + escaped(server.host());
    CHECK(is_healthy(with(wrong_pg, {{"DATABASE_URL", url}})));
    CHECK(is_healthy(
        with(wrong_lakebase, {{"PGHOST", server.host()}, {"PGPORT", port}, {"PGUSER", "weir_app"}})
    ));
    CHECK(is_healthy(with(
        {},
        {{"LAKEBASE_HOST", server.host()}, {"LAKEBASE_PORT", port}, {"LAKEBASE_USER", "weir_app"}}
    )));
    // The service principal is the user where none is named.
    CHECK(is_healthy(with(
        {}, {{"PGHOST", server.host()}, {"PGPORT", port}, {"DATABRICKS_CLIENT_ID", "weir_app"}}
    )));
    CHECK_FALSE(is_healthy(with(wrong_pg, wrong_lakebase)));
    CHECK(is_healthy(
        with(wrong_pg, {{"WEIR_EMBEDDED", ":memory:"}, {"WEIR_DUCKDB_LIBRARY", duckdb_library()}})
    ));
}

TEST_CASE("an App listens on every address, on the port the platform names") {
    service taken{embedded_settings()};
    service_process app{
        field_ops_program(),
        {{"DATABRICKS_APP_NAME", "field-ops"},
         {"DATABRICKS_APP_PORT", "0"},
         {"WEIR_PORT", std::to_string(taken.port())},
         {"WEIR_EMBEDDED", ":memory:"},
         {"WEIR_DUCKDB_LIBRARY", duckdb_library()}}
    };
    CHECK(said_at_start(app).find("listening on http://0.0.0.0:") != std::string::npos);
    CHECK(app.stop() == 0);
}

TEST_CASE("places of tables may name any variable") {
    // The catalog of the warehouse's tables is ${UC_CATALOG:-oil_gas_catalog}.
    const temporary_folder folder;
    service on{embedded_settings({{"UC_CATALOG", "other_catalog"}}, folder.path() + "/x.db")};
    CHECK(on.send({.target = "/api/v1/wells"}).status == 200);
    CHECK(on.process().stop() == 0);
    CHECK(std::ifstream{folder.path() + "/x.db.other_catalog.db"}.good());
}

TEST_CASE("instances with one cursor key read each other's cursors, others do not") {
    const temporary_folder folder;
    const auto start = [&](const std::string& key) {
        return service_process{
            field_ops_program(),
            {{"WEIR_DUCKDB_LIBRARY", duckdb_library()},
             {"WEIR_EMBEDDED", ":memory:"},
             {"WEIR_PORT", "0"},
             {"WEIR_LOCAL_USER", "lena"},
             {"WEIR_CURSOR_KEY", key}},
            folder.path()
        };
    };
    const std::string key{"canary-4711-canary-4711-canary-4711"};
    auto one = start(key);
    auto other = start(key);
    auto keyless = start("");
    const int port = one.wait_until_listening();
    REQUIRE(port != 0);
    for (int made = 0; made < 2; ++made)
        send(port, {.method = "POST", .target = "/api/v1/orders", .body = "{}"});
    const auto first = send(port, {.target = "/api/v1/orders?limit=1"});
    REQUIRE(first.parsed.contains("next_cursor"));
    const auto target =
        "/api/v1/orders?limit=1&cursor=" + first.parsed.at("next_cursor").get<std::string>();
    CHECK(send(port, {.target = target}).parsed.at("count") == 1);
    CHECK(send(other.wait_until_listening(), {.target = target}).status == 200);
    CHECK(send(keyless.wait_until_listening(), {.target = target}).status == 400);

    auto short_key = start("canary-4711");
    CHECK(short_key.wait() == 1);
    CHECK(
        short_key.output().find("WEIR_CURSOR_KEY must have at least 32 characters") !=
        std::string::npos
    );
    CHECK(short_key.output().find("canary-4711") == std::string::npos);
}

TEST_CASE("--check tells what was chosen, from where, and what is wrong; it opens nothing") {
    const temporary_folder folder;
    std::ofstream{folder.path() + "/.env"} << "WEIR_PORT=1\nWEIR_LOCAL_USER=base\n";
    std::ofstream{folder.path() + "/.env.staging"} << "WEIR_LOCAL_USER=staged\n";
    SECTION("complete") {
        service_process process{
            field_ops_program(),
            {{"WEIR_PROFILE", "staging"},
             {"PGHOST", "db.example.com"},
             {"PGUSER", "a"},
             {"PGPASSWORD", "canary-4711"}},
            folder.path(),
            {"--check"}
        };
        CHECK(process.wait() == 0);
        const auto said = process.output();
        CHECK(said.find("PGHOST=db.example.com (environment)") != std::string::npos);
        CHECK(said.find("WEIR_LOCAL_USER=staged (.env.staging)") != std::string::npos);
        CHECK(said.find("WEIR_PORT=1 (.env)") != std::string::npos);
        CHECK(said.find("the settings are complete") != std::string::npos);
        CHECK(said.find("canary-4711") == std::string::npos);
    }
    SECTION("incomplete, all at once") {
        service_process process{
            field_ops_program(),
            {{"PGHOST", "db.example.com"}, {"PGSSLMODE", "prefer"}, {"WEIR_PROT", "1"}},
            folder.path(),
            {"--check"}
        };
        CHECK(process.wait() == 1);
        const auto said = process.output();
        for (const auto* part :
             {"no user", "no way to log in", "PGSSLMODE must be", "did you mean WEIR_PORT?"}) {
            INFO(part);
            CHECK(said.find(part) != std::string::npos);
        }
    }
    SECTION("an endpoint without a host, a profile without its file, an argument nobody knows") {
        service_process hostless{
            field_ops_program(),
            {{"LAKEBASE_ENDPOINT", "projects/p/branches/b/endpoints/e"}},
            folder.path(),
            {"--check"}
        };
        CHECK(hostless.wait() == 1);
        CHECK(hostless.output().find("but no host: set PGHOST") != std::string::npos);
        service_process unprofiled{
            field_ops_program(), {{"WEIR_PROFILE", "none"}}, folder.path(), {"--check"}
        };
        CHECK(unprofiled.wait() == 1);
        CHECK(unprofiled.output().find(".env.none is absent") != std::string::npos);
        service_process asked{field_ops_program(), {}, folder.path(), {"--chek"}};
        CHECK(asked.wait() == 2);
    }
}

TEST_CASE("pages of the origins that settings name may call, others may not make a browser write") {
    service on{embedded_settings(
        {{"WEIR_LOCAL_USER", "lena"},
         {"WEIR_CORS_ORIGINS", "https://app.example.com, http://localhost:5173"},
         {"WEIR_CORS_HEADERS", "X-Tenant"},
         {"WEIR_CORS_CREDENTIALS", "true"}}
    )};
    const std::pair<std::string, std::string> page{"Origin", "http://localhost:5173"};
    const auto told = on.send(
        {.method = "OPTIONS",
         .target = "/api/v1/orders/batch",
         .headers = {page, {"Access-Control-Request-Method", "PATCH"}}}
    );
    CHECK(told.status == 204);
    CHECK(told.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    CHECK(told.header("Access-Control-Allow-Credentials") == "true");
    CHECK(told.header("Access-Control-Allow-Methods").find("PATCH") != std::string::npos);
    CHECK(told.header("Access-Control-Allow-Headers").ends_with(", X-Tenant"));
    const ask write{.method = "POST", .target = "/api/v1/orders", .body = "{}"};
    auto from_page = write;
    from_page.headers = {page, {"Sec-Fetch-Site", "cross-site"}};
    const auto made = on.send(from_page);
    CHECK(made.status == 201);
    CHECK(made.header("Access-Control-Expose-Headers").find("ETag") != std::string::npos);
    auto foreign = write;
    foreign.headers = {{"Origin", "https://evil.test"}, {"Sec-Fetch-Site", "cross-site"}};
    CHECK(on.send(foreign).status == 403);
    const auto read = on.send({.target = "/api/v1/orders", .headers = {foreign.headers[0]}});
    CHECK(read.parsed.at("count") == 1);
    CHECK(read.header("Access-Control-Allow-Origin").empty());
    CHECK(read.header("Vary").find("Origin") != std::string::npos);
    CHECK(read.header("Cache-Control") == "private, no-cache");
    CHECK(read.header("X-Content-Type-Options") == "nosniff");
    CHECK(read.header("Strict-Transport-Security").empty());
    CHECK(read.header("RateLimit-Limit").empty());
    CHECK(on.process().stop() == 0);
}

TEST_CASE("who asks more often than settings allow gets 429; watching a service is never limited") {
    service on{embedded_settings(
        {{"WEIR_TRUST_FORWARDED_HEADERS", "true"},
         {"WEIR_HSTS", "true"},
         // So slow that no machine is slower.
         {"WEIR_RATE_PER_CALLER", "1"},
         {"WEIR_RATE_BURST", "40"}}
    )};
    int refused = 0;
    reply last;
    for (int at = 0; at < 400 && refused == 0; ++at) {
        last = on.send({.target = "/api/v1/orders?limit=1", .user = "lena"});
        refused += last.status == 429 ? 1 : 0;
    }
    REQUIRE(refused == 1);
    CHECK(last.parsed.at("code") == "rate_limited");
    CHECK(last.header("Retry-After") == "1");
    CHECK(last.header("RateLimit-Limit") == "40");
    CHECK(last.header("Strict-Transport-Security") == "max-age=31536000");
    CHECK(on.send({.target = "/api/v1/orders?limit=1", .user = "otto"}).status == 200);
    for (const auto* target : {"/livez", "/api/v1/healthcheck"})
        CHECK(on.send({.target = target, .user = "lena"}).status == 200);
    weir::test::raw_client client{on.port()};
    const auto metrics = client.exchange(bytes_of({.target = "/metrics"}));
    REQUIRE(metrics);
    CHECK(metrics->body.find("weir_http_rate_limited_total{by=\"caller\"} 1") != std::string::npos);
    CHECK(on.process().stop() == 0);
}

} // namespace settings_cases
