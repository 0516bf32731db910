// SPDX-License-Identifier: Apache-2.0
// WEIR_MIGRATE: what a service does at its start about tables that are not as its schema says.
#include <catch.hpp>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fixture.hpp"

namespace drift_cases {

using namespace e2e;
using weir::test::service_process;

namespace {

constexpr std::string_view told = "a table is not as its schema says";

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A PostgreSQL schema with the tables that field-ops made, an order in them.
struct used_schema {
    used_schema() {
        service on{with({})};
        const auto order =
            on.send({.method = "POST", .target = "/api/v1/orders", .body = R"({"tags": ["x"]})"});
        REQUIRE(order.status == 201);
        REQUIRE(on.process().stop() == 0);
        REQUIRE_FALSE(holds(on.process().output(), told));
    }

    [[nodiscard]] settings with(settings more) const {
        more.emplace_back("WEIR_LOCAL_USER", "lena");
        return postgres_settings(schema.server(), schema.name(), std::move(more));
    }

    std::string sql(const std::string& text) const {
        return schema.server().as_superuser(
            "set search_path = \"" + schema.name() + "\"; set weir.scope = 'all'; " + text
        );
    }

    /// Whether the service came to have its tables, and what it said until its end.
    std::string said_by(const settings& given) const {
        service on{given};
        REQUIRE(eventually([&] { return on.send({.target = "/api/v1/healthcheck"}).status == 200; })
        );
        REQUIRE(on.process().stop() == 0);
        return on.process().output();
    }

    test::own_schema schema{test::postgres_server::shared(), "e2e_drift"};
};

} // namespace

TEST_CASE("a service tells what differs between its tables and its schema, and serves them") {
    const used_schema used;
    used.sql("alter table orders drop column tags, alter column margin type numeric(7,4), "
             "alter column customer drop not null, add column origin text, "
             "add column seller text not null default 'x'; "
             "alter table orders alter column seller drop default");
    SECTION("if it is not told otherwise") {
        const auto said = used.said_by(used.with({}));
        CHECK(holds(said, told));
        CHECK(holds(
            said,
            "column customer may be NULL there; column tags is absent, a text[]; "
            "column margin is numeric(7,4), not numeric(6,4); column origin is not declared; "
            "column seller is not declared and required, so that no row can be added"
        ));
        CHECK_FALSE(holds(said, "\"order_lines\",\"differs\""));
    }
    SECTION("but not where it is told to look at nothing") {
        CHECK_FALSE(holds(used.said_by(used.with({{"WEIR_MIGRATE", "off"}})), told));
    }
}

TEST_CASE("WEIR_MIGRATE=apply changes the tables, and keeps what would be lost") {
    const used_schema used;
    used.sql("alter table orders drop column tags, add column origin text not null default 'sea'; "
             "drop index orders_customer_placed_at_idx");
    const auto said = used.said_by(used.with({{"WEIR_MIGRATE", "apply"}}));
    CHECK(holds(said, "drop_column:orders.origin"));
    CHECK(holds(said, "kept: only weir migrate --approve changes it"));
    CHECK(holds(said, "column origin is not declared"));
    CHECK_FALSE(holds(said, "is absent"));
    CHECK(used.sql("select origin || tags::text from orders") == "sea{}");
    CHECK(used.sql("select to_regclass('orders_customer_placed_at_idx')") != "");
    CHECK(used.sql("select count(*) from weir_migrations where outcome = 'done'") == "1");
    // What is as it should be is left as it is.
    const auto again = used.said_by(used.with({{"WEIR_MIGRATE", "apply"}}));
    CHECK_FALSE(holds(again, "\"migration\""));
    CHECK(used.sql("select count(*) from weir_migrations where outcome = 'done'") == "1");
}

TEST_CASE("WEIR_MIGRATE=apply does nothing at all where something cannot be done") {
    const used_schema used;
    used.sql("alter table orders drop column tags, alter column margin type numeric(12,8)");
    const auto said = used.said_by(used.with({{"WEIR_MIGRATE", "apply"}}));
    CHECK(holds(said, "the tables are not changed: a change cannot be made"));
    CHECK(holds(said, "change_type:orders.margin"));
    CHECK(holds(said, "column tags is absent"));
}

TEST_CASE("WEIR_MIGRATE is one of three words, and a program that cannot apply says so") {
    service_process unknown{field_ops_program(), embedded_settings({{"WEIR_MIGRATE", "yes"}})};
    CHECK(unknown.wait() == 1);
    CHECK(holds(unknown.output(), "WEIR_MIGRATE must be off, check or apply"));
    const char* examples = std::getenv("WEIR_EXAMPLES");
    REQUIRE(examples != nullptr);
    service_process unable{
        std::string{examples} + "/1_tutorial/3_serve",
        embedded_settings({{"WEIR_MIGRATE", "apply"}})
    };
    CHECK(unable.wait() == 1);
    CHECK(holds(unable.output(), "it needs service::migrate_with()"));
}

} // namespace drift_cases
