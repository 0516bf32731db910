// SPDX-License-Identifier: Apache-2.0
// What the typed calls send and how they read the answers: the shapes of databricks.md 5 and 6.
#include <weir/workspace/apps.hpp>
#include <weir/workspace/current_user.hpp>
#include <weir/workspace/database_instances.hpp>
#include <weir/workspace/files.hpp>
#include <weir/workspace/jobs.hpp>
#include <weir/workspace/lakebase_credentials.hpp>
#include <weir/workspace/postgres_projects.hpp>
#include <weir/workspace/secrets.hpp>
#include <weir/workspace/serving.hpp>
#include <weir/workspace/tables.hpp>
#include <weir/workspace/warehouses.hpp>
#include <weir/workspace/workspace_files.hpp>

#include <atomic>
#include <stdexcept>
#include <workspace.hpp>

namespace services_cases {

namespace {

using namespace test;
using namespace std::chrono_literals;
namespace ws = weir::workspace;

/// A server with one answer, and a client of it.
struct one_answer {
    explicit one_answer(std::string reply)
        : server([reply = std::move(reply)](const asked&) { return reply; }),
          client(with_token(server), waited.options(0.0)) {}

    [[nodiscard]] asked last() const { return server.requests().at(server.requests().size() - 1); }

    stand_in server;
    pauses waited;
    ws::client client;
};

} // namespace

TEST_CASE("the current user has names, groups and the workspace of the header") {
    one_answer at{answer(
        200,
        R"({"id":"4242","userName":"a@b.c","displayName":"A","active":true,"emails":[{"value":"a@b.c","primary":true}],"groups":[{"display":"admins","value":"1"},{"display":"users"}]})",
        "x-databricks-org-id: 77\r\n"
    )};
    const auto found = ws::read_current_user(at.client, {.bearer = "user-token"});
    CHECK(at.last().target == "/api/2.0/preview/scim/v2/Me");
    CHECK(at.last().field("authorization") == "Bearer user-token");
    CHECK(found.id == "4242");
    CHECK(found.user_name == "a@b.c");
    CHECK(found.active);
    CHECK(found.groups == std::vector<std::string>{"admins", "users"});
    CHECK(found.workspace_id == "77");
}

TEST_CASE("an answer that is no JSON object is told by its subject") {
    for (const auto* body : {"", "[]", "{\"id\":", "<html>", "{} x"}) {
        one_answer at{answer(200, body)};
        CHECK_THROWS_WITH(
            ws::read_current_user(at.client),
            "current user: the workspace's answer is no JSON object"
        );
    }
}

TEST_CASE("warehouses are read, listed and started") {
    one_answer at{answer(
        200,
        R"({"id":"w1","name":"W","state":"STARTING","cluster_size":"Small","auto_stop_mins":10,"enable_serverless_compute":true,"health":{"status":"HEALTHY","summary":null},"new":{"x":[1]}})"
    )};
    const auto found = ws::read_warehouse(at.client, "w/1");
    CHECK(at.last().target == "/api/2.0/sql/warehouses/w%2F1");
    CHECK(found.state == "STARTING");
    CHECK_FALSE(found.is_running());
    CHECK(found.is_serverless);
    CHECK(found.auto_stop_minutes == 10);
    CHECK(found.health == "HEALTHY");
    ws::start_warehouse(at.client, "w1");
    CHECK(at.last().method == "POST");
    CHECK(at.last().target == "/api/2.0/sql/warehouses/w1/start");
    CHECK(at.last().field("content-length") == "0");
    one_answer list{answer(200, R"({"warehouses":[{"id":"a","state":"RUNNING"},{"id":"b"}]})")};
    const auto all = ws::list_warehouses(list.client);
    REQUIRE(all.size() == 2);
    CHECK(all[0].is_running());
    CHECK(all[1].id == "b");
}

TEST_CASE("tables have columns, keys, masks and filters") {
    one_answer at{answer(
        200,
        R"j({"full_name":"c.s.t","table_type":"MANAGED","columns":[{"name":"id","type_text":"bigint","type_name":"LONG","position":0,"nullable":false},{"name":"amt","type_text":"decimal(10,2)","type_name":"DECIMAL","position":1,"mask":{"function_name":"c.s.m"}}],"table_constraints":[{"foreign_key_constraint":{"child_columns":["x"]}},{"primary_key_constraint":{"name":"pk","child_columns":["id"]}}],"row_filter":{"function_name":"c.s.f","input_column_names":["id"]},"properties":{"k":"v"}})j"
    )};
    const auto found = ws::read_table(at.client, "c.s.t");
    CHECK(at.last().target == "/api/2.1/unity-catalog/tables/c.s.t");
    REQUIRE(found.columns.size() == 2);
    CHECK_FALSE(found.columns[0].nullable);
    CHECK(found.columns[1].type_text == "decimal(10,2)");
    CHECK(found.columns[1].mask_function == "c.s.m");
    CHECK(found.primary_key == std::vector<std::string>{"id"});
    CHECK(found.row_filter_function == "c.s.f");
    CHECK(found.properties.at("k") == "v");
    one_answer none{answer(404, R"({"error_code":"TABLE_DOES_NOT_EXIST","message":"x"})")};
    CHECK_FALSE(ws::find_table(none.client, "c.s.t"));
}

TEST_CASE("Lakebase passwords are minted for instances and endpoints, and do not print") {
    one_answer at{answer(200, R"({"token":"pw","expiration_time":"2026-11-20T10:15:00Z"})")};
    const auto minted = ws::mint_instance_credential(at.client, {"orders-db"});
    CHECK(at.last().target == "/api/2.0/database/credentials");
    CHECK(at.last().body.find(R"("instance_names":["orders-db"])") != std::string::npos);
    CHECK(at.last().body.find(R"("request_id":")") != std::string::npos);
    CHECK(minted.password == weir::secret{"pw"});
    CHECK(minted.expires == weir::timestamp{1'795'169'700'000'000});
    one_answer next{answer(200, R"({"token":"pw","expire_time":"2026-11-20T10:15:00Z"})")};
    static_cast<void>(
        ws::mint_endpoint_credential(next.client, "projects/p/branches/b/endpoints/e", 1800s)
    );
    CHECK(next.last().target == "/api/2.0/postgres/credentials");
    CHECK(next.last().body == R"({"endpoint":"projects/p/branches/b/endpoints/e","ttl":"1800s"})");
    one_answer bad{answer(200, R"({"token":"pw"})")};
    CHECK_THROWS_AS(ws::mint_instance_credential(bad.client, {"i"}), weir::decode_error);
}

TEST_CASE("how long a password is good is reckoned by the platform's clock, not by this one") {
    one_answer at{answer(
        200,
        R"({"token":"pw","expire_time":"2001-01-01T01:00:00Z"})",
        "Date: Mon, 01 Jan 2001 00:00:00 GMT\r\n"
    )};
    CHECK(ws::mint_endpoint_credential(at.client, "projects/p/branches/b/endpoints/e").life == 1h);
}

TEST_CASE("a cache of passwords mints once for many connections") {
    one_answer at{answer(200, R"({"token":"pw","expire_time":"2999-01-01T00:00:00Z"})")};
    ws::token_cache passwords{ws::endpoint_passwords(at.client, "projects/p/branches/b/endpoints/e")
    };
    CHECK(passwords.get({}).reveal() == "pw");
    CHECK(passwords.get({}).reveal() == "pw");
    CHECK(at.server.requests().size() == 1);
}

TEST_CASE("a model is asked without the API's prefix, and tried four times at most") {
    one_answer at{answer(200, R"({"predictions":[1]})", "served-model-name: m-2\r\n")};
    ws::serving models{at.client};
    const auto got = models.query("e 1", R"({"inputs":[1]})");
    CHECK(at.last().target == "/serving-endpoints/e%201/invocations");
    CHECK(got.answer.text == R"({"predictions":[1]})");
    CHECK(got.served_model == "m-2");
    one_answer busy{answer(429, R"({"error_code":"REQUEST_LIMIT_EXCEEDED","message":"x"})")};
    ws::serving others{busy.client};
    CHECK_THROWS_AS(others.query("e", "{}"), weir::connection_error);
    CHECK(busy.server.requests().size() == 4);
}

TEST_CASE("a model's own failure and the caller's mistake are told apart and at once") {
    for (const int status : {400, 500}) {
        one_answer at{answer(status, R"({"error_code":"BAD","message":"x"})")};
        ws::serving models{at.client};
        try {
            static_cast<void>(models.query("e", "{}"));
            FAIL("nothing was thrown");
        } catch (const weir::statement_error& failed) {
            CHECK(ws::blames_caller(failed) == (status == 400));
        }
        CHECK(at.server.requests().size() == 1);
    }
}

TEST_CASE("the list of endpoints is kept for five minutes, a user's is not kept") {
    one_answer at{answer(
        200,
        R"({"endpoints":[{"name":"e","task":"llm/v1/chat","state":{"ready":"READY","config_update":"NOT_UPDATING"}}]})"
    )};
    auto now = std::make_shared<weir::deadline::clock::time_point>(weir::deadline::clock::now());
    ws::serving models{at.client, {.now = [now] { return *now; }}};
    const auto found = models.list();
    REQUIRE(found.size() == 1);
    CHECK(found[0].is_ready);
    *now += 299s;
    CHECK(models.list().size() == 1);
    CHECK(at.server.requests().size() == 1);
    static_cast<void>(models.list({.bearer = "user"}));
    CHECK(at.server.requests().size() == 2);
    *now += 2s;
    static_cast<void>(models.list());
    CHECK(at.server.requests().size() == 3);
}

TEST_CASE("an endpoint is kept for five minutes, by its name") {
    one_answer at{answer(200, R"({"name":"e","state":{"ready":"NOT_READY"}})")};
    ws::serving models{at.client};
    CHECK_FALSE(models.read("e").is_ready);
    CHECK(at.last().target == "/api/2.0/serving-endpoints/e");
    CHECK(models.read("e").name == "e");
    CHECK(at.server.requests().size() == 1);
    static_cast<void>(models.read("f"));
    static_cast<void>(models.read("e", {.bearer = "user"}));
    CHECK(at.server.requests().size() == 3);
}

TEST_CASE(
    "lists of endpoints have five seconds, models thirty, or the caller's time if that is less"
) {
    std::atomic<bool> may_end{false};
    const stand_in server{[&](const asked&) {
        while (!may_end)
            std::this_thread::sleep_for(1ms);
        return answer(200, "{}");
    }};
    ws::client client{with_token(server)};
    ws::serving models{client, {.inference_timeout = 50ms, .list_timeout = 60ms}};
    CHECK(ws::serving_options{}.inference_timeout == 30s);
    CHECK(ws::serving_options{}.list_timeout == 5s);
    CHECK_THROWS_AS(models.list(), weir::timeout_error);
    CHECK_THROWS_AS(models.query("e", "{}"), weir::timeout_error);
    ws::serving patient{client};
    CHECK_THROWS_AS(
        patient.query("e", "{}", {.until = weir::deadline::in(40ms)}), weir::timeout_error
    );
    may_end = true;
}

TEST_CASE("a streamed answer arrives event by event until its DONE") {
    const std::string events = "data: {\"d\":1}\n\ndata: {\"d\":2}\n\ndata: [DONE]\n\n";
    one_answer at{answer(200, events, "Content-Type: text/event-stream\r\n")};
    ws::serving models{at.client};
    std::vector<std::string> seen;
    models.stream("e", R"({"stream":true})", [&](std::string_view data) {
        seen.emplace_back(data);
        return true;
    });
    CHECK(seen == std::vector<std::string>{R"({"d":1})", R"({"d":2})"});
    CHECK(at.last().field("accept") == "text/event-stream");
    int count = 0;
    models.stream("e", "{}", [&](std::string_view) {
        ++count;
        return false;
    });
    CHECK(count == 1);
    CHECK_THROWS_AS(
        models.stream("e", "{}", [](std::string_view) -> bool { throw std::domain_error{"mine"}; }),
        std::domain_error
    );
}

TEST_CASE("a stream that breaks off is told, and not begun again") {
    one_answer whole{answer(200, "data: {}\n\n")};
    ws::serving without_end{whole.client};
    const auto go_on = [](std::string_view) { return true; };
    CHECK_THROWS_AS(without_end.stream("e", "{}", go_on), weir::connection_error);
    one_answer cut{
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\ndata: {}\n\n" +
        std::string{stand_in::close_mark}
    };
    ws::serving broken{cut.client};
    CHECK_THROWS_AS(broken.stream("e", "{}", go_on), weir::connection_error);
    CHECK(cut.server.requests().size() == 1);
}

TEST_CASE("a job runs once however often it is asked, and its run is read") {
    std::atomic<int> asked_for{0};
    const stand_in server{[&](const asked&) {
        return ++asked_for == 1 ? std::string{} : answer(200, R"({"run_id":9,"number_in_job":1})");
    }};
    pauses waited;
    ws::client client{with_token(server), waited.options()};
    CHECK(ws::run_job_now(client, {.job_id = 7, .notebook_params = {{"a", "1"}}}) == 9);
    const auto seen = server.requests();
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].target == "/api/2.2/jobs/run-now");
    CHECK(seen[0].body == seen[1].body);
    CHECK(
        seen[0].body.starts_with(R"({"job_id":7,"notebook_params":{"a":"1"},"idempotency_token":")")
    );
    CHECK_THROWS_AS(
        ws::run_job_now(client, {.job_id = 7, .idempotency_token = std::string(65, 'x')}),
        weir::validation_error
    );
    CHECK_THROWS_AS(
        ws::run_job_now(
            client, {.job_id = 7, .job_parameters = {{"a", "1"}}, .notebook_params = {{"a", "1"}}}
        ),
        weir::validation_error
    );

    one_answer at{answer(
        200,
        R"({"run_id":9,"job_id":7,"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS","state_message":""},"status":{"state":"TERMINATED","termination_details":{"code":"SUCCESS"}},"start_time":5,"end_time":6})"
    )};
    const auto run = ws::read_job_run(at.client, 9);
    CHECK(at.last().target == "/api/2.2/jobs/runs/get?run_id=9");
    CHECK(run.is_over());
    CHECK(run.succeeded());
    CHECK(run.end_time == 6);
    ws::cancel_job_run(at.client, 9);
    CHECK(at.last().target == "/api/2.2/jobs/runs/cancel");
    CHECK(at.last().body == R"({"run_id":9})");
    one_answer none{
        answer(400, R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Run 9 does not exist."})")
    };
    CHECK_THROWS_AS(ws::read_job_run(none.client, 9), weir::not_found_error);
    one_answer job{answer(200, R"({"job_id":7,"settings":{"name":"nightly","tasks":[]}})")};
    CHECK(ws::read_job(job.client, 7).name == "nightly");
    CHECK(job.last().target == "/api/2.2/jobs/get?job_id=7");
}

TEST_CASE("files are written, read, described, removed; directories made and listed") {
    one_answer at{answer(200, "bytes", "Content-Type: text/x\r\n")};
    ws::write_file(at.client, "/Volumes/c/s/v/a b.txt", "hello");
    CHECK(at.last().method == "PUT");
    CHECK(at.last().target == "/api/2.0/fs/files/Volumes/c/s/v/a%20b.txt?overwrite=false");
    CHECK(at.last().field("content-type") == "application/octet-stream");
    CHECK(at.last().body == "hello");
    CHECK(ws::read_file(at.client, "/Volumes/c/s/v/a.txt") == "bytes");
    std::string pieces;
    ws::read_file(at.client, "/Volumes/c/s/v/a.txt", [&](std::string_view piece) {
        pieces.append(piece);
        return true;
    });
    CHECK(pieces == "bytes");
    ws::remove_file(at.client, "/Volumes/c/s/v/a.txt");
    CHECK(at.last().method == "DELETE");
    ws::make_directory(at.client, "/Volumes/c/s/v/d/");
    CHECK(at.last().target == "/api/2.0/fs/directories/Volumes/c/s/v/d");
    CHECK_THROWS_AS(ws::read_file(at.client, "/Volumes/../x"), weir::validation_error);

    one_answer head{"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Type: text/x\r\n\r\n"};
    const auto info = ws::read_file_info(head.client, "/Volumes/c/s/v/a.txt");
    CHECK(info.size == 12);
    CHECK(info.content_type == "text/x");

    const stand_in pages{[](const asked& request) {
        if (request.target.ends_with("?page_token=p%202"))
            return answer(
                200,
                R"({"contents":[{"path":"/Volumes/x","name":"x","is_directory":false,"file_size":3}]})"
            );
        return answer(200, R"({"contents":[],"next_page_token":"p 2"})");
    }};
    ws::client client{with_token(pages)};
    const auto found = ws::list_directory(client, "/Volumes/c/s/v");
    REQUIRE(found.size() == 1);
    CHECK(found[0].size == 3);
}

TEST_CASE(
    "a file that may not exist yet is not written a second time when the first outcome is unknown"
) {
    for (const auto existing : {ws::existing_file::refuse, ws::existing_file::overwrite}) {
        std::atomic<int> asked_for{0};
        const stand_in server{[&](const asked&) {
            return ++asked_for == 1 ? std::string{} : answer(204, "");
        }};
        pauses waited;
        ws::client client{with_token(server), waited.options()};
        const auto write = [&] { ws::write_file(client, "/Volumes/c/s/v/a", "x", existing); };
        if (existing == ws::existing_file::refuse) {
            CHECK_THROWS_AS(write(), weir::connection_error);
        } else {
            CHECK_NOTHROW(write());
        }
    }
}

TEST_CASE("a secret is decoded, and refused when it is no base64") {
    one_answer at{answer(200, R"({"key":"jwt","value":"c2VjcmV0"})")};
    CHECK(ws::read_secret(at.client, "app", "jwt") == weir::secret{"secret"});
    CHECK(at.last().target == "/api/2.0/secrets/get?key=jwt&scope=app");
    one_answer bad{answer(200, R"({"key":"jwt","value":"%%%"})")};
    CHECK_THROWS_AS(ws::read_secret(bad.client, "app", "jwt"), weir::decode_error);
}

TEST_CASE("database instances, projects and endpoints tell where they are") {
    one_answer at{answer(
        200,
        R"({"name":"i","uid":"u","state":"AVAILABLE","capacity":"CU_1","read_write_dns":"rw.net","read_only_dns":"ro.net","effective_stopped":false})"
    )};
    const auto instance = ws::read_database_instance(at.client, "i");
    CHECK(at.last().target == "/api/2.0/database/instances/i");
    CHECK(instance.read_write_dns == "rw.net");
    one_answer list{answer(200, R"({"database_instances":[{"name":"a"},{"name":"b"}]})")};
    CHECK(ws::list_database_instances(list.client).size() == 2);
    one_answer project{answer(
        200, R"({"name":"projects/p","uid":"u","status":{"display_name":"P","pg_version":17}})"
    )};
    CHECK(ws::read_postgres_project(project.client, "projects/p").pg_version == 17);
    CHECK(project.last().target == "/api/2.0/postgres/projects/p");
    one_answer projects{answer(200, R"({"projects":[{"name":"projects/p"}]})")};
    CHECK(ws::list_postgres_projects(projects.client).size() == 1);
    one_answer endpoint{answer(
        200,
        R"({"name":"projects/p/branches/b/endpoints/e","status":{"current_state":"IDLE","hosts":{"host":"ep.net","read_only_host":"ro.net"}}})"
    )};
    const auto found =
        ws::read_postgres_endpoint(endpoint.client, "projects/p/branches/b/endpoints/e");
    CHECK(endpoint.last().target == "/api/2.0/postgres/projects/p/branches/b/endpoints/e");
    CHECK(found.host == "ep.net");
    CHECK(found.current_state == "IDLE");
}

TEST_CASE("source is imported and an app made and deployed") {
    one_answer at{answer(
        200,
        R"({"name":"a","deployment_id":"d1","url":"https://a.net","app_status":{"state":"RUNNING","message":"up"},"compute_status":{"state":"ACTIVE","message":"c"},"status":{"state":"IN_PROGRESS","message":"m"},"service_principal_client_id":"sp"})"
    )};
    ws::make_workspace_directory(at.client, "/Workspace/d");
    CHECK(at.last().target == "/api/2.0/workspace/mkdirs");
    CHECK(at.last().body == R"({"path":"/Workspace/d"})");
    ws::import_workspace_file(at.client, "/Workspace/d/x", "hi");
    CHECK(
        at.last().body ==
        R"({"path":"/Workspace/d/x","format":"AUTO","overwrite":true,"content":"aGk="})"
    );
    CHECK_THROWS_AS(
        ws::import_workspace_file(at.client, "/x", std::string(ws::most_import_bytes + 1, 'x')),
        weir::validation_error
    );
    const auto made = ws::create_app(
        at.client, {.name = "a", .resources = {R"([{"name":"w"}])"}}, ws::app_compute::none
    );
    CHECK(at.last().target == "/api/2.0/apps?no_compute=true");
    CHECK(at.last().body == R"({"name":"a","resources":[{"name":"w"}]})");
    CHECK(made.app_state == "RUNNING");
    CHECK(made.compute_state == "ACTIVE");
    CHECK(made.message == "up");
    CHECK(ws::read_app(at.client, "a").service_principal_client_id == "sp");
    const auto deployed = ws::deploy_app(at.client, "a", "/Workspace/d");
    CHECK(at.last().target == "/api/2.0/apps/a/deployments");
    CHECK(at.last().body == R"({"source_code_path":"/Workspace/d","mode":"SNAPSHOT"})");
    CHECK(deployed.state == "IN_PROGRESS");
    CHECK(ws::read_deployment(at.client, "a", "d1").deployment_id == "d1");
    CHECK(at.last().target == "/api/2.0/apps/a/deployments/d1");
}

} // namespace services_cases
