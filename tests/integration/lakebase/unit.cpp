// SPDX-License-Identifier: Apache-2.0
#include <weir/lakebase/unit.hpp>

#include <atomic>
#include <stdexcept>

#include "fixture.hpp"

using namespace test;
using weir::lakebase::isolation;

namespace {

std::string count(things& on) {
    auto session = on.connections.session(nobody{});
    return one(session, "select count(*) from @{place}\"things\"");
}

/// What the server tells of another's backend.
std::string told_of(things& observer, std::string_view column, const std::string& backend) {
    auto session = observer.connections.session(nobody{});
    return one(
        session, "select " + std::string{column} + " from pg_stat_activity where pid = " + backend
    );
}

} // namespace

TEST_CASE("a unit of work takes effect at its commit") {
    things on{"commit"};
    auto session = on.connections.session(nobody{});
    auto unit = session.begin(deadline{});
    change(unit, "insert into @{place}\"things\" values (1, 'a')");
    change(unit, "insert into @{place}\"things\" values (2, 'b')");
    CHECK(one(unit, "select count(*) from @{place}\"things\"") == "2");
    CHECK(count(on) == "0");
    unit.commit();
    CHECK(count(on) == "2");
    CHECK(on.connections.statistics().in_use == 0);
}

TEST_CASE("a unit of work begins on the server with its first statement, in one round trip") {
    const bool is_ddl = GENERATE(false, true);
    things on{"begins", {.kept = 1, .overflow = 0}};
    things observer{"begins_observer"};
    auto session = on.connections.session(nobody{});
    const auto backend = one(session, "select pg_backend_pid()");
    const auto state = [&] { return told_of(observer, "state", backend); };
    auto unit = session.begin(deadline{});
    CHECK(state() == "idle");
    if (is_ddl) {
        (void)unit.execute(ddl("create table @{place}\"others\" (id int)"), {}, deadline{});
    } else {
        change(unit, "insert into @{place}\"things\" values (1, 'a')");
    }
    CHECK(state() == "idle in transaction");
    unit.rollback();
    CHECK(state() == "idle");
    CHECK(count(on) == "0");
    CHECK_THROWS_AS(one(session, "select count(*) from @{place}\"others\""), weir::error);
}

TEST_CASE("a unit of work without a statement asks nothing of the server") {
    things on{"nothing", {.kept = 1, .overflow = 0}};
    things observer{"nothing_observer"};
    auto session = on.connections.session(nobody{});
    const auto backend = one(session, "select pg_backend_pid()");
    session.begin(deadline{}).commit();
    session.begin(deadline{}).rollback();
    CHECK(told_of(observer, "query", backend) == "select pg_backend_pid()");
    CHECK(on.connections.statistics().in_use == 0);
}

TEST_CASE("a first statement that fails leaves nothing of its unit, and the connection lives on") {
    things on{"first_fails", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    for (const char* const text : {"select 1 / 0", "select nothing"}) {
        auto unit = session.begin(deadline{});
        CHECK_THROWS_AS(one(unit, text), weir::error);
        CHECK_THROWS_AS(one(unit, "select 1"), weir::statement_error);
    }
    auto unit = session.begin(deadline{});
    CHECK(one(unit, "select 1") == "1");
    unit.commit();
    CHECK(on.connections.statistics().broken == 0);
    CHECK(on.connections.statistics().created == 1);
}

TEST_CASE("a rollback undoes everything") {
    things on{"rollback"};
    auto session = on.connections.session(nobody{});
    auto unit = session.begin(deadline{});
    change(unit, "insert into @{place}\"things\" values (1, 'a')");
    unit.rollback();
    unit.rollback();
    CHECK(count(on) == "0");
    CHECK_THROWS_AS(one(unit, "select 1"), weir::statement_error);
    CHECK_THROWS_AS(unit.commit(), weir::statement_error);
    CHECK(on.connections.statistics().in_use == 0);
}

TEST_CASE("an exception on the way undoes everything") {
    things on{"exception"};
    auto session = on.connections.session(nobody{});
    CHECK_THROWS_AS(
        [&] {
            auto unit = session.begin(deadline{});
            change(unit, "insert into @{place}\"things\" values (1, 'a')");
            throw std::runtime_error{"on the way"};
        }(),
        std::runtime_error
    );
    CHECK(count(on) == "0");
    CHECK(on.connections.statistics().in_use == 0);
    CHECK(on.connections.statistics().broken == 0);
}

TEST_CASE("a unit of work can be handed on") {
    things on{"moved"};
    auto session = on.connections.session(nobody{});
    auto first = session.begin(deadline{});
    change(first, "insert into @{place}\"things\" values (1, 'a')");
    auto second = std::move(first);
    second.commit();
    CHECK(count(on) == "1");
}

TEST_CASE("a failed statement ends its unit, and the connection lives on") {
    things on{"failed", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    {
        auto unit = session.begin(deadline{});
        change(unit, "insert into @{place}\"things\" values (1, 'a')");
        CHECK_THROWS_AS(
            change(unit, "insert into @{place}\"things\" values (1, 'b')"), weir::conflict_error
        );
        const auto refused = failure_of<weir::statement_error>([&] { one(unit, "select 1"); });
        CHECK(refused.sqlstate() == "25P02");
        // PostgreSQL would answer COMMIT with a quiet rollback.
        CHECK_THROWS_AS(unit.commit(), weir::statement_error);
    }
    CHECK(count(on) == "0");
    CHECK(on.connections.statistics().created == 1);
}

TEST_CASE("a constraint that is checked at commit is a conflict there") {
    things on{"deferred"};
    auto session = on.connections.session(nobody{});
    (void)session.execute(
        ddl("create table @{place}\"parts\" (thing bigint references @{place}\"things\" (id) "
            "deferrable initially deferred)"),
        {},
        deadline{}
    );
    auto unit = session.begin(deadline{});
    change(unit, "insert into @{place}\"parts\" values (404)");
    const auto refused = failure_of<weir::conflict_error>([&] { unit.commit(); });
    CHECK(refused.sqlstate() == "23503");
    CHECK_FALSE(refused.outcome_unknown());
    unit.rollback();
    CHECK(one(session, "select count(*) from @{place}\"parts\"") == "0");
}

TEST_CASE("a read-only unit refuses writes") {
    things on{"read_only"};
    auto session = on.connections.session(nobody{});
    auto unit = session.begin(deadline{}, {.read_only = true});
    CHECK_THROWS_AS(
        change(unit, "insert into @{place}\"things\" values (1, 'a')"), weir::statement_error
    );
}

TEST_CASE("serializable units that cross are a retryable conflict") {
    things on{"serializable"};
    auto session = on.connections.session(nobody{});
    change(session, "insert into @{place}\"things\" values (1, 'a'), (2, 'b')");
    auto first = session.begin(deadline{}, {.level = isolation::serializable});
    auto second = session.begin(deadline{}, {.level = isolation::serializable});
    CHECK(one(first, "select count(*) from @{place}\"things\" where name = 'a'") == "1");
    CHECK(one(second, "select count(*) from @{place}\"things\" where name = 'b'") == "1");
    change(first, "update @{place}\"things\" set name = 'b' where id = 1");
    change(second, "update @{place}\"things\" set name = 'a' where id = 2");
    first.commit();
    const auto lost = failure_of<weir::conflict_error>([&] { second.commit(); });
    CHECK(lost.sqlstate() == "40001");
    CHECK(lost.retryable());
}

TEST_CASE("repeatable reads see one moment, and conflict when it has passed") {
    things on{"repeatable"};
    auto session = on.connections.session(nobody{});
    change(session, "insert into @{place}\"things\" values (1, 'a')");
    auto unit = session.begin(deadline{}, {.level = isolation::repeatable_read});
    CHECK(one(unit, "select name from @{place}\"things\"") == "a");
    change(session, "update @{place}\"things\" set name = 'b'");
    CHECK(one(unit, "select name from @{place}\"things\"") == "a");
    const auto lost = failure_of<weir::conflict_error>([&] {
        change(unit, "update @{place}\"things\" set name = 'c'");
    });
    CHECK(lost.sqlstate() == "40001");
}

TEST_CASE("of two units in a deadlock one gets a retryable conflict") {
    things on{"deadlock"};
    auto session = on.connections.session(nobody{});
    change(session, "insert into @{place}\"things\" values (1, 'a'), (2, 'b')");
    const std::string_view locking = "update @{place}\"things\" set name = 'x' where id = $1";
    std::atomic<int> conflicts{0};
    std::atomic<int> done{0};
    std::atomic<int> ready{0};
    const auto cross = [&](std::string_view mine, std::string_view theirs) {
        auto own = on.connections.session(nobody{});
        auto unit = own.begin(deadline{});
        change(unit, locking, with({mine}));
        ++ready;
        while (ready < 2)
            std::this_thread::yield();
        try {
            change(unit, locking, with({theirs}));
            unit.commit();
            ++done;
        } catch (const weir::conflict_error& lost) {
            if (lost.sqlstate() == "40P01" && lost.retryable())
                ++conflicts;
        }
    };
    std::thread other{cross, "1", "2"};
    cross("2", "1");
    other.join();
    CHECK(conflicts == 1);
    CHECK(done == 1);
}

TEST_CASE("a lock that is not granted in time is a retryable conflict") {
    things on{"lock"};
    auto session = on.connections.session(nobody{});
    change(session, "insert into @{place}\"things\" values (1, 'a')");
    auto holder = session.begin(deadline{});
    change(holder, "update @{place}\"things\" set name = 'b'");
    auto unit = session.begin(deadline{});
    change(unit, "set local lock_timeout = '50ms'");
    const auto refused = failure_of<weir::conflict_error>([&] {
        change(unit, "update @{place}\"things\" set name = 'c'");
    });
    CHECK(refused.sqlstate() == "55P03");
    CHECK(refused.retryable());
}

TEST_CASE("a unit's own deadline bounds all its statements") {
    things on{"unit_deadline"};
    auto session = on.connections.session(nobody{});
    auto unit = session.begin(deadline::in(1s));
    CHECK_THROWS_AS(one(unit, "select pg_sleep(20)"), weir::timeout_error);
    unit.rollback();
    CHECK(on.connections.statistics().in_use == 0);

    const auto due = deadline::in(1s);
    auto late = session.begin(due);
    std::this_thread::sleep_until(due.at());
    CHECK_THROWS_AS(one(late, "select 1"), weir::timeout_error);
    CHECK_THROWS_AS(late.commit(), weir::timeout_error);
}
