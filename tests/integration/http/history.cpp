// SPDX-License-Identifier: Apache-2.0
// Old versions of a row, and rows as of a time.
#include <atomic>
#include <catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "service.hpp"

namespace {

using test::ada;
using test::bob;
using test::holds;
using test::text_member;
using test::without_cursors;

std::atomic<std::int64_t> second{0};

/// Seconds since 2026-01-01, as the test sets them.
weir::timestamp clock() {
    return {1'767'225'600'000'000 + second * 1'000'000};
}

weir::http::table_options ticking() {
    weir::http::table_options options;
    options.clock = &clock;
    return options;
}

std::string at(int when) {
    return "2026-01-01T00:00:" + std::string{when < 10 ? "0" : ""} + std::to_string(when) + "Z";
}

void change(test::service& on, const std::string& path, std::string_view body, int when) {
    second = when;
    const auto made = on.ask("PATCH", path, body);
    INFO(made.body);
    REQUIRE(made.status == 200);
}

/// An order of ada's made at second 10, placed at 20, shipped at 30; its path.
std::string ship_order(test::service& on) {
    on.as(ada());
    second = 10;
    const auto made = on.ask("POST", "/orders", R"({"total":"1.00","tags":["first"]})");
    REQUIRE(made.status == 201);
    const auto path = "/orders/" + text_member(made.body, "id");
    change(on, path, R"({"status":"placed","placed_at":"2026-01-01T00:00:20Z"})", 20);
    change(on, path, R"({"status":"shipped","total":"2.00"})", 30);
    return path;
}

} // namespace

TEST_CASE("the history of a row tells its old versions, newest first") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    const auto all = on.ask("GET", path + "/history");
    INFO(all.body);
    REQUIRE(all.status == 200);
    CHECK(all.body.starts_with(
        R"({"data":[{"version":2,"operation":"update","from":"2026-01-01T00:00:20Z",)"
        R"("to":"2026-01-01T00:00:30Z","by":"ada@example.com","row":{"id":")"
    ));
    CHECK(holds(all.body, R"("status":"placed")"));
    CHECK(holds(all.body, R"({"version":1,"operation":"update","from":"2026-01-01T00:00:10Z")"));
    CHECK(holds(all.body, R"("status":"draft")"));
    CHECK_FALSE(holds(all.body, R"("status":"shipped")"));
    CHECK(all.body.ends_with(R"("count":2})"));

    const auto second_page = on.ask("GET", path + "/history?limit=1&offset=1");
    CHECK(second_page.body.starts_with(R"({"data":[{"version":1,)"));
    CHECK(second_page.body.ends_with(R"("count":1})"));
}

TEST_CASE("a history tells neither private columns nor hashes") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    const auto all = on.ask("GET", path + "/history");
    CHECK_FALSE(holds(all.body, "margin"));
    CHECK_FALSE(holds(all.body, "hash"));
}

TEST_CASE("a history takes limit and offset and nothing else") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    const auto refused = on.ask("GET", path + "/history?limit=9999999&offset=x&select=id");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["query","limit"])"));
    CHECK(holds(refused.body, R"("loc":["query","offset"])"));
    CHECK(holds(refused.body, R"("loc":["query","select"])"));
    CHECK(on.ask("GET", "/orders/none/history").status == 400);
    CHECK(on.ask("DELETE", path + "/history").status == 405);
}

TEST_CASE("the history of another caller's row is not there") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    on.as(bob());
    CHECK(on.ask("GET", path + "/history").status == 404);
    CHECK(on.ask("GET", path + "?as_of=" + at(15)).status == 404);
    CHECK(holds(on.ask("GET", "/orders?as_of=" + at(15)).body, R"("data":[])"));
    on.as(weir::caller{.id = "sue", .groups = {"support"}});
    CHECK(on.ask("GET", path + "/history").status == 200);
    CHECK(on.ask("GET", path + "?as_of=" + at(15)).status == 200);
    on.as(std::nullopt);
    CHECK(on.ask("GET", path + "/history").status == 401);
}

TEST_CASE("a row that changed hands shows its old versions to nobody who had it then or now") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    on.execute("update @{app_data}orders set customer = 'bob'");
    CHECK(on.ask("GET", path + "/history").status == 404);
    CHECK(on.ask("GET", path + "?as_of=" + at(15)).status == 404);
    on.as(bob());
    CHECK(on.ask("GET", path + "/history").body == R"({"data":[],"count":0})");
    CHECK(on.ask("GET", path + "?as_of=" + at(15)).status == 404);
}

TEST_CASE("a deleted row has its history until it is deleted for good") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    second = 40;
    REQUIRE(on.ask("DELETE", path).status == 204);
    CHECK(on.ask("GET", path).status == 404);
    const auto all = on.ask("GET", path + "/history");
    CHECK(holds(all.body, R"({"version":3,"operation":"delete")"));
    CHECK(on.ask("GET", path + "?as_of=" + at(35)).status == 200);
    CHECK(on.ask("GET", path + "?as_of=" + at(40)).status == 404);

    auto admin = ada();
    admin.groups = {"admins"};
    on.as(admin);
    REQUIRE(on.ask("POST", path + "/purge").status == 204);
    CHECK(on.ask("GET", path + "/history").status == 404);
    CHECK(on.ask("GET", path + "?as_of=" + at(35)).status == 404);
    CHECK(holds(on.ask("GET", "/orders?as_of=" + at(35)).body, R"("data":[])"));
}

TEST_CASE("rows are read as they were at a time") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    CHECK(on.ask("GET", path + "?as_of=" + at(9)).status == 404);
    CHECK(holds(on.ask("GET", path + "?as_of=" + at(10)).body, R"("status":"draft")"));
    CHECK(holds(on.ask("GET", path + "?as_of=" + at(19)).body, R"("tags":["first"])"));
    CHECK(holds(on.ask("GET", path + "?as_of=" + at(20)).body, R"("status":"placed")"));
    CHECK(holds(on.ask("GET", path + "?as_of=" + at(30)).body, R"("status":"shipped")"));
    CHECK(holds(on.ask("GET", path + "?as_of=" + at(59)).body, R"("status":"shipped")"));
}

TEST_CASE("lists of the past are filtered, ordered, paged and counted as they were") {
    test::service on{ticking()};
    const auto first = ship_order(on);
    second = 12;
    const auto other = on.ask("POST", "/orders", R"({"total":"5.00","tags":["other"]})");
    REQUIRE(other.status == 201);
    const auto list = [&](const std::string& more) {
        const auto given = on.ask("GET", "/orders?select=total,status&order=total.desc" + more);
        INFO(given.body);
        CHECK(given.status == 200);
        return without_cursors(given.body);
    };
    CHECK(
        list("&as_of=" + at(15) + "&count=exact") ==
        R"({"data":[{"total":5.00,"status":"draft"},{"total":1.00,"status":"draft"}],"count":2,"total":2})"
    );
    CHECK(list("&as_of=" + at(11)) == R"({"data":[{"total":1.00,"status":"draft"}],"count":1})");
    CHECK(
        list("&as_of=" + at(25) + "&status=eq.placed") ==
        R"({"data":[{"total":1.00,"status":"placed"}],"count":1})"
    );
    CHECK(
        list("&as_of=" + at(25) + "&limit=1&offset=1") ==
        R"({"data":[{"total":1.00,"status":"placed"}],"count":1})"
    );
    CHECK(
        list("&as_of=" + at(35)) ==
        R"({"data":[{"total":5.00,"status":"draft"},{"total":2.00,"status":"shipped"}],"count":2})"
    );
    const auto asked =
        on.ask("POST", "/orders/query", R"({"select":["total"],"as_of":")" + at(11) + R"("})");
    CHECK(asked.body == R"({"data":[{"total":1.00}],"count":1})");
}

TEST_CASE("a time that is none, or a table without a past, is refused where it stands") {
    test::service on{ticking()};
    const auto path = ship_order(on);
    for (const std::string_view bad : {"yesterday", "2026-01-01", "2026-13-01T00:00:00Z", ""}) {
        const auto refused = on.ask("GET", "/orders?as_of=" + std::string{bad});
        CHECK(refused.status == 400);
        CHECK(holds(refused.body, R"("type":"datetime","loc":["query","as_of"])"));
        CHECK(on.ask("GET", path + "?as_of=" + std::string{bad}).status == 400);
    }
    const auto without = on.ask("GET", "/order-lines?as_of=" + at(15));
    CHECK(without.status == 400);
    CHECK(holds(without.body, R"("type":"no_history","loc":["query","as_of"])"));
    CHECK(on.ask("GET", path + "?as_of=" + at(9) + "&as_of=" + at(9)).status == 400);
    CHECK(on.ask("GET", "/orders?include=lines&as_of=" + at(15)).status == 400);
    CHECK(on.ask("GET", path + "?include=lines&as_of=" + at(15)).status == 400);
    CHECK(on.ask("GET", "/order-lines/x,1/history").status == 404);
}
