// SPDX-License-Identifier: Apache-2.0
// Upserts over the routes, and what `Prefer` asks of writes, on both backends.
#include <string>

#include "service.hpp"

using namespace test;

namespace {

weir::http::response
post(service& on, std::string_view path, std::string_view body, std::string prefer) {
    return on.ask("POST", path, body, {{"Prefer", std::move(prefer)}});
}

constexpr auto merge = "resolution=merge-duplicates";
constexpr auto ignore = "resolution=ignore-duplicates";

} // namespace

TEST_CASE("a merged row is created or replaced") {
    service on;
    const auto made =
        post(on, "/wells", R"({"api10":4200000001,"wellname":"A","oileur":1})", merge);
    CHECK(made.status == 201);
    CHECK(made.headers.find("Location") == "/api/v1/wells/4200000001");
    CHECK(made.headers.find("Preference-Applied") == merge);
    const auto again = post(on, "/wells", R"({"api10":4200000001,"wellname":"B"})", merge);
    CHECK(again.status == 200);
    CHECK_FALSE(again.headers.find("Location"));
    CHECK(holds(again.body, R"("wellname":"B","oileur":null)"));
    CHECK(again.headers.find("ETag") == on.ask("GET", "/wells/4200000001").headers.find("ETag"));
    const auto quiet = post(
        on,
        "/wells",
        R"({"api10":4200000001,"wellname":"C"})",
        "return=minimal," + std::string{merge}
    );
    CHECK(quiet.status == 204);
    CHECK(
        quiet.headers.find("Preference-Applied") == "return=minimal, resolution=merge-duplicates"
    );
    CHECK(on.ask("POST", "/wells", R"({"api10":4200000001,"wellname":"D"})").status == 409);
    on.ask("DELETE", "/wells/4200000001");
    CHECK(post(on, "/wells", R"({"api10":4200000001,"wellname":"E"})", merge).status == 409);
}

TEST_CASE("an ignored row is left as it is") {
    service on;
    const auto made = post(on, "/wells", R"({"api10":4200000001,"wellname":"A"})", ignore);
    CHECK(made.status == 201);
    const auto again = post(on, "/wells", R"({"api10":4200000001,"wellname":"B"})", ignore);
    CHECK(again.status == 200);
    CHECK(again.body == made.body);
    CHECK(again.headers.find("ETag") == made.headers.find("ETag"));
}

TEST_CASE("many rows are merged or ignored together") {
    service on;
    post(on, "/wells", R"({"api10":4200000001,"wellname":"A"})", merge);
    constexpr std::string_view three =
        R"([{"api10":4200000003,"wellname":"C"},{"api10":4200000001,"wellname":"B"},{"api10":4200000002,"wellname":"C"}])";
    const auto merged = post(on, "/wells", three, merge);
    CHECK(merged.status == 201);
    CHECK(merged.body.starts_with(R"({"data":[{"api10":4200000003)"));
    CHECK(merged.body.ends_with(R"(],"count":3,"created":2})"));
    const auto again = post(on, "/wells", three, "return=minimal, " + std::string{merge});
    CHECK(again.status == 200);
    CHECK(again.body == R"({"count":3,"created":0})");
    const auto ignored = post(
        on,
        "/wells",
        R"([{"api10":4200000001,"wellname":"X"},{"api10":4200000009,"wellname":"N"}])",
        ignore
    );
    CHECK(ignored.status == 201);
    CHECK(ignored.body.starts_with(R"({"data":[{"api10":4200000009)"));
    CHECK(ignored.body.ends_with(R"(],"count":1,"created":1})"));
    CHECK(post(on, "/wells", three, ignore).body == R"({"data":[],"count":0,"created":0})");
    const auto twice = post(
        on,
        "/wells",
        R"([{"api10":4200000004,"wellname":"X"},{"api10":4200000004,"wellname":"Y"}])",
        merge
    );
    CHECK(twice.status == 400);
    CHECK(holds(twice.body, R"({"type":"repeated","loc":["body",1,"api10"])"));
    CHECK(on.ask("GET", "/wells/4200000004").status == 404);
}

TEST_CASE("on_conflict names the columns rows exist by") {
    service on;
    on.as(ada());
    CHECK(
        post(on, "/preferences?on_conflict=user_id", R"({"preferences":{"a":1}})", merge).status ==
        201
    );
    const auto again =
        post(on, "/preferences?on_conflict=user_id", R"({"preferences":{"a":2}})", merge);
    CHECK(again.status == 200);
    // Each database spaces its JSON in its own way.
    CHECK(holds(again.body, R"("preferences":{"a":)"));
    CHECK(holds(again.body, "2}"));
    const auto kept =
        post(on, "/preferences?on_conflict=user_id", R"({"preferences":{"a":3}})", ignore);
    CHECK(kept.status == 200);
    CHECK(kept.body == again.body);
    // The key is the database's to give: by it no row exists.
    const auto by_key = post(on, "/preferences", R"({"preferences":{"a":2}})", merge);
    CHECK(by_key.status == 400);
    CHECK(holds(by_key.body, "Rows exist by on_conflict=user_id"));
    for (const auto* const bad : {"id", "user_id,id", "nothing", ""}) {
        CAPTURE(bad);
        const auto path = "/preferences?on_conflict=" + std::string{bad};
        const auto refused = post(on, path, "{}", merge);
        CHECK(refused.status == 400);
        CHECK(holds(refused.body, R"("loc":["query","on_conflict"])"));
    }
    CHECK(on.ask("POST", "/preferences?on_conflict=user_id", "{}").status == 400);
}

TEST_CASE("a row of somebody else is not merged, and a private column is kept") {
    service on;
    on.as(ada());
    const auto made = on.ask("POST", "/orders", "{}");
    const auto id = text_member(made.body, "id");
    on.execute(R"(update @{app_data}orders set margin = 0.5)");
    on.as(bob());
    CHECK(post(on, "/orders", R"({"id":")" + id + R"("})", merge).status == 409);
    CHECK(post(on, "/orders", R"([{"id":")" + id + R"("}])", ignore).status == 409);
    on.as(ada());
    const auto merged = post(on, "/orders", R"({"id":")" + id + R"(","tags":["x"]})", merge);
    CHECK(merged.status == 200);
    CHECK(on.execute(R"(update @{app_data}orders set margin = 0.25 where margin = 0.5)") == 1);
}

TEST_CASE("preferences that are not understood are ignored, or refused where asked") {
    service on;
    constexpr std::string_view row = R"({"api10":4200000001,"wellname":"A"})";
    CHECK(post(on, "/wells", row, "nonsense=1, return=everything").status == 201);
    const auto strict = post(on, "/wells", row, "nonsense=1, return=everything, handling=strict");
    CHECK(strict.status == 400);
    CHECK(holds(strict.body, R"({"type":"unknown_preference","loc":["header","Prefer"])"));
    CHECK(holds(strict.body, R"({"type":"choice","loc":["header","Prefer"])"));
    CHECK(post(on, "/wells", row, "max-affected=some").status == 400);
    const auto headers = on.ask(
        "PUT", "/wells/4200000001", R"({"wellname":"B"})", {{"Prefer", "return=headers-only"}}
    );
    CHECK(headers.status == 204);
    CHECK(headers.headers.find("Preference-Applied") == "return=headers-only");
    CHECK(headers.headers.find("ETag"));
    for (const auto* preferred : {"nonsense=1, handling=strict", "max-affected=some"}) {
        CAPTURE(preferred);
        CHECK(on.ask("DELETE", "/wells/4200000001", "", {{"Prefer", preferred}}).status == 400);
        CHECK(on.ask("POST", "/wells/4200000001/purge", "", {{"Prefer", preferred}}).status == 400);
    }
    CHECK(on.ask("GET", "/wells/4200000001").status == 200);
}
