// SPDX-License-Identifier: Apache-2.0
// What conditions mean, on either backend, through every grammar of a list.
#include <string>
#include <string_view>

#include "service.hpp"

using namespace test;

namespace {

void add_order(service& on, std::string_view body) {
    const auto answer = on.ask("POST", "/orders", body);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 201);
}

// Orders a to f of ada; f has NULL wherever it may.
void add_orders(service& on) {
    on.as(ada());
    add_order(on, R"({"total":"1.00","tags":["red","big"],"extras":{"a":"1","b":"2"}})");
    add_order(on, R"({"total":"2.00","tags":["red"],"extras":{"a":"2"}})");
    add_order(
        on,
        R"({"total":"3.00","tags":[],"extras":{},"status":"placed","placed_at":"2024-05-01T00:00:00Z"})"
    );
    add_order(
        on,
        R"({"total":"4.00","tags":["a,b","c\"d","{x}"],"extras":{"k,1":"v\"1"},"status":"placed","placed_at":"2024-06-01T00:00:00Z"})"
    );
    add_order(on, R"({"total":"5.00","tags":["BIG","big"],"extras":{"b":"2"}})");
    add_order(on, R"({"total":"6.00","tags":null,"extras":null})");
}

// The totals of what a query finds, in order: "1.00 2.00".
std::string totals(const weir::http::response& answer) {
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    std::string found;
    std::string_view rest = answer.body;
    constexpr std::string_view mark = R"({"total":)";
    for (auto at = rest.find(mark); at != std::string_view::npos; at = rest.find(mark)) {
        rest.remove_prefix(at + mark.size());
        found.append(found.empty() ? "" : " ").append(rest.substr(0, rest.find('}')));
    }
    return found;
}

class asking {
public:
    explicit asking(service& on) : on_(&on) {}

    std::string url(std::string_view filters) const {
        CAPTURE(filters);
        std::string path = "/orders?select=total&order=total&";
        for (const char c : filters)
            path.append(c == '"' ? "%22" : c == '{' ? "%7B" : c == '}' ? "%7D" : std::string{c});
        return totals(on_->ask("GET", path));
    }

    std::string body(std::string_view where) const {
        CAPTURE(where);
        return totals(on_->ask(
            "POST",
            "/orders/query",
            R"({"select":["total"],"order":["total"],"where":)" + std::string{where} + "}"
        ));
    }

private:
    service* on_;
};

} // namespace

TEST_CASE("arrays are asked what they contain, and NULL is never known") {
    service on;
    add_orders(on);
    const asking ask{on};
    CHECK(ask.url("tags=cs.{red}") == "1.00 2.00");
    CHECK(ask.url("tags=cs.{red,big}") == "1.00");
    CHECK(ask.url("tags=cs.{}") == "1.00 2.00 3.00 4.00 5.00");
    CHECK(ask.url(R"(tags=cs.{"a,b","c\"d","{x}"})") == "4.00");
    CHECK(ask.url("tags=not.cs.{red}") == "3.00 4.00 5.00");
    CHECK(ask.url("tags=cd.{red,big,more}") == "1.00 2.00 3.00");
    CHECK(ask.url("tags=cd.{}") == "3.00");
    CHECK(ask.url("tags=not.cd.{}") == "1.00 2.00 4.00 5.00");
    CHECK(ask.url("tags=ov.{red,BIG}") == "1.00 2.00 5.00");
    CHECK(ask.url("tags=ov.{}").empty());
    CHECK(ask.url("tags=not.ov.{}") == "1.00 2.00 3.00 4.00 5.00");
    CHECK(ask.url("tags=not.ov.{red}") == "3.00 4.00 5.00");
    CHECK(ask.url("tags=is.null") == "6.00");
    CHECK(ask.body(R"({"tags":{"cs":["red","big"]}})") == "1.00");
    CHECK(ask.body(R"({"not":{"tags":{"ov":["red"]}}})") == "3.00 4.00 5.00");
}

TEST_CASE("maps are asked for keys and for entries, and NULL is never known") {
    service on;
    add_orders(on);
    const asking ask{on};
    CHECK(ask.url("extras=cs.{a}") == "1.00 2.00");
    CHECK(ask.url("extras=cs.{a,b}") == "1.00");
    CHECK(ask.url("extras=not.cs.{a}") == "3.00 4.00 5.00");
    CHECK(ask.url("extras=cs.{}") == "1.00 2.00 3.00 4.00 5.00");
    CHECK(ask.url("extras=cd.{a}") == "2.00 3.00");
    CHECK(ask.url("extras=not.cd.{}") == "1.00 2.00 4.00 5.00");
    CHECK(ask.url(R"(extras=ov.{"k,1",b})") == "1.00 4.00 5.00");
    CHECK(ask.url("extras=not.ov.{a,b}") == "3.00 4.00");
    CHECK(ask.url("extras=ov.{}").empty());
    CHECK(ask.url(R"(extras=cs.{"a":"1"})") == "1.00");
    CHECK(ask.url(R"(extras=cs.{"a":"1","b":"2"})") == "1.00");
    CHECK(ask.url(R"(extras=not.cs.{"a":"1"})") == "2.00 3.00 4.00 5.00");
    CHECK(ask.url(R"(extras=cd.{"a":"1","b":"2"})") == "1.00 3.00 5.00");
    CHECK(ask.url(R"(extras=not.cd.{"b":"2"})") == "1.00 2.00 4.00");
    CHECK(ask.url(R"(extras=ov.{"a":"2","b":"2"})") == "1.00 2.00 5.00");
    CHECK(ask.url(R"(extras=not.ov.{"a":"2","b":"2"})") == "3.00 4.00");
    CHECK(ask.url(R"(extras=cs.{"k,1":"v\"1"})") == "4.00");
    CHECK(ask.body(R"({"extras":{"cs":{"k,1":"v\"1"}}})") == "4.00");
    CHECK(ask.body(R"({"extras":{"ov":{}}})").empty());
    CHECK(ask.body(R"({"not":{"extras":{"ov":{}}}})") == "1.00 2.00 3.00 4.00 5.00");
}

TEST_CASE("groups combine conditions") {
    service on;
    add_orders(on);
    const asking ask{on};
    CHECK(ask.url("or=(total.lt.2,total.gt.5)") == "1.00 6.00");
    CHECK(ask.url("or=(tags.cs.{red},and(status.eq.placed,total.not.eq.3))") == "1.00 2.00 4.00");
    CHECK(ask.url("not.or=(total.lt.2,total.gt.5)") == "2.00 3.00 4.00 5.00");
    CHECK(ask.url("not.and=(total.gt.2,total.lt.5)&total=neq.1") == "2.00 5.00 6.00");
    CHECK(ask.url(R"(or=(extras.cs.{"a":"1"},total.in.(3,"4.00")))") == "1.00 3.00 4.00");
    CHECK(
        ask.body(R"({"or":[{"total":{"lt":2}},{"total":{"gt":5}}],"status":"draft"})") ==
        "1.00 6.00"
    );
}

TEST_CASE("a comparison with NULL is neither true nor false, unless it asks") {
    service on;
    add_orders(on);
    const asking ask{on};
    CHECK(ask.url("placed_at=gt.2024-05-15T00:00:00Z") == "4.00");
    CHECK(ask.url("placed_at=not.gt.2024-05-15T00:00:00Z") == "3.00");
    CHECK(ask.url("placed_at=neq.2024-05-01T00:00:00Z") == "4.00");
    CHECK(ask.url("placed_at=isdistinct.2024-05-01T00:00:00Z") == "1.00 2.00 4.00 5.00 6.00");
    CHECK(ask.url("placed_at=not.isdistinct.2024-05-01T00:00:00Z") == "3.00");
    CHECK(ask.url("placed_at=not.in.(2024-05-01T00:00:00Z)") == "4.00");
    CHECK(ask.url("or=(placed_at.gt.2024-05-15T00:00:00Z,total.eq.1)&placed_at=is.null") == "1.00");
    CHECK(
        ask.url("not.and=(placed_at.gt.2024-05-15T00:00:00Z,total.gt.4)") == "1.00 2.00 3.00 4.00"
    );
    CHECK(ask.url("is_deleted=is.true").empty());
    CHECK(ask.url("is_deleted=not.is.true&total=lt.3") == "1.00 2.00");
    CHECK(ask.url("is_deleted=is.unknown").empty());
    CHECK(ask.url("placed_at=is.not_null") == "3.00 4.00");
    CHECK(ask.body(R"({"placed_at":null,"total":{"lte":2}})") == "1.00 2.00");
}

TEST_CASE("what a condition gets wrong is 400 with its place, and no statement") {
    service on;
    on.as(ada());
    const auto url = on.ask("GET", "/orders?or=(total.gt.x,and(margin.gt.1,taggs.cs.%7Ba%7D))");
    CHECK(url.status == 400);
    CHECK(holds(url.body, R"("loc":["query","or",0,"total"])"));
    CHECK(holds(url.body, R"("loc":["query","or",1,"and",0,"margin"])"));
    CHECK(holds(url.body, "Unknown column 'taggs'; did you mean 'tags'?"));
    const auto body = on.ask("POST", "/orders/query", R"({"where":{"or":[{"margin":{"gt":1}}]}})");
    CHECK(body.status == 400);
    CHECK(holds(body.body, R"("loc":["body","where","or",0,"margin"])"));
    CHECK(on.ask("POST", "/orders/query?total=gt.1", "{}").status == 400);
    CHECK(on.ask("POST", "/orders/query", "{").status == 400);
    const std::string half(4100, 'x');
    CHECK(on.ask("GET", "/orders?customer=eq." + half + half).status == 400);
    CHECK(
        on.ask("GET", "/orders?customer=eq." + half + "&include=lines&lines.sku=eq." + half)
            .status == 400
    );
}

TEST_CASE("a query in a body sees the caller's rows only") {
    service on;
    add_orders(on);
    on.as(bob());
    CHECK(asking{on}.body("{}").empty());
    on.as(std::nullopt);
    CHECK(on.ask("POST", "/orders/query", "{}").status == 401);
}

TEST_CASE("a body embeds as the URL does") {
    service on;
    on.as(ada());
    add_order(on, R"({"total":"1.00"})");
    const auto url = on.ask("GET", "/orders?include=lines&lines.select=sku&lines.limit=2");
    const auto body = on.ask(
        "POST", "/orders/query", R"({"include":["lines"],"lines.select":["sku"],"lines.limit":2})"
    );
    CHECK(url.status == 200);
    CHECK(body.body == url.body);
    const auto refused =
        on.ask("POST", "/orders/query", R"({"lines.limit":2,"include":"line","limitt":1})");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["body","include"])"));
    CHECK(holds(refused.body, R"("loc":["body","limitt"])"));
}
