// SPDX-License-Identifier: Apache-2.0
// Who calls, whom a service believes, and what one caller can do to another's rows: nothing.
#include <catch.hpp>
#include <string>
#include <vector>

#include "fixture.hpp"

namespace identity_cases {

using namespace e2e;

namespace {

// What must not change while somebody else tries: one order, its line, one preference.
struct belongings {
    std::string order;
    std::string line;
    std::string preference;
    json before;

    belongings(const backend& on, const std::string& owner) {
        const auto made = on(
            {.method = "POST", .target = "/api/v1/orders", .body = R"({"total": 77})", .user = owner
            }
        );
        REQUIRE(made.status == 201);
        const auto id = made.parsed.at("id").get<std::string>();
        order = "/api/v1/orders/" + id;
        line = "/api/v1/order-lines/" + id + ",1";
        REQUIRE(
            on({.method = "POST",
                .target = "/api/v1/order-lines",
                .body = R"({"order_id": ")" + id +
                        R"(", "line_no": 1, "sku": "mine", "quantity": 1, "unit_price": 1})",
                .user = owner})
                .status == 201
        );
        const auto preferred =
            on({.method = "POST", .target = "/api/v1/preferences", .body = "{}", .user = owner});
        REQUIRE(preferred.status == 201);
        preference = preferred.header("Location");
        before = seen_by(on, owner);
    }

    [[nodiscard]] json seen_by(const backend& on, const std::string& who) const {
        json all = json::array();
        for (const auto& target : {order, line, preference})
            all.push_back(on({.target = target, .user = who}).parsed);
        return all;
    }
};

} // namespace

TEST_CASE("one user never sees, counts, changes or deletes what is another's") {
    on_all([](const backend& on) {
        const auto owner = fresh_user("owner-" + on.name);
        const auto other = fresh_user("other-" + on.name);
        const belongings mine{on, owner};
        const auto id = mine.before[0].at("id").get<std::string>();

        for (const auto& target : {mine.order, mine.line, mine.preference}) {
            INFO(target);
            CHECK(on({.target = target, .user = other}).status == 404);
            CHECK(on({.method = "HEAD", .target = target, .user = other}).status == 404);
            CHECK(on({.method = "DELETE", .target = target, .user = other}).status == 404);
            CHECK(
                on({.method = "POST", .target = target + "/restore", .user = other}).status == 404
            );
            const auto purged = on({.method = "POST", .target = target + "/purge", .user = other});
            CHECK(purged.status == 403);
            // Nothing to change, something to change, something wrong: no difference to a row
            // that is not there.
            CHECK(
                on({.method = "PATCH", .target = target, .body = "{}", .user = other}).status == 404
            );
        }
        CHECK(
            on({.method = "PATCH", .target = mine.order, .body = R"({"total": 1})", .user = other})
                .status == 404
        );
        CHECK(
            on({.method = "PATCH", .target = mine.line, .body = R"({"sku": "x"})", .user = other})
                .status == 404
        );
        CHECK(
            on({.method = "PATCH",
                .target = mine.preference,
                .body = R"({"preferences": 1})",
                .user = other})
                .status == 404
        );
        const auto put_order =
            on({.method = "PUT", .target = mine.order, .body = R"({"total": 1})", .user = other});
        CHECK(put_order.status == 404);
        const std::string line = R"({"sku": "x", "quantity": 1, "unit_price": 1})";
        CHECK(
            on({.method = "PUT", .target = mine.line, .body = line, .user = other}).status == 404
        );
        const auto second_line = "/api/v1/order-lines/" + id + ",2";
        CHECK(
            on({.method = "PUT", .target = second_line, .body = line, .user = other}).status == 404
        );
        const auto inserted =
            on({.method = "POST",
                .target = "/api/v1/order-lines",
                .body = R"({"order_id": ")" + id +
                        R"(", "line_no": 3, "sku": "x", "quantity": 1, "unit_price": 1})",
                .user = other});
        CHECK(inserted.status == 404);
        // A line of mine beside one of yours: neither.
        const auto own =
            on({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = other});
        const auto own_id = own.parsed.at("id").get<std::string>();
        const auto mixed =
            on({.method = "POST",
                .target = "/api/v1/order-lines",
                .body = R"([{"order_id": ")" + own_id +
                        R"(", "line_no": 1, "sku": "x", "quantity": 1, "unit_price": 1},
                     {"order_id": ")" +
                        id + R"(", "line_no": 4, "sku": "x", "quantity": 1, "unit_price": 1}])",
                .user = other});
        CHECK(mixed.status == 404);
        CHECK(
            on({.target = "/api/v1/order-lines?count=exact", .user = other}).parsed.at("total") == 0
        );

        for (const auto& query :
             {std::string{"count=exact"},
              "count=exact&id=eq." + id,
              "count=exact&customer=eq." + owner,
              std::string{"count=exact&customer=not.eq.nobody&total=eq.77"},
              std::string{"count=exact&deleted=include&total=in.(77)"}}) {
            INFO(query);
            const auto listed = on({.target = "/api/v1/orders?" + query, .user = other});
            CHECK(listed.status == 200);
            CHECK(listed.body.find(owner) == std::string::npos);
            CHECK(listed.body.find(id) == std::string::npos);
            CHECK(listed.parsed.at("total") == (query == "count=exact" ? 1 : 0));
        }
        for (const auto* target :
             {"/api/v1/order-lines?count=exact&deleted=include",
              "/api/v1/preferences?count=exact&deleted=include"}) {
            const auto listed = on({.target = target, .user = other});
            CHECK(listed.parsed.at("total") == 0);
            CHECK(listed.parsed.at("data").empty());
        }
        CHECK(mine.seen_by(on, owner) == mine.before);

        // Deleted rows are no more visible than live ones.
        REQUIRE(on({.method = "DELETE", .target = mine.order, .user = owner}).status == 204);
        CHECK(
            on({.target = "/api/v1/orders?deleted=only&count=exact", .user = other})
                .parsed.at("total") == 0
        );
        CHECK(
            on({.method = "POST", .target = mine.order + "/restore", .user = other}).status == 404
        );
        CHECK(
            on({.method = "POST", .target = mine.order + "/restore", .user = owner}).status == 200
        );
    });
}

TEST_CASE("an id that another's row has is not told apart from one that is free") {
    on_all([](const backend& on) {
        const auto owner = fresh_user("idowner-" + on.name);
        const auto other = fresh_user("idother-" + on.name);
        const auto made =
            on({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = owner});
        const auto id = made.parsed.at("id").get<std::string>();
        const auto free = std::string{"00000000-0000-4000-8000-00000000000"};
        CHECK(
            on({.target = "/api/v1/orders/" + id, .user = other}).parsed.at("message") ==
            on({.target = "/api/v1/orders/" + free + "0", .user = other}).parsed.at("message")
        );
        CHECK(
            on({.method = "PUT", .target = "/api/v1/orders/" + id, .body = "{}", .user = other})
                .status == 404
        );
        CHECK(on({.target = "/api/v1/orders/" + id, .user = owner}).parsed == made.parsed);
    });
}

TEST_CASE("audit columns name the caller's e-mail, else the id") {
    on_all([](const backend& on) {
        const auto user = fresh_user("audit-" + on.name);
        const auto with_mail =
            on({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = user});
        CHECK(with_mail.parsed.at("inserted_by") == user + "@example.com");
        CHECK(with_mail.parsed.at("customer") == user);
        const auto without =
            on({.method = "POST",
                .target = "/api/v1/orders",
                .body = "{}",
                .headers = {{"X-Forwarded-User", user}}});
        CHECK(without.parsed.at("inserted_by") == user);
    });
}

TEST_CASE("a caller who is not plainly named is nobody, and nobody gets nothing") {
    on_all([](const backend& on) {
        const std::vector<std::vector<std::pair<std::string, std::string>>> callers{
            {},
            {{"X-Forwarded-Email", "a@example.com"}},
            {{"X-Forwarded-User", ""}},
            {{"X-Forwarded-User", "a"}, {"X-Forwarded-User", "b"}},
            {{"X-Forwarded-User", std::string(256, 'a')}},
            {{"X_Forwarded_User", "a"}},
        };
        for (const auto& headers : callers) {
            INFO((headers.empty() ? std::string{} : headers.front().second));
            for (const auto* target :
                 {"/api/v1/orders", "/api/v1/order-lines", "/api/v1/preferences"}) {
                const auto listed = on({.target = target, .headers = headers});
                CHECK(listed.status == 401);
                CHECK(listed.header("WWW-Authenticate") == "Bearer");
                CHECK(
                    on({.method = "POST", .target = target, .body = "{}", .headers = headers})
                        .status != 201
                );
            }
        }
        const std::string id = "/api/v1/orders/00000000-0000-4000-8000-000000000000";
        CHECK(on({.target = id}).status == 401);
        CHECK(on({.method = "PATCH", .target = id, .body = "{}"}).status == 401);
        CHECK(on({.method = "PUT", .target = id, .body = "{}"}).status == 401);
        CHECK(on({.method = "DELETE", .target = id}).status == 401);
        CHECK(on({.method = "POST", .target = id + "/restore"}).status == 401);
        CHECK(on({.method = "POST", .target = id + "/purge"}).status == 401);
    });
}

TEST_CASE("without trust forwarded headers mean nothing") {
    SECTION("nobody calls") {
        service on{embedded_settings()};
        CHECK(on.send({.target = "/api/v1/orders", .user = "mallory"}).status == 401);
        CHECK(
            on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = "mallory"})
                .status == 401
        );
        // Tables without `access` are for everybody, in the service's own name.
        const auto well = on.send(
            {.method = "POST",
             .target = "/api/v1/wells",
             .body = R"({"api10": 4201234567, "api14": 1, "wellname": "A"})",
             .user = "mallory"}
        );
        CHECK(well.status == 201);
        CHECK(well.parsed.at("inserted_by") == "weir");
        CHECK(on.process().stop() == 0);
    }
    SECTION("WEIR_LOCAL_USER calls") {
        service on{embedded_settings({{"WEIR_LOCAL_USER", "lena"}, {"DATABRICKS_CLIENT_ID", "sp"}})
        };
        const auto made =
            on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}", .user = "mallory"}
            );
        CHECK(made.status == 201);
        CHECK(made.parsed.at("customer") == "lena");
        CHECK(made.parsed.at("inserted_by") == "lena");
        CHECK(made.body.find("mallory") == std::string::npos);
        CHECK(on.process().stop() == 0);
    }
    SECTION("an App trusts its proxy and listens on every address") {
        service on{embedded_settings(
            {{"DATABRICKS_APP_NAME", "field-ops"},
             {"WEIR_HOST", "127.0.0.1"},
             {"DATABRICKS_CLIENT_ID", "sp-1"}}
        )};
        CHECK(on.send({.target = "/api/v1/orders", .user = "a"}).status == 200);
        CHECK(on.send({.target = "/api/v1/orders"}).status == 401);
        const auto well = on.send(
            {.method = "POST",
             .target = "/api/v1/wells",
             .body = R"({"api10": 4201234567, "api14": 1, "wellname": "A"})"}
        );
        CHECK(well.parsed.at("inserted_by") == "sp-1");
    }
}

} // namespace identity_cases
