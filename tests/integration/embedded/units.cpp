// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

using namespace test;

TEST_CASE("a unit of work takes effect at its commit, for everybody") {
    fresh engine;
    run(engine.session, "create table t (a int)");
    auto unit = engine.session.begin(deadline{});
    run(unit, "insert into t values (1)");
    run(unit, "insert into t values (2)");
    CHECK(one(unit, "select count(*) from t") == "2");
    CHECK(one(engine.session, "select count(*) from t") == "0");
    unit.commit();
    CHECK(one(engine.session, "select count(*) from t") == "2");
    CHECK(refusal(unit, "select 1") == "25P01");
    CHECK_THROWS_AS(unit.commit(), weir::statement_error);
    unit.rollback();
}

TEST_CASE("a unit of work that is rolled back or forgotten never happened") {
    fresh engine;
    run(engine.session, "create table t (a int)");
    {
        auto unit = engine.session.begin(deadline{});
        run(unit, "insert into t values (1)");
        unit.rollback();
        unit.rollback();
    }
    {
        auto unit = engine.session.begin(deadline{});
        run(unit, "insert into t values (2)");
        auto moved = std::move(unit);
        run(moved, "insert into t values (3)");
    }
    CHECK(one(engine.session, "select count(*) from t") == "0");
}

TEST_CASE("two units of work that change one row conflict, and the second may try again") {
    fresh engine;
    run(engine.session, "create table t (id int, v int)");
    run(engine.session, "insert into t values (1, 0)");
    auto first = engine.session.begin(deadline{});
    auto second = engine.session.begin(deadline{});
    run(first, "update t set v = 1 where id = 1");
    try {
        run(second, "update t set v = 2 where id = 1");
        second.commit();
        FAIL("both were accepted");
    } catch (const weir::conflict_error& failure) {
        CHECK(failure.sqlstate() == "40001");
        CHECK(failure.retryable());
    }
    first.commit();
    second.rollback();
    CHECK(one(engine.session, "select v from t") == "1");
    auto again = engine.session.begin(deadline{});
    run(again, "update t set v = 2 where id = 1");
    again.commit();
    CHECK(one(engine.session, "select v from t") == "2");
}

TEST_CASE("a statement that fails leaves the unit able to roll back") {
    fresh engine;
    run(engine.session, "create table t (a int not null)");
    auto unit = engine.session.begin(deadline{});
    run(unit, "insert into t values (1)");
    CHECK(refusal(unit, "insert into t values (null)") == "23502");
    unit.rollback();
    CHECK(one(engine.session, "select count(*) from t") == "0");
}

TEST_CASE("a cancelled statement leaves the unit able to roll back") {
    fresh engine;
    run(engine.session, "create table t (a int)");
    auto unit = engine.session.begin(deadline{});
    run(unit, "insert into t values (1)");
    CHECK_THROWS_AS(
        run(unit,
            "insert into t select 1 from (select explode(sequence(1, 100000)) as a) as x, (select "
            "explode(sequence(1, 100000)) as b) as y, (select explode(sequence(1, 1000)) as c) as "
            "z where a + b + c < 0",
            {},
            deadline::in(100ms)),
        weir::timeout_error
    );
    unit.rollback();
    CHECK(one(engine.session, "select count(*) from t") == "0");
}

TEST_CASE("one unit of work writes to one catalog") {
    fresh engine;
    run(engine.session, "create table @{one.s}t (a int)");
    run(engine.session, "create table @{two.s}t (a int)");
    auto unit = engine.session.begin(deadline{});
    run(unit, "insert into @{one.s}t values (1)");
    CHECK(one(unit, "select count(*) from @{two.s}t") == "0");
    CHECK(refusal(unit, "insert into @{two.s}t values (1)") == "0A000");
    unit.rollback();
    CHECK(one(engine.session, "select count(*) from @{one.s}t") == "0");
}

TEST_CASE("tables can be made and changed inside a unit of work") {
    fresh engine;
    auto unit = engine.session.begin(deadline{});
    run(unit, "create table t (a int)");
    run(unit, "insert into t values (1)");
    run(unit, "alter table t add constraint positive check (a > 0)");
    CHECK(refusal(unit, "insert into t values (-1)") == "23514");
    unit.rollback();
    CHECK(refusal(engine.session, "select * from t") == "42P01");
}

TEST_CASE("a session knows for whom it works") {
    fresh engine;
    auto session = engine.base.session(weir::caller{.id = "u1", .email = "u1@example.com"});
    CHECK(session.actor() == "u1@example.com");
    CHECK(session.caller().id == "u1");
    CHECK(session.dialect() == weir::sql::dialect::databricks);
    auto unit = session.begin(deadline{});
    CHECK(unit.caller().id == "u1");
    CHECK(one(unit, "select current_user()") == "u1@example.com");
    CHECK(engine.session.actor() == "tester");
}
