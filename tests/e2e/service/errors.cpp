// SPDX-License-Identifier: Apache-2.0
// What a clumsy or hostile client gets: every status of docs/http.md, with its reasons, and nothing
// it should not see.
#include <catch.hpp>
#include <raw_http.hpp>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace errors_cases {

using namespace e2e;

namespace {

std::string first_message(const reply& answer) {
    const auto& errors = answer.parsed.at("details").at("errors");
    return errors.empty() ? std::string{} : errors[0].at("msg").get<std::string>();
}

bool has_error(const reply& answer, const std::string& type, const json& loc) {
    for (const auto& each : answer.parsed.at("details").at("errors"))
        if (each.at("type") == type && each.at("loc") == loc)
            return true;
    return false;
}

} // namespace

TEST_CASE("unknown parameters, columns and operators are refused with the nearest name") {
    twins both;
    const auto user = fresh_user("hints");
    const auto refused = [&](const std::string& query, const std::string& phrase) {
        INFO(query);
        const auto answer = both({.target = "/api/v1/orders?" + query, .user = user});
        CHECK(answer.status == 400);
        CHECK(answer.parsed.at("code") == "validation");
        CHECK(answer.parsed.at("details").at("errors")[0].at("loc")[0] == "query");
        INFO(first_message(answer));
        CHECK(first_message(answer).find(phrase) != std::string::npos);
    };
    refused("limt=5", "did you mean 'limit'?");
    refused("stats=eq.draft", "did you mean 'status'?");
    refused("select=totl", "did you mean 'total'?");
    refused("order=placed_att.desc", "did you mean 'placed_at'?");
    refused("order=total.down", ".asc or .desc");
    refused("order=total,total", "twice");
    refused("order=ship_to", "no order");
    refused("order=", "Unknown column");
    refused("total=equals.1", "no operator");
    refused("total=eqq.1", "did you mean 'eq'?");
    refused("total=5", "operator.value");
    refused("total=", "operator.value");
    refused("total=eq.abc", "expects a decimal");
    refused("total=eq.1.234", "expects a decimal");
    refused("total=like.1*", "does not take 'like'");
    refused("status=eq.plased", "expects one of its labels");
    refused("status=gt.draft", "does not take 'gt'");
    refused("tags=eq.a", "does not take 'eq'");
    refused("ship_to=eq.a", "does not take 'eq'");
    refused("id=eq.42", "expects a UUID");
    refused("placed_at=gt.yesterday", "expects a time");
    refused("placed_at=gt.2024-01-01T00:00:00", "expects a time");
    refused("total=is.nul", "'is' takes null");
    refused("is_deleted=is.maybe", "'is' takes null, not_null, true, false or unknown");
    refused("total=in.1,2", "in parentheses");
    refused("total=in.(1,\"2)", "in parentheses");
    refused("limit=-1", "whole number");
    refused("limit=1e2", "whole number");
    refused("limit=99999999999999999999999", "whole number");
    refused("limit=10&limit=20", "twice");
    refused("offset=x", "whole number");
    refused("offset=9223372036854775807", "whole number");
    refused("count=yes", "exact or none");
    refused("deleted=all", "exclude, include or only");
    refused("select=total%00", "Escapes");
    refused("customer=eq.%ff", "Escapes");
    refused("customer=eq.%2", "Escapes");
    refused("order=1;drop%20table%20orders", "Unknown column");
    refused("select=*%20from%20orders--", "Unknown column");
    refused("1=1", "Unknown parameter");

    const auto several =
        both({.target = "/api/v1/orders?nope=1&limit=x&total=eq.y&order=z", .user = user});
    CHECK(several.parsed.at("details").at("errors").size() == 4);
    const auto on_one = both(
        {.target = "/api/v1/orders/00000000-0000-4000-8000-000000000000?select=id", .user = user}
    );
    CHECK(on_one.status == 400);
    CHECK(
        both({.method = "POST", .target = "/api/v1/orders?x=1", .body = "{}", .user = user})
            .status == 400
    );

    std::string fifty_one;
    for (int at = 0; at < 51; ++at)
        fifty_one += "&total=gt.0";
    CHECK(both({.target = "/api/v1/orders?limit=1" + fifty_one, .user = user}).status == 400);
    std::string values = "1";
    for (int at = 0; at < 500; ++at)
        values += ",1";
    CHECK(both({.target = "/api/v1/orders?total=in.(" + values + ")", .user = user}).status == 400);
}

TEST_CASE("a private column does not exist for clients") {
    twins both;
    const auto user = fresh_user("private");
    const auto refused = both(
        {.method = "POST", .target = "/api/v1/orders", .body = R"({"margin": "0.1"})", .user = user}
    );
    CHECK(refused.status == 400);
    CHECK(has_error(refused, "extra_forbidden", {"body", "margin"}));
    // The same words as for a name that nobody ever used.
    const auto unknown = both(
        {.method = "POST", .target = "/api/v1/orders", .body = R"({"qwzzzy": "0.1"})", .user = user}
    );
    CHECK(unknown.parsed.at("details").at("errors")[0].at("type") == "extra_forbidden");
    CHECK(first_message(refused).find("margin") != std::string::npos);
    CHECK(first_message(refused).find("did you mean") == std::string::npos);
    for (const auto* query :
         {"select=margin",
          "order=margin",
          "margin=is.null",
          "margin=gt.0",
          "select=margn",
          "margn=eq.1"}) {
        const auto answer = both({.target = std::string{"/api/v1/orders?"} + query, .user = user});
        INFO(query);
        CHECK(answer.status == 400);
        CHECK(first_message(answer).find("did you mean 'margin'") == std::string::npos);
        CHECK(first_message(answer).find("Unknown") == 0);
    }
    const auto made =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(made.status == 201);
    both.remember("id", "/id");
    CHECK(
        both({.method = "PATCH",
              .target = "/api/v1/orders/{id}",
              .body = R"({"margin": 1})",
              .user = user})
            .status == 400
    );
    CHECK(
        both({.method = "PUT",
              .target = "/api/v1/orders/{id}",
              .body = R"({"margin": 1})",
              .user = user})
            .status == 400
    );
    for (const auto* target : {"/api/v1/orders/{id}", "/api/v1/orders", "/api/v1/orders?select=*"})
        CHECK(both({.target = target, .user = user}).body.find("margin") == std::string::npos);
}

TEST_CASE("columns the server fills are refused in payloads, each by name") {
    twins both;
    const auto user = fresh_user("filled");
    const std::vector<std::string> filled{
        "customer",
        "record_uuid",
        "is_deleted",
        "inserted_at",
        "inserted_by",
        "updated_at",
        "updated_by",
        "deleted_at",
        "deleted_by",
    };
    const auto made =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    both.remember("id", "/id");
    for (const auto& name : filled) {
        INFO(name);
        const auto body = R"({")" + name + R"(": null})";
        const auto inserted =
            both({.method = "POST", .target = "/api/v1/orders", .body = body, .user = user});
        CHECK(inserted.status == 400);
        CHECK(has_error(inserted, "read_only", {"body", name}));
        for (const auto* method : {"PATCH", "PUT"}) {
            const auto changed =
                both({.method = method, .target = "/api/v1/orders/{id}", .body = body, .user = user}
                );
            CHECK(changed.status == 400);
            CHECK(has_error(changed, "read_only", {"body", name}));
        }
    }
    const auto key = both(
        {.method = "PATCH",
         .target = "/api/v1/orders/{id}",
         .body = R"({"id": "00000000-0000-4000-8000-000000000000"})",
         .user = user}
    );
    CHECK(key.status == 400);
    for (const auto* name : {"id", "user_id", "created_at"}) {
        const auto answer = both(
            {.method = "POST",
             .target = "/api/v1/preferences",
             .body = std::string{R"({")"} + name + R"(": 1})",
             .user = user}
        );
        INFO(name);
        CHECK(answer.status == 400);
        CHECK(has_error(answer, "read_only", {"body", name}));
    }
    CHECK(both({.target = "/api/v1/orders", .user = user}).parsed.at("count") == 1);
}

TEST_CASE("bodies that are not what the columns expect are refused, all reasons at once") {
    twins both;
    const auto user = fresh_user("bodies");

    struct mistake {
        std::string body;
        std::string type;
        json loc;
    };

    const std::vector<mistake> mistakes{
        {R"({"total": "abc"})", "decimal_type", {"body", "total"}},
        {R"({"total": 10000000000})", "decimal_precision", {"body", "total"}},
        {R"({"total": 1.001})", "decimal_scale", {"body", "total"}},
        {R"({"total": -0.01})", "greater_than_equal", {"body", "total"}},
        {R"({"total": null})", "", {"body", "total"}},
        {R"({"total": true})", "decimal_type", {"body", "total"}},
        {R"({"total": [1]})", "decimal_type", {"body", "total"}},
        {R"({"total": 1e400})", "", {"body", "total"}},
        {R"({"status": "Draft"})", "enum", {"body", "status"}},
        {R"({"status": 1})", "", {"body", "status"}},
        {R"({"tags": "a"})", "list_type", {"body", "tags"}},
        {R"({"tags": ["a", 1]})", "string_type", {"body", "tags", 1}},
        {R"({"tags": ["a", null]})", "", {"body", "tags", 1}},
        {R"({"extras": {"a": 1}})", "string_type", {"body", "extras", "a"}},
        {R"({"extras": {"a": "1", "a": "2"}})", "duplicate_field", {"body", "extras", "a"}},
        {R"({"extras": []})", "dict_type", {"body", "extras"}},
        {R"({"ship_to": {"street": "a"}})", "missing", {"body", "ship_to", "city"}},
        {R"({"ship_to": {"street": "a", "city": "b", "zip": "!"}})", "", {"body", "ship_to", "zip"}
        },
        {R"({"ship_to": {"street": "a", "city": "b", "land": "c"}})",
         "extra_forbidden",
         {"body", "ship_to", "land"}},
        {R"({"placed_at": "2024-05-01T10:20:30"})", "", {"body", "placed_at"}},
        {R"({"placed_at": "2024-02-30T10:20:30Z"})", "", {"body", "placed_at"}},
        {R"({"placed_at": 1714558830})", "", {"body", "placed_at"}},
        {R"({"id": "42"})", "", {"body", "id"}},
        {R"({"totl": 1})", "extra_forbidden", {"body", "totl"}},
        {R"({"total": 1, "total": 2})", "duplicate_field", {"body", "total"}},
    };
    for (const auto& [body, type, loc] : mistakes) {
        INFO(body);
        const auto answer =
            both({.method = "POST", .target = "/api/v1/orders", .body = body, .user = user});
        CHECK(answer.status == 400);
        const auto& errors = answer.parsed.at("details").at("errors");
        REQUIRE(errors.size() >= 1);
        INFO(errors.dump());
        CHECK(errors[0].at("loc") == loc);
        if (!type.empty())
            CHECK(errors[0].at("type") == type);
    }
    std::string tags = "\"t\"";
    for (int at = 0; at < 20; ++at)
        tags += ",\"t\"";
    CHECK(
        both({.method = "POST",
              .target = "/api/v1/orders",
              .body = R"({"tags": [)" + tags + "]}",
              .user = user})
            .status == 400
    );
    CHECK(both({.target = "/api/v1/orders", .user = user}).parsed.at("count") == 0);
}

TEST_CASE("what is not JSON, not UTF-8, too deep or no row is refused") {
    twins both;
    const auto user = fresh_user("nojson");
    const std::vector<std::string> bodies{
        "",
        " ",
        "{",
        "}",
        "{}{}",
        "{} x",
        "{\"total\": 1,}",
        "{'total': 1}",
        "{\"total\": 01}",
        "{\"total\": NaN}",
        "{\"total\": 1 /* one */}",
        "[{}",
        "[{},]",
        "nul",
        "\xef\xbb\xbf{}",
        "{\"tags\": [\"\xff\"]}",
        "{\"tags\": [\"\xc0\xaf\"]}",
        "{\"tags\": [\"\xed\xa0\x80\"]}",
        "{\"tags\": [\"\\ud800\"]}",
        "{\"tags\": [\"\\u0000\"]}",
        std::string{"{\"tags\": [\"a\0b\"]}", 17},
        "{\"tags\": [\"a\nb\"]}",
        std::string(10'000, '['),
        "{\"preferences\": " + std::string(10'000, '[') + std::string(10'000, ']') + "}",
        "null",
        "1",
        "\"text\"",
        "[1]",
        "[[]]",
    };
    for (const auto& body : bodies) {
        INFO(body.substr(0, 80));
        const auto answer =
            both({.method = "POST", .target = "/api/v1/orders", .body = body, .user = user});
        CHECK(answer.status == 400);
        CHECK(
            both({.method = "POST", .target = "/api/v1/preferences", .body = body, .user = user})
                .status == 400
        );
    }
    CHECK(both({.target = "/api/v1/orders", .user = user}).parsed.at("count") == 0);
}

TEST_CASE("SQL in every text stays text") {
    twins both;
    const auto user = fresh_user("sql'; drop table orders; --");
    const std::vector<std::string> attacks{
        "'; drop table orders; --",
        "\\'; drop table orders; --",
        "' or '1'='1",
        "$1",
        ":p1",
        "?",
        "{{x}}",
        "@{orders}",
        "@[orders]",
        "`x`",
        "/* */",
        "${HOME}",
        "%s%n",
        "\"; select pg_sleep(10); --",
    };
    const auto order =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    REQUIRE(order.status == 201);
    CHECK(order.parsed.at("customer") == user);
    both.remember("order", "/id");
    int line = 0;
    for (const auto& attack : attacks) {
        INFO(attack);
        const json texts{
            {"tags", {attack, attack}},
            {"extras", {{attack, attack}}},
            {"ship_to", {{"street", attack}, {"city", attack}}},
        };
        const auto changed = both(
            {.method = "PATCH",
             .target = "/api/v1/orders/{order}",
             .body = texts.dump(),
             .user = user}
        );
        REQUIRE(changed.status == 200);
        CHECK(changed.parsed.at("tags") == texts.at("tags"));
        CHECK(changed.parsed.at("extras") == texts.at("extras"));
        CHECK(changed.parsed.at("ship_to").at("street") == attack);
        const json one{
            {"order_id", "{order}"},
            {"line_no", ++line},
            {"sku", attack},
            {"quantity", 1},
            {"unit_price", 1},
            {"discounts", {{{"code", attack}, {"amount", 1}}}},
        };
        const auto inserted = both(
            {.method = "POST", .target = "/api/v1/order-lines", .body = one.dump(), .user = user}
        );
        REQUIRE(inserted.status == 201);
        CHECK(inserted.parsed.at("sku") == attack);
        CHECK(inserted.parsed.at("discounts")[0].at("code") == attack);
        const auto found =
            both({.target = "/api/v1/order-lines?sku=eq." + escaped(attack), .user = user});
        CHECK(found.parsed.at("count") == 1);
        for (const auto* name : {"select", "order", "limit", "offset", "count", "deleted"}) {
            const auto refused = both(
                {.target = std::string{"/api/v1/orders?"} + name + "=" + escaped(attack),
                 .user = user}
            );
            CHECK(refused.status == 400);
        }
        CHECK(
            both({.target = "/api/v1/orders?" + escaped(attack) + "=eq.1", .user = user}).status ==
            400
        );
        CHECK(both({.target = "/api/v1/orders/" + escaped(attack), .user = user}).status == 400);
        CHECK(
            both({.target = "/api/v1/preferences/" + escaped(attack), .user = user}).status == 400
        );
    }
    CHECK(both({.target = "/api/v1/orders", .user = user}).parsed.at("count") == 1);
}

TEST_CASE("keys that cannot be are refused, those that do not exist are 404") {
    twins both;
    const auto user = fresh_user("keys");
    const std::string nowhere = "00000000-0000-4000-8000-000000000000";
    for (const auto& key : {nowhere, std::string{"FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF"}}) {
        for (const auto* method : {"GET", "DELETE"})
            CHECK(
                both({.method = method, .target = "/api/v1/orders/" + key, .user = user}).status ==
                404
            );
        CHECK(
            both({.method = "PATCH", .target = "/api/v1/orders/" + key, .body = "{}", .user = user})
                .status == 404
        );
        CHECK(
            both({.method = "PATCH",
                  .target = "/api/v1/orders/" + key,
                  .body = R"({"total": 1})",
                  .user = user})
                .status == 404
        );
        CHECK(
            both({.method = "POST", .target = "/api/v1/orders/" + key + "/restore", .user = user})
                .status == 404
        );
    }
    for (const auto* key :
         {"x",
          "%2F",
          "a%2Fb",
          "..%2F..",
          "%2e%2e",
          "1,2",
          ",",
          "%2C",
          "%20",
          "' or 1=1",
          "null",
          "*"}) {
        ask of{.target = std::string{"/api/v1/orders/"} + key, .user = user};
        if (of.target.find(' ') != std::string::npos)
            of.target = "/api/v1/orders/" + escaped(key);
        INFO(of.target);
        CHECK(both(of).status == 400);
    }
    for (const auto* key : {"99999999999999999999", "1.0", "-0x1", "1e3", " 1", "%201"}) {
        INFO(key);
        CHECK(
            both({.target =
                      "/api/v1/preferences/" + (key[0] == '%' ? std::string{key} : escaped(key)),
                  .user = user})
                .status == 400
        );
    }
    CHECK(both({.target = "/api/v1/preferences/-1", .user = user}).status == 404);
    CHECK(both({.target = "/api/v1/orders/%zz", .user = user}).status == 400);
    CHECK(both({.target = "/api/v1/orders/a/b", .user = user}).status == 404);
    CHECK(both({.target = "/api/v1/orders/", .user = user}).status == 404);
    CHECK(both({.target = "/api/v1/order", .user = user}).status == 404);
    CHECK(both({.target = "/", .user = user}).status == 404);
    CHECK(both({.target = "/api/v1/../../etc/passwd", .user = user}).status == 404);
}

TEST_CASE("media types, methods and sizes are negotiated as HTTP says") {
    on_all([](const backend& on) {
        const auto user = fresh_user("http-" + on.name);
        for (const auto* type :
             {"",
              "text/plain",
              "application/x-www-form-urlencoded",
              "application/jsonp",
              "application/json; charset=latin1"}) {
            INFO(type);
            const auto answer =
                on({.method = "POST",
                    .target = "/api/v1/orders",
                    .body = "{}",
                    .user = user,
                    .content_type = type});
            CHECK(answer.status == 415);
        }
        for (const auto* type :
             {"application/json; charset=utf-8",
              "Application/JSON",
              "application/json;charset=\"UTF-8\""}) {
            const auto answer =
                on({.method = "POST",
                    .target = "/api/v1/orders",
                    .body = "{}",
                    .user = user,
                    .content_type = type});
            CHECK(answer.status == 201);
        }
        const auto accepting = [&](const std::string& accept) {
            return on({.target = "/api/v1/orders", .user = user, .headers = {{"Accept", accept}}}
            ).status;
        };
        CHECK(accepting("text/html") == 406);
        CHECK(accepting("application/json;q=0, image/*") == 406);
        CHECK(accepting("text/html, application/xhtml+xml, */*;q=0.8") == 200);
        CHECK(accepting("application/json") == 200);

        const auto options = on({.method = "OPTIONS", .target = "/api/v1/orders", .user = user});
        CHECK(options.status == 204);
        CHECK(options.header("Allow") == "DELETE, GET, HEAD, OPTIONS, PATCH, POST");
        const auto wrong = on({.method = "PUT", .target = "/api/v1/orders", .user = user});
        CHECK(wrong.status == 405);
        CHECK(wrong.header("Allow") == "DELETE, GET, HEAD, OPTIONS, PATCH, POST");
        const auto one =
            on({.method = "POST", .target = "/api/v1/orders/x", .body = "{}", .user = user});
        CHECK(one.status == 405);
        CHECK(one.header("Allow") == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
        CHECK(
            on({.method = "GET", .target = "/api/v1/orders/x/restore", .user = user}).status == 405
        );
        CHECK(on({.method = "TRACE", .target = "/api/v1/orders", .user = user}).status == 405);

        const auto get = on({.target = "/api/v1/orders?limit=1", .user = user});
        const auto head = on({.method = "HEAD", .target = "/api/v1/orders?limit=1", .user = user});
        CHECK(head.status == 200);
        CHECK(head.body.empty());
        CHECK(head.header("Content-Length") == get.header("Content-Length"));
        CHECK(
            on({.method = "HEAD",
                .target = "/api/v1/orders/00000000-0000-4000-8000-000000000000",
                .user = user})
                .status == 404
        );

        const std::string big = R"({"tags": [")" + std::string(10'000'000, 'x') + R"("]})";
        CHECK(
            on({.method = "POST", .target = "/api/v1/orders", .body = big, .user = user}).status ==
            413
        );
        const std::string fits = R"({"tags": [")" + std::string(5'000'000, 'x') + R"("]})";
        const auto stored =
            on({.method = "POST", .target = "/api/v1/orders", .body = fits, .user = user});
        REQUIRE(stored.status == 201);
        CHECK(stored.parsed.at("tags")[0].get<std::string>().size() == 5'000'000);
        std::string many = "[{}";
        for (int at = 0; at < 10'000; ++at)
            many += ",{}";
        CHECK(
            on({.method = "POST", .target = "/api/v1/orders", .body = many + "]", .user = user})
                .status == 400
        );
        CHECK(
            on({.target = "/api/v1/orders?count=exact&limit=1", .user = user}).parsed.at("total") ==
            4
        );
    });
}

TEST_CASE("a request goes by its own id where that is sound, else by a new one") {
    const auto& on = shared_embedded();
    const auto named =
        on.send({.target = "/api/v1/nowhere", .headers = {{"X-Request-ID", "abc-123"}}});
    CHECK(named.header("X-Request-ID") == "abc-123");
    CHECK(named.parsed.at("request_id") == "abc-123");
    for (const auto& id : {std::string(129, 'a'), std::string{"a b"}, std::string{"\"quoted\""}}) {
        const auto answer =
            on.send({.target = "/api/v1/nowhere", .headers = {{"X-Request-ID", id}}});
        CHECK(answer.header("X-Request-ID").size() == 36);
        CHECK(answer.header("X-Request-ID") != id);
    }
    CHECK(
        on.send({.target = "/livez"}).header("X-Request-ID") !=
        on.send({.target = "/livez"}).header("X-Request-ID")
    );
}

TEST_CASE("health says who is well") {
    on_all([](const backend& on) {
        const auto health = on({.target = "/api/v1/healthcheck"});
        CHECK(health.status == 200);
        CHECK(health.parsed.at("status") == "healthy");
        CHECK(health.parsed.at("components").at("database") == "connected");
        CHECK(health.parsed.at("components").at("tables") == "ready");
        CHECK(health.parsed.at("timestamp").is_string());
        CHECK(on({.target = "/livez"}).status == 200);
    });
}

TEST_CASE("checks of the schema are validation errors with their name") {
    twins both;
    const auto user = fresh_user("checks");
    const auto refused = both(
        {.method = "POST",
         .target = "/api/v1/orders",
         .body = R"({"status": "placed"})",
         .user = user}
    );
    CHECK(refused.status == 400);
    CHECK(refused.parsed.at("code") == "validation");
    CHECK(first_message(refused).find("placed_has_time") != std::string::npos);
    const auto made =
        both({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
    both.remember("id", "/id");
    CHECK(
        both({.method = "PATCH",
              .target = "/api/v1/orders/{id}",
              .body = R"({"status": "shipped"})",
              .user = user})
            .status == 400
    );
    CHECK(both({.target = "/api/v1/orders/{id}", .user = user}).parsed.at("status") == "draft");
}

} // namespace errors_cases
