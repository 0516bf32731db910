// SPDX-License-Identifier: Apache-2.0
// Background jobs of a service, by the recipe of jobs: on both engines, through crashes, for two
// users.
#include <catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <raw_http.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "fixture.hpp"

namespace jobs_cases {

using namespace e2e;
using std::chrono::seconds;

namespace {

std::string recipe(const std::string& name = "jobs") {
    const char* folder = std::getenv("WEIR_EXAMPLES");
    REQUIRE(folder != nullptr);
    return std::string{folder} + "/2_recipes/" + name;
}

// What a workspace's administrator, or anybody with a token, asks it.
json ask_workspace(
    const test::workspace_process& at,
    const std::string& method,
    const std::string& path,
    const std::string& body = "",
    const std::string& token = "dapi-local",
    const std::string& type = "application/json"
) {
    weir::test::raw_client link{at.port()};
    const auto answer = link.exchange(bytes_of(
        {.method = method,
         .target = path,
         .body = body,
         .headers = {{"Authorization", "Bearer " + token}},
         .content_type = type}
    ));
    REQUIRE(answer);
    REQUIRE(answer->status == 200);
    return json::parse(answer->body);
}

// Short, so that tests need not wait; long enough for a busy machine.
settings quick(settings more = {}) {
    more.emplace_back("WEIR_TRUST_FORWARDED_HEADERS", "true");
    more.emplace_back("WEIR_JOB_POLL_MS", "50");
    more.emplace_back("WEIR_JOB_LEASE_MS", "3000");
    return more;
}

// `@` is the jobs table.
std::string own_jobs(const test::own_schema& in, std::string sql) {
    sql.replace(sql.find('@'), 1, "\"" + in.name() + "\".weir_jobs");
    return in.server().as_superuser(sql);
}

struct on_postgres {
    test::own_schema schema{test::postgres_server::shared(), "e2e_jobs"};

    [[nodiscard]] settings with(settings more = {}) const {
        return postgres_settings(schema.server(), schema.name(), quick(std::move(more)));
    }

    [[nodiscard]] service start(settings more = {}) const {
        return service{with(std::move(more)), recipe()};
    }

    [[nodiscard]] std::string query(const std::string& sql) const { return own_jobs(schema, sql); }
};

reply start_job(
    const service& on, const std::string& name, std::string input, std::string_view user
) {
    return on.send(
        {.method = "POST",
         .target = "/api/v1/" + name,
         .body = std::move(input),
         .user = std::string{user}}
    );
}

json job(const service& on, const std::string& location, const std::string& user) {
    const auto told = on.send({.target = location, .user = user});
    REQUIRE(told.status == 200);
    return told.parsed;
}

// Waits until it is in a state; the job then.
json when(
    const service& on, const std::string& location, const std::string& user, std::string_view state
) {
    json seen;
    const bool is_there = eventually(
        [&] {
            seen = job(on, location, user);
            return seen.at("state") == state;
        },
        seconds{60}
    );
    INFO(seen.dump());
    REQUIRE(is_there);
    return seen;
}

std::string make_order(const service& on, const std::string& user) {
    const auto made =
        on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(made.status == 201);
    return made.parsed.at("id");
}

json lines_of(const service& on, const std::string& user) {
    return on.send({.target = "/api/v1/order-lines", .user = user}).parsed.at("data");
}

void check_a_life(const service& on) {
    const std::string user = "ada";
    const auto first = make_order(on, user);
    const auto second = make_order(on, user);
    const auto taken = start_job(on, "surcharges", json{first, second}.dump(), user);
    REQUIRE(taken.status == 202);
    CHECK(taken.header("Retry-After") == "1");
    const auto location = taken.header("Location");
    CHECK(location == "/api/v1/jobs/" + taken.parsed.at("id").get<std::string>());
    CHECK(taken.parsed.at("state") == "pending");
    CHECK(taken.parsed.at("owner") == user);
    CHECK(taken.parsed.at("request_id") == taken.header("X-Request-ID"));
    for (const auto* hidden : {"input", "saved", "holder", "due_at", "actor"})
        CHECK_FALSE(taken.parsed.contains(hidden));

    const auto done = when(on, location, user, "completed");
    CHECK(done.at("result") == json{{"orders", 2}});
    CHECK(done.at("progress") == 100);
    CHECK(done.at("attempts") == 1);
    CHECK(done.at("error").is_null());
    CHECK(done.at("finished_at") >= done.at("started_at"));
    const auto lines = lines_of(on, user);
    REQUIRE(lines.size() == 2);
    CHECK(lines.at(0).at("inserted_by") == "ada@example.com");

    const auto in_unit = start_job(on, "surcharge", json(first).dump(), user);
    REQUIRE(in_unit.status == 202);
    const auto linked = when(on, in_unit.header("Location"), user, "completed");
    CHECK(on.send({.target = linked.at("link"), .user = user}).status == 200);
    // The line is there already: all of the second one is undone, and told as an answer would.
    const auto again = start_job(on, "surcharge", json(first).dump(), user);
    const auto failed = when(on, again.header("Location"), user, "failed");
    CHECK(failed.at("error").at("code") == "conflict");
    CHECK(failed.at("error").at("request_id") == again.header("X-Request-ID"));
    CHECK(failed.at("result").is_null());
    const auto wrong = start_job(on, "surcharges", R"(["no id"])", user);
    const auto refused = when(on, wrong.header("Location"), user, "failed");
    CHECK(refused.at("error").at("code") == "validation");
    CHECK(refused.at("error").at("details").at("errors").size() == 1);
    CHECK(start_job(on, "count", "{", user).status == 400);

    const auto all = on.send({.target = "/api/v1/jobs?count=exact", .user = user});
    REQUIRE(all.status == 200);
    CHECK(all.parsed.at("total") == 4);
    CHECK(all.parsed.at("data").at(0).at("id") == refused.at("id"));
    CHECK(
        on.send({.target = "/api/v1/jobs?state=eq.failed&select=id", .user = user})
            .parsed.at("count") == 2
    );
    CHECK(on.send({.target = "/api/v1/jobs?input=eq.1", .user = user}).status == 400);
    CHECK(on.send({.target = "/api/v1/jobs/4711", .user = user}).status == 400);
    CHECK(on.send({.method = "POST", .target = "/api/v1/jobs", .user = user}).status == 405);
}

} // namespace

TEST_CASE("a job is taken with 202, done behind the answer, and told of by its route") {
    SECTION("on PostgreSQL") {
        const on_postgres own;
        auto on = own.start();
        check_a_life(on);
        const auto described = on.send({.target = "/openapi.json"}).parsed;
        CHECK(described.at("paths").at("/api/v1/jobs/{key}").contains("get"));
        CHECK(described.at("paths").at("/api/v1/jobs/{key}").contains("delete"));
        CHECK(described.at("components").at("schemas").contains("order"));
        CHECK(on.process().stop() == 0);
        CHECK(on.process().output().find(R"("message":"job")") != std::string::npos);
    }
    SECTION("on the embedded engine") {
        service on{embedded_settings(quick()), recipe()};
        check_a_life(on);
        CHECK(on.process().stop() == 0);
    }
}

TEST_CASE("a job is its owner's, by every route") {
    const on_postgres own;
    auto on = own.start();
    const std::string ada = "ada";
    const std::string bob = "bob";
    const auto location = start_job(on, "count", "600", ada).header("Location");
    when(on, location, ada, "running");
    CHECK(on.send({.target = location, .user = bob}).status == 404);
    CHECK(on.send({.method = "DELETE", .target = location, .user = bob}).status == 404);
    CHECK(job(on, location, ada).at("cancel_requested") == false);
    const auto listed = on.send({.target = "/api/v1/jobs?count=exact", .user = bob});
    CHECK(listed.parsed.at("total") == 0);
    CHECK(listed.parsed.at("data").empty());
    CHECK(
        on.send({.method = "POST", .target = "/api/v1/jobs/query", .body = "{}", .user = bob})
            .parsed.at("count") == 0
    );
    for (const auto* method : {"GET", "DELETE"})
        CHECK(on.send({.method = method, .target = location}).status == 401);
    CHECK(on.send({.target = "/api/v1/jobs"}).status == 401);
    CHECK(start_job(on, "count", "1", "").status == 401);
    // The database's own policies, past every statement of weir's.
    CHECK(
        own.query("select relrowsecurity and relforcerowsecurity from pg_class where oid = '@'::"
                  "regclass") == "t"
    );
    CHECK(on.send({.method = "DELETE", .target = location, .user = ada}).status == 202);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("a job is cancelled before it begins, and while it runs") {
    const on_postgres own;
    auto on = own.start({{"WEIR_JOB_WORKERS", "1"}});
    const std::string user = "ada";
    const auto running = start_job(on, "count", "6000", user).header("Location");
    const auto waiting = start_job(on, "count", "6000", user).header("Location");
    when(on, running, user, "running");
    const auto cancel = [&](const std::string& which) {
        return on.send({.method = "DELETE", .target = which, .user = user});
    };
    const auto at_once = cancel(waiting);
    CHECK(at_once.status == 200);
    CHECK(at_once.parsed.at("state") == "cancelled");
    CHECK(at_once.parsed.at("attempts") == 0);
    CHECK(cancel(waiting).status == 200);
    const auto told = cancel(running);
    CHECK(told.status == 202);
    CHECK(told.header("Retry-After") == "1");
    CHECK(told.parsed.at("cancel_requested") == true);
    CHECK(when(on, running, user, "cancelled").at("result").is_null());

    const auto done = start_job(on, "count", "0", user).header("Location");
    when(on, done, user, "completed");
    CHECK(cancel(done).status == 409);
    CHECK(own.query("select count(*) from @ where due_at is not null") == "0");
    CHECK(on.process().stop() == 0);
}

TEST_CASE("who has as many jobs as may wait is told to come again later") {
    const on_postgres own;
    auto on = own.start({{"WEIR_JOB_WORKERS", "0"}, {"WEIR_JOB_PER_CALLER", "2"}});
    const auto take = [&](const std::string& user) { return start_job(on, "count", "0", user); };
    const auto first = take("ada");
    CHECK(first.status == 202);
    CHECK(take("ada").status == 202);
    const auto refused = take("ada");
    CHECK(refused.status == 429);
    CHECK(refused.parsed.at("code") == "too_many_jobs");
    CHECK(refused.header("Retry-After") == "10");
    CHECK(own.query("select count(*) from @") == "2");
    CHECK(take("bob").status == 202);
    CHECK(
        on.send({.method = "DELETE", .target = first.header("Location"), .user = "ada"}).status ==
        200
    );
    CHECK(take("ada").status == 202);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("a job whose process is killed is gone on with by another, and ends once") {
    const on_postgres own;
    const std::string user = "ada";
    std::string location;
    std::optional<service> first{std::in_place, own.with(), recipe()};
    SECTION("by the next one") {
        location = start_job(*first, "count", "20", user).header("Location");
        when(*first, location, user, "running");
        CHECK(first->process().stop(SIGKILL) == 128 + SIGKILL);
        const auto second = own.start();
        CHECK(when(second, location, user, "completed").at("result") == json{{"attempts", 2}});
        CHECK(own.query("select count(*) from @ where state = 'completed'") == "1");
    }
    SECTION("by one that was there all the time, and left it alone while the first lived") {
        location = start_job(*first, "count", "60", user).header("Location");
        when(*first, location, user, "running");
        const auto second = own.start();
        // Longer than its lease.
        REQUIRE(eventually(
            [&] { return job(second, location, user).at("progress") > json(70); }, seconds{60}
        ));
        CHECK(job(second, location, user).at("attempts") == 1);
        CHECK(first->process().stop(SIGKILL) == 128 + SIGKILL);
        CHECK(eventually([&] { return job(second, location, user).at("attempts") == 2; }));
    }
}

TEST_CASE("many jobs on two instances are each done once") {
    const on_postgres own;
    auto first = own.start({{"WEIR_JOB_WORKERS", "4"}});
    auto second = own.start({{"WEIR_JOB_WORKERS", "4"}});
    const std::string user = "ada";
    constexpr int jobs = 24;
    for (int at = 0; at < jobs; ++at) {
        const auto order = make_order(first, user);
        REQUIRE(
            start_job(at % 2 == 0 ? first : second, "surcharge", json(order).dump(), user).status ==
            202
        );
    }
    REQUIRE(eventually(
        [&] { return own.query("select count(*) from @ where due_at is not null") == "0"; },
        seconds{60}
    ));
    CHECK(
        own.query("select count(*) from @ where state = 'completed' and attempts = 1") ==
        std::to_string(jobs)
    );
    CHECK(lines_of(first, user).size() == jobs);
    CHECK(first.process().stop() == 0);
    CHECK(second.process().stop() == 0);
}

TEST_CASE("SIGTERM ends a service whose jobs run, and gives them to the next") {
    const on_postgres own;
    const std::string user = "ada";
    auto first = own.start();
    const auto location = start_job(first, "count", "30", user).header("Location");
    when(first, location, user, "running");
    const auto start = std::chrono::steady_clock::now();
    CHECK(first.process().stop() == 0);
    CHECK(std::chrono::steady_clock::now() - start < seconds{10});
    CHECK(own.query("select state from @") == "pending");
    const auto second = own.start();
    // What was given back is no attempt.
    CHECK(when(second, location, user, "completed").at("result") == json{{"attempts", 1}});
}

TEST_CASE("jobs that are over are forgotten after a while, and their owner's only then") {
    const on_postgres own;
    const std::string user = "ada";
    std::string location;
    {
        auto on = own.start({{"WEIR_JOB_KEPT_S", "0"}});
        // The first look for what has expired mostly comes before it, so that the next start has
        // it.
        location = start_job(on, "count", "0", user).header("Location");
        REQUIRE(eventually([&] {
            return own.query("select count(*) from @ where state in ('pending', 'running')") == "0";
        }));
        CHECK(on.process().stop() == 0);
    }
    const auto on = own.start();
    CHECK(eventually([&] { return on.send({.target = location, .user = user}).status == 404; }));
    const auto kept = start_job(on, "count", "0", user).header("Location");
    const auto done = when(on, kept, user, "completed");
    CHECK(done.at("expires_at") > done.at("finished_at"));
}

TEST_CASE("the recipe of Databricks starts a run once, follows it, and cancels it with its job") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_runs"};
    const test::workspace_process workspace{workspace_options(schema.server())};
    const auto with = local_settings(workspace, schema.server(), schema.name(), quick());
    const std::string user = "ada";
    ask_workspace(workspace, "POST", "/admin/jobs", R"({"job_id": 7, "duration_ms": 60000})");
    std::optional<service> first{std::in_place, with, recipe("databricks")};
    const auto location = start_job(*first, "nightly", R"({"day": "2024-05-01"})", user);
    REQUIRE(location.status == 202);
    const auto runs = [&] {
        return ask_workspace(workspace, "GET", "/api/2.2/jobs/runs/list?job_id=7").at("runs");
    };
    REQUIRE(eventually([&] { return runs().size() == 1; }));
    CHECK(first->process().stop(SIGKILL) == 128 + SIGKILL);
    const service second{with, recipe("databricks")};
    REQUIRE(eventually(
        [&] { return job(second, location.header("Location"), user).at("attempts") == 2; },
        seconds{60}
    ));
    workspace.advance_clock(seconds{61});
    const auto done = when(second, location.header("Location"), user, "completed");
    REQUIRE(runs().size() == 1);
    CHECK(done.at("result") == json{{"run", runs().at(0).at("run_id")}});

    const auto endless = start_job(second, "nightly", "{}", user).header("Location");
    REQUIRE(eventually([&] { return runs().size() == 2; }));
    CHECK(second.send({.method = "DELETE", .target = endless, .user = user}).status == 202);
    when(second, endless, user, "cancelled");
    CHECK(runs().back().at("state").at("result_state") == "CANCELED");

    ask_workspace(workspace, "POST", "/admin/jobs", R"({"job_id": 7, "result_state": "FAILED"})");
    const auto bad = start_job(second, "nightly", "{}", user).header("Location");
    CHECK(when(second, bad, user, "failed").at("error").at("code") == "run_failed");
}

TEST_CASE("the recipe of Databricks asks a model, and keeps each caller's files in a volume") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_files"};
    const test::workspace_process workspace{workspace_options(schema.server())};
    ask_workspace(workspace, "POST", "/admin/serving-endpoints", R"({"name": "well-notes"})");
    const service on{
        local_settings(workspace, schema.server(), schema.name(), quick()), recipe("databricks")
    };
    const ask question{
        .method = "POST",
        .target = "/api/v1/notes",
        .body = R"({"messages": [{"role": "user", "content": "hi"}]})",
        .user = "ada"
    };
    const auto told = on.send(question);
    REQUIRE(told.status == 200);
    CHECK(told.parsed.at("choices").size() == 1);
    CHECK(on.send({.method = "POST", .target = "/api/v1/notes", .body = "{}"}).status == 401);

    const std::string content{"\x00\xff one\n", 7};
    const auto file = [&](const std::string& method, const std::string& user, std::string body) {
        weir::test::raw_client link{on.port()};
        auto answer = link.exchange(bytes_of(
            {.method = method,
             .target = "/api/v1/files/a%20b.bin",
             .body = std::move(body),
             .user = user,
             .content_type = "application/octet-stream"}
        ));
        REQUIRE(answer);
        return *answer;
    };
    CHECK(file("GET", "ada", "").status == 404);
    CHECK(file("PUT", "ada", "first").status == 204);
    CHECK(file("PUT", "ada", content).status == 204);
    CHECK(file("GET", "ada", "").body == content);
    CHECK(file("GET", "bob", "").status == 404);
    CHECK(file("GET", "", "").status == 401);
    CHECK(on.send({.target = "/api/v1/files/..%2Fada%2Fa%20b.bin", .user = "bob"}).status == 400);
    CHECK(file("DELETE", "ada", "").status == 204);
    CHECK(file("GET", "ada", "").status == 404);
}

TEST_CASE("a read that a warehouse has not finished at its deadline becomes a job, if asked to") {
    const test::own_schema schema{test::postgres_server::shared(), "e2e_reads"};
    const test::workspace_process workspace{workspace_options(schema.server())};
    const auto with = local_settings(workspace, schema.server(), schema.name(), quick());
    std::optional<service> on{std::in_place, with, recipe()};
    const std::string user = "ada";
    for (const auto* well :
         {R"({"api10": 4300000001, "api14": 43000000010000, "wellname": "A"})",
          R"({"api10": 4300000002, "api14": 43000000020000, "wellname": "B"})"})
        REQUIRE(
            on->send({.method = "POST", .target = "/api/v1/wells", .body = well, .user = user})
                .status == 201
        );
    const auto read = [&](const std::string& prefer, std::string target) {
        return on->send({.target = std::move(target), .user = user, .headers = {{"Prefer", prefer}}}
        );
    };
    const auto chill = [&](int milliseconds) {
        workspace.change(R"({"cold_start_ms": )" + std::to_string(milliseconds) + "}");
        workspace.stop_warehouse();
    };
    const std::string list = "/api/v1/wells?select=api10&order=api10.desc";

    const auto at_once = read("respond-async, wait=20", list);
    CHECK(at_once.status == 200);

    SECTION("which another process finishes, by the statement there is") {
        chill(6'000);
        static_cast<void>(workspace.take_requests());
        const auto taken = read("respond-async, wait=1", list + "&count=exact");
        REQUIRE(taken.status == 202);
        CHECK(taken.header("Preference-Applied") == "respond-async");
        CHECK(taken.parsed.at("kind") == "weir.read");
        CHECK(on->process().stop(SIGKILL) == 128 + SIGKILL);
        on.emplace(with, recipe());
        const auto done = when(*on, taken.header("Location"), user, "completed");
        const auto& result = done.at("result");
        CHECK(result.at("total") == 2);
        CHECK(result.at("data") == json::array({{{"api10", 4300000002}}, {{"api10", 4300000001}}}));
        const auto job_id = taken.parsed.at("request_id").get<std::string>();
        // Of this request the page was executed before, and the count after.
        int executed = 0;
        const auto seen = json::parse(workspace.take_requests());
        for (const auto& each : seen.at("requests"))
            if (each.at("method") == "POST" && each.at("target") == "/api/2.0/sql/statements" &&
                each.dump().find(job_id) != std::string::npos)
                ++executed;
        CHECK(executed == 2);
    }
    SECTION("which asks anew where the platform has forgotten the result meanwhile") {
        chill(2'000);
        const auto taken = read("respond-async, wait=1", list);
        REQUIRE(taken.status == 202);
        CHECK(on->process().stop(SIGKILL) == 128 + SIGKILL);
        const auto left = json::parse(own_jobs(schema, "select saved from @")).at("statement_id");
        const auto token = ask_workspace(
            workspace,
            "POST",
            "/oidc/v1/token",
            "grant_type=client_credentials&client_id=weir_app&client_secret=local-secret",
            "",
            "application/x-www-form-urlencoded"
        );
        const auto path = "/api/2.0/sql/statements/" + left.get<std::string>();
        REQUIRE(eventually([&] {
            const auto seen = ask_workspace(workspace, "GET", path, "", token.at("access_token"));
            return seen.at("status").at("state") == "SUCCEEDED";
        }));
        workspace.advance_clock(std::chrono::hours{2});
        on.emplace(with, recipe());
        const auto done = when(*on, taken.header("Location"), user, "completed");
        CHECK(done.at("result").at("count") == 2);
    }
    SECTION("which its owner cancels, with the statement") {
        chill(600'000);
        const auto taken = read("respond-async, wait=1", list);
        REQUIRE(taken.status == 202);
        const auto location = taken.header("Location");
        when(*on, location, user, "running");
        static_cast<void>(workspace.take_requests());
        CHECK(on->send({.method = "DELETE", .target = location, .user = user}).status == 202);
        when(*on, location, user, "cancelled");
        CHECK(workspace.take_requests().find("/cancel\"") != std::string::npos);
    }
    SECTION("but not for nobody in particular, who could not ask for it") {
        chill(600'000);
        const auto refused =
            on->send({.target = list, .headers = {{"Prefer", "respond-async, wait=1"}}});
        CHECK(refused.status == 503);
        CHECK(workspace.take_requests().find("/cancel\"") != std::string::npos);
    }
}
} // namespace jobs_cases
