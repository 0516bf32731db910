// SPDX-License-Identifier: Apache-2.0
// Changes by filter and in batches over the routes, on both backends.
#include <string>

#include "service.hpp"

namespace many_rows_cases {

using namespace test;

namespace {

void add_wells(service& on) {
    const auto answer = on.ask(
        "POST",
        "/wells",
        R"([{"api10":4200000001,"wellname":"A","oileur":1},{"api10":4200000002,"wellname":"B","oileur":2},)"
        R"({"api10":4200000003,"wellname":"C","oileur":3},{"api10":4200000004,"wellname":"D"}])"
    );
    REQUIRE(answer.status == 201);
}

std::string names(service& on, std::string_view query = "") {
    return on.ask("GET", "/wells?select=wellname&order=api10" + std::string{query}).body;
}

} // namespace

TEST_CASE("PATCH with a filter changes the rows that match", "[units]") {
    service on;
    add_wells(on);
    CHECK(on.ask("PATCH", "/wells?oileur=gte.2", R"({"wellname":"X"})").body == R"({"count":2})");
    CHECK(
        names(on) ==
        R"({"data":[{"wellname":"A"},{"wellname":"X"},{"wellname":"X"},{"wellname":"D"}],"count":4})"
    );
    const auto rows = on.ask(
        "PATCH",
        "/wells?or=(api10.eq.4200000001,oileur.is.null)",
        R"({"wellname":"Y"})",
        {{"Prefer", "return=representation"}}
    );
    CHECK(rows.status == 200);
    CHECK(rows.headers.find("Preference-Applied") == "return=representation");
    CHECK(rows.body.ends_with(R"(],"count":2})"));
    CHECK(holds(rows.body, R"("api10":4200000001,"wellname":"Y")"));
    CHECK(holds(rows.body, R"("api10":4200000004,"wellname":"Y")"));
    CHECK(on.ask("PATCH", "/wells?oileur=gt.99", R"({"wellname":"Z"})").body == R"({"count":0})");
}

TEST_CASE("DELETE with a filter deletes the rows that match", "[units]") {
    service on;
    add_wells(on);
    CHECK(on.ask("DELETE", "/wells?oileur=lt.2").body == R"({"count":1})");
    const auto rows =
        on.ask("DELETE", "/wells?oileur=eq.2", "", {{"Prefer", "return=representation"}});
    CHECK(holds(rows.body, R"("api10":4200000002)"));
    CHECK(holds(rows.body, R"("is_deleted":true)"));
    CHECK(names(on) == R"({"data":[{"wellname":"C"},{"wellname":"D"}],"count":2})");
    CHECK(on.ask("POST", "/wells/4200000001/restore").status == 200);
}

TEST_CASE("a change of many rows needs a filter, and nothing but filters") {
    service on;
    add_wells(on);
    for (const std::string method : {"PATCH", "DELETE"}) {
        const auto body = method == "PATCH" ? R"({"wellname":"X"})" : "";
        for (const auto* const query :
             {"",
              "?dry_run=true",
              "?dry_run=maybe&oileur=gt.1",
              "?limit=1&oileur=gt.1",
              "?order=api10&oileur=gt.1",
              "?select=api10&oileur=gt.1",
              "?deleted=include&oileur=gt.1",
              "?oileu=gt.1",
              "?oileur=gt.many",
              "?and=()"}) {
            CAPTURE(method, query);
            CHECK(on.ask(method, "/wells" + std::string{query}, body).status == 400);
        }
    }
    CHECK(holds(on.ask("DELETE", "/wells").body, R"({"type":"filter_required","loc":["query"])"));
    CHECK(holds(on.ask("DELETE", "/wells?oileu=gt.1").body, "did you mean 'oileur'?"));
    CHECK(on.ask("PATCH", "/wells?oileur=gt.1", "{}").status == 400);
    const auto wrong = on.ask("PATCH", "/wells?oileur=gt.1", R"({"oileur":-1,"api10":1})");
    CHECK(wrong.status == 400);
    CHECK(holds(wrong.body, R"("loc":["body","oileur"])"));
    CHECK(on.ask("DELETE", "/wells?oileur=gt.1", "", {{"If-Match", "\"x\""}}).status == 400);
    CHECK(holds(names(on), R"("count":4)"));
}

TEST_CASE("more rows than max-affected are left alone, and a dry run only counts") {
    service on;
    add_wells(on);
    const auto too_many =
        on.ask("DELETE", "/wells?oileur=gt.0", "", {{"Prefer", "max-affected=2"}});
    CHECK(too_many.status == 412);
    CHECK(
        on.ask("PATCH", "/wells?oileur=gt.0", R"({"wellname":"X"})", {{"Prefer", "max-affected=2"}})
            .status == 412
    );
    CHECK(
        on.ask("DELETE", "/wells?oileur=gt.0&dry_run=true", "", {{"Prefer", "max-affected=2"}})
            .status == 412
    );
    const auto counted = on.ask("DELETE", "/wells?oileur=gt.0&dry_run=true");
    CHECK(counted.status == 200);
    CHECK(counted.body == R"({"count":3})");
    CHECK(holds(names(on), R"({"wellname":"A"},{"wellname":"B"},{"wellname":"C"})"));
    const auto done = on.ask("DELETE", "/wells?oileur=gt.0", "", {{"Prefer", "max-affected=3"}});
    CHECK(done.body == R"({"count":3})");
    CHECK(done.headers.find("Preference-Applied") == "max-affected=3");
}

TEST_CASE("a change by filter sees the caller's rows only") {
    service on;
    on.as(ada());
    on.ask("POST", "/orders", "{}");
    on.as(weir::caller{.id = "bob", .groups = {"support"}});
    on.ask("POST", "/orders", "{}");
    CHECK(holds(on.ask("GET", "/orders").body, R"("count":2)"));
    CHECK(
        on.ask("PATCH", "/orders?status=eq.draft&dry_run=true", R"({"tags":[]})").body ==
        R"({"count":1})"
    );
    CHECK(on.ask("PATCH", "/orders?status=eq.draft", R"({"tags":["b"]})").body == R"({"count":1})");
    CHECK(
        on.ask("DELETE", "/orders?status=eq.draft", "", {{"Prefer", "max-affected=1"}}).body ==
        R"({"count":1})"
    );
    CHECK(on.ask("PATCH", "/orders?margin=gt.0", R"({"tags":["b"]})").status == 400);
    on.as(ada());
    CHECK(holds(on.ask("GET", "/orders").body, R"("tags":[])"));
    on.as({});
    CHECK(on.ask("DELETE", "/orders?status=eq.draft").status == 401);
}

TEST_CASE("a batch makes each change by itself and tells what became of it") {
    service on;
    add_wells(on);
    const auto tag =
        std::string{on.ask("GET", "/wells/4200000001").headers.find("ETag").value_or("")};
    const auto version = tag.substr(1, tag.size() - 2);
    const auto done = on.ask(
        "PATCH",
        "/wells/batch",
        R"([{"key":4200000001,"set":{"wellname":"one"},"version":")" + version +
            R"("},{"key":4200000009,"set":{"oileur":1}},{"key":[4200000002],"set":{"oileur":null}},)"
            R"({"key":{"api10":4200000003},"set":{"oileur":7},"version":"old"}])"
    );
    CAPTURE(done.body);
    CHECK(done.status == 200);
    CHECK(done.body.starts_with(R"({"results":[{"key":4200000001,"status":200,"version":")"));
    CHECK(holds(done.body, R"({"key":4200000009,"status":404,"code":"not_found","message":")"));
    CHECK(holds(done.body, R"({"key":4200000002,"status":200,"version":")"));
    CHECK(holds(done.body, R"({"key":4200000003,"status":412,"code":"precondition","message":")"));
    CHECK(done.body.ends_with(R"(],"count":2})"));
    const auto now =
        std::string{on.ask("GET", "/wells/4200000001").headers.find("ETag").value_or("")};
    CHECK(text_member(done.body, "version") == now.substr(1, now.size() - 2));
    CHECK(holds(on.ask("GET", "/wells/4200000003").body, R"("oileur":3)"));
    const auto rows = on.ask(
        "PATCH",
        "/wells/batch",
        R"([{"key":4200000001,"set":{"oileur":5}}])",
        {{"Prefer", "return=representation"}}
    );
    CHECK(holds(rows.body, R"("data":{"api10":4200000001,"wellname":"one","oileur":5)"));
    CHECK(on.ask("PATCH", "/wells/batch", "[]").body == R"({"results":[],"count":0})");
}

TEST_CASE("a batch with one unsound change is refused as a whole, with every place") {
    service on;
    add_wells(on);
    const auto refused = on.ask(
        "PATCH",
        "/wells/batch",
        R"([{"key":4200000001,"set":{"wellname":"X"}},{"key":"x","set":{"oileur":-1}},{"key":4200000001,"set":{}},)"
        R"({"set":{"oileur":"many"},"version":7,"more":1},{"key":[1,2],"set":3},5])"
    );
    CAPTURE(refused.body);
    CHECK(refused.status == 400);
    for (const auto* const place :
         {R"("loc":["body",1,"key","api10"])",
          R"("loc":["body",1,"set","oileur"])",
          R"({"type":"repeated","loc":["body",2,"key"])",
          R"("loc":["body",3,"set","oileur"])",
          R"("loc":["body",3,"version"])",
          R"("loc":["body",3,"more"])",
          R"({"type":"missing","loc":["body",3,"key"])",
          R"("loc":["body",4,"key"])",
          R"("loc":["body",4,"set"])",
          R"("loc":["body",5])"})
        CHECK(holds(refused.body, place));
    CHECK(holds(names(on), R"("wellname":"A")"));
    CHECK(on.ask("PATCH", "/wells/batch", R"({"key":1})").status == 400);
    CHECK(on.ask("PATCH", "/wells/batch", R"([{"key":1)").status == 400);
    CHECK(on.ask("PATCH", "/wells/batch?x=1", "[]").status == 400);
    std::string long_batch = "[";
    for (int at = 0; at <= 1000; ++at)
        long_batch += std::string{at == 0 ? "" : ","} + R"({"key":)" +
                      std::to_string(4200000001 + at) + R"(,"set":{"oileur":9}})";
    CHECK(holds(on.ask("PATCH", "/wells/batch", long_batch + "]").body, "too_many_rows"));
    CHECK(
        on.ask(
              "PATCH",
              "/wells/batch",
              R"([{"key":4200000001,"set":{"oileur":9}}])",
              {{"Prefer", "max-affected=0"}}
        )
            .status == 412
    );
}

TEST_CASE("a batch addresses keys of several parts, and the caller's rows only") {
    service on;
    on.as(ada());
    const auto order = text_member(on.ask("POST", "/orders", "{}").body, "id");
    const auto line = [&](int number) {
        return R"({"order_id":")" + order + R"(","line_no":)" + std::to_string(number) +
               R"(,"sku":"a","quantity":1,"unit_price":"1.00"})";
    };
    REQUIRE(on.ask("POST", "/order-lines", "[" + line(1) + "," + line(2) + "]").status == 201);
    const auto batch = R"([{"key":[")" + order +
                       R"(",1],"set":{"quantity":5}},{"key":{"line_no":2,"order_id":")" + order +
                       R"("},"set":{"quantity":6}}])";
    const auto done = on.ask("PATCH", "/order-lines/batch", batch);
    CAPTURE(done.body);
    CHECK(done.body.starts_with(R"({"results":[{"key":[")" + order + R"(",1],"status":200)"));
    CHECK(done.body.ends_with(R"("count":2})"));
    on.as(bob());
    const auto none = on.ask("PATCH", "/order-lines/batch", batch);
    CHECK(none.body.ends_with(R"("count":0})"));
    CHECK(holds(none.body, R"("status":404)"));
}

} // namespace many_rows_cases
