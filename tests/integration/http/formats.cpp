// SPDX-License-Identifier: Apache-2.0
// Lists as JSON, NDJSON and CSV: the same rows in every form, and as many as the form allows.
#include <catch.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service.hpp"

using namespace test;

namespace {

// A whole body, streamed or not.
std::string body_of(weir::http::response& answer) {
    std::string out = std::move(answer.body);
    if (answer.stream) {
        while (answer.stream.pull(out))
            ;
    }
    return out;
}

std::string text_of(service& on, std::string_view path, std::string_view accept) {
    auto answer = on.ask("GET", path, "", {{"Accept", std::string{accept}}});
    auto text = body_of(answer);
    CAPTURE(path, text);
    CHECK(answer.status == 200);
    return text;
}

std::string ndjson(service& on, std::string_view path) {
    return text_of(on, path, "application/x-ndjson");
}

std::string csv(service& on, std::string_view path) {
    return text_of(on, path, "text/csv");
}

std::size_t lines_in(std::string_view text) {
    std::size_t count = 0;
    for (const char each : text)
        count += each == '\n' ? 1 : 0;
    return count;
}

// The rows of a JSON list as lines.
std::string lines_of_page(std::string page) {
    const auto begin = page.find('[') + 1;
    auto rows = page.substr(begin, page.rfind("],\"count\"") - begin);
    for (auto at = rows.find("},{\""); at != std::string::npos; at = rows.find("},{\"", at))
        rows.replace(at, 2, "}\n");
    return rows.empty() ? rows : rows + "\n";
}

void add_wells(service& on, int count) {
    std::string rows = "[";
    for (int at = 0; at < count; ++at) {
        if (at > 0)
            rows += ',';
        rows += R"({"api10":)" + std::to_string(4'200'000'000 + at) + R"(,"wellname":"WELL )" +
                std::to_string(at) + R"(","oileur":)" + (at % 3 == 0 ? "null" : "12.5") + "}";
    }
    REQUIRE(on.ask("POST", "/wells", rows + "]").status == 201);
}

} // namespace

TEST_CASE("a list is the same rows as JSON and as NDJSON") {
    service on;
    add_wells(on, 40);
    for (const std::string_view query :
         {"/wells?limit=40",
          "/wells?limit=7&offset=3&order=wellname.desc",
          "/wells?select=wellname,oileur&oileur=is.null&limit=40",
          "/wells?api10=gt.4200000035&limit=40",
          "/wells?wellname=eq.nobody&limit=40"}) {
        CAPTURE(query);
        const auto page = on.ask("GET", query);
        CHECK(page.headers.find("Vary") == "Accept");
        CHECK(ndjson(on, query) == lines_of_page(page.body));
    }
}

TEST_CASE("NDJSON and CSV say what they are") {
    service on;
    const auto lines = on.ask("GET", "/wells", "", {{"Accept", "application/x-ndjson"}});
    CHECK(lines.headers.find("Content-Type") == "application/x-ndjson");
    CHECK(lines.headers.find("Vary") == "Accept");
    CHECK(lines.headers.find("X-Request-ID"));
    const auto table = on.ask("GET", "/wells", "", {{"Accept", "text/csv"}});
    CHECK(table.headers.find("Content-Type") == "text/csv; charset=utf-8; header=present");
}

TEST_CASE("an empty list is an empty NDJSON body, and a line of names in CSV") {
    service on;
    CHECK(ndjson(on, "/wells").empty());
    CHECK(csv(on, "/wells?select=api10,wellname") == "api10,wellname\r\n");
}

TEST_CASE("CSV tells NULL from empty text, quotes what needs it, and writes containers as JSON") {
    service on;
    on.as(ada());
    const auto stored = on.ask(
        "POST",
        "/orders",
        R"([{"total":"12.50","tags":["a","b,c"],"extras":{"note":"say \"hi\""},)"
        R"("ship_to":{"street":"","city":"Ulm, DE","zip":null},"placed_at":"2024-05-01T10:00:00Z"},)"
        R"({"total":"0.00"}])"
    );
    CAPTURE(stored.body);
    REQUIRE(stored.status == 201);
    CHECK(
        csv(on, "/orders?select=total,status,ship_to,tags,extras,placed_at&order=total.desc") ==
        "total,status,ship_to,tags,extras,placed_at\r\n"
        R"(12.50,draft,"{""street"":"""",""city"":""Ulm, DE"",""zip"":null}","[""a"",""b,c""]",)"
        R"("{""note"":""say \""hi\""""}",2024-05-01T10:00:00Z)"
        "\r\n0.00,draft,,[],{},\r\n"
    );
    add_wells(on, 1);
    CHECK(csv(on, "/wells?select=oileur") == "oileur\r\n\"\"\r\n");
    CHECK(csv(on, "/wells?select=api10,oileur") == "api10,oileur\r\n4200000000,\r\n");
}

TEST_CASE("streamed lists have no page: every row unless a limit is asked for") {
    service on;
    add_wells(on, 1'500);
    CHECK(lines_in(ndjson(on, "/wells")) == 1'500);
    CHECK(lines_in(csv(on, "/wells")) == 1'501);
    CHECK(lines_in(ndjson(on, "/wells?limit=1200")) == 1'200);
    CHECK(lines_in(ndjson(on, "/wells?limit=0")) == 0);
    CHECK(lines_in(ndjson(on, "/wells?offset=1499")) == 1);
    CHECK(lines_in(ndjson(on, "/wells?limit=10&offset=1495")) == 5);
    // A page keeps its ceiling.
    CHECK(on.ask("GET", "/wells?limit=1200").status == 400);
    CHECK(on.ask("GET", "/wells?limit=2147483648", "", {{"Accept", "text/csv"}}).status == 400);
    CHECK(on.ask("GET", "/wells?limit=-1", "", {{"Accept", "text/csv"}}).status == 400);
}

TEST_CASE("a query in a body is answered in every form") {
    service on;
    add_wells(on, 1'500);
    const auto ask = [&](std::string_view body) {
        auto answer = on.ask("POST", "/wells/query", body, {{"Accept", "application/x-ndjson"}});
        CHECK(answer.status == 200);
        return body_of(answer);
    };
    CHECK(lines_in(ask("{}")) == 1'500);
    CHECK(lines_in(ask(R"({"limit":1200})")) == 1'200);
    CHECK(
        ask(R"({"select":["wellname"],"where":{"api10":{"eq":4200000007}}})") ==
        "{\"wellname\":\"WELL 7\"}\n"
    );
}

TEST_CASE("count=exact of a streamed list is in its head") {
    service on;
    add_wells(on, 30);
    const auto answer = on.ask(
        "GET", "/wells?count=exact&limit=5&oileur=is.null", "", {{"Accept", "application/x-ndjson"}}
    );
    CHECK(answer.headers.find("Content-Range") == "rows */10");
}

TEST_CASE("the form is negotiated, and 406 says which there are") {
    service on;
    add_wells(on, 1);
    const auto type_for = [&](std::string_view path, const std::string& accept) {
        const auto answer = on.ask("GET", path, "", {{"Accept", accept}});
        const auto type = answer.headers.find("Content-Type").value_or("");
        return std::to_string(answer.status) + " " + std::string{type.substr(0, type.find(';'))};
    };
    CHECK(type_for("/wells", "*/*") == "200 application/json");
    CHECK(
        type_for("/wells", "text/csv;q=0.5, application/x-ndjson;q=0.7") ==
        "200 application/x-ndjson"
    );
    CHECK(type_for("/wells", "text/html, */*;q=0.1") == "200 application/json");
    CHECK(type_for("/wells", "application/json;q=0, text/*") == "200 text/csv");
    CHECK(type_for("/wells", "text/html") == "406 application/json");
    // One row has one form.
    CHECK(type_for("/wells/4200000000", "text/csv, */*;q=0.1") == "200 application/json");
    CHECK(type_for("/wells/4200000000", "text/csv") == "406 application/json");
    const auto refused = on.ask("GET", "/wells", "", {{"Accept", "text/html"}});
    CHECK(
        text_member(refused.body, "message") ==
        "Answers are application/json, application/x-ndjson or text/csv"
    );
}

TEST_CASE("numbers=string holds in every form") {
    service on;
    on.as(ada());
    REQUIRE(on.ask("POST", "/orders", R"({"total":"12.50"})").status == 201);
    add_wells(on, 1);
    const auto ask = [&](std::string_view path, const std::string& accept) {
        auto answer = on.ask("GET", path, "", {{"Accept", accept}, {"Prefer", "numbers=string"}});
        CHECK(answer.headers.find("Preference-Applied") == "numbers=string");
        return body_of(answer);
    };
    CHECK(holds(ask("/wells?select=api10", "application/json"), R"({"api10":"4200000000"})"));
    CHECK(ask("/wells?select=api10", "application/x-ndjson") == "{\"api10\":\"4200000000\"}\n");
    CHECK(ask("/wells?select=api10", "text/csv") == "api10\r\n4200000000\r\n");
    CHECK(ask("/orders?select=total", "application/x-ndjson") == "{\"total\":\"12.50\"}\n");
}

TEST_CASE("a streamed list holds the caller's rows only") {
    service on;
    on.as(ada());
    REQUIRE(on.ask("POST", "/orders", R"({"total":"1.00"})").status == 201);
    on.as(bob());
    REQUIRE(on.ask("POST", "/orders", R"({"total":"2.00"})").status == 201);
    CHECK(ndjson(on, "/orders?select=customer,total") == "{\"customer\":\"bob\",\"total\":2.00}\n");
    CHECK(csv(on, "/orders?select=customer,total") == "customer,total\r\nbob,2.00\r\n");
    // Private columns do not exist.
    CHECK_FALSE(holds(csv(on, "/orders"), "margin"));
    on.as(std::nullopt);
    CHECK(on.ask("GET", "/orders", "", {{"Accept", "text/csv"}}).status == 401);
}

TEST_CASE("what is wrong with a streamed list is told in JSON, before it begins") {
    service on;
    const auto answer = on.ask("GET", "/wells?nothing=eq.1", "", {{"Accept", "text/csv"}});
    CHECK(answer.status == 400);
    CHECK(answer.headers.find("Content-Type") == "application/json");
    CHECK_FALSE(answer.stream);
    on.as(ada());
    const auto embedded =
        on.ask("GET", "/orders?include=lines", "", {{"Accept", "application/x-ndjson"}});
    CHECK(embedded.status == 400);
    CHECK(holds(embedded.body, R"("loc":["query","include"])"));
}

TEST_CASE("a streamed list has a time of its own") {
    service on{{.stream_time = std::chrono::milliseconds{0}}};
    CHECK(on.ask("GET", "/wells", "", {{"Accept", "text/csv"}}).status == 504);
    CHECK(on.ask("GET", "/wells").status == 200);
}

TEST_CASE("answers dropped before their end leave the service whole") {
    service on;
    add_wells(on, 500);
    for (int round = 0; round < 40; ++round) {
        auto answer = on.ask("GET", "/wells", "", {{"Accept", "application/x-ndjson"}});
        REQUIRE(answer.status == 200);
        std::string first;
        REQUIRE(answer.stream.pull(first));
    }
    CHECK(lines_in(ndjson(on, "/wells")) == 500);
}

TEST_CASE("so many lists are streamed at once, and pages are answered beside them") {
    service on;
    add_wells(on, 500);
    const auto begin = [&] {
        return on.ask("GET", "/wells", "", {{"Accept", "application/x-ndjson"}});
    };
    std::vector<weir::http::response> running;
    for (int at = 0; at < 4; ++at) {
        running.push_back(begin());
        REQUIRE(running.back().status == 200);
    }
    const auto refused = begin();
    CHECK(refused.status == 503);
    CHECK(refused.headers.find("Retry-After"));
    CHECK(on.ask("GET", "/wells").status == 200);
    CHECK(lines_in(body_of(running.front())) == 500);
    running.erase(running.begin());
    CHECK(begin().status == 200);
}

TEST_CASE("a streamed list is of one moment, whatever is written while it is read") {
    service on;
    add_wells(on, 1'000);
    auto answer = on.ask("GET", "/wells", "", {{"Accept", "application/x-ndjson"}});
    std::string text;
    REQUIRE(answer.stream.pull(text));
    REQUIRE(on.ask("DELETE", "/wells/4200000999").status == 204);
    REQUIRE(on.ask("PATCH", "/wells/4200000998", R"({"wellname":"CHANGED"})").status == 200);
    while (answer.stream.pull(text))
        ;
    CHECK(lines_in(text) == 1'000);
    CHECK_FALSE(holds(text, "CHANGED"));
}
