// SPDX-License-Identifier: Apache-2.0
// Lists over HTTP, on both backends: every operator, order with NULLs, pages, counts.
#include <catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace lists_cases {

using namespace e2e;

namespace {

// An order of `user`'s with lines 1 to 9, known to the twins as `order`.
void make_lines(twins& both, const std::string& user) {
    const auto order =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(order.status == 201);
    both.remember("order", "/id");
    const std::vector<std::string> skus{
        R"(abc)", R"(ABC)", R"(a%c)", R"(a_c)", R"(it's)", R"(a,b)", R"(a\"b)", R"(a\\b)", R"(ÜBER)"
    };
    json rows = json::array();
    std::string body = "[";
    for (std::size_t at = 0; at < skus.size(); ++at) {
        if (at != 0)
            body += ",";
        body += R"({"order_id": "{order}", "line_no": )" + std::to_string(at + 1) +
                R"(, "sku": ")" + skus[at] + R"(", "quantity": )" + std::to_string((at + 1) * 10) +
                R"(, "unit_price": ")" + std::to_string(at) + R"(.50"})";
    }
    const auto made =
        both({.method = "POST", .target = "/api/v1/order-lines", .body = body + "]", .user = user});
    REQUIRE(made.status == 201);
}

std::vector<int> line_numbers(const reply& answer) {
    std::vector<int> numbers;
    for (const auto& row : answer.parsed.at("data"))
        numbers.push_back(row.at("line_no").get<int>());
    return numbers;
}

} // namespace

TEST_CASE("filters of every operator find the same rows on both backends") {
    twins both;
    const auto user = fresh_user("filters");
    make_lines(both, user);

    struct filter {
        std::string query;
        std::vector<int> found;
    };

    const std::vector<int> all{1, 2, 3, 4, 5, 6, 7, 8, 9};
    const std::vector<filter> filters{
        {"quantity=eq.30", {3}},
        {"quantity=neq.30", {1, 2, 4, 5, 6, 7, 8, 9}},
        {"quantity=gt.70", {8, 9}},
        {"quantity=gte.70", {7, 8, 9}},
        {"quantity=lt.20", {1}},
        {"quantity=lte.20", {1, 2}},
        {"quantity=gt.20&quantity=lt.60", {3, 4, 5}},
        {"quantity=not.gt.20", {1, 2}},
        {"quantity=not.not.gt.80", {9}},
        {"quantity=in.(10,30,50,999)", {1, 3, 5}},
        {"quantity=not.in.(10,20,30,40,50)", {6, 7, 8, 9}},
        {"quantity=in.()", {}},
        {"quantity=not.in.()", all},
        {"unit_price=eq.2.5", {3}},
        {"unit_price=eq.2.50", {3}},
        {"unit_price=lt.0.51", {1}},
        {"unit_price=in.(0.50,8.50)", {1, 9}},
        {"sku=eq.abc", {1}},
        {"sku=neq.abc", {2, 3, 4, 5, 6, 7, 8, 9}},
        {"sku=in.(abc,ABC)", {1, 2}},
        {"sku=in.(\"a,b\",abc)", {1, 6}},
        {"sku=in.(\"a\\\"b\",\"a\\\\b\")", {7, 8}},
        {"sku=in.(it's)", {5}},
        {"sku=eq.it's", {5}},
        {"sku=eq.a,b", {6}},
        {"sku=eq.a\\b", {8}},
        {"sku=eq.", {}},
        {"sku=like.a*c", {1, 3, 4}},
        {"sku=like.a%c", {3}},
        {"sku=like.a_c", {4}},
        {"sku=like.a\\*", {8}},
        {"sku=like.*", all},
        {"sku=like.abc", {1}},
        {"sku=ilike.a*c", {1, 2, 3, 4}},
        {"sku=ilike.über", {9}},
        {"sku=not.like.a*", {2, 5, 9}},
        {"sku=not.ilike.a*", {5, 9}},
        {"sku=gt.it's", {9}},
        {"sku=is.null", {}},
        {"sku=not.is.null", all},
        {"order_id=eq.{order}", all},
        {"order_id=neq.{order}", {}},
        {"order_id=in.({order},00000000-0000-4000-8000-000000000000)", all},
        {"discounts=is.null", {}},
        {"is_deleted=is.false", all},
        {"is_deleted=is.true", {}},
        {"is_deleted=eq.false", all},
        {"is_deleted=not.is.true", all},
        {"updated_at=is.null", all},
        {"updated_at=not.is.null", {}},
        {"inserted_at=gt.2020-01-01T00:00:00Z", all},
        {"inserted_at=lt.2020-01-01T00:00:00%2B02:00", {}},
        {"inserted_by=eq." + user + "@example.com", all},
        {"line_no=gte.2&sku=like.a*&quantity=lte.60", {3, 4, 6}},
        {"sku=eq.' OR 1=1 --", {}},
        {"sku=like.' OR '1'='1", {}},
        {"sku=in.(\"'); drop table order_lines; --\")", {}},
    };
    for (const auto& [query, found] : filters) {
        std::string encoded;
        for (const char c : query) {
            if (c == '&' || c == '=' || c == '{' || c == '}' || c == '%') {
                encoded.push_back(c);
            } else {
                encoded += escaped(std::string_view{&c, 1});
            }
        }
        // A percent sign meant as itself.
        if (query == "sku=like.a%c")
            encoded = "sku=like.a%25c";
        const auto answer = both(
            {.target = "/api/v1/order-lines?count=exact&order=line_no&" + encoded, .user = user}
        );
        INFO(query);
        CHECK(answer.status == 200);
        if (answer.status == 200) {
            CHECK(line_numbers(answer) == found);
            CHECK(answer.parsed.at("count") == found.size());
            CHECK(answer.parsed.at("total") == found.size());
        }
    }
}

TEST_CASE("NULLs sort as if larger than any value unless asked otherwise") {
    twins both;
    const auto user = fresh_user("nulls");
    const auto made = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"([{"total": 1},
             {"total": 2, "status": "placed", "placed_at": "2024-02-01T00:00:00Z"},
             {"total": 3, "status": "placed", "placed_at": "2024-01-01T00:00:00Z"},
             {"total": 4}])",
         .user = user}
    );
    REQUIRE(made.status == 201);

    struct ordering {
        std::string order;
        std::vector<double> totals;
    };

    const std::vector<ordering> orderings{
        {"placed_at,total", {3, 2, 1, 4}},
        {"placed_at.asc,total.desc", {3, 2, 4, 1}},
        {"placed_at.desc,total", {1, 4, 2, 3}},
        {"placed_at.asc.nullsfirst,total", {1, 4, 3, 2}},
        {"placed_at.nullsfirst,total", {1, 4, 3, 2}},
        {"placed_at.desc.nullslast,total", {2, 3, 1, 4}},
        {"placed_at.nullslast,total.desc", {3, 2, 4, 1}},
        {"total.desc", {4, 3, 2, 1}},
        {"status,total", {1, 4, 2, 3}},
    };
    for (const auto& [order, totals] : orderings) {
        const auto answer =
            both({.target = "/api/v1/orders?select=total&order=" + order, .user = user});
        INFO(order);
        REQUIRE(answer.status == 200);
        std::vector<double> found;
        for (const auto& row : answer.parsed.at("data"))
            found.push_back(row.at("total").get<double>());
        CHECK(found == totals);
    }
    for (const auto* filter : {"placed_at=is.null", "placed_at=not.not.is.null"}) {
        const auto answer =
            both({.target = "/api/v1/orders?order=total&" + std::string{filter}, .user = user});
        CHECK(answer.parsed.at("count") == 2);
    }
    // A condition on NULL holds neither as it is nor negated.
    for (const auto* filter :
         {"placed_at=gt.2020-01-01T00:00:00Z",
          "placed_at=not.lt.2020-01-01T00:00:00Z",
          "placed_at=neq.2020-01-01T00:00:00Z",
          "placed_at=not.eq.2020-01-01T00:00:00Z",
          "placed_at=not.in.(2020-01-01T00:00:00Z)",
          "placed_at=not.is.null"}) {
        const auto answer =
            both({.target = "/api/v1/orders?order=total&" + std::string{filter}, .user = user});
        INFO(filter);
        CHECK(answer.parsed.at("count") == 2);
    }
    // The table's own order: placed_at, latest first.
    const auto own = both({.target = "/api/v1/orders?placed_at=not.is.null", .user = user});
    CHECK(own.parsed.at("data")[0].at("total") == 2);
}

TEST_CASE("pages are stable and complete, and say how much there is") {
    on_all([](const backend& on) {
        const auto user = fresh_user("pages-" + on.name);
        std::string body = "[";
        for (int at = 0; at < 25; ++at)
            body += std::string{at == 0 ? "" : ","} + R"({"total": 1})";
        REQUIRE(
            on({.method = "POST", .target = "/api/v1/orders", .body = body + "]", .user = user})
                .status == 201
        );
        // All alike but for the key, which decides.
        std::set<std::string> seen;
        for (int offset = 0; offset < 30; offset += 10) {
            const auto page =
                on({.target = "/api/v1/orders?select=id&order=total&limit=10&count=exact&offset=" +
                              std::to_string(offset),
                    .user = user});
            REQUIRE(page.status == 200);
            CHECK(page.parsed.at("total") == 25);
            CHECK(page.parsed.at("count") == (offset == 20 ? 5 : 10));
            CHECK(page.parsed.at("data").size() == page.parsed.at("count").get<std::size_t>());
            for (const auto& row : page.parsed.at("data")) {
                CHECK(row.size() == 1);
                seen.insert(row.at("id").get<std::string>());
            }
        }
        CHECK(seen.size() == 25);
        const auto beyond = on({.target = "/api/v1/orders?offset=1000&count=exact", .user = user});
        CHECK(beyond.parsed == json::parse(R"({"data": [], "count": 0, "total": 25})"));
        const auto none = on({.target = "/api/v1/orders?limit=0&count=exact", .user = user});
        CHECK(none.parsed == json::parse(R"({"data": [], "count": 0, "total": 25})"));
        const auto plain = on({.target = "/api/v1/orders?count=none", .user = user});
        CHECK_FALSE(plain.parsed.contains("total"));
        CHECK(plain.parsed.at("count") == 25);
    });
}

TEST_CASE("limit is 100 unless asked for, and at most the table's") {
    on_all([](const backend& on) {
        const auto user = fresh_user("limit-" + on.name);
        std::string body = "[";
        for (int at = 0; at < 120; ++at)
            body += std::string{at == 0 ? "" : ","} + "{}";
        REQUIRE(
            on({.method = "POST", .target = "/api/v1/orders", .body = body + "]", .user = user})
                .status == 201
        );
        CHECK(on({.target = "/api/v1/orders", .user = user}).parsed.at("count") == 100);
        CHECK(on({.target = "/api/v1/orders?limit=110", .user = user}).parsed.at("count") == 110);
        CHECK(on({.target = "/api/v1/orders?limit=1000000", .user = user}).status == 400);
    });
}

TEST_CASE("select answers the columns asked for, in that order") {
    twins both;
    const auto user = fresh_user("select");
    REQUIRE(
        both({.method = "POST", .target = "/api/v1/orders", .body = R"({"total": 5})", .user = user}
        )
            .status == 201
    );
    const auto answer = both({.target = "/api/v1/orders?select=total,status,tags", .user = user});
    CHECK(answer.body.find(R"([{"total":5.00,"status":"draft","tags":[]}])") != std::string::npos);
    CHECK(
        both({.target = "/api/v1/orders?select=*", .user = user}).parsed.at("data")[0].size() == 16
    );
    CHECK(both({.target = "/api/v1/orders?select=total,%20status", .user = user}).status == 200);
    for (const auto* bad :
         {"select=",
          "select=total,total",
          "select=total,,status",
          "select=margin",
          "select=nope",
          "select=*,total"})
        CHECK(both({.target = std::string{"/api/v1/orders?"} + bad, .user = user}).status == 400);
}

TEST_CASE("wells are listed with strings, doubles and NULLs compared as the docs say") {
    where_wells_are([](const backend& on) {
        const std::string body = R"([
        {"api10": 5000000001, "api14": 50000000010000, "wellname": "LIST A", "oileur": 1.5},
        {"api10": 5000000002, "api14": 50000000020000, "wellname": "LIST B"},
        {"api10": 5000000003, "api14": 50000000030000, "wellname": "list c", "oileur": 250000.25}])";
        REQUIRE(on({.method = "POST", .target = "/api/v1/wells", .body = body}).status == 201);
        const auto count = [&](const std::string& query) {
            const auto answer = on({.target = "/api/v1/wells?wellname=ilike.list*&" + query});
            INFO(query);
            REQUIRE(answer.status == 200);
            return answer.parsed.at("count").get<int>();
        };
        CHECK(count("oileur=gt.1") == 2);
        CHECK(count("oileur=gt.100000") == 1);
        CHECK(count("oileur=eq.250000.25") == 1);
        CHECK(count("oileur=lt.1e3") == 1);
        CHECK(count("oileur=neq.1.5") == 1);
        CHECK(count("oileur=is.null") == 1);
        CHECK(count("wellname=like.LIST*") == 2);
        CHECK(count("api10=in.(5000000001,5000000003)") == 2);
        CHECK(count("api14=eq.50000000020000") == 1);
        CHECK(count("order=oileur.desc.nullslast,wellname") == 3);
        const auto numbers =
            on({.target = "/api/v1/wells/5000000001", .headers = {{"Prefer", "numbers=string"}}});
        CHECK(numbers.parsed.at("api10") == "5000000001");
        CHECK(numbers.parsed.at("oileur") == 1.5);
    });
}

} // namespace lists_cases
