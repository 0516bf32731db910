// SPDX-License-Identifier: Apache-2.0
// Writes sent under an Idempotency-Key happen once, whoever repeats them and when.
#include <weir/core/time.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "service.hpp"

using namespace test;

namespace {

constexpr std::string_view well = R"({"api10":4201234567,"wellname":"SMITH 1-15H"})";

std::string orders_of_ada(service& on) {
    on.as(ada());
    return on.ask("GET", "/orders?count=exact&limit=1").body;
}

std::atomic<std::int64_t> still{1'700'000'000'000'000};

weir::timestamp still_now() {
    return {still.load()};
}

} // namespace

TEST_CASE("a POST repeated under its key is answered as the first time, and nothing happens") {
    service on;
    on.as(ada());
    const auto first = on.ask("POST", "/orders", R"({"tags":["a"]})", {{"Idempotency-Key", "k1"}});
    REQUIRE(first.status == 201);
    CHECK_FALSE(first.headers.find("Idempotent-Replayed"));
    const auto again = on.ask("POST", "/orders", R"({"tags":["a"]})", {{"Idempotency-Key", "k1"}});
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.headers.find("Location") == first.headers.find("Location"));
    CHECK(again.headers.find("ETag") == first.headers.find("ETag"));
    CHECK(again.headers.find("Content-Type") == "application/json");
    CHECK(again.headers.find("Idempotent-Replayed") == "true");
    CHECK(again.headers.find("X-Request-ID") != first.headers.find("X-Request-ID"));
    CHECK(holds(orders_of_ada(on), R"("total":1)"));
}

TEST_CASE("many rows under one key are inserted once") {
    service on;
    on.as(ada());
    const auto first = on.ask("POST", "/orders", "[{},{},{}]", {{"Idempotency-Key", "\"k\""}});
    REQUIRE(first.status == 201);
    // Quotes are the header's, not the key's.
    CHECK(on.ask("POST", "/orders", "[{},{},{}]", {{"Idempotency-Key", "k"}}).body == first.body);
    CHECK(holds(orders_of_ada(on), R"("total":3)"));
}

TEST_CASE("a key sent with another body, query or preference is refused") {
    service on;
    on.as(ada());
    REQUIRE(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}).status == 201);
    const auto other = on.ask("POST", "/orders", R"({"tags":[]})", {{"Idempotency-Key", "k"}});
    CHECK(other.status == 422);
    CHECK(holds(other.body, R"("code":"idempotency_key_reused")"));
    CHECK(holds(other.body, R"("loc":["header","Idempotency-Key"])"));
    CHECK(
        on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}, {"Prefer", "return=minimal"}})
            .status == 422
    );
    CHECK(holds(orders_of_ada(on), R"("total":1)"));
}

TEST_CASE("a key belongs to a caller, a method and a path") {
    service on;
    on.as(ada());
    const auto hers = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    REQUIRE(hers.status == 201);
    on.as(bob());
    const auto his = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    CHECK(his.status == 201);
    CHECK_FALSE(his.headers.find("Idempotent-Replayed"));
    CHECK(text_member(his.body, "id") != text_member(hers.body, "id"));
    const auto preference =
        on.ask("POST", "/preferences", R"({"preferences":{}})", {{"Idempotency-Key", "k"}});
    CHECK(preference.status == 201);
    on.as(std::nullopt);
    CHECK(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}).status == 401);
}

TEST_CASE("what was refused leaves its key free") {
    service on;
    on.as(ada());
    CHECK(on.ask("POST", "/wells", R"({"api10":1})", {{"Idempotency-Key", "k"}}).status == 400);
    CHECK(on.ask("POST", "/wells", well, {{"Idempotency-Key", "k"}}).status == 201);
    CHECK(on.ask("POST", "/wells", well, {{"Idempotency-Key", "other"}}).status == 409);
    CHECK(on.ask("POST", "/wells", well, {{"Idempotency-Key", "other"}}).status == 409);
    CHECK(on.ask("POST", "/wells", well, {{"Idempotency-Key", "k"}}).status == 201);
}

TEST_CASE("changes and deletions take keys too") {
    service on;
    on.as(ada());
    REQUIRE(on.ask("POST", "/wells", well).status == 201);
    const auto patch = [&] {
        return on.ask(
            "PATCH", "/wells/4201234567", R"({"oileur":1.5})", {{"Idempotency-Key", "p"}}
        );
    };
    const auto first = patch();
    REQUIRE(first.status == 200);
    CHECK(patch().body == first.body);
    const auto remove = [&] {
        return on.ask("DELETE", "/wells/4201234567", "", {{"Idempotency-Key", "d"}});
    };
    CHECK(remove().status == 204);
    const auto again = remove();
    CHECK(again.status == 204);
    CHECK(again.headers.find("Idempotent-Replayed") == "true");
    CHECK(on.ask("DELETE", "/wells/4201234567").status == 404);
}

TEST_CASE("a key must be 1 to 255 printable characters, sent once") {
    service on;
    on.as(ada());
    for (const auto& bad :
         {std::string{}, std::string(256, 'x'), std::string{"a\tb"}, std::string{"\xc3\xa9"}}) {
        const auto refused = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", bad}});
        CHECK(refused.status == 400);
        CHECK(holds(refused.body, R"("loc":["header","Idempotency-Key"])"));
    }
    CHECK(
        on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}})
            .status == 400
    );
    CHECK(
        on.ask("POST", "/orders", "{}", {{"Idempotency-Key", std::string(255, 'x')}}).status == 201
    );
    CHECK(holds(orders_of_ada(on), R"("total":1)"));
}

TEST_CASE("requests under one key at the same time run once, and all get the one answer") {
    service on;
    constexpr int many = 8;
    std::vector<weir::http::response> answers(many);
    {
        std::vector<std::jthread> clients;
        for (int at = 0; at < many; ++at)
            clients.emplace_back([&on, &answers, at] {
                weir::http::request asked;
                asked.method = "POST";
                asked.target = "/api/v1/orders";
                asked.body = "{}";
                asked.headers.add("Content-Type", "application/json");
                asked.headers.add("Idempotency-Key", "same");
                answers[static_cast<std::size_t>(at)] = on.ask_as(ada(), std::move(asked));
            });
    }
    int first = 0;
    for (const auto& each : answers) {
        CHECK(each.status == 201);
        CHECK(each.body == answers.front().body);
        first += each.headers.find("Idempotent-Replayed") ? 0 : 1;
    }
    CHECK(first == 1);
    CHECK(holds(orders_of_ada(on), R"("total":1)"));
}

TEST_CASE("after its time a key is free again") {
    service on{{.clock = &still_now, .idempotency = {.kept = std::chrono::hours{24}}}};
    on.as(ada());
    const auto post = [&] { return on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}); };
    REQUIRE(post().status == 201);
    still += std::int64_t{86'399} * 1'000'000;
    CHECK(post().headers.find("Idempotent-Replayed"));
    still += std::int64_t{1'000'000};
    CHECK_FALSE(post().headers.find("Idempotent-Replayed"));
    CHECK(post().headers.find("Idempotent-Replayed"));
    CHECK(holds(orders_of_ada(on), R"("total":2)"));
}

TEST_CASE("what has expired is deleted in passing") {
    service on{{.clock = &still_now}};
    on.as(ada());
    for (int at = 0; at < 5; ++at)
        REQUIRE(
            on.ask("POST", "/orders", "{}", {{"Idempotency-Key", std::to_string(at)}}).status == 201
        );
    still += std::int64_t{2} * 86'400 * 1'000'000;
    REQUIRE(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "new"}}).status == 201);
    CHECK(on.execute(R"(delete from @{app_data}weir_idempotency where status > 0)") == 1);
}

TEST_CASE("of a long answer the status and the place are given again") {
    service on{{.idempotency = {.max_body_bytes = 16}}};
    on.as(ada());
    const auto first = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    REQUIRE(first.status == 201);
    const auto again = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    CHECK(again.status == 201);
    CHECK(again.body.empty());
    CHECK(again.headers.find("Location") == first.headers.find("Location"));
    CHECK(again.headers.find("Preference-Applied") == "return=minimal");
    CHECK_FALSE(again.headers.find("Content-Type"));
}

TEST_CASE("two services on one database share their keys", "[units]") {
    service on;
    service other{on};
    on.as(ada());
    other.as(ada());
    const auto first = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    REQUIRE(first.status == 201);
    const auto again = other.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    CHECK(again.body == first.body);
    CHECK(again.headers.find("Idempotent-Replayed"));

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
    for (const auto& each : answers) {
        CHECK(each.status == 201);
        CHECK(each.body == answers.front().body);
    }
    CHECK(holds(orders_of_ada(on), R"("total":2)"));
}

TEST_CASE("a write whose commit was never heard of is found done when it is repeated", "[units]") {
    service on;
    on.as(ada());
    on.crash_next_commit(service::crash::after_commit);
    const auto lost = on.ask("POST", "/orders", R"({"tags":["x"]})", {{"Idempotency-Key", "k"}});
    CHECK(lost.status == 503);
    const auto again = on.ask("POST", "/orders", R"({"tags":["x"]})", {{"Idempotency-Key", "k"}});
    CHECK(again.status == 201);
    CHECK(again.headers.find("Idempotent-Replayed") == "true");
    CHECK(again.headers.find("Location"));
    CHECK(holds(orders_of_ada(on), R"("total":1)"));
}

TEST_CASE("a write whose commit failed leaves nothing, and runs when it is repeated", "[units]") {
    service on;
    on.as(ada());
    on.crash_next_commit(service::crash::before_commit);
    CHECK(on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}}).status == 503);
    CHECK(holds(orders_of_ada(on), R"("total":0)"));
    const auto again = on.ask("POST", "/orders", "{}", {{"Idempotency-Key", "k"}});
    CHECK(again.status == 201);
    CHECK_FALSE(again.headers.find("Idempotent-Replayed"));
    CHECK(holds(orders_of_ada(on), R"("total":1)"));
}
