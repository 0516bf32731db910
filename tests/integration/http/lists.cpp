// SPDX-License-Identifier: Apache-2.0
// Pages of lists by cursor: what docs/lists.md says.
#include <weir/core/secret.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "service.hpp"

using namespace test;

namespace {

void add_wells(service& on) {
    const auto answer = on.ask(
        "POST",
        "/wells",
        R"([
        {"api10": 4200000001, "wellname": "SMITH 1",  "oileur": 100},
        {"api10": 4200000002, "wellname": "SMITH 2",  "oileur": null},
        {"api10": 4200000003, "wellname": "jones 1",  "oileur": 300},
        {"api10": 4200000004, "wellname": "O'NEIL 1", "oileur": 200},
        {"api10": 4200000005, "wellname": "JONES 2",  "oileur": 300}
        ])"
    );
    REQUIRE(answer.status == 201);
}

/// The target of a link, below the base path.
std::string link(const weir::http::response& of, const std::string& relation) {
    const std::string all{of.headers.find("Link").value_or("")};
    const auto end = all.find(">; rel=\"" + relation + "\"");
    if (end == std::string::npos)
        return {};
    const auto start = all.rfind('<', end) + 1;
    REQUIRE(all.substr(start).starts_with("/api/v1/"));
    return all.substr(start + 7, end - start - 7);
}

std::string cursor(const weir::http::response& of, std::string_view name = "next_cursor") {
    return text_member(of.body, name);
}

std::string content_range(const weir::http::response& of) {
    return std::string{of.headers.find("Content-Range").value_or("none")};
}

/// The digits after `4200000` of every key in a body.
std::string keys(const weir::http::response& of) {
    std::string found;
    for (auto at = of.body.find("420000000"); at != std::string::npos;
         at = of.body.find("420000000", at + 1))
        found += of.body[at + 9];
    return found;
}

/// The one message of a refused request about its cursor.
std::string refusal(const weir::http::response& of) {
    CAPTURE(of.body);
    CHECK(of.status == 400);
    CHECK(holds(of.body, R"("loc":["query","cursor"])"));
    return text_member(of.body, "msg");
}

} // namespace

TEST_CASE("a list is walked forwards and backwards by its links") {
    service on;
    add_wells(on);
    const auto ask = [&](std::string_view target) { return on.ask("GET", target); };

    // The first page.
    auto first = ask("/wells?select=wellname,oileur&order=oileur.desc.nullslast&limit=2");
    CHECK(first.body.starts_with(
        R"({"data":[{"wellname":"jones 1","oileur":300},{"wellname":"JONES 2","oileur":300}],"count":2,"next_cursor":")"
    ));
    CHECK(cursor(first, "prev_cursor").empty());
    CHECK(link(first, "prev").empty());
    CHECK(
        link(first, "next") ==
        "/wells?select=wellname%2Coileur&order=oileur.desc.nullslast&limit=2&cursor=" +
            cursor(first)
    );

    // The one in the middle.
    auto second = ask(link(first, "next"));
    CHECK(holds(
        second.body,
        R"({"data":[{"wellname":"O'NEIL 1","oileur":200},{"wellname":"SMITH 1","oileur":100}],"count":2,)"
    ));
    CHECK_FALSE(cursor(second, "prev_cursor").empty());

    // The last.
    auto third = ask(link(second, "next"));
    CHECK(holds(third.body, R"({"data":[{"wellname":"SMITH 2","oileur":null}],"count":1,)"));
    CHECK(cursor(third).empty());
    CHECK(link(third, "next").empty());

    // And back: the same pages in the same order, and none before the first.
    auto back = ask(link(third, "prev"));
    CHECK(back.body.substr(0, 90) == second.body.substr(0, 90));
    back = ask(link(back, "prev"));
    CHECK(back.body.substr(0, 90) == first.body.substr(0, 90));
    CHECK(cursor(back, "prev_cursor").empty());
    CHECK(ask(link(back, "next")).body.substr(0, 90) == second.body.substr(0, 90));
}

TEST_CASE("a cursor takes another page size, other columns and a count of all that matches") {
    service on;
    add_wells(on);
    const auto first = on.ask("GET", "/wells?order=wellname.desc&limit=1&oileur=gte.100");
    const auto rest = on.ask(
        "GET",
        "/wells?oileur=gte.100&order=wellname.desc&limit=10&select=wellname&count=exact&cursor=" +
            cursor(first)
    );
    // "jones 1" comes first: text is ordered by its bytes.
    CHECK(
        rest.body.substr(0, rest.body.find(R"(,"prev_cursor")")) ==
        R"({"data":[{"wellname":"SMITH 1"},{"wellname":"O'NEIL 1"},{"wellname":"JONES 2"}],"count":3,"total":4)"
    );
}

TEST_CASE("rows that come and go move no other row to another page") {
    service on;
    add_wells(on);
    const auto first = on.ask("GET", "/wells?limit=2");
    CHECK(keys(first) == "12");
    // The row the cursor stands at goes, and one before it comes.
    REQUIRE(on.ask("DELETE", "/wells/4200000002").status == 204);
    REQUIRE(on.ask("POST", "/wells", R"({"api10": 4200000000, "wellname": "NEW"})").status == 201);
    const auto second = on.ask("GET", link(first, "next"));
    CHECK(keys(second) == "34");
    CHECK(keys(on.ask("GET", link(second, "prev"))) == "01");

    // All that follows is gone: the page is empty, and leads back.
    const auto third = on.ask("GET", link(second, "next"));
    CHECK(keys(third) == "5");
    const auto beyond = link(second, "next");
    REQUIRE(on.ask("DELETE", "/wells/4200000005").status == 204);
    const auto empty = on.ask("GET", beyond);
    CHECK(empty.body.starts_with(R"({"data":[],"count":0,"prev_cursor":")"));
    CHECK(keys(on.ask("GET", link(empty, "prev"))) == "34");
}

TEST_CASE("a list tells which rows it holds, where that is known") {
    service on;
    add_wells(on);
    const auto range = [&](std::string_view query) {
        return content_range(on.ask("GET", "/wells?" + std::string{query}));
    };
    CHECK(range("limit=2") == "rows 0-1/*");
    CHECK(range("limit=2&offset=3&count=exact") == "rows 3-4/5");
    CHECK(range("offset=9&count=exact") == "rows */5");
    CHECK(range("offset=9") == "none");
    CHECK(range("limit=0&count=exact") == "rows */5");
    const auto first = on.ask("GET", "/wells?limit=2");
    CHECK(range("limit=2&cursor=" + cursor(first)) == "none");
}

TEST_CASE("a page by offset has cursors too, which go on from there") {
    service on;
    add_wells(on);
    const auto page = on.ask("GET", "/wells?limit=2&offset=2");
    CHECK(keys(page) == "34");
    CHECK(link(page, "next") == "/wells?limit=2&cursor=" + cursor(page));
    CHECK(keys(on.ask("GET", link(page, "next"))) == "5");
    CHECK(keys(on.ask("GET", link(page, "prev"))) == "12");
    CHECK(cursor(on.ask("GET", "/wells?limit=0")).empty());
    CHECK(cursor(on.ask("GET", "/wells?limit=5")).empty());
}

TEST_CASE("a cursor is refused for another list, and says why") {
    weir::http::table_options options;
    options.cursor_key = weir::secret{"0123456789abcdef0123456789abcdef"};
    service on{options};
    add_wells(on);
    on.as(ada());
    const auto made = on.ask("GET", "/wells?order=wellname&oileur=gte.100&limit=1&deleted=include");
    const auto with = [&](const std::string& query, const std::string& token) {
        return refusal(on.ask("GET", "/wells?" + query + "&cursor=" + token));
    };
    const auto token = cursor(made);
    CHECK(
        with("order=wellname.desc&oileur=gte.100&deleted=include", token) ==
        "The cursor was made for another order"
    );
    CHECK(
        with("order=wellname&oileur=gte.101&deleted=include", token) ==
        "The cursor was made with other filters"
    );
    CHECK(with("order=wellname&oileur=gte.100", token) == "The cursor was made with other filters");
    CHECK(with("order=wellname&oileur=gte.100&deleted=include", "x" + token)
              .starts_with("This is no cursor of this service"));
    CHECK(with("order=wellname&offset=0", token) == "'cursor' and 'offset' exclude each other");
    CHECK(
        refusal(on.ask("GET", "/orders?cursor=" + token)) ==
        "The cursor belongs to another table, or to the table as it was before"
    );
    on.as(bob());
    CHECK(
        with("order=wellname&oileur=gte.100&deleted=include", token) ==
        "The cursor belongs to another caller"
    );
    on.as(std::nullopt);
    CHECK(
        with("order=wellname&oileur=gte.100&deleted=include", token) ==
        "The cursor belongs to another caller"
    );
}

TEST_CASE("a query in a body takes a cursor too, and has no links") {
    service on;
    add_wells(on);
    const auto first =
        on.ask("POST", "/wells/query", R"({"order":"oileur.desc.nullslast","limit":2})");
    CAPTURE(first.body);
    CHECK(keys(first) == "35");
    CHECK_FALSE(first.headers.find("Link").has_value());
    const auto second = on.ask(
        "POST",
        "/wells/query",
        R"({"order":"oileur.desc.nullslast","limit":2,"cursor":")" + cursor(first) + R"("})"
    );
    CAPTURE(second.body);
    CHECK(keys(second) == "41");
    const auto refused = on.ask("POST", "/wells/query", R"({"cursor":"x"})");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["body","cursor"])"));
}

TEST_CASE("a stream goes on from a next_cursor, and not back from a prev_cursor") {
    service on;
    add_wells(on);
    const auto second = on.ask("GET", link(on.ask("GET", "/wells?limit=2"), "next"));
    auto rest =
        on.ask("GET", "/wells?select=api10&cursor=" + cursor(second), "", {{"Accept", "text/csv"}});
    CHECK(rest.status == 200);
    std::string text;
    while (rest.stream.pull(text)) {
    }
    CHECK(text == "api10\r\n4200000005\r\n");
    const auto back = on.ask(
        "GET", "/wells?cursor=" + cursor(second, "prev_cursor"), "", {{"Accept", "text/csv"}}
    );
    CHECK(refusal(back).starts_with("A prev_cursor goes with application/json only"));
}

TEST_CASE("pages of a table with owners hold the caller's rows alone") {
    service on;
    for (const auto& who : {ada(), bob()}) {
        on.as(who);
        for (const auto* total : {"1.00", "2.00", "3.00"}) {
            const auto body = R"({"total":")" + std::string{total} + R"("})";
            REQUIRE(on.ask("POST", "/orders", body).status == 201);
        }
    }
    on.as(ada());
    std::size_t seen = 0;
    for (std::string target = "/orders?select=customer,total&limit=1"; !target.empty(); ++seen) {
        const auto page = on.ask("GET", target);
        CHECK(page.status == 200);
        CHECK(holds(page.body, R"("customer":"ada")"));
        target = link(page, "next");
        // Neither the order's columns nor private ones are answered unless they are selected.
        CHECK_FALSE(holds(page.body, "placed_at"));
        CHECK_FALSE(holds(page.body, R"("id")"));
        CHECK_FALSE(holds(page.body, "margin"));
    }
    CHECK(seen == 3);
}

TEST_CASE("values too long for a cursor refuse the page, unless it is one of an offset") {
    service on;
    add_wells(on);
    const std::string long_name(4000, 'x');
    on.execute("update @{app_data}wells set wellname = '" + long_name + "'");
    const auto refused = on.ask("GET", "/wells?order=wellname&limit=1");
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["query","order"])"));
    CHECK(holds(refused.body, "too long for a cursor"));
    const auto by_offset = on.ask("GET", "/wells?order=wellname&limit=1&offset=0");
    CHECK(by_offset.status == 200);
    CHECK(cursor(by_offset).empty());
    CHECK(on.ask("GET", "/wells?limit=1").status == 200);
}
