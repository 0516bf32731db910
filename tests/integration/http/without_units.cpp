// SPDX-License-Identifier: Apache-2.0
// What a backend without units of work, a SQL warehouse, answers where the others need one.
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "service.hpp"

namespace without_units_cases {

using namespace test;

namespace {

constexpr const char* with_lines =
    R"({"lines":[{"line_no":1,"sku":"a","quantity":1,"unit_price":1}]})";

void add_wells(service& on) {
    const auto made = on.ask(
        "POST",
        "/wells",
        R"([{"api10":4200000001,"wellname":"A","oileur":1},)"
        R"({"api10":4200000002,"wellname":"B","oileur":2}])"
    );
    REQUIRE(made.status == 201);
}

std::string total(service& on, std::string_view path) {
    const auto body = on.ask("GET", std::string{path} + "?count=exact&limit=1").body;
    const auto at = body.rfind("\"total\":");
    return body.substr(at + 8, body.find_first_of(",}", at) - at - 8);
}

} // namespace

TEST_CASE("changes by filter answer the count alone, whatever is preferred") {
    service on;
    add_wells(on);
    const auto changed = on.ask(
        "PATCH", "/wells?oileur=gte.1", R"({"wellname":"X"})", {{"Prefer", "return=representation"}}
    );
    CHECK(changed.status == 200);
    CHECK(changed.body == R"({"count":2})");
    CHECK_FALSE(changed.headers.find("Preference-Applied"));
    const auto removed =
        on.ask("DELETE", "/wells?oileur=eq.2", "", {{"Prefer", "return=representation"}});
    CHECK(removed.status == 200);
    CHECK(removed.body == R"({"count":1})");
    on.as(ada());
    CHECK(
        on.ask("DELETE", "/wells?oileur=eq.1", "", {{"Prefer", "return=representation"}}).body ==
        R"({"count":1})"
    );
    CHECK(total(on, "/wells") == "0");
}

TEST_CASE("rows inside rows are refused, and nothing is stored") {
    service on;
    on.as(ada());
    const auto refused = on.ask("POST", "/orders", with_lines);
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, "no_unit_of_work"));
    CHECK(total(on, "/orders") == "0");
    CHECK(total(on, "/order-lines") == "0");
}

TEST_CASE("at the same time a key runs once, and another instance is told that it is in use") {
    service on;
    service other{on};
    on.as(ada());
    constexpr int many = 6;
    std::vector<weir::http::response> answers(many);
    {
        std::vector<std::jthread> clients;
        for (int at = 0; at < many; ++at)
            clients.emplace_back([&, at] {
                weir::http::request asked;
                asked.method = "POST";
                asked.target = "/api/v1/orders";
                asked.body = "{}";
                asked.headers.add("Content-Type", "application/json");
                asked.headers.add("Idempotency-Key", "at once");
                answers[static_cast<std::size_t>(at)] =
                    (at % 2 == 0 ? on : other).ask_as(ada(), std::move(asked));
            });
    }
    std::string stored;
    for (const auto& each : answers) {
        if (each.status == 201) {
            CHECK((stored.empty() || each.body == stored));
            stored = each.body;
        } else {
            CHECK(each.status == 409);
            CHECK(holds(each.body, "idempotency_key_in_use"));
            CHECK(each.headers.find("Retry-After").has_value());
        }
    }
    CHECK_FALSE(stored.empty());
    CHECK(total(on, "/orders") == "1");
}

} // namespace without_units_cases
