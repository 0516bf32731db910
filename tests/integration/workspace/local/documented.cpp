// SPDX-License-Identifier: Apache-2.0
// What docs/workspace.md quotes.
#include <weir/json/row_writer.hpp>
#include <weir/warehouse/catalog.hpp>
#include <weir/workspace/apps.hpp>
#include <weir/workspace/current_user.hpp>
#include <weir/workspace/files.hpp>
#include <weir/workspace/jobs.hpp>
#include <weir/workspace/secrets.hpp>
#include <weir/workspace/serving.hpp>
#include <weir/workspace/warehouses.hpp>
#include <weir/workspace/workspace_files.hpp>

#include <boost/describe/class.hpp>

#include <iostream>
#include <numeric>
#include <thread>

#include "support.hpp"

namespace documented_cases {

namespace {

using namespace test;

// clang-format off
struct production {
    std::vector<double> oil;
    weir::nullable_vector<weir::decimal<10, 2>> rate;
};
BOOST_DESCRIBE_STRUCT(production, (), (oil, rate))
// clang-format on

} // namespace

TEST_CASE("the workspace's calls as documented") {
    const std::string home;
    std::string lines;
    const weir::logger log{weir::string_sink(lines), weir::log_level::debug};
    // clang-format off
    auto how = weir::workspace::config::from(environment, home);
    weir::workspace::client client{how, {.product = "field-ops/1.4.0", .log = &log}};
    const auto me = weir::workspace::read_current_user(client);
    std::cout << me.user_name << " at " << client.host() << '\n';
    // clang-format on
    CHECK(me.user_name == "local@example.com");

    const std::string token = "dapi-local";
    const std::string request_id = "req-1";
    // clang-format off
    const weir::workspace::call_options as_user{
        .bearer = token, .request_id = request_id, .until = weir::deadline::in(std::chrono::seconds{5})
    };
    const auto user = weir::workspace::read_current_user(client, as_user);
    // clang-format on
    CHECK(user.id == me.id);

    declare(client, "/admin/jobs", R"({"job_id":7,"name":"nightly","duration_ms":0})");
    declare(
        client,
        "/admin/serving-endpoints",
        R"({"name":"ranker","task":"llm/v1/chat","answer":{"predictions":[0.5]}})"
    );
    // clang-format off
    const auto run = weir::workspace::run_job_now(client, {.job_id = 7, .job_parameters = {{"day", "2024-05-01"}}});
    if (weir::workspace::read_job_run(client, run).is_over())
        std::cout << "done\n";

    weir::workspace::serving models{client};
    const auto answer = models.query("ranker", R"({"dataframe_records":[{"x":1}]})");
    std::cout << answer.answer.text << '\n';
    models.stream("ranker", R"({"messages":[{"role":"user","content":"hi"}],"stream":true})", [](std::string_view data) {
        std::cout << data << '\n';
        return true;
    });

    weir::workspace::write_file(client, "/Volumes/oil_gas/production/raw/a b.csv", "api10\n1\n");
    weir::workspace::read_file(client, "/Volumes/oil_gas/production/raw/a b.csv", [](std::string_view piece) {
        std::cout << piece;
        return true;
    });

    try {
        static_cast<void>(models.query("nobody", "{}"));
    } catch (const weir::error& failed) {
        std::cout << failed.what() << (weir::workspace::blames_caller(failed) ? ": my mistake\n" : ": theirs\n");
    }
    // clang-format on
    CHECK(answer.answer.text.find("0.5") != std::string::npos);
    const auto listed = weir::workspace::list_directory(client, "/Volumes/oil_gas/production/raw");
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].name == "a b.csv");
    CHECK(
        weir::workspace::read_file_info(client, "/Volumes/oil_gas/production/raw/a b.csv").size == 8
    );
    CHECK_THROWS_AS(
        weir::workspace::write_file(client, "/Volumes/oil_gas/production/raw/a b.csv", "x"),
        weir::conflict_error
    );
    declare(
        client, "/api/2.0/secrets/put", R"({"scope":"app","key":"jwt","string_value":"s3cret"})"
    );
    CHECK(weir::workspace::read_secret(client, "app", "jwt") == weir::secret{"s3cret"});
    CHECK_THROWS_AS(weir::workspace::read_secret(client, "app", "no"), weir::not_found_error);
    CHECK(weir::workspace::read_warehouse(client, "local").is_running());
    CHECK_THROWS_AS(weir::workspace::read_job_run(client, 99), weir::not_found_error);
}

TEST_CASE("an app is deployed as documented") {
    weir::workspace::client client{config_of(workspace_process::shared())};
    const std::string binary = "#!/bin/sh\n";
    // clang-format off
    weir::workspace::make_workspace_directory(client, "/Workspace/field-ops");
    weir::workspace::import_workspace_file(client, "/Workspace/field-ops/run.sh", binary);
    const auto app = weir::workspace::create_app(client, {.name = "field-ops", .description = "wells"});
    const auto deployed = weir::workspace::deploy_app(client, app.name, "/Workspace/field-ops");
    while (weir::workspace::read_deployment(client, app.name, deployed.deployment_id).state == "IN_PROGRESS")
        std::this_thread::sleep_for(std::chrono::seconds{1});
    // clang-format on
    CHECK(weir::workspace::read_app(client, "field-ops").name == "field-ops");
}

TEST_CASE("tables of the catalog as documented") {
    weir::workspace::client client{config_of(workspace_process::shared())};
    // clang-format off
    weir::warehouse::workspace_transport over{client};
    weir::warehouse::warehouse house{over, {.warehouse_id = "local"}};
    weir::warehouse::catalog tables{client, house};
    // clang-format on
    make_wells(house);
    const std::string token = "dapi-local";
    // clang-format off
    auto found = tables.query("oil_gas.production.wells", {
        .columns = {"wellname", "oil"},
        .where = [](const auto& of) {
            return weir::sql::compare(of.column("oil"), weir::sql::comparison::greater, {100'000.0});
        },
        .order = {{.column = "oil", .descending = true}},
        .limit_rows = 20,
    }, {.bearer = token});
    const weir::json::row_writer writer{found.of->facts().columns, found.columns, weir::text_format::statement_api};
    std::string json;
    while (const auto row = found.next())
        writer.append(json, *row);

    auto batches = tables.query_columns<production>("oil_gas.production.wells", {.limit_rows = std::nullopt});
    production batch;
    double total = 0;
    while (batches.next(batch))
        total = std::accumulate(batch.oil.begin(), batch.oil.end(), total);
    // clang-format on
    CHECK(json == R"({"wellname":"ROE 2","oil":250000}{"wellname":"SMITH 1","oil":120000.5})");
    CHECK(total == 460'000.5);
}

} // namespace documented_cases
