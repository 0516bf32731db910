// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <thread>

#include "fixture.hpp"

using namespace test;

TEST_CASE("refusals have the SQLSTATE a caller can act on") {
    fresh engine;
    run(engine.session,
        "create table t (id bigint not null, v varchar(3), n int, constraint positive check (n is "
        "null or n > 0))");
    CHECK(refusal(engine.session, "select * from nope") == "42P01");
    CHECK(refusal(engine.session, "select * from nope.t") == "42P01");
    CHECK(refusal(engine.session, "select nope from t") == "42703");
    CHECK(refusal(engine.session, "select from where") == "42601");
    CHECK(refusal(engine.session, "select nofunction(1)") == "42883");
    CHECK(refusal(engine.session, "select cast('x' as int)") == "22018");
    CHECK(refusal(engine.session, "select cast(300 as tinyint)") == "22003");
    CHECK(refusal(engine.session, "insert into t (v) values ('a')") == "23502");
    CHECK(refusal(engine.session, "insert into t (id, v) values (1, 'abcd')") == "22001");
    CHECK(refusal(engine.session, "insert into t (id, n) values (1, -1)") == "23514");
    CHECK(refusal(engine.session, "create table t (a int)") == "42P07");
    CHECK(refusal(engine.session, "select raise_error('own words')") == "22023");
    CHECK(refusal(engine.session, "select unbase64('not base64')") != "accepted");
    CHECK(one(engine.session, "select count(*) from t") == "0");
}

TEST_CASE("a refusal names the table and keeps the values to itself") {
    fresh engine;
    run(engine.session, "create table t (v varchar(3))");
    try {
        run(engine.session, "insert into t (v) values (:p1)", {text("top secret")});
        FAIL("it was accepted");
    } catch (const weir::validation_error& failure) {
        CHECK(
            std::string{failure.what()} ==
            "things: a value does not fit its column (SQLSTATE 22001)"
        );
        REQUIRE(failure.broken().size() == 1);
        CHECK(failure.broken()[0].type == "string_too_long");
    }
}

TEST_CASE("primary keys inform and are not enforced, as on a warehouse") {
    fresh engine;
    run(engine.session, "create table t (id bigint not null, constraint pk primary key (id))");
    CHECK(run(engine.session, "insert into t values (1), (1)").affected_rows() == 2);
}

TEST_CASE("a statement is cancelled at its deadline, and the connection serves on") {
    fresh engine;
    const std::string endless{"select count(*) from (select explode(sequence(1, 100000)) as a) as "
                              "x, (select explode(sequence(1, 100000)) as b) as y, (select "
                              "explode(sequence(1, 1000)) as c) as z where a + b + c < 0"};
    for (int round = 0; round < 3; ++round) {
        const auto start = std::chrono::steady_clock::now();
        try {
            run(engine.session, endless, {}, deadline::in(200ms));
            FAIL("it was not cancelled");
        } catch (const weir::timeout_error& failure) {
            CHECK(failure.sqlstate() == "57014");
        }
        CHECK(std::chrono::steady_clock::now() - start < 5s);
        CHECK(one(engine.session, "select 1") == "1");
    }
}

TEST_CASE("a statement whose deadline has passed does not begin") {
    fresh engine;
    run(engine.session, "create table t (a int)");
    CHECK_THROWS_AS(
        run(engine.session, "insert into t values (1)", {}, deadline::in(0ms)), weir::timeout_error
    );
    CHECK(one(engine.session, "select count(*) from t") == "0");
}

TEST_CASE("callers wait for a connection until their deadline") {
    need_library();
    auto how = in_memory();
    how.connections = 1;
    database base{how};
    auto session = base.session(nobody{});
    auto unit = session.begin(deadline{});
    CHECK_THROWS_AS(run(session, "select 1", {}, deadline::in(50ms)), weir::timeout_error);
    unit.rollback();
    CHECK(one(session, "select 1") == "1");
}

TEST_CASE("255 parameters are bound in order") {
    fresh engine;
    std::string sql{"select "};
    std::vector<given> values;
    for (int i = 1; i <= 255; ++i) {
        sql += (i == 1 ? ":p" : ", :p") + std::to_string(i);
        values.push_back(i % 2 == 0 ? whole(i) : text("t" + std::to_string(i)));
    }
    const auto rows = rows_of(engine.session, sql, values);
    REQUIRE(rows.at(0).size() == 255);
    CHECK(rows[0][0] == "t1");
    CHECK(rows[0][1] == "2");
    CHECK(rows[0][254] == "t255");
}

TEST_CASE("a thousand rows travel as one JSON parameter") {
    fresh engine;
    run(engine.session,
        "create table t (id bigint, name string, price decimal(38,10), at timestamp, tags "
        "array<string>)");
    std::string rows{"["};
    for (int i = 0; i < 1'000; ++i) {
        if (i != 0)
            rows += ",";
        rows +=
            R"({"id":)" + std::to_string(i) + R"(,"name":"row \")" + std::to_string(i) +
            R"(","price":1234567890123456789012345678.0000000001,"at":"2024-05-01T10:20:30.123456Z","tags":["a","b"]})";
    }
    rows += "]";
    const auto done =
        run(engine.session,
            "insert into t (id, name, price, at, tags) select x.* from (select "
            "explode(from_json(:p1, 'ARRAY<STRUCT<`id`: BIGINT, "
            "`name`: STRING, `price`: DECIMAL(38,10), `at`: TIMESTAMP, `tags`: ARRAY<STRING>>>')) "
            "as x) as e",
            {text(rows)});
    CHECK(done.affected_rows() == 1'000);
    CHECK(
        rows_of(
            engine.session,
            "select name, price, cast(at as string), to_json(tags) from t where id = 999"
        ) ==
        table_of_text{
            {"row \"999",
             "1234567890123456789012345678.0000000001",
             "2024-05-01 10:20:30.123456",
             R"(["a","b"])"}
        }
    );
}

TEST_CASE("statements beyond the cache are prepared again") {
    need_library();
    auto how = in_memory();
    how.prepared = 2;
    how.connections = 1;
    database base{how};
    auto session = base.session(nobody{});
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 5; ++i) {
            CHECK(
                one(session, "select :p1 + " + std::to_string(i), {whole(10)}) ==
                std::to_string(10 + i)
            );
        }
    }
    // One text, other types: another statement.
    CHECK(one(session, "select :p1", {whole(1)}) == "1");
    CHECK(one(session, "select :p1", {text("x")}) == "x");
    CHECK(
        one(session, "select :p1", {{"1.50", {.kind = type::decimal, .precision = 5, .scale = 2}}}
        ) == "1.50"
    );
    CHECK(
        one(session, "select :p1", {{"1.500", {.kind = type::decimal, .precision = 5, .scale = 3}}}
        ) == "1.500"
    );
}

TEST_CASE("a prepared statement sees a table made anew") {
    fresh engine;
    run(engine.session, "create table t (a int)");
    run(engine.session, "insert into t values (1)");
    CHECK(one(engine.session, "select * from t") == "1");
    run(engine.session, "drop table t");
    run(engine.session, "create table t (b string, a int)");
    run(engine.session, "insert into t values ('x', 2)");
    CHECK(rows_of(engine.session, "select * from t") == table_of_text{{"x", "2"}});
}

TEST_CASE("files are out of reach of statements") {
    fresh engine;
    CHECK(refusal(engine.session, "select * from `/etc/passwd`") == "42P01");
    CHECK(refusal(engine.session, "select * from `/etc/passwd.csv`") != "accepted");
    CHECK(refusal(engine.session, "select * from '/etc/passwd.csv'") != "accepted");
}

TEST_CASE("sessions on many threads keep their own answers") {
    fresh engine;
    run(engine.session, "create table t (id bigint, who bigint)");
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int who = 0; who < 6; ++who) {
        threads.emplace_back([&, who] {
            auto session = engine.base.session(weir::caller{.id = "u" + std::to_string(who)});
            for (int i = 0; i < 30; ++i) {
                run(session, "insert into t values (:p1, :p2)", {whole(i), whole(who)});
                if (one(session, "select current_user()") != "u" + std::to_string(who))
                    ++wrong;
                if (one(session, "select count(*) from t where who = :p1", {whole(who)}) !=
                    std::to_string(i + 1))
                    ++wrong;
            }
        });
    }
    for (auto& each : threads)
        each.join();
    CHECK(wrong == 0);
    CHECK(one(engine.session, "select count(*) from t") == "180");
}
