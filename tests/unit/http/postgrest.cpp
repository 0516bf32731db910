// SPDX-License-Identifier: Apache-2.0
#include <weir/core/value.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/postgrest.hpp>

#include <catch.hpp>
#include <field_ops.weir.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace postgrest_cases {

using namespace weir;
using namespace weir::http;
using namespace weir::http::postgrest;

namespace {

/// A `select` written back: names, aliases before `=`, relations in parentheses.
std::string told(const std::vector<selected>& items) {
    std::string text;
    for (const auto& each : items) {
        text += text.empty() ? "" : " ";
        if (each.shown != each.name)
            text += each.shown + "=";
        text += each.name;
        if (each.is_relation)
            text += "(" + told(each.items) + ")";
    }
    return text;
}

std::string selects(std::string_view text) {
    violations broken;
    const auto items = read_select(text, broken);
    REQUIRE(broken.empty());
    return told(items);
}

std::string refusal(std::string_view text) {
    violations broken;
    CHECK(read_select(text, broken).empty());
    REQUIRE(broken.size() == 1);
    CHECK(broken.front().loc == location{"query", "select"});
    return broken.front().msg;
}

std::string projected(std::string_view select, std::string_view rows, bool strips_nulls = false) {
    violations broken;
    const auto items = read_select(select, broken);
    REQUIRE(broken.empty());
    std::string out;
    projection{items, strips_nulls}.append(out, rows);
    return out;
}

request orders(
    std::string_view method, std::string_view query, std::initializer_list<header> headers = {}
) {
    request made;
    made.method = method;
    made.query = split_target("/?" + std::string{query}).query;
    for (const auto& each : headers)
        made.headers.add(each.name, each.value);
    return made;
}

question translated(
    std::string_view method, std::string_view query, std::initializer_list<header> headers = {}
) {
    return ask_of(table_of<field_ops::order>, orders(method, query, headers), "/api/v1/orders");
}

} // namespace

TEST_CASE("a select names columns, aliases and relations") {
    CHECK(selects("") == "*");
    CHECK(selects("*") == "*");
    CHECK(selects("id, total") == "id total");
    CHECK(selects("amount:total,*") == "amount=total *");
    CHECK(selects("id,lines(sku,product(*))") == "id lines(sku product(*))");
    CHECK(selects("items:lines!fk_order(n:sku)") == "items=lines(n=sku)");
    CHECK(selects(R"("a,b","say \"x\"")") == R"(a,b say "x")");
}

TEST_CASE("a select that is malformed or not offered is refused by name") {
    CHECK(refusal("a,,b") == "A name is missing");
    CHECK(refusal("lines(sku") == "')' is missing");
    CHECK(refusal("id)") == "Unexpected ')'");
    CHECK(refusal("\"id") == "A quote is not closed");
    CHECK(refusal("lines()") == "'lines()' selects nothing");
    CHECK(refusal("total::text") == "Casts are not offered");
    CHECK(refusal("lines!inner(*)") == "Filtering rows by '!inner' relations is not offered");
    CHECK(refusal("...lines(*)") == "Spreading a relation is not offered");
    CHECK(refusal("extras->>a") == "Paths into JSON are not offered");
    CHECK(refusal("x:*") == "'*' takes no alias");
    std::string deep;
    for (int level = 0; level < 1000; ++level)
        deep += "a(";
    CHECK(refusal(deep) == "Relations are nested too deep");
}

TEST_CASE("rows are cut down and renamed at every depth") {
    constexpr std::string_view rows =
        R"([{"id":1,"total":1.50,"lines":[{"sku":"A","n":1},{"sku":"B","n":null}],"order":null}])";
    CHECK(projected("*", rows) == rows);
    CHECK(projected("amount:total", rows) == R"([{"amount":1.50}])");
    CHECK(projected("items:lines(s:sku)", rows) == R"([{"items":[{"s":"A"},{"s":"B"}]}])");
    CHECK(projected("order(id)", rows) == R"([{"order":null}])");
    CHECK(
        projected("*,lines(n)", R"({"a":null,"lines":[{"n":null}]})", true) == R"({"lines":[{}]})"
    );
    CHECK_THROWS_AS(projected("*", "[{]"), decode_error);
}

TEST_CASE("a read becomes a list of weir's") {
    CHECK(translated("GET", "").asked.target == "/api/v1/orders?limit=1000&offset=0");
    CHECK(
        translated("GET", "select=id,items:lines(sku)&items.limit=2&total=gt.5&order=total.desc")
            .asked.target ==
        "/api/v1/orders?lines.select=sku&select=id&include=lines&limit=1000&offset=0"
        "&lines.limit=2&total=gt.5&order=total.desc"
    );
    CHECK(
        translated("GET", "limit=5&offset=10").asked.target == "/api/v1/orders?limit=5&offset=10"
    );
    // A ceiling, as PostgREST's db-max-rows, is no mistake of who asks for more.
    CHECK(translated("GET", "limit=5000").asked.target == "/api/v1/orders?limit=1000&offset=0");
    const auto ranged = translated("GET", "", {{"Range", "20-29"}, {"Prefer", "count=exact"}});
    CHECK(ranged.asked.target == "/api/v1/orders?limit=10&offset=20&count=exact");
    CHECK(ranged.offset == 20);
    CHECK(translated("HEAD", "").asked.method == "GET");
    CHECK(
        translated("GET", "note=a%26b").asked.target ==
        "/api/v1/orders?limit=1000&offset=0&note=a%26b"
    );
}

TEST_CASE("a write carries what is preferred, and only what weir offers") {
    const auto quiet =
        translated("POST", "columns=%22total%22", {{"Content-Type", "application/json"}});
    CHECK(quiet.asked.target == "/api/v1/orders");
    CHECK(quiet.asked.headers.find("Prefer") == "return=minimal");
    CHECK(quiet.asked.headers.find("Content-Type") == "application/json");
    const auto merged = translated(
        "POST",
        "on_conflict=id",
        {{"Prefer", "resolution=merge-duplicates,return=representation,missing=default"}}
    );
    CHECK(merged.asked.target == "/api/v1/orders?on_conflict=id");
    CHECK(
        merged.asked.headers.find("Prefer") == "resolution=merge-duplicates, return=representation"
    );
    const auto one = translated(
        "PATCH",
        "id=eq.1",
        {{"Accept", "application/vnd.pgrst.object+json"}, {"Prefer", "return=representation"}}
    );
    CHECK(one.asked.headers.find("Prefer") == "return=representation, max-affected=1");
    CHECK_THROWS_AS(translated("PATCH", "", {{"Prefer", "tx=rollback"}}), validation_error);
    CHECK_THROWS_AS(translated("POST", "select=lines(*)"), validation_error);
    CHECK_THROWS_AS(translated("POST", "select=margin"), validation_error);
    CHECK_THROWS_AS(translated("GET", "select=nowhere(*)"), validation_error);
    CHECK_THROWS_AS(translated("GET", "", {{"Range", "9-1"}}), validation_error);
    CHECK_THROWS_AS(translated("GET", "limit=-1"), validation_error);
    CHECK_FALSE(translated("GET", "", {{"Accept", "application/geo+json"}}).is_acceptable);
}

TEST_CASE("answers are bare rows, with their range") {
    auto asked = translated("GET", "", {{"Prefer", "count=exact"}, {"Range", "1-2"}});
    const auto page =
        answer_to(asked, json_response(200, R"({"data":[{"a":1},{"a":2}],"count":2,"total":7})"));
    CHECK(page.status == 206);
    CHECK(page.body == R"([{"a":1},{"a":2}])");
    CHECK(page.headers.find("Content-Range") == "1-2/7");
    const auto none =
        answer_to(translated("GET", ""), json_response(200, R"({"data":[],"count":0})"));
    CHECK(none.status == 200);
    CHECK(none.headers.find("Content-Range") == "*/*");
    asked.offset = 8;
    const auto beyond = answer_to(asked, json_response(200, R"({"data":[],"count":0,"total":7})"));
    CHECK(beyond.status == 416);
    CHECK(beyond.headers.find("Content-Range") == "*/7");

    const auto single = translated("GET", "", {{"Accept", "application/vnd.pgrst.object+json"}});
    const auto one = answer_to(single, json_response(200, R"({"data":[{"a":1}],"count":1})"));
    CHECK(one.body == R"({"a":1})");
    CHECK(one.headers.find("Content-Type") == "application/vnd.pgrst.object+json; charset=utf-8");
    const auto two = answer_to(single, json_response(200, R"({"data":[{},{}],"count":2})"));
    CHECK(two.status == 406);
    CHECK(two.body.find("PGRST116") != std::string::npos);

    const auto stored = translated("POST", "", {{"Prefer", "return=representation"}});
    // A row's own columns may be called like the members of a page.
    CHECK(
        answer_to(stored, json_response(201, R"({"data":"x","count":3})")).body ==
        R"([{"data":"x","count":3}])"
    );
    const auto quiet =
        answer_to(translated("PATCH", "id=eq.1"), json_response(200, R"({"count":3})"));
    CHECK(quiet.status == 204);
    CHECK(quiet.body.empty());
}

TEST_CASE("failures come in PostgREST's error body") {
    auto told = problem_response(
        invalid({{"enum", {"query", "status"}, "Not a label"}, {"x", {"query"}, "Nor this"}}), "id"
    );
    const auto made = answer_to(translated("GET", ""), std::move(told));
    CHECK(made.status == 400);
    CHECK(
        made.body ==
        R"({"code":"PGRST100","details":"Not a label; Nor this","hint":null,"message":"Validation failed"})"
    );
}

TEST_CASE("patterns of this family's clients are SQL's, with * beside") {
    const auto asked = translated("GET", "customer=like.%25da*").asked;
    CHECK(asked.patterns == wildcards::star_and_sql);
    const auto query = split_target(asked.target).query;
    const auto made = read_list_query(table_of<field_ops::order>, query, asked.patterns);
    REQUIRE(made.where.parts.size() == 1);
    CHECK(made.where.parts.front().values.front() == any_value{std::string{"%da%"}});
}

} // namespace postgrest_cases
