// SPDX-License-Identifier: Apache-2.0
// Values at their edges, and rows whose parents come and go: the same on both backends.
#include <catch.hpp>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace values_cases {

using namespace e2e;

TEST_CASE("values at the edges of their types come back as they were sent, or are refused") {
    twins both;
    const auto user = fresh_user("edges");

    struct edge {
        std::string body;
        /// Empty: refused.
        std::string answered;
    };

    const std::vector<edge> edges{
        {R"("total": 9999999999.99)", R"("total":9999999999.99)"},
        {R"("total": "9999999999.99")", R"("total":9999999999.99)"},
        {R"("total": -0.00)", R"("total":0.00)"},
        {R"("total": 1e2)", R"("total":100.00)"},
        {R"("total": 12e-1)", R"("total":1.20)"},
        {R"("total": 1.10000)", R"("total":1.10)"},
        {R"("total": "1e2")", R"("total":100.00)"},
        {R"("total": "")", ""},
        {R"("total": " 1")", ""},
        {R"("total": "+1")", ""},
        {R"("total": "NaN")", ""},
        {R"("total": "0x10")", ""},
        {R"("placed_at": "0001-01-01T00:00:00Z")", R"("placed_at":"0001-01-01T00:00:00Z")"},
        {R"("placed_at": "9999-12-31T23:59:59.999999Z")",
         R"("placed_at":"9999-12-31T23:59:59.999999Z")"},
        {R"("placed_at": "1969-12-31T23:59:59.999999Z")",
         R"("placed_at":"1969-12-31T23:59:59.999999Z")"},
        {R"("placed_at": "2024-02-29T24:00:00Z")", ""},
        {R"("placed_at": "0000-12-31T23:59:59Z")", ""},
        {R"("placed_at": "0001-01-01T00:00:00+01:00")", ""},
        {R"("placed_at": "10000-01-01T00:00:00Z")", ""},
        {R"("placed_at": "infinity")", ""},
        {R"("placed_at": "now")", ""},
        {R"("placed_at": "")", ""},
        {R"("tags": ["", " ", "\t\n\r", "\u001f", "\u007f", "\ufffe", "\ud83d\ude00"])",
         "\"tags\":[\"\",\" \""},
        {R"("extras": {"k": "", "": "v", "K": "2", "k ": "3"})", R"("k ":"3")"},
        {R"("tags": null)", R"("tags":null)"},
        {R"("extras": null)", R"("extras":null)"},
        {R"("ship_to": {"street": "a", "city": "b", "zip": null})", R"("zip":null)"},
        {R"("ship_to": {"zip": "123", "city": "b", "street": "a"})",
         R"("ship_to":{"street":"a","city":"b","zip":"123"})"},
    };
    for (const auto& [body, answered] : edges) {
        INFO(body);
        const auto made = both(
            {.method = "POST", .target = "/api/v1/orders", .body = "{" + body + "}", .user = user}
        );
        if (answered.empty()) {
            CHECK(made.status == 400);
            continue;
        }
        REQUIRE(made.status == 201);
        CHECK(made.body.find(answered) != std::string::npos);
        both.remember("id", "/id");
        const auto got = both({.target = "/api/v1/orders/{id}", .user = user});
        CHECK(got.body == made.body);
        const auto patched = both(
            {.method = "PATCH",
             .target = "/api/v1/orders/{id}",
             .body = "{" + body + "}",
             .user = user}
        );
        CHECK(patched.status == 200);
        CHECK(patched.body.find(answered) != std::string::npos);
        const auto listed = both({.target = "/api/v1/orders?id=eq.{id}", .user = user});
        CHECK(listed.body.find(answered) != std::string::npos);
        const auto put = both(
            {.method = "PUT",
             .target = "/api/v1/orders/{id}",
             .body = "{" + body + "}",
             .user = user}
        );
        CHECK(put.body.find(answered) != std::string::npos);
        const auto many = both(
            {.method = "POST", .target = "/api/v1/orders", .body = "[{" + body + "}]", .user = user}
        );
        REQUIRE(many.status == 201);
        CHECK(many.body.find(answered) != std::string::npos);
    }
}

TEST_CASE("JSON documents are kept as values, whatever is in them") {
    twins both;
    const auto user = fresh_user("json");
    REQUIRE(
        both({.method = "POST", .target = "/api/v1/preferences", .body = "{}", .user = user})
            .status == 201
    );
    both.remember("id", "/id");
    const std::vector<std::string> documents{
        R"({"b": 1, "a": 2})",
        R"([1, 2.5, -0.125, 123456789012345678901234567890, 1e5])",
        R"({"": {"": ""}})",
        R"("\"quotes\" \\ \/ \u00e9 \ud83d\ude00")",
        R"([[], {}, [[[]]]])",
        R"(0)",
        R"("")",
        R"(false)",
        R"([null, {"a": null}])",
        // PostgreSQL keeps the last of two, as readers do.
        R"({"a": 1, "a": 2})",
        R"({"$1": ":p1", "'": "\"", "`": "@{x}"})",
    };
    for (const auto& document : documents) {
        INFO(document);
        const auto changed = both(
            {.method = "PATCH",
             .target = "/api/v1/preferences/{id}",
             .body = R"({"preferences": )" + document + "}",
             .user = user}
        );
        REQUIRE(changed.status == 200);
        CHECK(changed.parsed.at("preferences") == json::parse(document));
        CHECK(
            both({.target = "/api/v1/preferences/{id}", .user = user}).parsed.at("preferences") ==
            json::parse(document)
        );
    }
}

TEST_CASE("an empty change changes nothing, and each change is told in the audit columns") {
    twins both;
    const auto user = fresh_user("nochange");
    const auto made =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    both.remember("id", "/id");
    CHECK(made.parsed.at("updated_at").is_null());
    const auto same =
        both({.method = "PATCH", .target = "/api/v1/orders/{id}", .body = "{}", .user = user});
    CHECK(same.status == 200);
    CHECK(same.parsed == made.parsed);
    const auto changed = both(
        {.method = "PATCH", .target = "/api/v1/orders/{id}", .body = R"({"total": 1})", .user = user
        }
    );
    CHECK(changed.parsed.at("updated_at").is_string());
    CHECK(changed.parsed.at("updated_at") >= changed.parsed.at("inserted_at"));
    CHECK(
        both({.method = "PATCH", .target = "/api/v1/orders/{id}", .body = "[]", .user = user})
            .status == 400
    );
    CHECK(
        both({.method = "PUT", .target = "/api/v1/orders/{id}", .body = "[{}]", .user = user})
            .status == 400
    );
}

TEST_CASE("lines of a deleted order are as its relation says") {
    twins both;
    const auto user = fresh_user("parents");
    REQUIRE(
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user}).status ==
        201
    );
    both.remember("order", "/id");
    const std::string line =
        R"({"order_id": "{order}", "line_no": 1, "sku": "x", "quantity": 1, "unit_price": 1})";
    REQUIRE(
        both({.method = "POST", .target = "/api/v1/order-lines", .body = line, .user = user})
            .status == 201
    );
    REQUIRE(
        both({.method = "DELETE", .target = "/api/v1/orders/{order}", .user = user}).status == 204
    );
    both({.target = "/api/v1/order-lines/{order},1", .user = user});
    both({.target = "/api/v1/order-lines?count=exact", .user = user});
    both(
        {.method = "PATCH",
         .target = "/api/v1/order-lines/{order},1",
         .body = R"({"sku": "y"})",
         .user = user}
    );
    auto second = line;
    second.replace(second.find("\"line_no\": 1"), 12, "\"line_no\": 2");
    both({.method = "POST", .target = "/api/v1/order-lines", .body = second, .user = user});
    both(
        {.method = "POST", .target = "/api/v1/order-lines", .body = "[" + second + "]", .user = user
        }
    );
    both({.method = "DELETE", .target = "/api/v1/order-lines/{order},1", .user = user});
    both({.method = "POST", .target = "/api/v1/order-lines/{order},1/restore", .user = user});
    const auto again =
        both({.method = "PUT", .target = "/api/v1/orders/{order}", .body = "{}", .user = user});
    CHECK(again.status == 409);
    // An id given by a client is taken as it is, once.
    const auto taken = both(
        {.method = "POST", .target = "/api/v1/orders", .body = R"({"id": "{order}"})", .user = user}
    );
    CHECK(taken.status == 409);
    CHECK(
        both({.method = "POST", .target = "/api/v1/orders/{order}/restore", .user = user}).status ==
        200
    );
    CHECK(
        both({.target = "/api/v1/order-lines?deleted=include&count=exact", .user = user}).status ==
        200
    );
}

TEST_CASE("times are compared as moments, whatever their offset") {
    twins both;
    const auto user = fresh_user("moments");
    REQUIRE(
        both({.method = "POST",
              .target = "/api/v1/orders",
              .body = R"({"placed_at": "2024-02-01T00:00:00.000001Z"})",
              .user = user})
            .status == 201
    );
    for (const auto* filter :
         {"eq.2024-02-01T01:00:00.000001%2B01:00",
          "gt.2024-02-01T00:00:00Z",
          "lt.2024-02-01T00:00:00.000002Z",
          "in.(2024-01-31T19:00:00.000001-05:00)"}) {
        INFO(filter);
        CHECK(
            both({.target = std::string{"/api/v1/orders?placed_at="} + filter, .user = user})
                .parsed.at("count") == 1
        );
    }
}

TEST_CASE("texts sort by their bytes on both backends") {
    twins both;
    const auto user = fresh_user("collation");
    REQUIRE(
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user}).status ==
        201
    );
    both.remember("order", "/id");
    std::string body;
    int line = 0;
    for (const auto* sku : {"b", "B", "a", "A", "_", "é", "z", "10", "9", " ", "ß", "a b", "ab"})
        body += std::string{body.empty() ? "[" : ","} + R"({"order_id": "{order}", "line_no": )" +
                std::to_string(++line) + R"(, "sku": ")" + sku +
                R"(", "quantity": 1, "unit_price": 1})";
    REQUIRE(
        both({.method = "POST", .target = "/api/v1/order-lines", .body = body + "]", .user = user})
            .status == 201
    );
    const auto sorted = both({.target = "/api/v1/order-lines?select=sku&order=sku", .user = user});
    CHECK(sorted.status == 200);
    both({.target = "/api/v1/order-lines?select=sku&order=sku&sku=gt.Z", .user = user});
}

TEST_CASE("doubles keep their special values and every digit") {
    where_wells_are([](const backend& on) {
        const auto made = on(
            {.method = "POST",
             .target = "/api/v1/wells",
             .body =
                 R"([{"api10": 6000000001, "api14": 60000000010000, "wellname": "D1", "wellspacing": 0.1},
             {"api10": 6000000002, "api14": 60000000020000, "wellname": "D2", "wellspacing": "NaN"},
             {"api10": 6000000003, "api14": 60000000030000, "wellname": "D3", "wellspacing": "Infinity"},
             {"api10": 6000000004, "api14": 60000000040000, "wellname": "D4", "wellspacing": 5e-324},
             {"api10": 6000000005, "api14": 60000000050000, "wellname": "D5", "wellspacing": -0.0},
             {"api10": 6000000006, "api14": 60000000060000, "wellname": "D6", "wellspacing": null}])"
            }
        );
        INFO(made.body);
        REQUIRE(made.status == 201);
        CHECK(made.body.find("\"wellspacing\":0.1,") != std::string::npos);
        CHECK(made.parsed.at("data")[1].at("wellspacing") == "NaN");
        CHECK(made.parsed.at("data")[2].at("wellspacing") == "Infinity");
        CHECK(made.parsed.at("data")[3].at("wellspacing") == 5e-324);
        CHECK(made.parsed.at("data")[5].at("wellspacing").is_null());
        for (const auto& row : made.parsed.at("data")) {
            const auto got = on({.target = "/api/v1/wells/" + row.at("api10").dump()});
            CHECK(got.parsed == row);
        }
    });
}

} // namespace values_cases
