// SPDX-License-Identifier: Apache-2.0
// Statements, their values and their failures, over HTTP to an engine that executes them.
#include <weir/data/drift.hpp>

#include <specimens.weir.hpp>

#include "fixture.hpp"

using namespace test;

TEST_CASE("a statement's rows and its count come back") {
    on_warehouse on;
    on.write("create or replace table statements_t (id BIGINT, label STRING)");
    const auto written =
        on.run("insert into statements_t values (1, 'a'), (2, null)", verb::insert);
    CHECK(written.affected_rows() == 2);
    CHECK(
        on.all("select id, label from statements_t order by id") ==
        std::vector<std::vector<field>>{{"1", "a"}, {"2", std::nullopt}}
    );
    CHECK(on.run("delete from statements_t where id = 1", verb::remove).affected_rows() == 1);
    CHECK(on.run("update statements_t set label = 'b'", verb::update).affected_rows() == 1);
    CHECK(on.all("select id from statements_t where id > 5").empty());
}

TEST_CASE("times keep their microseconds, bytes and texts every bit, containers their values") {
    on_warehouse on;
    weir::create_tables<weir::table_list<specimens::specimen>>(on.session);
    weir::repository<specimens::specimen, session_type> rows{on.session};
    const specimens::specimen_create given{
        .exact = *weir::decimal<38, 10>::parse("1234567890123456789012345678.0123456789"),
        .words = "it's \"quoted\" \\ \n\t :p1 \u00e9 \U0001F600",
        .moment = weir::timestamp{1'714'558'830'123'456},
        .wall = weir::timestamp_ntz{-1},
        .bytes = std::vector{std::byte{0}, std::byte{255}, std::byte{92}},
        .numbers = std::vector<std::int64_t>{1, -2, INT64_MAX},
        .names = std::vector<std::string>{"", "NULL", "a,b", "{\"}\\"},
        .piece = specimens::part{.code = "p", .weight = {}, .made = weir::timestamp{1'000'001}},
    };
    const auto found = rows.read({rows.insert(given).id});
    CHECK((found.exact == given.exact));
    CHECK(found.words == given.words);
    CHECK((found.moment == given.moment));
    CHECK((found.wall == given.wall));
    CHECK((found.bytes == given.bytes));
    CHECK(found.numbers == given.numbers);
    CHECK(found.names == given.names);
    REQUIRE(found.piece.has_value());
    CHECK((found.piece->made == given.piece->made));
    CHECK_FALSE(found.small.has_value());
}

TEST_CASE("a table that lacks a column of its schema is told of when a service starts") {
    on_warehouse on;
    const auto& of = weir::table_of<specimens::specimen>;
    weir::create_tables<weir::table_list<specimens::specimen>>(on.session);
    CHECK(weir::drift_of(on.session, of, {}).empty());
    const std::string name = "@{" + std::string{of.place} + "}`" + std::string{of.name} + "`";
    on.write("alter table " + name + " set tblproperties ('delta.columnMapping.mode' = 'name')");
    on.write("alter table " + name + " rename column words to other_words");
    const auto told = weir::drift_of(on.session, of, {});
    on.write("drop table " + name);
    REQUIRE(told.size() == 1);
    CHECK(told.front().find("UNRESOLVED_COLUMN") != std::string::npos);
}

TEST_CASE("failures are told by what they are, never in the platform's words") {
    using weir::error_kind;
    on_warehouse on;
    const auto refused = [&](std::string_view sql) { return on.refusal(sql); };
    CHECK(refused("select * from nowhere_to_be_found").second == "42P01");
    CHECK(refused("selec 1").second == "42601");
    CHECK(refused("select cast('x' as int)").second == "22018");
    CHECK(refused("select 1 / 0").second == "22012");
    on.write("create or replace table failures_t (id BIGINT NOT NULL)");
    on.write("alter table failures_t add constraint positive check (id > 0)");
    CHECK(
        on.refusal("insert into failures_t values (null)", verb::insert) ==
        std::pair{error_kind::validation, std::string{"23502"}}
    );
    CHECK(
        on.refusal("insert into failures_t values (-1)", verb::insert) ==
        std::pair{error_kind::validation, std::string{"23514"}}
    );
    CHECK(refused("select nothing_like_it from failures_t").second == "42703");
    try {
        on.run("select secret_column from failures_t");
        FAIL("accepted");
    } catch (const weir::error& failure) {
        CHECK(std::string{failure.what()}.find("secret_column") == std::string::npos);
    }
}

TEST_CASE("a warehouse that does not exist is an error of configuration") {
    on_warehouse on;
    weir::workspace::client client{config_of(on.workspace)};
    weir::warehouse::workspace_transport over{client};
    weir::warehouse::warehouse missing{over, {.warehouse_id = "none"}};
    auto session = missing.session(nobody{});
    CHECK_THROWS_AS(session.execute({.text = "select 1"}, {}, {}), weir::configuration_error);
}
