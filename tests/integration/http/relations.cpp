// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "service.hpp"

namespace {

using test::ada;
using test::bob;
using test::holds;
using test::text_member;
using test::without_cursors;

/// An order of whoever asks, with lines of the given quantities; its id.
std::string place_order(test::service& on, std::initializer_list<int> quantities) {
    const auto made = on.ask("POST", "/orders", R"({"tags":[]})");
    REQUIRE(made.status == 201);
    const auto id = text_member(made.body, "id");
    int number = 0;
    for (const auto quantity : quantities) {
        const auto shown = std::to_string(++number);
        const auto line = on.ask(
            "POST",
            "/order-lines",
            R"({"order_id":")" + id + R"(","line_no":)" + shown + R"(,"sku":"s)" + shown +
                R"(","quantity":)" + std::to_string(quantity) + R"(,"unit_price":"1.50"})"
        );
        REQUIRE(line.status == 201);
    }
    return id;
}

/// A new uuid, as the database behind the routes says it.
std::string new_uuid() {
    return test::service::is_lakebase() ? "gen_random_uuid()" : "uuid()";
}

/// Two shippers, three consignments of ada's and one of bob's.
void fill_freight(test::service& on) {
    on.as(ada());
    const auto add = [&on](std::string_view path, std::string_view body) {
        const auto made = on.ask("POST", path, body);
        INFO(made.body);
        REQUIRE(made.status == 201);
        return made.body;
    };
    add("/shippers",
        R"([{"country":"DE","code":1,"name":"Nord"},{"country":"FR","code":1,"name":"Sud"}])");
    add("/consignments",
        R"([{"country":"DE","code":1,"label":"a"},{"country":"DE","code":1,"label":"b"},
            {"label":"c"}])");
    on.as(bob());
    add("/consignments", R"({"country":"DE","code":1,"label":"d"})");
    on.as(ada());
}

} // namespace

TEST_CASE("lines are embedded in their orders, each list with its own order, limit and select") {
    test::service on;
    on.as(ada());
    place_order(on, {2, 5, 3});
    const auto found = on.ask(
        "GET",
        "/orders?select=status&include=lines&lines.select=sku,quantity&lines.order=quantity.desc"
        "&lines.limit=2"
    );
    CHECK(found.status == 200);
    CHECK(
        found.body ==
        R"({"data":[{"status":"draft","lines":[{"sku":"s2","quantity":5},{"sku":"s3","quantity":3}]}],"count":1})"
    );
    const auto second = on.ask(
        "GET",
        "/orders?select=status&include=lines&lines.select=sku&lines.offset=1&lines.quantity=lt.5"
    );
    CHECK(second.body == R"({"data":[{"status":"draft","lines":[{"sku":"s3"}]}],"count":1})");
}

TEST_CASE("limits count per parent, and a parent without rows has an empty list") {
    test::service on;
    on.as(ada());
    place_order(on, {1, 2, 3});
    place_order(on, {});
    place_order(on, {4, 5, 6});
    const auto found = on.ask(
        "GET",
        "/orders?select=status&include=lines&lines.select=quantity&lines.limit=1"
        "&order=inserted_at"
    );
    CHECK(
        found.body ==
        R"({"data":[{"status":"draft","lines":[{"quantity":1}]},{"status":"draft","lines":[]},{"status":"draft","lines":[{"quantity":4}]}],"count":3})"
    );
}

TEST_CASE("an order is embedded in its lines, and the lines again in it") {
    test::service on;
    on.as(ada());
    const auto id = place_order(on, {1, 2});
    const auto found = on.ask(
        "GET",
        "/order-lines?select=line_no&include=order.lines&order.select=id"
        "&order.lines.select=quantity&order=line_no"
    );
    const auto whole = R"({"id":")" + id + R"(","lines":[{"quantity":1},{"quantity":2}]})";
    CHECK(
        found.body == R"({"data":[{"line_no":1,"order":)" + whole + R"(},{"line_no":2,"order":)" +
                          whole + R"(}],"count":2})"
    );
}

TEST_CASE("a row read by its key embeds as a list does") {
    test::service on;
    on.as(ada());
    const auto id = place_order(on, {7});
    const auto found = on.ask("GET", "/orders/" + id + "?include=lines&lines.select=quantity");
    CHECK(found.status == 200);
    CHECK(holds(found.body, R"("id":")" + id));
    CHECK(found.body.ends_with(R"(,"lines":[{"quantity":7}]})"));
    CHECK_FALSE(holds(found.body, "margin"));
    CHECK(on.ask("GET", "/orders/" + id + "?select=id").status == 400);
    CHECK_FALSE(holds(on.ask("GET", "/orders/" + id).body, "lines"));
}

TEST_CASE("what is embedded is isolated like what is listed") {
    test::service on;
    fill_freight(on);
    const auto shippers = "/shippers?select=name&include=consignments&consignments.select=label";
    CHECK(
        on.ask("GET", shippers).body ==
        R"({"data":[{"name":"Nord","consignments":[{"label":"a"},{"label":"b"}]},{"name":"Sud","consignments":[]}],"count":2})"
    );
    on.as(bob());
    CHECK(
        on.ask("GET", shippers).body ==
        R"({"data":[{"name":"Nord","consignments":[{"label":"d"}]},{"name":"Sud","consignments":[]}],"count":2})"
    );
    on.as(weir::caller{.id = "eve", .groups = {"auditors"}});
    CHECK(
        on.ask("GET", shippers).body ==
        R"({"data":[{"name":"Nord","consignments":[{"label":"a"},{"label":"b"},{"label":"d"}]},{"name":"Sud","consignments":[]}],"count":2})"
    );
    on.as(std::nullopt);
    CHECK(on.ask("GET", "/shippers").status == 200);
    CHECK(on.ask("GET", shippers).status == 401);
}

TEST_CASE("who reads every order reads their lines") {
    test::service on;
    on.as(ada());
    place_order(on, {3});
    on.as(weir::caller{.id = "eve", .groups = {"support"}});
    const auto found = on.ask("GET", "/orders?select=status&include=lines&lines.select=quantity");
    CHECK(found.body == R"({"data":[{"status":"draft","lines":[{"quantity":3}]}],"count":1})");
    on.as(bob());
    CHECK(on.ask("GET", "/orders?include=lines").body == R"({"data":[],"count":0})");
}

TEST_CASE("lines of a deleted order are hidden from everybody who does not ask for deleted rows") {
    test::service on;
    const weir::caller eve{.id = "eve", .groups = {"support"}};
    on.as(ada());
    const auto id = place_order(on, {3});
    place_order(on, {5});
    REQUIRE(on.ask("DELETE", "/orders/" + id).status == 204);
    const auto listed = [&](std::string_view more) {
        return on.ask("GET", "/order-lines?select=quantity" + std::string{more}).body;
    };
    for (const auto& who : {ada(), eve}) {
        on.as(who);
        CHECK(listed("") == R"({"data":[{"quantity":5}],"count":1})");
        CHECK(listed("&count=exact") == R"({"data":[{"quantity":5}],"count":1,"total":1})");
        CHECK(on.ask("GET", "/order-lines/" + id + ",1").status == 404);
    }
    CHECK(holds(listed("&deleted=include&order=quantity"), R"([{"quantity":3},{"quantity":5}])"));
    on.as(ada());
    CHECK(listed("&deleted=include") == R"({"data":[{"quantity":5}],"count":1})");
}

TEST_CASE("a reference of several columns is followed as a whole, and an absent one is null") {
    test::service on;
    fill_freight(on);
    const auto found =
        on.ask("GET", "/consignments?select=label&include=shipper&shipper.select=name,country");
    CHECK(
        found.body ==
        R"({"data":[{"label":"a","shipper":{"name":"Nord","country":"DE"}},{"label":"b","shipper":{"name":"Nord","country":"DE"}},{"label":"c","shipper":null}],"count":3})"
    );
    const auto filtered =
        on.ask("GET", "/consignments?select=label&include=shipper&shipper.name=eq.Sud&limit=1");
    CHECK(without_cursors(filtered.body) == R"({"data":[{"label":"a","shipper":null}],"count":1})");
}

TEST_CASE("three relations deep, deleted rows stay hidden and private columns unsaid") {
    test::service on;
    fill_freight(on);
    on.execute(
        "insert into @{app_data}products (sku, name, cost, record_uuid, is_deleted, inserted_at, "
        "inserted_by) select concat('s', n.n), 'thing', 9.99, " +
        new_uuid() +
        ", n.n = 2, c.inserted_at, 'test' from @{app_data}consignments c, (select 1 as n union all "
        "select 2 union all select 3) n where c.label = 'a'"
    );
    on.execute(
        "insert into @{app_data}parcels (consignment_id, number, sku, weight, record_uuid, "
        "is_deleted, inserted_at, inserted_by) select c.id, n.n, concat('s', n.n), 1.5, " +
        new_uuid() +
        ", n.n = 3, c.inserted_at, 'test' from @{app_data}consignments c, (select 1 as n union all "
        "select 2 union all select 3) n where c.label = 'a'"
    );
    const auto found = on.ask(
        "GET",
        "/shippers?select=name&limit=1&include=consignments.parcels.product"
        "&consignments.select=label&consignments.parcels.select=number,weight"
        "&consignments.label=eq.a"
    );
    CHECK(holds(
        found.body,
        R"({"data":[{"name":"Nord","consignments":[{"label":"a","parcels":[{"number":1,"weight":1.500,"product":{"sku":"s1","name":"thing",)"
    ));
    CHECK(holds(found.body, R"({"number":2,"weight":1.500,"product":null}]}]}],"count":1,)"));
    CHECK_FALSE(holds(found.body, "cost"));
}

TEST_CASE("what cannot be embedded is refused by name, everything wrong at once") {
    test::service on;
    on.as(ada());
    const auto refused = [&on](std::string_view query) {
        const auto answer = on.ask("GET", "/orders?" + std::string{query});
        CHECK(answer.status == 400);
        return answer.body;
    };
    CHECK(holds(
        refused("include=line"),
        R"({"type":"unknown_relation","loc":["query","include"],"msg":"Table 'orders' embeds nothing called 'line'; did you mean 'lines'?"})"
    ));
    CHECK(holds(refused("include="), "unknown_relation"));
    CHECK(holds(refused("include=lines,lines"), "named twice"));
    CHECK(holds(refused("include=lines&include=lines"), "given twice"));
    CHECK(holds(refused("include=lines.order.lines.order"), "deeper than 3"));
    CHECK(holds(
        refused("lines.limit=1"),
        R"(["query","lines.limit"],"msg":"'lines.limit' needs 'lines' in 'include')"
    ));
    CHECK(holds(refused("include=lines&lines.order.id=eq.1"), "needs 'lines.order' in 'include'"));
    CHECK(holds(refused("include=lines&lines.count=exact"), R"(["query","lines.count"])"));
    CHECK(holds(refused("include=lines.order&lines.order.limit=1"), "'order' is one row"));
    const auto all = refused("include=lines&lines.sku=gt&lines.limit=x&limit=y&lines.qty=eq.1");
    CHECK(holds(all, R"(["query","lines.sku"])"));
    CHECK(holds(all, R"(["query","lines.limit"])"));
    CHECK(holds(all, R"(["query","limit"])"));
    CHECK(holds(all, R"(["query","lines.qty"])"));
    CHECK(on.ask("GET", "/wells?include=orders").status == 400);
}

TEST_CASE("more rows than a request may embed are refused, not cut") {
    test::service on;
    on.as(ada());
    on.ask("POST", "/shippers", R"({"country":"DE","code":1,"name":"Nord"})");
    std::string many = "[";
    for (int at = 0; at < 1000; ++at)
        many += (at == 0 ? "" : ",") + std::string{R"({"country":"DE","code":1,"label":"l)"} +
                std::to_string(at) + "\"}";
    REQUIRE(on.ask("POST", "/consignments", many + "]").status == 201);
    CHECK(on.ask("GET", "/shippers?include=consignments&consignments.limit=1000").status == 200);
    on.execute("insert into @{app_data}parcels (consignment_id, number, record_uuid, is_deleted, "
               "inserted_at, inserted_by) select c.id, n.n + 10 * m.n, c.record_uuid, false, "
               "c.inserted_at, 'test' from @{app_data}consignments c, "
               "(select 1 as n union all select 2 union all select 3 union all select 4) n, "
               "(select 1 as n union all select 2 union all select 3) m");
    const auto refused = on.ask("GET", "/consignments?limit=1000&include=parcels");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, "too_many_embedded"));
    CHECK(on.ask("GET", "/consignments?limit=1000&include=parcels&parcels.limit=10").status == 200);
}
