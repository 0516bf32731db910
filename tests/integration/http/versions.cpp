// SPDX-License-Identifier: Apache-2.0
// ETag, If-Match and If-None-Match over the routes, on both backends.
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "service.hpp"

using namespace test;

namespace {

constexpr std::string_view one = "/wells/4201234567";

std::string tag_in(const weir::http::response& answer) {
    return std::string{answer.headers.find("ETag").value_or("")};
}

weir::http::response add_well(service& on) {
    return on.ask("POST", "/wells", R"({"api10":4201234567,"wellname":"SMITH","oileur":1})");
}

weir::http::request patch(std::string_view body, std::string_view tag) {
    weir::http::request asked;
    asked.method = "PATCH";
    asked.target = "/api/v1" + std::string{one};
    asked.body = body;
    asked.headers.add("Content-Type", "application/json");
    asked.headers.add("If-Match", tag);
    return asked;
}

} // namespace

TEST_CASE("every answer with one row tells its version, and a row that is known is not sent again"
) {
    service on;
    const auto added = add_well(on);
    const auto tag = tag_in(added);
    CHECK(tag.size() == 34);
    CHECK(added.headers.find("Content-Location") == "/api/v1/wells/4201234567");
    const auto got = on.ask("GET", one);
    CHECK(tag_in(got) == tag);
    for (const auto& known : {tag, "W/" + tag, "*" + std::string{}, "\"x\", " + tag}) {
        CAPTURE(known);
        const auto same = on.ask("GET", one, "", {{"If-None-Match", known}});
        CHECK(same.status == 304);
        CHECK(same.body.empty());
        CHECK(tag_in(same) == tag);
    }
    CHECK(on.ask("GET", one, "", {{"If-None-Match", "\"x\""}}).status == 200);
    const auto changed = on.ask("PATCH", one, R"({"oileur":2})");
    CHECK(changed.status == 200);
    CHECK_FALSE(tag_in(changed) == tag);
    CHECK(tag_in(on.ask("GET", one)) == tag_in(changed));
    CHECK(on.ask("GET", one, "", {{"If-None-Match", tag}}).status == 200);
    const auto quiet = on.ask("PATCH", one, R"({"oileur":3})", {{"Prefer", "return=minimal"}});
    CHECK(quiet.status == 204);
    CHECK(tag_in(quiet) == tag_in(on.ask("GET", one)));
    CHECK_FALSE(quiet.headers.find("Content-Location"));
}

TEST_CASE("another body of the same version has another tag, good for writes all the same") {
    service on;
    add_well(on);
    const auto plain = tag_in(on.ask("GET", one));
    const auto spelled = tag_in(on.ask("GET", one, "", {{"Prefer", "numbers=string"}}));
    CHECK(spelled == plain.substr(0, plain.size() - 1) + ".s\"");
    CHECK(on.ask("GET", one, "", {{"If-None-Match", spelled}}).status == 200);
    CHECK(on.ask("PATCH", one, R"({"oileur":2})", {{"If-Match", spelled}}).status == 200);
}

TEST_CASE("a write that names another version is refused and changes nothing") {
    service on;
    const auto first = tag_in(add_well(on));
    const auto second = tag_in(on.ask("PATCH", one, R"({"oileur":2})", {{"If-Match", first}}));
    const auto moved = on.ask("PATCH", one, R"({"oileur":3})", {{"If-Match", first}});
    CHECK(moved.status == 412);
    CHECK(holds(moved.body, R"("code":"precondition")"));
    constexpr std::string_view row = R"({"wellname":"X"})";
    CHECK(on.ask("PUT", one, row, {{"If-Match", first}}).status == 412);
    CHECK(on.ask("DELETE", one, "", {{"If-Match", first}}).status == 412);
    // A weak tag never matches.
    CHECK(on.ask("PATCH", one, R"({"oileur":3})", {{"If-Match", "W/" + second}}).status == 412);
    CHECK(on.ask("PATCH", one, R"({"oileur":3})", {{"If-None-Match", second}}).status == 412);
    CHECK(on.ask("PATCH", one, R"({"oileur":3})", {{"If-None-Match", "*"}}).status == 412);
    CHECK(tag_in(on.ask("GET", one)) == second);
    CHECK(on.ask("PATCH", one, "{}", {{"If-Match", first}}).status == 412);
    CHECK(on.ask("PATCH", one, "{}", {{"If-Match", second}}).status == 200);
    CHECK(on.ask("PATCH", one, R"({"oileur":4})", {{"If-Match", "*"}}).status == 200);
    const auto last = tag_in(on.ask("GET", one));
    CHECK(on.ask("DELETE", one, "", {{"If-Match", "\"x\", " + last}}).status == 204);
    CHECK(on.ask("DELETE", one, "", {{"If-Match", last}}).status == 404);
    CHECK(on.ask("PATCH", one, R"({"oileur":4})", {{"If-Match", "*"}}).status == 404);
    CHECK(on.ask("POST", "/wells/4201234567/restore", "", {{"If-Match", first}}).status == 412);
    const auto restored = on.ask("POST", "/wells/4201234567/restore", "", {{"If-Match", last}});
    CHECK(restored.status == 200);
    CHECK_FALSE(tag_in(restored) == last);
}

TEST_CASE("a row is read on condition that it is in a version") {
    service on;
    const auto first = tag_in(add_well(on));
    const auto second = tag_in(on.ask("PATCH", one, R"({"oileur":2})"));
    CHECK(on.ask("GET", one, "", {{"If-Match", second}}).status == 200);
    CHECK(on.ask("GET", one, "", {{"If-Match", "*"}}).status == 200);
    CHECK(on.ask("GET", one, "", {{"If-Match", first + ", " + second}}).status == 200);
    const auto moved = on.ask("GET", one, "", {{"If-Match", first}});
    CHECK(moved.status == 412);
    CHECK_FALSE(holds(moved.body, "SMITH"));
    CHECK(on.ask("GET", one, "", {{"If-Match", "W/" + second}}).status == 412);
    CHECK(on.ask("HEAD", one, "", {{"If-Match", first}}).status == 412);
    // The one condition is looked at before the other.
    CHECK(on.ask("GET", one, "", {{"If-Match", first}, {"If-None-Match", second}}).status == 412);
    CHECK(on.ask("GET", one, "", {{"If-Match", second}, {"If-None-Match", second}}).status == 304);
    CHECK(on.ask("GET", "/wells/4201234568", "", {{"If-Match", first}}).status == 404);
    const auto refused = on.ask("GET", one, "", {{"If-Match", "x"}});
    CHECK(refused.status == 400);
    CHECK(holds(refused.body, R"("loc":["header","If-Match"])"));
}

TEST_CASE("PUT creates only, replaces only, or does both") {
    service on;
    constexpr std::string_view row = R"({"wellname":"X"})";
    CHECK(on.ask("PUT", one, row, {{"If-Match", "*"}}).status == 412);
    CHECK(on.ask("PUT", one, row, {{"If-Match", "\"x\""}}).status == 412);
    const auto made = on.ask("PUT", one, row, {{"If-None-Match", "*"}});
    CHECK(made.status == 201);
    CHECK(made.headers.find("Location") == "/api/v1/wells/4201234567");
    CHECK(on.ask("PUT", one, row, {{"If-None-Match", "*"}}).status == 412);
    CHECK(on.ask("PUT", one, row, {{"If-Match", "*"}}).status == 200);
    CHECK(on.ask("PUT", one, row, {{"If-Match", tag_in(made)}}).status == 412);
    CHECK(on.ask("PUT", one, row).status == 200);
    CHECK(on.ask("PUT", "/wells/4201234568", row).status == 201);
    on.ask("DELETE", one);
    CHECK(on.ask("PUT", one, row).status == 409);
    CHECK(on.ask("PUT", one, row, {{"If-None-Match", "*"}}).status == 409);
}

TEST_CASE("conditions that are none are refused with their place") {
    service on;
    add_well(on);
    for (const auto* const bad : {"", "x", "\"x", "*, \"a\"", "\"a\" \"b\"", "w/\"a\"", "\"a\"b"}) {
        CAPTURE(bad);
        const auto refused = on.ask("PATCH", one, R"({"oileur":2})", {{"If-Match", bad}});
        CHECK(refused.status == 400);
        CHECK(holds(refused.body, R"("loc":["header","If-Match"])"));
        CHECK(on.ask("GET", one, "", {{"If-None-Match", bad}}).status == 400);
    }
    std::string many = "\"a\"";
    for (int tags = 0; tags < 10; ++tags)
        many += ", \"a\"";
    CHECK(on.ask("GET", one, "", {{"If-None-Match", many}}).status == 400);
}

TEST_CASE("of many clients with one tag exactly one writes") {
    service on;
    add_well(on);
    constexpr std::size_t clients = 4;
    for (int round = 0; round < 20; ++round) {
        CAPTURE(round);
        const auto tag = tag_in(on.ask("GET", one));
        std::atomic<int> won{0};
        std::atomic<int> lost{0};
        std::atomic<std::size_t> ready{0};
        std::vector<std::thread> running;
        for (std::size_t at = 0; at < clients; ++at) {
            running.emplace_back([&, at] {
                const auto body = "{\"oileur\":" + std::to_string(at) + "}";
                ++ready;
                while (ready != clients)
                    std::this_thread::yield();
                const auto status = on.ask_as({}, patch(body, tag)).status;
                won += status == 200 ? 1 : 0;
                lost += status == 412 ? 1 : 0;
            });
        }
        for (auto& each : running)
            each.join();
        CHECK(won == 1);
        CHECK(lost == clients - 1);
    }
}

TEST_CASE("rows of others have no version to match") {
    service on;
    on.as(ada());
    const auto made = on.ask("POST", "/orders", "{}");
    const auto path = "/orders/" + text_member(made.body, "id");
    on.as(bob());
    CHECK(on.ask("GET", path, "", {{"If-None-Match", tag_in(made)}}).status == 404);
    CHECK(on.ask("PATCH", path, R"({"tags":[]})", {{"If-Match", tag_in(made)}}).status == 404);
    CHECK(on.ask("DELETE", path, "", {{"If-Match", "\"x\""}}).status == 404);
    CHECK(on.ask("PUT", path, "{}", {{"If-None-Match", "*"}}).status == 404);
    CHECK(on.ask("POST", path + "/purge", "", {{"If-Match", tag_in(made)}}).status == 403);
    on.as(weir::caller{.id = "root", .groups = {"admins"}});
    CHECK(on.ask("POST", path + "/purge", "", {{"If-Match", "\"x\""}}).status == 412);
    CHECK(on.ask("POST", path + "/purge", "", {{"If-Match", tag_in(made)}}).status == 204);
    CHECK(on.ask("POST", path + "/purge").status == 404);
}

TEST_CASE("an answer with rows of relations has no tag") {
    service on;
    on.as(ada());
    const auto path = "/orders/" + text_member(on.ask("POST", "/orders", "{}").body, "id");
    CHECK(on.ask("GET", path).headers.find("ETag"));
    CHECK_FALSE(on.ask("GET", path + "?include=lines").headers.find("ETag"));
}
