// SPDX-License-Identifier: Apache-2.0
// Rows that are kept for a while (`api: {cache_seconds: N}`): what is answered with them, whose
// they are, and when they are forgotten.
#include <weir/app/job_context.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/http/row_cache.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tutorial.weir.hpp>
#include <vector>

#include "service.hpp"

namespace row_cache_cases {

using namespace std::chrono_literals;
using namespace test;

namespace {

constexpr std::string_view one = "/wells/4201234567";

/// A clock that a test sets.
struct bench {
    static inline weir::deadline::clock::time_point now = weir::deadline::clock::now();
    std::shared_ptr<weir::http::row_caches> caches = std::make_shared<weir::http::row_caches>();

    weir::http::table_options options() {
        return {
            .purge_without_rule = true,
            .cache = {.life = 60s, .now = [] { return now; }},
            .caches = caches,
        };
    }
};

/// A service that keeps rows, and one on the same database that does not.
struct pair_of_services {
    bench at{};
    service plain{{.purge_without_rule = true}};
    service keeping{plain, at.options()};
    std::atomic<int> statements{0};

    pair_of_services() {
        keeping.routes().observe_statements([this](const auto& /*unused*/) { ++statements; });
        for (auto* each : {&plain, &keeping})
            each->as(ada());
    }

    /// Statements of the one that keeps rows, since the last call.
    int take_statements() { return statements.exchange(0); }
};

std::string add_order(service& on) {
    const auto made = on.ask("POST", "/orders", R"({"status":"draft"})");
    CAPTURE(made.body);
    REQUIRE(made.status == 201);
    return "/orders/" + text_member(made.body, "id");
}

} // namespace

TEST_CASE("a row that is kept is told, or not sent again, without asking the database") {
    pair_of_services on;
    REQUIRE(on.plain.ask("PUT", one, R"({"wellname":"SMITH","oileur":1})").status == 201);
    const auto first = on.keeping.ask("GET", one);
    CHECK(first.status == 200);
    CHECK(first.body == on.plain.ask("GET", one).body);
    CHECK(on.take_statements() == 1);
    const auto tag = std::string{first.headers.find("ETag").value_or("")};
    CHECK(tag.size() == 34);
    const auto again = on.keeping.ask("GET", one);
    CHECK(again.status == 200);
    CHECK(again.body == first.body);
    CHECK(again.headers.find("ETag") == tag);
    const auto known = on.keeping.ask("GET", one, "", {{"If-None-Match", tag}});
    CHECK(known.status == 304);
    CHECK(known.body.empty());
    CHECK(on.keeping.ask("GET", one, "", {{"If-Match", "\"x\""}}).status == 412);
    CHECK(on.keeping.ask("GET", one, "", {{"If-Match", tag}}).status == 200);
    CHECK(on.keeping.ask("GET", "/wells/%34201234567").body == first.body);
    CHECK(on.take_statements() == 0);
    // Another body of the same row.
    const auto spelled = on.keeping.ask("GET", one, "", {{"Prefer", "numbers=string"}});
    CHECK(holds(spelled.body, R"("api10":"4201234567")"));
    CHECK(on.take_statements() == 1);
    // That there is none is kept as well.
    for (int i = 0; i < 3; ++i)
        CHECK(on.keeping.ask("GET", "/wells/4200000000").status == 404);
    CHECK(on.take_statements() == 1);
    CHECK(on.keeping.ask("GET", "/wells/none").status == 400);
    CHECK(on.take_statements() == 0);
}

TEST_CASE("a row is kept for those alone who may read it") {
    pair_of_services on;
    const auto path = add_order(on.plain);
    const auto line = path.substr(path.rfind('/') + 1) + ",1";
    REQUIRE(
        on.plain.ask("PUT", "/order-lines/" + line, R"({"sku":"a","quantity":1,"unit_price":1})")
            .status == 201
    );
    for (const auto& each : {path, "/order-lines/" + line}) {
        CAPTURE(each);
        on.keeping.as(ada());
        CHECK(on.keeping.ask("GET", each).status == 200);
        static_cast<void>(on.take_statements());
        on.keeping.as(bob());
        CHECK(on.keeping.ask("GET", each).status == 404);
        CHECK(on.take_statements() == 1);
        on.keeping.as(std::nullopt);
        CHECK(on.keeping.ask("GET", each).status == 401);
        // Rights count, not only who somebody is.
        auto support = bob();
        support.groups = {"support"};
        on.keeping.as(support);
        CHECK(on.keeping.ask("GET", each).status == 200);
        on.keeping.as(bob());
        CHECK(on.keeping.ask("GET", each).status == 404);
        on.keeping.as(weir::caller{.id = "all bob"});
        CHECK(on.keeping.ask("GET", each).status == 404);
        on.keeping.as(ada());
        static_cast<void>(on.take_statements());
        CHECK(on.keeping.ask("GET", each).status == 200);
        CHECK(on.take_statements() == 0);
    }
    // A table without `access` is everybody's.
    REQUIRE(on.plain.ask("PUT", one, R"({"wellname":"SMITH"})").status == 201);
    CHECK(on.keeping.ask("GET", one).status == 200);
    static_cast<void>(on.take_statements());
    on.keeping.as(bob());
    CHECK(on.keeping.ask("GET", one).status == 200);
    CHECK(on.take_statements() == 0);
}

TEST_CASE("what a service writes it tells at once, by whichever verb", "[units]") {
    pair_of_services on;
    const auto same = [&](std::string_view path) {
        const auto kept = on.keeping.ask("GET", path);
        const auto true_now = on.plain.ask("GET", path);
        CHECK(kept.status == true_now.status);
        if (kept.status == 200)
            CHECK(kept.body == true_now.body);
        CHECK(kept.headers.find("ETag") == true_now.headers.find("ETag"));
    };

    struct write {
        std::string_view method;
        std::string path;
        std::string_view body;
    };

    const std::string well{one};
    const std::array<write, 11> writes{{
        {"POST", "/wells", R"({"api10":4201234567,"wellname":"SMITH","oileur":1})"},
        {"PATCH", well, R"({"oileur":2})"},
        {"PUT", well, R"({"wellname":"JONES"})"},
        {"PATCH", "/wells?api10=eq.4201234567", R"({"oileur":3})"},
        {"PATCH", "/wells/batch", R"([{"key":{"api10":4201234567},"set":{"oileur":4}}])"},
        {"DELETE", well, ""},
        {"POST", well + "/restore", ""},
        {"DELETE", "/wells?api10=eq.4201234567", ""},
        {"POST", well + "/restore", ""},
        {"POST", well + "/purge", ""},
        {"POST",
         "/wells",
         R"([{"api10":4201234567,"wellname":"A"},{"api10":4201234568,"wellname":"B"}])"},
    }};
    same(one);
    for (const auto& [method, path, body] : writes) {
        CAPTURE(method, path);
        const auto before = on.keeping.ask("GET", one);
        const auto done = on.keeping.ask(method, path, body);
        CAPTURE(done.body);
        CHECK(done.status < 300);
        const auto after = on.keeping.ask("GET", one);
        CHECK((after.status != before.status || after.body != before.body));
        same(one);
    }
    const auto merged = on.keeping.ask(
        "POST",
        "/wells",
        R"([{"api10":4201234567,"wellname":"MERGED"}])",
        {{"Prefer", "resolution=merge-duplicates"}}
    );
    CHECK(merged.status < 300);
    CHECK(holds(on.keeping.ask("GET", one).body, "MERGED"));
    const auto keyed =
        on.keeping.ask("PATCH", one, R"({"wellname":"KEYED"})", {{"Idempotency-Key", "0b1d7f0e"}});
    CHECK(keyed.status == 200);
    CHECK(holds(on.keeping.ask("GET", one).body, "KEYED"));
}

TEST_CASE("rows that refer to others are forgotten with them") {
    pair_of_services on;
    const auto path = add_order(on.keeping);
    const auto line = "/order-lines/" + path.substr(path.rfind('/') + 1) + ",1";
    REQUIRE(
        on.keeping.ask("PUT", line, R"({"sku":"a","quantity":1,"unit_price":1})").status == 201
    );
    CHECK(on.keeping.ask("GET", line).status == 200);
    REQUIRE(on.keeping.ask("DELETE", path).status == 204);
    const auto told = on.keeping.ask("GET", line);
    CHECK(told.status == on.plain.ask("GET", line).status);
}

TEST_CASE("what others write is told when the time is over, or where a client asks for it") {
    pair_of_services on;
    const auto name = [&](std::initializer_list<weir::http::header> headers = {}) {
        return text_member(on.keeping.ask("GET", one, "", headers).body, "wellname");
    };
    CHECK(on.keeping.ask("GET", one).status == 404);
    REQUIRE(on.plain.ask("PUT", one, R"({"wellname":"FIRST"})").status == 201);
    CHECK(on.keeping.ask("GET", one).status == 404);
    on.at.now += 60s;
    CHECK(name() == "FIRST");
    REQUIRE(on.plain.ask("PATCH", one, R"({"wellname":"SECOND"})").status == 200);
    CHECK(name() == "FIRST");
    on.at.now += 60s - 1ms;
    CHECK(name() == "FIRST");
    on.at.now += 1ms;
    CHECK(name() == "SECOND");
    REQUIRE(on.plain.ask("PATCH", one, R"({"wellname":"THIRD"})").status == 200);
    CHECK(name({{"Cache-Control", "max-stale=5, No-Cache"}}) == "THIRD");
    CHECK(name() == "THIRD");
    std::size_t kept = 0;
    on.at.caches->for_each([&](const weir::http::row_cache& each) {
        kept += each.statistics().kept;
        CHECK((each.statistics().bytes != 0) == (each.facts().name == "wells"));
    });
    CHECK(kept == 1);
}

TEST_CASE("what routes of an application and jobs write is told at once") {
    pair_of_services on;
    const auto rename = [](auto&& wells, const std::string& name) {
        REQUIRE(wells.update({.api10 = 4201234567}, {.wellname = name}));
    };
    on.keeping.routes().add(
        "POST",
        "/api/v1/rename",
        [&, from = on.keeping.sessions()](const weir::http::request& asked) {
            auto session = from.for_nobody(weir::http::purpose_of(asked));
            rename(weir::repository<tutorial::well, weir::any_session>{session}, "BY A ROUTE");
            return weir::http::response{.status = 204};
        }
    );
    REQUIRE(on.plain.ask("PUT", one, R"({"wellname":"SMITH"})").status == 201);
    CHECK(holds(on.keeping.ask("GET", one).body, "SMITH"));
    CHECK(on.keeping.ask("POST", "/rename").status == 204);
    CHECK(holds(on.keeping.ask("GET", one).body, "BY A ROUTE"));
    const auto where = on.keeping.sessions();
    const weir::app::job_sessions from{
        .on = [&](const weir::table*) { return &where; }, .options = on.at.options()
    };
    const weir::claimed_job claimed{.id = "1", .owner = "ada", .actor = "ada"};
    weir::app::detail::job_progress progress;
    {
        weir::app::job_context job{claimed, from, {}, progress, [](std::string_view /*saved*/) {
                                       return true;
                                   }};
        rename(job.rows<tutorial::well>(), "BY A JOB");
        CHECK(holds(on.keeping.ask("GET", one).body, "BY A JOB"));
    }
    // Of a unit of work once it is committed.
    auto session = where.for_caller(ada());
    if (!session.has_units())
        return;
    {
        weir::app::job_context job{claimed, from, {}, progress, [](std::string_view /*saved*/) {
                                       return true;
                                   }};
        const weir::http::session_purpose purpose{
            .of = nullptr, .request_id = {}, .cancelled_by = {}, .trace = job.trace()
        };
        auto traced = where.for_caller(ada(), purpose);
        weir::shared_unit unit{traced, weir::deadline{}};
        job.work_in(unit.join());
        rename(job.rows<tutorial::well>(), "BY A UNIT");
        unit.commit();
    }
    CHECK(holds(on.keeping.ask("GET", one).body, "BY A UNIT"));
}

TEST_CASE("what a statement has read that was waited for is kept for nobody") {
    pair_of_services on;
    REQUIRE(on.plain.ask("PUT", one, R"({"wellname":"SMITH"})").status == 201);
    for (int at = 0; at < 2; ++at) {
        weir::http::request asked;
        asked.method = "GET";
        asked.target = "/api/v1" + std::string{one};
        asked.deferral = std::make_shared<weir::statement_deferral>();
        asked.deferral->resumed = {.position = 7, .statement_id = "of-before"};
        CHECK(on.keeping.ask_as(ada(), std::move(asked)).status == 200);
    }
    CHECK(on.take_statements() == 2);
}

TEST_CASE("lists, embedded rows and rows inside a unit of work are read each time") {
    pair_of_services on;
    const auto path = add_order(on.keeping);
    const auto line = "/order-lines/" + path.substr(path.rfind('/') + 1) + ",1";
    CHECK(on.keeping.ask("GET", path).status == 200);
    CHECK(on.keeping.ask("GET", path + "?include=lines").status == 200);
    REQUIRE(
        on.plain.ask("PUT", line, R"({"sku":"new","quantity":1,"unit_price":1})").status == 201
    );
    CHECK(holds(on.keeping.ask("GET", path + "?include=lines").body, R"("sku":"new")"));
    REQUIRE(on.plain.ask("PATCH", path, R"({"tags":["x"]})").status == 200);
    CHECK(holds(on.keeping.ask("GET", "/orders").body, R"("tags":["x"])"));
    CHECK(holds(on.keeping.ask("GET", path).body, R"("tags":[])"));
}

TEST_CASE("many who ask for the same row at once share one read of it") {
    pair_of_services on;
    REQUIRE(on.plain.ask("PUT", one, R"({"wellname":"SMITH"})").status == 201);
    constexpr int clients = 8;
    std::atomic<int> begun{0};
    // The first read is not over before everybody asks.
    on.keeping.routes().observe_statements([&](const auto& /*unused*/) {
        while (begun < clients)
            std::this_thread::yield();
        std::this_thread::sleep_for(20ms);
    });
    std::atomic<int> told{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i)
        threads.emplace_back([&] {
            weir::http::request asked;
            asked.method = "GET";
            asked.target = "/api/v1" + std::string{one};
            ++begun;
            told += on.keeping.ask_as(ada(), std::move(asked)).status == 200 ? 1 : 0;
        });
    for (auto& each : threads)
        each.join();
    CHECK(told == clients);
    CHECK(on.take_statements() == 1);
}

} // namespace row_cache_cases
