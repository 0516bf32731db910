// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

namespace table_routes_cases {

using namespace test;

namespace {

constexpr std::string_view smith =
    R"({"api10":4201234567,"wellname":"SMITH 1-15H","oileur":250000.5})";

void add_wells(service& on) {
    const auto answer = on.ask(
        "POST",
        "/wells",
        R"([{"api10":4200000001,"wellname":"SMITH 1","oileur":100},{"api10":4200000002,"wellname":"SMITH 2","oileur":null},)"
        R"({"api10":4200000003,"wellname":"JONES_1","oileur":300},{"api10":4200000004,"wellname":"50% O'Neil","oileur":200}])"
    );
    REQUIRE(answer.status == 201);
}

// An order of the present caller; its id.
std::string add_order(service& on, std::string_view body = R"({"total":"12.50"})") {
    const auto answer = on.ask("POST", "/orders", body);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 201);
    return text_member(answer.body, "id");
}

} // namespace

TEST_CASE("a row is inserted, read, changed, deleted and restored") {
    service on;
    const auto inserted = on.ask("POST", "/wells", smith);
    CAPTURE(inserted.body);
    CHECK(inserted.status == 201);
    CHECK(inserted.headers.find("Location") == "/api/v1/wells/4201234567");
    CHECK(holds(inserted.body, R"("api10":4201234567,"wellname":"SMITH 1-15H","oileur":250000.5)"));
    CHECK(text_member(inserted.body, "inserted_by") == "service");

    const auto got = on.ask("GET", "/wells/4201234567");
    CHECK(got.status == 200);
    CHECK(got.headers.find("Content-Type") == "application/json");
    CHECK(got.body == inserted.body);

    const auto changed = on.ask("PATCH", "/wells/4201234567", R"({"oileur":null})");
    CHECK(changed.status == 200);
    CHECK(holds(changed.body, R"("wellname":"SMITH 1-15H","oileur":null)"));
    CHECK(text_member(changed.body, "updated_by") == "service");
    CHECK(on.ask("PATCH", "/wells/4201234567", "{}").status == 200);

    CHECK(on.ask("DELETE", "/wells/4201234567").status == 204);
    CHECK(on.ask("GET", "/wells/4201234567").status == 404);
    CHECK(on.ask("DELETE", "/wells/4201234567").status == 404);
    CHECK(on.ask("PATCH", "/wells/4201234567", R"({"oileur":1})").status == 404);
    CHECK(on.ask("POST", "/wells", smith).status == 409);
    const auto restored = on.ask("POST", "/wells/4201234567/restore");
    CHECK(restored.status == 200);
    CHECK(text_member(restored.body, "wellname") == "SMITH 1-15H");
    CHECK(on.ask("POST", "/wells/4201234567/restore").status == 404);
    CHECK(on.ask("GET", "/wells/4201234567").status == 200);
}

TEST_CASE("many rows go in together or not at all") {
    service on;
    const auto answer = on.ask(
        "POST",
        "/wells",
        R"([{"api10":4200000001,"wellname":"A"},{"api10":4200000002,"wellname":"B"}])"
    );
    CHECK(answer.status == 201);
    CHECK(answer.body.starts_with(R"({"data":[{"api10":4200000001,)"));
    CHECK(answer.body.ends_with(R"(],"count":2})"));
    const auto quiet = on.ask(
        "POST", "/wells", R"([{"api10":4200000003,"wellname":"C"}])", {{"Prefer", "return=minimal"}}
    );
    CHECK(quiet.status == 201);
    CHECK(quiet.body == R"({"count":1})");
    CHECK(quiet.headers.find("Preference-Applied") == "return=minimal");

    const auto broken = on.ask(
        "POST",
        "/wells",
        R"([{"api10":4200000004,"wellname":"D"},{"api10":1,"wellname":"","more":2},{"wellname":3}])"
    );
    CHECK(broken.status == 400);
    for (const auto* place :
         {R"("loc":["body",1,"api10"])",
          R"("loc":["body",1,"wellname"])",
          R"("loc":["body",1,"more"])",
          R"("loc":["body",2,"api10"])",
          R"("loc":["body",2,"wellname"])"})
        CHECK(holds(broken.body, place));
    CHECK(
        on.ask(
              "POST",
              "/wells",
              R"([{"api10":4200000005,"wellname":"E"},{"api10":4200000001,"wellname":"A"}])"
        )
            .status == 409
    );
    CHECK(holds(on.ask("GET", "/wells?count=exact&limit=1").body, R"("count":1,"total":3)"));
    CHECK(on.ask("POST", "/wells", "[]").body == R"({"data":[],"count":0})");
}

TEST_CASE("lists filter, order, page, select and count") {
    service on;
    add_wells(on);
    const auto names = [&](std::string_view query) {
        return without_cursors(on.ask("GET", "/wells?select=wellname&" + std::string{query}).body);
    };
    CHECK(
        names("order=api10.desc&limit=2") ==
        R"({"data":[{"wellname":"50% O'Neil"},{"wellname":"JONES_1"}],"count":2})"
    );
    CHECK(
        names("order=api10&limit=1&offset=1") == R"({"data":[{"wellname":"SMITH 2"}],"count":1})"
    );
    CHECK(
        names("oileur=gt.100&order=oileur.desc&count=exact") ==
        R"({"data":[{"wellname":"JONES_1"},{"wellname":"50% O'Neil"}],"count":2,"total":2})"
    );
    CHECK(
        names("oileur=gte.100&oileur=lt.300&order=oileur") ==
        R"({"data":[{"wellname":"SMITH 1"},{"wellname":"50% O'Neil"}],"count":2})"
    );
    CHECK(
        names("wellname=like.SMITH*&order=wellname") ==
        R"({"data":[{"wellname":"SMITH 1"},{"wellname":"SMITH 2"}],"count":2})"
    );
    CHECK(names("wellname=ilike.*smith*1") == R"({"data":[{"wellname":"SMITH 1"}],"count":1})");
    CHECK(names("wellname=like.50%25*") == R"({"data":[{"wellname":"50% O'Neil"}],"count":1})");
    CHECK(names("wellname=like.*_*") == R"({"data":[{"wellname":"JONES_1"}],"count":1})");
    CHECK(
        names("wellname=eq.50%25%20O'Neil") == R"({"data":[{"wellname":"50% O'Neil"}],"count":1})"
    );
    CHECK(names("wellname=eq.'%20or%20'1'='1") == R"({"data":[],"count":0})");
    CHECK(
        names("api10=in.(4200000001,4200000004)&order=api10") ==
        R"({"data":[{"wellname":"SMITH 1"},{"wellname":"50% O'Neil"}],"count":2})"
    );
    CHECK(names("api10=in.()") == R"({"data":[],"count":0})");
    CHECK(
        names("api10=not.in.(4200000001,4200000002,4200000003)") ==
        R"({"data":[{"wellname":"50% O'Neil"}],"count":1})"
    );
    CHECK(names("oileur=is.null") == R"({"data":[{"wellname":"SMITH 2"}],"count":1})");
    CHECK(names("oileur=not.is.null&limit=0&count=exact") == R"({"data":[],"count":0,"total":3})");
    CHECK(names("oileur=not.gt.100") == R"({"data":[{"wellname":"SMITH 1"}],"count":1})");
    CHECK(
        names("order=oileur.desc.nullslast&limit=1") ==
        R"({"data":[{"wellname":"JONES_1"}],"count":1})"
    );
    CHECK(
        names("order=oileur.nullsfirst&limit=1") == R"({"data":[{"wellname":"SMITH 2"}],"count":1})"
    );
    CHECK(holds(
        on.ask("GET", "/wells?limit=1&select=api10", "", {{"Prefer", "numbers=string"}}).body,
        R"("api10":"4200000001")"
    ));

    REQUIRE(on.ask("DELETE", "/wells/4200000001").status == 204);
    CHECK(names("deleted=only") == R"({"data":[{"wellname":"SMITH 1"}],"count":1})");
    CHECK(holds(names("deleted=include"), R"("count":4)"));
    CHECK(holds(names("deleted=exclude"), R"("count":3)"));
    CHECK(on.ask("HEAD", "/wells").status == 200);
}

TEST_CASE("what a list does not know is refused by name") {
    service on;
    const auto refused =
        on.ask("GET", "/wells?limmit=1&welname=eq.x&api10=eq.x&order=nope&oileur=like.1");
    CHECK(refused.status == 400);
    for (const auto* part :
         {R"("loc":["query","limmit"])",
          "did you mean 'limit'?",
          "did you mean 'wellname'?",
          R"("loc":["query","api10"])",
          R"("loc":["query","order"])",
          R"("loc":["query","oileur"])"})
        CHECK(holds(refused.body, part));
    for (const auto* path :
         {"/wells/4200000001?x=1", "/wells/notanumber", "/wells/1,2", "/wells/99999999999999999999"
         })
        CHECK(on.ask("GET", path).status == 400);
    CHECK(on.ask("POST", "/wells?x=1", smith).status == 400);
}

TEST_CASE("a replacement sets everything a payload may, or creates the row") {
    service on;
    const auto created = on.ask("PUT", "/wells/4201234567", R"({"wellname":"NEW","oileur":1})");
    CAPTURE(created.body);
    CHECK(created.status == 201);
    CHECK(created.headers.find("Location") == "/api/v1/wells/4201234567");
    const auto replaced =
        on.ask("PUT", "/wells/4201234567", R"({"api10":4201234567,"wellname":"OTHER"})");
    CHECK(replaced.status == 200);
    CHECK(holds(replaced.body, R"("wellname":"OTHER","oileur":null)"));
    const auto mismatch =
        on.ask("PUT", "/wells/4201234567", R"({"api10":4201234568,"wellname":"OTHER"})");
    CHECK(mismatch.status == 400);
    CHECK(holds(mismatch.body, "key_mismatch"));
    CHECK(on.ask("PUT", "/wells/4201234567", R"({"oileur":2})").status == 400);
    CHECK(on.ask("PUT", "/wells/4201234567", R"([{"wellname":"X"}])").status == 400);
    CHECK(on.ask("PUT", "/wells/1", R"({"wellname":"below the minimum"})").status == 400);
    CHECK(
        on.ask("PUT", "/wells/4201234567", R"({"wellname":"X"})", {{"Prefer", "return=minimal"}})
            .status == 204
    );
    REQUIRE(on.ask("DELETE", "/wells/4201234567").status == 204);
    CHECK(on.ask("PUT", "/wells/4201234567", R"({"wellname":"X"})").status == 409);
}

TEST_CASE("bodies are read strictly") {
    service on;
    const auto status = [&](std::string_view body) {
        return on.ask("POST", "/wells", body).status;
    };
    CHECK(status("{") == 400);
    CHECK(status("nonsense") == 400);
    CHECK(status(R"({"api10":4201234567,"wellname":"A","api10":4201234567})") == 400);
    CHECK(status(R"({"api10":4201234567,"wellname":"A","record_uuid":"x"})") == 400);
    CHECK(status(R"({"api10":4201234567,"wellname":"A","is_deleted":true})") == 400);
    CHECK(status("{\"api10\":4201234567,\"wellname\":\"\xff\"}") == 400);
    CHECK(status(R"({"api10":4201234567,"wellname":"a\u0000b"})") == 400);
    CHECK(status(R"({"api10":4201234567.5,"wellname":"A"})") == 400);
    CHECK(status("3") == 400);
    CHECK(on.ask("POST", "/wells", "", {{"Content-Type", "application/json"}}).status == 400);
    const std::string wild = R"({"api10":4201234567,"wellname":"'; drop table wells; --"})";
    CHECK(on.ask("POST", "/wells", wild).status == 201);
    CHECK(
        text_member(on.ask("GET", "/wells/4201234567").body, "wellname") ==
        "'; drop table wells; --"
    );
}

TEST_CASE("a rule that the database checks is told like any other") {
    service on;
    on.as(ada());
    const auto refused = on.ask("POST", "/orders", R"({"status":"placed"})");
    CHECK(refused.status == 400);
    INFO(refused.body);
    CHECK(holds(
        refused.body,
        R"({"error":true,"message":"Validation failed","details":{"errors":[)"
        R"({"type":"check","loc":["body"],)"
        R"("msg":"The row breaks the rule placed_has_time"}]})"
    ));
}

TEST_CASE("media types other than JSON are refused") {
    service on;
    CHECK(on.ask("POST", "/wells", smith, {{"Content-Type", "text/plain"}}).status == 415);
    CHECK(on.ask("POST", "/wells", "", {}).status == 415);
    CHECK(
        on.ask("POST", "/wells", smith, {{"Content-Type", "application/json; charset=latin1"}})
            .status == 415
    );
    CHECK(
        on.ask("POST", "/wells", smith, {{"Content-Type", "Application/JSON; charset=UTF-8"}})
            .status == 201
    );
    const auto accepts = [&](std::string value) {
        return on.ask("GET", "/wells", "", {{"Accept", std::move(value)}}).status;
    };
    CHECK(accepts("text/html") == 406);
    CHECK(accepts("application/json;q=0, image/*") == 406);
    CHECK(accepts("text/html, application/*;q=0.5") == 200);
    CHECK(accepts("*/*") == 200);
}

TEST_CASE("unknown methods are told what there is") {
    service on;
    const auto refused = on.ask("PUT", "/wells");
    CHECK(refused.status == 405);
    CHECK(refused.headers.find("Allow") == "DELETE, GET, HEAD, OPTIONS, PATCH, POST");
    CHECK(on.ask("GET", "/wells/1/restore").status == 405);
    CHECK(on.ask("GET", "/well").status == 404);
}

TEST_CASE("tables with access are for known callers") {
    service on;
    for (const auto& [method, path] :
         {std::pair{"GET", "/orders"},
          std::pair{"GET", "/orders/6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b"},
          std::pair{"DELETE", "/orders/6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b"},
          std::pair{"GET", "/order-lines"}}) {
        const auto answer = on.ask(method, path);
        CHECK(answer.status == 401);
        CHECK(holds(answer.body, "\"code\":\"authentication\""));
    }
    CHECK(on.ask("POST", "/orders", R"({"total":1})").status == 401);
}

TEST_CASE("callers see and change their own rows only; others' are absent") {
    service on;
    on.as(ada());
    const auto id = add_order(on);
    const auto own = on.ask("GET", "/orders/" + id);
    CHECK(own.status == 200);
    CHECK(text_member(own.body, "customer") == "ada");
    CHECK(text_member(own.body, "inserted_by") == "ada@example.com");
    CHECK(text_member(own.body, "status") == "draft");
    CHECK(holds(own.body, R"("total":12.50)"));
    CHECK_FALSE(holds(own.body, "margin"));

    on.as(bob());
    CHECK(on.ask("GET", "/orders/" + id).status == 404);
    CHECK(on.ask("PATCH", "/orders/" + id, R"({"total":1})").status == 404);
    CHECK(on.ask("DELETE", "/orders/" + id).status == 404);
    CHECK(on.ask("POST", "/orders/" + id + "/restore").status == 404);
    CHECK(on.ask("PUT", "/orders/" + id, R"({"total":1})").status == 404);
    CHECK(on.ask("GET", "/orders?count=exact").body == R"({"data":[],"count":0,"total":0})");
    CHECK(on.ask("POST", "/orders", R"({"total":1,"customer":"ada"})").status == 400);

    on.as(weir::caller{.id = "eve", .groups = {"support"}});
    CHECK(on.ask("GET", "/orders/" + id).status == 200);
    CHECK(on.ask("PATCH", "/orders/" + id, R"({"total":1})").status == 404);

    on.as(ada());
    CHECK(holds(on.ask("GET", "/orders/" + id).body, R"("total":12.50)"));
}

TEST_CASE("rows reached through a parent follow its owner, under composite keys") {
    service on;
    on.as(ada());
    const auto id = add_order(on);
    const auto line =
        R"({"order_id":")" + id +
        R"(","line_no":1,"sku":"A-1","quantity":2,"unit_price":"9.99","discounts":[{"code":"X","amount":"1.00"}]})";
    const auto added = on.ask("POST", "/order-lines", line);
    CAPTURE(added.body);
    CHECK(added.status == 201);
    CHECK(added.headers.find("Location") == "/api/v1/order-lines/" + id + ",1");
    CHECK(on.ask("GET", "/order-lines/" + id + ",1").status == 200);
    CHECK(on.ask("GET", "/order-lines/" + id).status == 400);
    CHECK(on.ask("POST", "/order-lines", line).status == 409);
    on.as(bob());
    CHECK(on.ask("GET", "/order-lines/" + id + ",1").status == 404);
    CHECK(on.ask("DELETE", "/order-lines/" + id + ",1").status == 404);
    CHECK(
        on.ask(
              "POST",
              "/order-lines",
              R"({"order_id":")" + id + R"(","line_no":2,"sku":"A","quantity":1,"unit_price":1})"
        )
            .status == 404
    );
    CHECK(on.ask("GET", "/order-lines").body == R"({"data":[],"count":0})");
}

TEST_CASE("private columns do not exist for clients, and replacing a row keeps them") {
    service on;
    on.as(ada());
    const auto id = add_order(
        on,
        R"({"total":"1.00","tags":["a"],"extras":{"k":"v"},"ship_to":{"street":"S","city":"C"}})"
    );
    for (const auto* query :
         {"/orders?margin=gt.0", "/orders?select=margin", "/orders?order=margin"})
        CHECK(on.ask("GET", query).status == 400);
    const auto unknown = on.ask("POST", "/orders", R"({"total":1,"margin":0.5})");
    CHECK(unknown.status == 400);
    const auto replaced = on.ask("PUT", "/orders/" + id, R"({"total":"2.00"})");
    CAPTURE(replaced.body);
    CHECK(replaced.status == 200);
    CHECK(holds(replaced.body, R"("total":2.00)"));
    CHECK(holds(replaced.body, R"("ship_to":null)"));
    CHECK(holds(replaced.body, R"("tags":[])"));
}

TEST_CASE("a row whose key the database gives cannot be created by PUT") {
    service on;
    on.as(ada());
    CHECK(on.ask("PUT", "/preferences/77", R"({"preferences":{"a":1}})").status == 404);
    const auto added = on.ask("POST", "/preferences", R"({"preferences":{"a":[1,2]}})");
    CAPTURE(added.body);
    CHECK(added.status == 201);
    CHECK(text_member(added.body, "user_id") == "ada");
    const auto location = std::string{added.headers.find("Location").value()};
    CHECK(on.ask("PUT", location.substr(7), R"({"preferences":{"b":2}})").status == 200);
    CHECK(on.ask("POST", "/preferences", R"({"preferences":{}})").status == 409);
}

TEST_CASE("purging needs the purge right") {
    service on;
    on.as(ada());
    const auto id = add_order(on);
    CHECK(on.ask("POST", "/orders/" + id + "/purge").status == 403);
    auto admin = ada();
    admin.groups = {"admins"};
    on.as(admin);
    CHECK(on.ask("POST", "/orders/" + id + "/purge").status == 204);
    CHECK(on.ask("POST", "/orders/" + id + "/purge").status == 404);
    CHECK(on.ask("GET", "/orders?deleted=include").body == R"({"data":[],"count":0})");
    CHECK(on.ask("POST", "/wells", smith).status == 201);
    CHECK(on.ask("POST", "/wells/4201234567/purge").status == 403);
    service open{{.purge_without_rule = true}};
    CHECK(open.ask("POST", "/wells", smith).status == 201);
    CHECK(open.ask("POST", "/wells/4201234567/purge").status == 204);
}

TEST_CASE("an open table's writes name the caller where there is one") {
    service on;
    on.as(ada());
    CHECK(text_member(on.ask("POST", "/wells", smith).body, "inserted_by") == "ada@example.com");
}

TEST_CASE("a healthy service says so, with its components") {
    service on;
    CHECK(on.ask("GET", "/livez").status == 200);
    const auto health = on.ask("GET", "/healthcheck");
    CHECK(health.status == 200);
    CHECK(health.body.starts_with(R"({"status":"healthy","components":{"api":"up",)"));
    CHECK(holds(health.body, R"("database":"connected")"));
}

} // namespace table_routes_cases
