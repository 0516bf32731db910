// SPDX-License-Identifier: Apache-2.0
// Rows inside the rows they refer to: stored together, or not at all.
#include <weir/data/hooks.hpp>

#include <catch.hpp>
#include <field_ops.weir.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "service.hpp"

namespace {

using test::ada;
using test::bob;
using test::holds;
using test::text_member;

constexpr std::string_view two_lines =
    R"({"tags":["x"],"lines":[{"line_no":1,"sku":"a","quantity":2,"unit_price":"1.50"},
                            {"line_no":2,"sku":"b","quantity":3,"unit_price":"2.00"}]})";

/// Whether no order and no line is stored.
bool is_empty(test::service& on) {
    return holds(on.ask("GET", "/orders?count=exact&deleted=include").body, R"("total":0)") &&
           holds(on.ask("GET", "/order-lines?count=exact&deleted=include").body, R"("total":0)");
}

} // namespace

TEST_CASE("an order and its lines are stored together and answered together") {
    test::service on;
    on.as(ada());
    const auto made = on.ask("POST", "/orders", two_lines);
    CHECK(made.status == 201);
    const auto id = text_member(made.body, "id");
    CHECK(made.headers.find("Location") == "/api/v1/orders/" + id);
    CHECK(holds(
        made.body, R"("lines":[{"order_id":")" + id + R"(","line_no":1,"sku":"a","quantity":2)"
    ));
    CHECK(holds(made.body, R"({"order_id":")" + id + R"(","line_no":2,"sku":"b")"));
    CHECK(
        on.ask("GET", "/orders?select=tags&include=lines&lines.select=line_no,unit_price").body ==
        R"({"data":[{"tags":["x"],"lines":[{"line_no":1,"unit_price":1.50},{"line_no":2,"unit_price":2.00}]}],"count":1})"
    );
    const auto none = on.ask("POST", "/orders", R"({"lines":[]})");
    CHECK(none.status == 201);
    CHECK(none.body.ends_with(R"(,"lines":[]})"));
    const auto quiet = on.ask("POST", "/orders", two_lines, {{"Prefer", "return=minimal"}});
    CHECK(quiet.status == 201);
    CHECK(quiet.body.empty());
    CHECK(quiet.headers.find("Location").has_value());
}

TEST_CASE("several orders bring their own lines each") {
    test::service on;
    on.as(ada());
    const std::string line = R"({"line_no":1,"sku":"a","quantity":2,"unit_price":"1.50"})";
    const auto made = on.ask(
        "POST",
        "/orders",
        R"([{"tags":["1"],"lines":[)" + line + R"(]},{"tags":["2"]},{"tags":["3"],"lines":[)" +
            line + "]}]"
    );
    CHECK(made.status == 201);
    CHECK(made.body.ends_with(R"("count":3})"));
    const auto found =
        on.ask("GET", "/orders?select=tags&include=lines&lines.select=sku&order=inserted_at");
    CHECK(holds(found.body, R"({"tags":["1"],"lines":[{"sku":"a"}]})"));
    CHECK(holds(found.body, R"({"tags":["2"],"lines":[]})"));
    CHECK(holds(found.body, R"({"tags":["3"],"lines":[{"sku":"a"}]})"));
}

TEST_CASE("what is wrong with a line is told at its place, and nothing is stored") {
    test::service on;
    on.as(ada());
    const auto refused = on.ask(
        "POST",
        "/orders",
        R"({"total":"-1","lines":[{"line_no":1,"sku":"a","quantity":2,"unit_price":"1.50"},
            {"line_no":0,"sku":"b","quantity":3,"unit_price":"2.00","colour":"red"},{"line_no":3}]})"
    );
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["body","total"])"));
    CHECK(holds(refused.body, R"("loc":["body","lines",1,"line_no"])"));
    CHECK(holds(refused.body, R"("loc":["body","lines",1,"colour"])"));
    CHECK(holds(refused.body, R"("loc":["body","lines",2,"sku"])"));
    CHECK_FALSE(holds(refused.body, "order_id"));
    CHECK(holds(
        on.ask("POST", "/orders", R"([{},{"lines":[{"line_no":1}]}])").body,
        R"("loc":["body",1,"lines",0,"sku"])"
    ));
    CHECK(holds(
        on.ask("POST", "/orders", R"({"lines":{}})").body,
        R"("type":"list_type","loc":["body","lines"])"
    ));
    CHECK(holds(on.ask("POST", "/orders", R"({"lines":[],"lines":[]})").body, "given twice"));
    CHECK(on.ask("POST", "/orders", R"({"lines":[1]})").status == 400);
    CHECK(on.ask("POST", "/orders", R"({"lines":[)").status == 400);
    CHECK(on.ask("POST", "/orders", R"({"line":[]})").status == 400);
    CHECK(is_empty(on));
}

TEST_CASE("a line that cannot be stored takes its order with it") {
    test::service on;
    on.as(ada());
    const auto refused = on.ask(
        "POST",
        "/orders",
        R"({"lines":[{"line_no":1,"sku":"a","quantity":2,"unit_price":"1.50"},
                     {"line_no":1,"sku":"b","quantity":3,"unit_price":"2.00"}]})"
    );
    CHECK(refused.status == 409);
    CHECK(is_empty(on));
}

TEST_CASE("a line may name the order it stands in, and no other") {
    test::service on;
    on.as(ada());
    const auto with = [&on](std::string_view id, std::string_view order_id) {
        return on.ask(
            "POST",
            "/orders",
            "{" + std::string{id} + R"("lines":[{"order_id":")" + std::string{order_id} +
                R"(","line_no":1,"sku":"a","quantity":2,"unit_price":"1.50"}]})"
        );
    };
    constexpr std::string_view one = "0b0e7a52-6ad5-4a57-9f0c-2f3b1f3a7c11";
    constexpr std::string_view other = "0b0e7a52-6ad5-4a57-9f0c-2f3b1f3a7c12";
    const auto named = R"("id":")" + std::string{one} + R"(",)";
    const auto refused = with(named, other);
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("type":"key_mismatch","loc":["body","lines",0,"order_id"])"));
    CHECK(with("", one).status == 400);
    CHECK(is_empty(on));
    CHECK(with(named, one).status == 201);
}

TEST_CASE("a key the database gives reaches the rows inside") {
    test::service on;
    on.as(ada());
    const auto made = on.ask(
        "POST",
        "/consignments",
        R"({"label":"a","parcels":[{"number":1},{"number":2,"weight":"0.5"}]})"
    );
    INFO(made.body);
    CHECK(made.status == 201);
    CHECK(
        on.ask("GET", "/consignments?select=label&include=parcels&parcels.select=number,weight")
            .body ==
        R"({"data":[{"label":"a","parcels":[{"number":1,"weight":null},{"number":2,"weight":0.500}]}],"count":1})"
    );
}

TEST_CASE("rows inside a row that is everybody's still need a caller, and become theirs") {
    test::service on;
    constexpr std::string_view body =
        R"({"country":"DE","code":7,"name":"Nord","consignments":[{"label":"a"},{"label":"b","code":7}]})";
    on.as(std::nullopt);
    CHECK(on.ask("POST", "/shippers", body).status == 401);
    CHECK(on.ask("GET", "/shippers").body == R"({"data":[],"count":0})");
    on.as(bob());
    const auto made = on.ask("POST", "/shippers", body);
    INFO(made.body);
    CHECK(made.status == 201);
    CHECK(holds(made.body, R"("agent":"bob","country":"DE","code":7,"label":"a")"));
    on.as(ada());
    CHECK(holds(on.ask("GET", "/shippers?include=consignments").body, R"("consignments":[])"));
}

TEST_CASE("hooks of rows inside run in the same unit of work and tell their places") {
    weir::http::table_options options;
    options.hooks.push_back(weir::share(weir::hooks<field_ops::order_line>{
        .before_create =
            [](field_ops::order_line_create& given, weir::hook_context& in) {
                if (given.sku == "forbidden")
                    in.refuse(field_ops::order_line_columns::sku, "forbidden", "Not this one");
                given.sku += "!";
            }
    }));
    test::service on{options};
    on.as(ada());
    const auto with = [&on](std::string_view sku) {
        const auto order = R"({"lines":[{"line_no":1,"sku":"a","quantity":2,"unit_price":"1"},
            {"line_no":2,"sku":")" +
                           std::string{sku} + R"(","quantity":2,"unit_price":"1"}]})";
        return on.ask("POST", "/orders", "[{}," + order + "," + order + "]");
    };
    const auto refused = with("forbidden");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("type":"forbidden","loc":["body",1,"lines",1,"sku"])"));
    CHECK(is_empty(on));
    const auto made = with("b");
    CHECK(made.status == 201);
    CHECK(holds(made.body, R"("sku":"a!")"));
    CHECK(holds(on.ask("GET", "/order-lines?count=exact").body, R"("total":4)"));
}

TEST_CASE("rows inside rows under an Idempotency-Key are stored once") {
    test::service on;
    on.as(ada());
    const auto first = on.ask("POST", "/orders", two_lines, {{"Idempotency-Key", "k"}});
    CHECK(first.status == 201);
    CHECK(on.ask("POST", "/orders", two_lines, {{"Idempotency-Key", "k"}}).body == first.body);
    CHECK(holds(on.ask("GET", "/order-lines?count=exact").body, R"("total":2)"));
}

TEST_CASE("without units of work rows inside rows are refused, and plain ones are not") {
    test::service on{{}, false};
    on.as(ada());
    const auto refused = on.ask("POST", "/orders", two_lines);
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, "no_unit_of_work"));
    CHECK(is_empty(on));
    CHECK(on.ask("POST", "/orders", "{}").status == 201);
}
