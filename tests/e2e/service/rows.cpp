// SPDX-License-Identifier: Apache-2.0
// The whole life of a row over HTTP, on both backends, whose answers must be the same JSON.
#include <catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fixture.hpp"

namespace rows_cases {

using namespace e2e;

namespace {

const std::vector<std::string> audit_columns{
    "record_uuid",
    "is_deleted",
    "inserted_at",
    "inserted_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "deleted_by",
};

std::vector<std::string> names_of(const json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items())
        names.push_back(name);
    return names;
}

} // namespace

TEST_CASE("an order is inserted, read, changed, deleted and restored; every type comes back") {
    twins both;
    const auto user = fresh_user("life");
    const auto made = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"({"status": "placed", "total": 1234567890.12,
             "ship_to": {"street": "Straße 1 \"x\"", "city": "Köln", "zip": "50667"},
             "tags": ["a", "", "ünï", "c,d", "\"q\"", "{}", "NULL", "\\"],
             "extras": {"b": "2", "a": "1", "": "", "ключ": "значение"},
             "placed_at": "2024-05-01T10:20:30.123456+02:00"})",
         .user = user}
    );
    REQUIRE(made.status == 201);
    const auto& row = made.parsed;
    CHECK(row.at("customer") == user);
    CHECK(row.at("status") == "placed");
    CHECK(made.body.find("\"total\":1234567890.12") != std::string::npos);
    CHECK(
        row.at("ship_to") ==
        json::parse(R"({"street": "Straße 1 \"x\"", "city": "Köln", "zip": "50667"})")
    );
    CHECK(row.at("tags") == json::parse(R"(["a", "", "ünï", "c,d", "\"q\"", "{}", "NULL", "\\"])"));
    CHECK(row.at("extras") == json::parse(R"({"b": "2", "a": "1", "": "", "ключ": "значение"})"));
    CHECK(row.at("placed_at") == "2024-05-01T08:20:30.123456Z");
    CHECK(row.at("is_deleted") == false);
    CHECK(row.at("inserted_by") == user + "@example.com");
    CHECK(row.at("deleted_at").is_null());
    CHECK(row.at("deleted_by").is_null());
    for (const auto& name : audit_columns)
        CHECK(row.contains(name));
    CHECK_FALSE(row.contains("margin"));
    CHECK(made.header("Location") == "/api/v1/orders/" + row.at("id").get<std::string>());
    both.remember("id", "/id");

    const auto got = both({.target = "/api/v1/orders/{id}", .user = user});
    REQUIRE(got.status == 200);
    CHECK(got.parsed == row);
    CHECK(names_of(got.parsed) == names_of(row));

    const auto patched = both(
        {.method = "PATCH",
         .target = "/api/v1/orders/{id}",
         .body = R"({"total": "0.10", "ship_to": null, "tags": [], "extras": {}})",
         .user = user}
    );
    REQUIRE(patched.status == 200);
    CHECK(patched.body.find("\"total\":0.10") != std::string::npos);
    CHECK(patched.parsed.at("ship_to").is_null());
    CHECK(patched.parsed.at("tags") == json::array());
    CHECK(patched.parsed.at("extras") == json::object());
    CHECK(patched.parsed.at("status") == "placed");
    CHECK(patched.parsed.at("inserted_at") == row.at("inserted_at"));
    CHECK(patched.parsed.at("record_uuid") == row.at("record_uuid"));
    CHECK(patched.parsed.at("updated_by") == user + "@example.com");

    // What a replacement does not name goes back to its default, or to null.
    const auto put = both(
        {.method = "PUT",
         .target = "/api/v1/orders/{id}",
         .body = R"({"tags": ["only"]})",
         .user = user}
    );
    REQUIRE(put.status == 200);
    CHECK(put.parsed.at("status") == "draft");
    CHECK(put.body.find("\"total\":0.00") != std::string::npos);
    CHECK(put.parsed.at("placed_at").is_null());
    CHECK(put.parsed.at("tags") == json::array({"only"}));
    CHECK(put.parsed.at("record_uuid") == row.at("record_uuid"));

    const auto deleted = both({.method = "DELETE", .target = "/api/v1/orders/{id}", .user = user});
    CHECK(deleted.status == 204);
    CHECK(both({.target = "/api/v1/orders/{id}", .user = user}).status == 404);
    CHECK(both({.method = "DELETE", .target = "/api/v1/orders/{id}", .user = user}).status == 404);
    CHECK(
        both({.method = "PATCH",
              .target = "/api/v1/orders/{id}",
              .body = R"({"total": 1})",
              .user = user})
            .status == 404
    );
    CHECK(both({.target = "/api/v1/orders", .user = user}).parsed.at("count") == 0);
    for (const auto* which : {"include", "only"}) {
        const auto listed = both(
            {.target = std::string{"/api/v1/orders?count=exact&deleted="} + which, .user = user}
        );
        REQUIRE(listed.parsed.at("count") == 1);
        CHECK(listed.parsed.at("total") == 1);
        CHECK(listed.parsed.at("data")[0].at("is_deleted") == true);
        CHECK(listed.parsed.at("data")[0].at("deleted_by") == user + "@example.com");
        CHECK(listed.parsed.at("data")[0].at("deleted_at").is_string());
    }

    const auto restored =
        both({.method = "POST", .target = "/api/v1/orders/{id}/restore", .user = user});
    REQUIRE(restored.status == 200);
    CHECK(restored.parsed.at("is_deleted") == false);
    CHECK(restored.parsed.at("deleted_at").is_null());
    CHECK(restored.parsed.at("tags") == json::array({"only"}));
    CHECK(
        both({.method = "POST", .target = "/api/v1/orders/{id}/restore", .user = user}).status ==
        404
    );
    CHECK(both({.target = "/api/v1/orders?deleted=only", .user = user}).parsed.at("count") == 0);

    // Nobody is in the purge group here.
    CHECK(
        both({.method = "POST", .target = "/api/v1/orders/{id}/purge", .user = user}).status == 403
    );
    CHECK(both({.target = "/api/v1/orders/{id}", .user = user}).status == 200);
}

TEST_CASE("Location leads to the row, for composite keys too, and defaults are what the schema says"
) {
    twins both;
    const auto user = fresh_user("lines");
    const auto order =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(order.status == 201);
    CHECK(order.parsed.at("status") == "draft");
    CHECK(order.body.find("\"total\":0.00") != std::string::npos);
    CHECK(order.parsed.at("tags") == json::array());
    CHECK(order.parsed.at("extras") == json::object());
    CHECK(order.parsed.at("ship_to").is_null());
    both.remember("order", "/id");

    const auto line = both(
        {.method = "POST",
         .target = "/api/v1/order-lines",
         .body = R"({"order_id": "{order}", "line_no": 7, "sku": "a/b,c", "quantity": 3,
             "unit_price": 9.99, "discounts": [{"code": "X\"Y", "amount": "1.50"}]})",
         .user = user}
    );
    REQUIRE(line.status == 201);
    CHECK(
        line.header("Location") ==
        "/api/v1/order-lines/" + order.parsed.at("id").get<std::string>() + ",7"
    );
    CHECK(line.body.find("\"amount\":1.50") != std::string::npos);
    const auto found = shared_embedded().send({.target = line.header("Location"), .user = user});
    CHECK(found.status == 200);
    CHECK(found.parsed == line.parsed);
    CHECK(both({.target = "/api/v1/order-lines/{order}%2C7", .user = user}).status == 400);
    CHECK(both({.target = "/api/v1/order-lines/{order},8", .user = user}).status == 404);
    CHECK(both({.target = "/api/v1/order-lines/{order}", .user = user}).status == 400);
    CHECK(both({.target = "/api/v1/order-lines/{order},7,1", .user = user}).status == 400);
    CHECK(both({.target = "/api/v1/order-lines/{order},x", .user = user}).status == 400);
    CHECK(both({.target = "/api/v1/order-lines/{order},07", .user = user}).status < 500);

    SECTION("a taken key is a conflict, and the row stays as it was") {
        const auto again = both(
            {.method = "POST",
             .target = "/api/v1/order-lines",
             .body =
                 R"({"order_id": "{order}", "line_no": 7, "sku": "other", "quantity": 1, "unit_price": 1})",
             .user = user}
        );
        CHECK(again.status == 409);
        CHECK(
            both({.target = "/api/v1/order-lines/{order},7", .user = user}).parsed.at("sku") ==
            "a/b,c"
        );
    }
    SECTION("PUT creates what is absent, at the path's key") {
        const auto created = both(
            {.method = "PUT",
             .target = "/api/v1/order-lines/{order},8",
             .body = R"({"sku": "new", "quantity": 1, "unit_price": "2.00"})",
             .user = user}
        );
        REQUIRE(created.status == 201);
        CHECK(created.parsed.at("line_no") == 8);
        CHECK(
            created.header("Location") ==
            "/api/v1/order-lines/" + order.parsed.at("id").get<std::string>() + ",8"
        );
        const auto replaced = both(
            {.method = "PUT",
             .target = "/api/v1/order-lines/{order},8",
             .body =
                 R"({"order_id": "{order}", "line_no": 8, "sku": "newer", "quantity": 2, "unit_price": "3.00"})",
             .user = user}
        );
        CHECK(replaced.status == 200);
        CHECK(replaced.parsed.at("record_uuid") == created.parsed.at("record_uuid"));
        const auto mismatched = both(
            {.method = "PUT",
             .target = "/api/v1/order-lines/{order},8",
             .body = R"({"line_no": 9, "sku": "newer", "quantity": 2, "unit_price": "3.00"})",
             .user = user}
        );
        CHECK(mismatched.status == 400);
        CHECK(mismatched.parsed.at("details").at("errors")[0].at("type") == "key_mismatch");
        const auto incomplete = both(
            {.method = "PUT", .target = "/api/v1/order-lines/{order},8", .body = "{}", .user = user}
        );
        CHECK(incomplete.status == 400);
        CHECK(incomplete.parsed.at("details").at("errors").size() == 3);
    }
    SECTION("a deleted line is restored; its key stays taken until then") {
        CHECK(
            both({.method = "DELETE", .target = "/api/v1/order-lines/{order},7", .user = user})
                .status == 204
        );
        const auto taken = both(
            {.method = "POST",
             .target = "/api/v1/order-lines",
             .body =
                 R"({"order_id": "{order}", "line_no": 7, "sku": "other", "quantity": 1, "unit_price": 1})",
             .user = user}
        );
        CHECK(taken.status == 409);
        const auto put = both(
            {.method = "PUT",
             .target = "/api/v1/order-lines/{order},7",
             .body = R"({"sku": "other", "quantity": 1, "unit_price": 1})",
             .user = user}
        );
        CHECK(put.status == 409);
        const auto restored =
            both({.method = "POST", .target = "/api/v1/order-lines/{order},7/restore", .user = user}
            );
        CHECK(restored.status == 200);
        CHECK(restored.parsed.at("sku") == "a/b,c");
    }
    SECTION("a line of no order is refused, whatever the backend") {
        const auto orphan = both(
            {.method = "POST",
             .target = "/api/v1/order-lines",
             .body =
                 R"({"order_id": "00000000-0000-4000-8000-000000000000", "line_no": 1, "sku": "x", "quantity": 1, "unit_price": 1})",
             .user = user}
        );
        CHECK(orphan.status >= 400);
        CHECK(orphan.status < 500);
        const auto put = both(
            {.method = "PUT",
             .target = "/api/v1/order-lines/00000000-0000-4000-8000-000000000000,1",
             .body = R"({"sku": "x", "quantity": 1, "unit_price": 1})",
             .user = user}
        );
        CHECK(put.status >= 400);
        CHECK(put.status < 500);
    }
}

TEST_CASE("many rows are inserted wholly or not at all") {
    twins both;
    const auto user = fresh_user("many");
    const auto many = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"([{"total": 1}, {"total": "2.50", "tags": ["t"]}, {"total": 3.00}])",
         .user = user}
    );
    REQUIRE(many.status == 201);
    CHECK(many.parsed.at("count") == 3);
    REQUIRE(many.parsed.at("data").size() == 3);
    CHECK(many.parsed.at("data")[1].at("tags") == json::array({"t"}));
    CHECK(many.parsed.at("data")[2].at("inserted_by") == user + "@example.com");
    CHECK(many.headers.count("Location") == 0);

    const auto minimal = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"([{"total": 4}])",
         .user = user,
         .headers = {{"Prefer", "return=minimal"}}}
    );
    CHECK(minimal.status == 201);
    CHECK(minimal.parsed == json::parse(R"({"count": 1})"));
    CHECK(minimal.header("Preference-Applied") == "return=minimal");

    const auto bad = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"([{"total": 5}, {"total": -1, "status": "plased"}, {"total": 6}, 7])",
         .user = user}
    );
    CHECK(bad.status == 400);
    const auto& errors = bad.parsed.at("details").at("errors");
    REQUIRE(errors.size() == 3);
    CHECK(errors[0].at("loc") == json::array({"body", 1, "status"}));
    CHECK(
        errors[0].at("msg").get<std::string>().find("did you mean 'placed'?") != std::string::npos
    );
    CHECK(errors[1].at("loc") == json::array({"body", 1, "total"}));
    CHECK(errors[2].at("loc") == json::array({"body", 3}));

    // Sound by itself, refused by the table's check.
    const auto refused = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"([{"total": 7}, {"total": 8, "status": "shipped"}])",
         .user = user}
    );
    CHECK(refused.status == 400);
    const auto listed = both({.target = "/api/v1/orders?count=exact&order=total", .user = user});
    CHECK(listed.parsed.at("total") == 4);

    const auto none =
        both({.method = "POST", .target = "/api/v1/orders", .body = "[]", .user = user});
    CHECK(none.status < 500);

    // The second row has the key of the first: neither is stored.
    const auto order =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(order.status == 201);
    both.remember("order", "/id");
    const auto twice = both(
        {.method = "POST",
         .target = "/api/v1/order-lines",
         .body =
             R"([{"order_id": "{order}", "line_no": 1, "sku": "a", "quantity": 1, "unit_price": 1},
             {"order_id": "{order}", "line_no": 1, "sku": "b", "quantity": 1, "unit_price": 1}])",
         .user = user}
    );
    CHECK(twice.status == 409);
    CHECK(both({.target = "/api/v1/order-lines", .user = user}).parsed.at("count") == 0);
}

TEST_CASE("preferences belong to one user each, and may be any JSON") {
    twins both;
    const auto user = fresh_user("prefs");
    const auto made = both(
        {.method = "POST",
         .target = "/api/v1/preferences",
         .body =
             R"({"preferences": {"theme": "dark", "n": [1, 2.5, null, true, {"ü": "\u00e9\ud83d\ude00"}]}})",
         .user = user}
    );
    REQUIRE(made.status == 201);
    CHECK(made.parsed.at("user_id") == user);
    CHECK(made.parsed.at("preferences").at("n")[4].at("ü") == "é😀");
    CHECK(made.parsed.at("created_at").is_string());
    CHECK(made.parsed.at("id").is_number_integer());
    both.remember("id", "/id");
    CHECK(made.header("Location") == "/api/v1/preferences/" + both.embedded("id"));
    const auto got = both({.target = "/api/v1/preferences/{id}", .user = user});
    CHECK(got.parsed == made.parsed);

    const auto second =
        both({.method = "POST", .target = "/api/v1/preferences", .body = "{}", .user = user});
    CHECK(second.status == 409);

    for (const auto* value :
         {"{}", "[]", "\"text\"", "12.5", "true", "[null]", R"({"a": {"a": {"a": []}}})"}) {
        const auto changed = both(
            {.method = "PATCH",
             .target = "/api/v1/preferences/{id}",
             .body = std::string{R"({"preferences": )"} + value + "}",
             .user = user}
        );
        REQUIRE(changed.status == 200);
        CHECK(changed.parsed.at("preferences") == json::parse(value));
    }
    // A JSON null would be an SQL NULL to every reader.
    CHECK(
        both({.method = "PATCH",
              .target = "/api/v1/preferences/{id}",
              .body = R"({"preferences": null})",
              .user = user})
            .status == 400
    );
    CHECK(
        both({.method = "PATCH",
              .target = "/api/v1/preferences/{id}",
              .body = R"({"preferences": "a\u0000b"})",
              .user = user})
            .status == 400
    );
    const auto put =
        both({.method = "PUT", .target = "/api/v1/preferences/{id}", .body = "{}", .user = user});
    CHECK(put.status == 200);
    CHECK(put.parsed.at("preferences") == json::object());
    // Its key is the database's to give: nothing is created.
    CHECK(
        both({.method = "PUT", .target = "/api/v1/preferences/987654321", .body = "{}", .user = user
             })
            .status == 404
    );
    CHECK(
        both({.method = "DELETE", .target = "/api/v1/preferences/{id}", .user = user}).status == 204
    );
    const auto again =
        both({.method = "POST", .target = "/api/v1/preferences", .body = "{}", .user = user});
    CHECK(again.status == 201);
    // A live row has the user by now.
    CHECK(
        both({.method = "POST", .target = "/api/v1/preferences/{id}/restore", .user = user})
            .status == 409
    );
}

TEST_CASE("numbers come as the client prefers") {
    twins both;
    const auto user = fresh_user("numbers");
    const auto text = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"({"total": 9999999999.99})",
         .user = user,
         .headers = {{"Prefer", "numbers=string, unknown=1"}}}
    );
    REQUIRE(text.status == 201);
    CHECK(text.parsed.at("total") == "9999999999.99");
    CHECK(text.header("Preference-Applied") == "numbers=string");
    both.remember("id", "/id");
    const auto plain = both({.target = "/api/v1/orders/{id}", .user = user});
    CHECK(plain.body.find("\"total\":9999999999.99") != std::string::npos);
    const auto listed =
        both({.target = "/api/v1/orders", .user = user, .headers = {{"Prefer", "numbers=string"}}});
    CHECK(listed.parsed.at("data")[0].at("total") == "9999999999.99");
    CHECK(listed.parsed.at("count") == 1);

    const auto quiet = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = "{}",
         .user = user,
         .headers = {{"Prefer", "return=minimal"}}}
    );
    CHECK(quiet.status == 201);
    CHECK(quiet.body.empty());
    CHECK(quiet.headers.count("Location") == 1);
    const auto changed = both(
        {.method = "PATCH",
         .target = "/api/v1/orders/{id}",
         .body = R"({"total": 1})",
         .user = user,
         .headers = {{"Prefer", "return=minimal"}}}
    );
    CHECK(changed.status == 204);
}

TEST_CASE("PostgreSQL without a warehouse does not serve wells") {
    CHECK(shared_postgres().send({.target = "/api/v1/wells"}).status == 404);
}

TEST_CASE("a well is written and read alike on the engine and on a warehouse") {
    where_wells_are([](const backend& on) {
        const std::string body =
            R"({"api10": 4201234567, "api14": "42012345670000", "wellname": "SMITH 1-15H", "spuddate": "05/01/2024", "oileur": 1e5})";
        const auto made = on({.method = "POST", .target = "/api/v1/wells", .body = body});
        REQUIRE(made.status == 201);
        CHECK(made.header("Location") == "/api/v1/wells/4201234567");
        CHECK(made.parsed.at("api14") == 42012345670000);
        CHECK(made.parsed.at("wellspacing") == 640.0);
        CHECK(made.parsed.at("oileur") == 100000);
        CHECK(made.parsed.at("inserted_by") == (on.name == "local" ? "weir_app" : "weir"));
        CHECK(on({.target = "/api/v1/wells/4201234567"}).parsed == made.parsed);
        CHECK(on({.method = "POST", .target = "/api/v1/wells", .body = body}).status == 409);
        const auto same_unique =
            on({.method = "POST",
                .target = "/api/v1/wells",
                .body = R"({"api10": 4201234568, "api14": 42012345670000, "wellname": "B"})"});
        CHECK(same_unique.status == 409);
        const auto broken = on(
            {.method = "POST",
             .target = "/api/v1/wells",
             .body =
                 R"({"api10": 1, "api14": 1.5, "wellname": "", "spuddate": "2024-05-01", "oileur": -1, "gaseur": "NaN"})"
            }
        );
        CHECK(broken.status == 400);
        CHECK(broken.parsed.at("details").at("errors").size() >= 5);
        const auto put =
            on({.method = "PUT",
                .target = "/api/v1/wells/4201234999",
                .body = R"({"api14": 5, "wellname": "PUT"})",
                .user = "mary"});
        CHECK(put.status == 201);
        CHECK(put.header("Location") == "/api/v1/wells/4201234999");
        CHECK(put.parsed.at("inserted_by") == "mary@example.com");
        const auto out_of_range =
            on({.method = "PUT",
                .target = "/api/v1/wells/42",
                .body = R"({"api14": 6, "wellname": "PUT"})"});
        CHECK(out_of_range.status == 400);
        CHECK(on({.method = "DELETE", .target = "/api/v1/wells/4201234999"}).status == 204);
        CHECK(on({.method = "POST", .target = "/api/v1/wells/4201234999/restore"}).status == 200);
        CHECK(on({.method = "POST", .target = "/api/v1/wells/4201234999/purge"}).status == 403);
    });
}

namespace {

/// Answers of reads by key that asked nothing of the database.
double kept_answers(const service& on) {
    return value_of(
        metrics_of(on), R"(weir_cache_lookups_total{cache="rows of wells",by="value"})"
    );
}

void check_every_door(const service& on, const std::string& key) {
    const auto path = "/api/v1/wells/" + key;
    const std::string where =
        R"({"catalog": "oil_gas_catalog", "schema": "production_schema", "table": "wells", )";
    const auto by_key = where + R"("key_column": "api10", "key_value": )" + key;
    const auto rest = "/rest/v1/wells?api10=eq." + key;

    struct write {
        std::string method;
        std::string target;
        std::string body{};
        std::vector<std::pair<std::string, std::string>> headers{};
    };

    const auto row = [&](const std::string& name) {
        return R"({"api10": )" + key + R"(, "api14": )" + key + R"(0000, "wellname": ")" + name +
               "\"}";
    };
    const std::vector<write> writes{
        {"POST", "/api/v1/records/write", where + R"("data": [)" + row("RECORDS") + "]}"},
        {"PUT", "/api/v1/records/update", by_key + R"(, "updates": {"wellname": "UPDATED"}})"},
        {"PUT",
         "/api/v1/records/update",
         where + R"("filters": [{"column": "api10", "op": "=", "value": )" + key +
             R"(}], "updates": {"wellname": "FILTERED"}})"},
        {"DELETE", "/api/v1/records/delete", by_key + "}"},
        {"POST", path + "/restore"},
        {"PATCH", rest, R"({"wellname": "REST"})"},
        {"POST", "/rest/v1/wells", row("MERGED"), {{"Prefer", "resolution=merge-duplicates"}}},
        {"DELETE", rest},
        {"POST", path + "/restore"},
        {"PATCH", path, R"({"wellname": "TYPED"})"},
        {"PUT", path, R"({"wellname": "PUT", "api14": )" + key + "0000}"},
        {"PATCH", "/api/v1/wells?api10=eq." + key, R"({"wellname": "MANY"})"},
        {"PATCH",
         "/api/v1/wells/batch",
         R"([{"key": {"api10": )" + key + R"(}, "set": {"wellname": "BATCH"}}])"},
        {"PATCH", path, R"({"wellname": "KEYED"})", {{"Idempotency-Key", "kept-" + key}}},
        {"POST", "/api/v1/records/delete", by_key + "}"},
        {"POST", path + "/restore"},
    };
    for (const auto& each : writes) {
        INFO(each.method << ' ' << each.target << ' ' << each.body);
        // Whether it is there or not, what is asked again is kept by now.
        const auto before = on.send({.target = path});
        CHECK(on.send({.target = path}).header("ETag") == before.header("ETag"));
        const auto done = on.send(
            {.method = each.method,
             .target = each.target,
             .body = each.body,
             .headers = each.headers}
        );
        INFO(done.body);
        REQUIRE(done.status < 300);
        const auto after = on.send({.target = path});
        const auto is_by_now =
            on.send({.target = path, .headers = {{"Cache-Control", "no-cache"}}});
        CHECK(after.status == is_by_now.status);
        if (after.status == 200)
            CHECK(after.body == is_by_now.body);
        CHECK(after.header("ETag") == is_by_now.header("ETag"));
        CHECK((after.status != before.status || after.header("ETag") != before.header("ETag")));
    }
}

} // namespace

TEST_CASE("what a service keeps of a row is forgotten by writes through every door") {
    const settings doors{{"WEIR_POSTGREST", "/rest/v1"}, {"WEIR_LOCAL_USER", "lena"}};
    SECTION("on the embedded engine") {
        const service on{embedded_settings(doors)};
        check_every_door(on, "4300000077");
        CHECK(kept_answers(on) > 0);
    }
    SECTION("on a warehouse") {
        const test::own_schema schema{test::postgres_server::shared(), "e2e_doors"};
        const service on{local_settings(workspace_of_local(), schema.server(), schema.name(), doors)
        };
        check_every_door(on, "4300000078");
        CHECK(kept_answers(on) > 0);
        // Nothing is asked of the warehouse.
        const auto kept = kept_answers(on);
        CHECK(on.send({.target = "/api/v1/wells/4300000078"}).status == 200);
        static_cast<void>(workspace_of_local().take_requests());
        CHECK(on.send({.target = "/api/v1/wells/4300000078"}).status == 200);
        CHECK(kept_answers(on) > kept);
        CHECK(workspace_of_local().take_requests().find("/sql/statements") == std::string::npos);
    }
}

} // namespace rows_cases
