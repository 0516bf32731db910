// SPDX-License-Identifier: Apache-2.0
#include <weir/data/any_session.hpp>
#include <weir/lakebase/session.hpp>

#include <memory>

#include "fixture.hpp"

using namespace test;

TEST_CASE("values of every type come back as PostgreSQL spells them") {
    things on{"types"};
    auto session = on.connections.session(nobody{});
    const auto found = all(session.execute(
        query("select true, false, 42::smallint, -7::bigint, 0.1::float8 + 0.2::float8, "
              "'NaN'::float8, 1.5::real, 12345678901234567890.1234::numeric(38,4), "
              "'Grüße'::text, ''::text, 'ab'::char(4), "
              "'2024-05-01 12:00:00.123456+02'::timestamptz, '2024-05-01 12:00:00'::timestamp, "
              "'2024-05-01'::date, '\\x00ff'::bytea, "
              "'6F9619FF-8B86-D011-B42D-00C04FC964FF'::uuid, '{\"a\": [1, null]}'::jsonb, "
              "array['a','b c',null], null::bigint"),
        {},
        deadline{}
    ));
    const table_of_text expected{{
        "t",
        "f",
        "42",
        "-7",
        "0.30000000000000004",
        "NaN",
        "1.5",
        "12345678901234567890.1234",
        "Grüße",
        "",
        "ab  ",
        "2024-05-01 10:00:00.123456+00",
        "2024-05-01 12:00:00",
        "2024-05-01",
        "\\x00ff",
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        R"({"a": [1, null]})",
        R"({a,"b c",NULL})",
        std::nullopt,
    }};
    CHECK(found == expected);
}

TEST_CASE("values of every type go in as text") {
    things on{"types_in"};
    auto session = on.connections.session(nobody{});
    (void)session.execute(
        ddl("create table @{place}\"all_types\" (a boolean, b smallint, c bigint, d float8, "
            "e numeric(38,4), f text, g timestamptz, h timestamp, i date, j bytea, k uuid, l "
            "jsonb, "
            "m text[])"),
        {},
        deadline{}
    );
    const std::initializer_list<std::optional<std::string_view>> values{
        "t",
        "-32768",
        "9223372036854775807",
        "5e-324",
        "-0.0001",
        "x'); drop table things; --",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999",
        "2024-02-29",
        "\\xdeadbeef",
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        R"({"k": "v"})",
        R"({"a\"b",NULL})"
    };
    change(
        session,
        "insert into @{place}\"all_types\" values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
        with(values)
    );
    const auto found =
        all(session.execute(query("select * from @{place}\"all_types\""), {}, deadline{}));
    REQUIRE(found.size() == 1);
    std::size_t at = 0;
    for (const auto& value : values) {
        CAPTURE(at);
        CHECK(found[0][at++] == value);
    }
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("NULL and the empty text are two things") {
    things on{"nulls"};
    auto session = on.connections.session(nobody{});
    const auto found = all(session.execute(
        query("select $1::text, $2::text, $3::bigint"),
        with({std::nullopt, "", std::nullopt}),
        deadline{}
    ));
    CHECK(found == table_of_text{{std::nullopt, "", std::nullopt}});
}

TEST_CASE("a text with NUL is refused before it is sent") {
    things on{"nul"};
    auto session = on.connections.session(nobody{});
    const auto refused = failure_of<weir::validation_error>([&] {
        change(
            session,
            "insert into @{place}\"things\" values (1, $1)",
            with({std::string_view{"a\0b", 3}})
        );
    });
    CHECK(refused.broken().at(0).type == "string_nul");
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("text that is not UTF-8 is a violation") {
    things on{"utf8"};
    auto session = on.connections.session(nobody{});
    const auto refused = failure_of<weir::validation_error>([&] {
        change(session, "insert into @{place}\"things\" values (1, $1)", with({"\xff\xfe"}));
    });
    CHECK(refused.sqlstate() == "22021");
}

TEST_CASE("writes tell how many rows they changed") {
    things on{"affected"};
    auto session = on.connections.session(nobody{});
    const auto affected = [&](std::string_view text) {
        return session.execute(write(text), {}, deadline{}).affected_rows();
    };
    CHECK(
        affected("insert into @{place}\"things\" select n, 'x' from generate_series(1, 7) n") == 7
    );
    CHECK(affected("update @{place}\"things\" set name = 'y' where id > 4") == 3);
    CHECK(affected("delete from @{place}\"things\" where id = 99") == 0);
    CHECK(affected("delete from @{place}\"things\"") == 7);
}

TEST_CASE("rows outlive their pool") {
    auto on = std::make_unique<things>("outlive");
    auto rows = on->connections.session(nobody{}).execute(
        query("select n, repeat('x', 1000) from generate_series(1, 3) n"), {}, deadline{}
    );
    on.reset();
    auto moved = std::move(rows);
    const auto found = all(std::move(moved));
    REQUIRE(found.size() == 3);
    CHECK(found[2][0] == "3");
    CHECK(found[2][1] == std::string(1000, 'x'));
}

TEST_CASE("a megabyte of text travels whole") {
    things on{"large"};
    auto session = on.connections.session(nobody{});
    const std::string large(1'000'000, 'y');
    CHECK(one(session, "select $1::text", with({large})) == large);
}

TEST_CASE("the session's settings do not depend on the role's") {
    things on{"settings"};
    on.schema.server().as_superuser("alter role weir_app set TimeZone to 'Asia/Tokyo'");
    on.schema.server().as_superuser("alter role weir_app set bytea_output to 'escape'");
    auto session = on.connections.session(nobody{});
    pool fresh{on.schema.options()};
    auto later = fresh.session(nobody{});
    CHECK(one(later, "show TimeZone") == "UTC");
    CHECK(one(later, "show bytea_output") == "hex");
    CHECK(one(later, "show client_encoding") == "UTF8");
    CHECK(one(later, "show standard_conforming_strings") == "on");
    CHECK(one(later, "show search_path") == '"' + on.schema.name() + "\",pg_temp");
    CHECK(one(later, "show application_name") == "weir");
    on.schema.server().as_superuser("alter role weir_app reset all");
}

TEST_CASE("a statement is prepared once per connection") {
    things on{"prepared", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    const std::string_view counting = "select count(*) from pg_prepared_statements";
    for (int time = 0; time < 5; ++time)
        (void)one(session, "select 1");
    CHECK(one(session, counting) == "2");
    CHECK(one(session, counting) == "2");
}

TEST_CASE("the least recently used statements are given up") {
    things on{"evicted", {.kept = 1, .overflow = 0, .prepared = 3}};
    auto session = on.connections.session(nobody{});
    for (int number = 0; number < 20; ++number) {
        CHECK(one(session, "select " + std::to_string(number)) == std::to_string(number));
    }
    CHECK(one(session, "select count(*) from pg_prepared_statements") == "3");
    CHECK(one(session, "select 0") == "0");
}

TEST_CASE("a statement the server refuses to prepare leaves nothing behind") {
    things on{"refused", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    for (int time = 0; time < 3; ++time) {
        CHECK_THROWS_AS(one(session, "select nothing from nowhere"), weir::statement_error);
    }
    CHECK(one(session, "select count(*) from pg_prepared_statements") == "1");
    CHECK(on.connections.statistics().created == 1);
}

TEST_CASE("a table changed under a prepared statement is read again") {
    things on{"altered", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    const std::string_view reading = "select * from @{place}\"things\"";
    change(session, "insert into @{place}\"things\" values (1, 'a')");
    CHECK(all(session.execute(query(reading), {}, deadline{})).at(0).size() == 2);
    (void
    )session.execute(ddl("alter table @{place}\"things\" add column more text"), {}, deadline{});
    CHECK(all(session.execute(query(reading), {}, deadline{})).at(0).size() == 3);
}

TEST_CASE("a statement the server forgot is prepared again") {
    things on{"forgotten", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    CHECK(one(session, "select 1") == "1");
    (void)session.execute(ddl("deallocate all"), {}, deadline{});
    CHECK(one(session, "select 1") == "1");
    change(session, "insert into @{place}\"things\" values (1, 'a')");
    (void)session.execute(ddl("deallocate all"), {}, deadline{});
    CHECK_THROWS_AS(
        change(session, "insert into @{place}\"things\" values (1, 'a')"), weir::conflict_error
    );
}

TEST_CASE("a table lies where its schema file says, unless one schema is set for all") {
    things on{"placed"};
    auto how = on.schema.options();
    how.schema.clear();
    how.variables = [&](std::string_view name) -> std::optional<std::string> {
        if (name == "WHERE")
            return on.schema.name();
        return std::nullopt;
    };
    pool by_place{how};
    auto session = by_place.session(nobody{});
    change(session, "insert into @{${WHERE}}\"things\" values (1, 'in @{WHERE}')");
    CHECK(one(session, "select name from @{" + on.schema.name() + "}\"things\"") == "in @{WHERE}");
    CHECK_THROWS_AS(one(session, "select name from things"), weir::statement_error);
    CHECK_THROWS_AS(one(session, "select 1 from @{${NOWHERE}}\"t\""), weir::configuration_error);
    CHECK(one(session, "select 1") == "1");
    auto same = on.connections.session(nobody{});
    CHECK(one(same, "select count(*) from @{elsewhere}\"things\"") == "1");
}

TEST_CASE("a script of DDL runs as a whole or not at all") {
    things on{"script"};
    auto session = on.connections.session(nobody{});
    CHECK_THROWS_AS(
        session.execute(
            ddl("create table @{place}\"a\" (x int); create table @{place}\"a\" (x int)"),
            {},
            deadline{}
        ),
        weir::statement_error
    );
    (void)session.execute(
        ddl("create table @{place}\"a\" (x int); create table @{place}\"b\" (x int)"),
        {},
        deadline{}
    );
    CHECK(one(session, "select count(*) from @{place}\"b\"") == "0");
}

TEST_CASE("a session works for its caller") {
    things on{"caller"};
    auto session = on.connections.session(weir::caller{.id = "42", .email = "ada@example.com"});
    CHECK(session.caller().id == "42");
    CHECK(session.actor() == "ada@example.com");
    CHECK(session.dialect() == weir::sql::dialect::postgres);
    auto unit = session.begin(deadline{});
    CHECK(unit.caller().id == "42");
    CHECK(unit.actor() == "ada@example.com");
    auto service = on.connections.session(nobody{.name = "sweeper"});
    CHECK(service.actor() == "sweeper");
}

TEST_CASE("a session can lose its type") {
    things on{"erased"};
    weir::any_session session{on.connections.session(nobody{})};
    auto rows = session.execute(query("select 1 union all select 2 order by 1"), {}, deadline{});
    CHECK(rows.next()->front().text == "1");
    CHECK(rows.next()->front().text == "2");
    CHECK_FALSE(rows.next());
    auto unit = session.begin(deadline{});
    (void)unit.execute(write("insert into @{place}\"things\" values (1, 'a')"), {}, deadline{});
    unit.commit();
    auto counted =
        session.execute(query("select count(*) from @{place}\"things\""), {}, deadline{});
    CHECK(counted.next()->front().text == "1");
}
