// SPDX-License-Identifier: Apache-2.0
// The database dies in the middle of a write of 10,000 records: none of them is there.
#include <weir/http/records.hpp>
#include <weir/http/router.hpp>
#include <weir/lakebase/session.hpp>

#include <catch.hpp>
#include <chrono>
#include <postgres_fixture.hpp>
#include <string>
#include <thread>

using namespace test;

TEST_CASE("of a write that the database died in nothing is there, and the next one is whole") {
    own_postgres_server server{WEIR_POSTGRES_SCRIPT};
    server->as_superuser("create schema sandbox authorization weir_app");
    weir::lakebase::pool pool{server->options("")};
    weir::http::records_options how;
    how.lakebase = weir::http::sessions_of(pool);
    how.reachable = weir::http::name_patterns{"*.sandbox.*"};
    how.creatable = weir::http::name_patterns{"*.sandbox.*"};
    weir::http::router routes;
    weir::http::add_records(routes, std::move(how));
    const auto write = [&routes](int first, int count) {
        std::string body =
            R"({"catalog":"databricks_postgres","schema":"sandbox","table":"t","auto_create":true,)"
            R"("schema_definition":[{"name":"k","data_type":"BIGINT"}],"data":[)";
        for (int at = 0; at < count; ++at)
            body += (at == 0 ? "{\"k\":" : ",{\"k\":") + std::to_string(first + at) + "}";
        body += "]}";
        weir::http::request asked;
        asked.method = "POST";
        asked.target = "/api/v1/records/write";
        asked.headers.add("Content-Type", "application/json");
        asked.body = body;
        return routes.handle(std::move(asked)).status;
    };
    const auto rows = [&] { return server->as_superuser("select count(*) from sandbox.t"); };
    REQUIRE(write(-1, 1) == 200);
    // Half of the rows are written when it stops.
    server->as_superuser("create function sandbox.stop() returns trigger language plpgsql as "
                         "$$ begin perform pg_sleep(60); return new; end $$");
    server->as_superuser("create trigger stop before insert on sandbox.t for each row "
                         "when (new.k = 5000) execute function sandbox.stop()");
    int status = 0;
    {
        std::jthread client{[&] { status = write(0, 10'000); }};
        while (server->as_superuser(
                   "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
               ) != "1")
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        server.restart();
    }
    CHECK(status == 500);
    CHECK(rows() == "1");
    server->as_superuser("drop trigger stop on sandbox.t");
    CHECK(write(0, 10'000) == 200);
    CHECK(rows() == "10001");
}
