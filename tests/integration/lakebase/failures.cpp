// SPDX-License-Identifier: Apache-2.0
#include <weir/lakebase/session.hpp>

#include <atomic>
#include <csignal>
#include <future>

#include "fixture.hpp"

using namespace test;

namespace {

using clock_now = std::chrono::steady_clock;

/// Where a session's statements run now, when the pool has one connection.
std::string backend_of(weir::lakebase::nobody_session& session) {
    return one(session, "select pg_backend_pid()");
}

void terminate(const things& on, const std::string& backend) {
    on.schema.server().as_superuser("select pg_terminate_backend(" + backend + ", 5000)");
}

/// Waits until `backend` executes something that looks like `like`.
bool runs(const things& on, const std::string& backend, const std::string& like) {
    return eventually([&] {
        return on.schema.server().as_superuser(
                   "select count(*) from pg_stat_activity where state = 'active' and pid = " +
                   backend + " and query like '" + like + "'"
               ) == "1";
    });
}

const weir::lakebase::options single{.kept = 1, .overflow = 0};

} // namespace

TEST_CASE("what the server refuses has its type, its SQLSTATE and no values") {
    things on{"refusals"};
    auto session = on.connections.session(nobody{});
    (void)session.execute(
        ddl("create table @{place}\"parts\" (id bigint primary key, "
            "thing bigint references @{place}\"things\" (id), "
            "amount int not null check (amount > 0), code varchar(3), small smallint)"),
        {},
        deadline{}
    );
    change(session, "insert into @{place}\"things\" values (1, 'a')");
    change(session, "insert into @{place}\"parts\" values (1, 1, 1)");

    const auto unique = failure_of<weir::conflict_error>([&] {
        change(session, "insert into @{place}\"things\" values ($1, 'b')", with({"1"}));
    });
    CHECK(unique.sqlstate() == "23505");
    CHECK(
        std::string{unique.what()} ==
        "things: another row already has this value (constraint things_pkey)"
    );
    CHECK(unique.server_text().find("Key (id)=(1)") != std::string_view::npos);

    const auto foreign = failure_of<weir::conflict_error>([&] {
        change(session, "insert into @{place}\"parts\" values (2, 404, 1)");
    });
    CHECK(foreign.sqlstate() == "23503");
    CHECK(failure_of<weir::conflict_error>([&] {
              change(session, "delete from @{place}\"things\"");
          }).sqlstate() == "23503");

    const auto missing = failure_of<weir::validation_error>([&] {
        change(session, "insert into @{place}\"parts\" values (2, 1, null)");
    });
    CHECK(missing.sqlstate() == "23502");
    CHECK(missing.broken().at(0).loc == weir::location{std::string{"amount"}});

    const auto check = failure_of<weir::validation_error>([&] {
        change(session, "insert into @{place}\"parts\" values (2, 1, $1)", with({"-77"}));
    });
    CHECK(check.sqlstate() == "23514");
    CHECK(check.broken().at(0).msg == "The row breaks the rule parts_amount_check");
    CHECK(std::string_view{check.what()}.find("77") == std::string_view::npos);

    CHECK(failure_of<weir::validation_error>([&] {
              change(session, "update @{place}\"parts\" set code = $1", with({"four"}));
          }).sqlstate() == "22001");
    CHECK(failure_of<weir::validation_error>([&] {
              change(session, "update @{place}\"parts\" set small = $1", with({"70000"}));
          }).sqlstate() == "22003");
    CHECK(failure_of<weir::validation_error>([&] {
              change(session, "update @{place}\"parts\" set small = $1", with({"x"}));
          }).sqlstate() == "22P02");
    CHECK(failure_of<weir::statement_error>([&] {
              one(session, "select 1/0");
          }).sqlstate() == "22012");
    CHECK(failure_of<weir::statement_error>([&] { one(session, "selekt"); }).sqlstate() == "42601");
    CHECK(failure_of<weir::statement_error>([&] {
              one(session, "select * from @{place}\"nothing\"");
          }).sqlstate() == "42P01");
    CHECK(failure_of<weir::permission_error>([&] {
              one(session, "select rolpassword from pg_authid");
          }).sqlstate() == "42501");
    // A wrong number of arguments is the program's mistake, not the connection's.
    CHECK(failure_of<weir::statement_error>([&] {
              one(session, "select $1::int", with({}));
          }).sqlstate() == "08P01");
    CHECK(on.connections.statistics().broken == 0);
}

TEST_CASE("a backend killed while idle is not noticed by the next read") {
    things on{"idle_read", single};
    auto session = on.connections.session(nobody{});
    const auto before = backend_of(session);
    terminate(on, before);
    CHECK(backend_of(session) != before);
    CHECK(on.connections.statistics().broken == 1);
}

TEST_CASE("a backend killed while idle is not noticed by the next write, which happens once") {
    things on{"idle_write", single};
    auto session = on.connections.session(nobody{});
    const std::string_view inserting = "insert into @{place}\"things\" values ($1, 'a')";
    // Prepared now: otherwise the loss shows while preparing, where trying again is always safe.
    change(session, inserting, with({"1"}));
    terminate(on, backend_of(session));
    change(session, inserting, with({"2"}));
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "2");
    CHECK(on.connections.statistics().broken == 1);
}

TEST_CASE("a backend killed while idle is noticed before a write is prepared") {
    things on{"idle_prepare", single};
    auto session = on.connections.session(nobody{});
    terminate(on, backend_of(session));
    change(session, "insert into @{place}\"things\" values (1, 'a')");
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "1");
}

TEST_CASE("a backend killed while idle is not noticed by the next unit of work") {
    things on{"idle_unit", single};
    auto session = on.connections.session(nobody{});
    terminate(on, backend_of(session));
    auto unit = session.begin(deadline{});
    change(unit, "insert into @{place}\"things\" values (1, 'a')");
    unit.commit();
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "1");
}

TEST_CASE("a read whose backend is killed is read again") {
    things on{"busy_read", single};
    auto session = on.connections.session(nobody{});
    const auto backend = backend_of(session);
    auto reading = std::async(std::launch::async, [&] {
        return one(session, "select 'slow' from pg_sleep(0.5)");
    });
    REQUIRE(runs(on, backend, "select ''slow''%"));
    terminate(on, backend);
    CHECK(reading.get() == "slow");
}

TEST_CASE("a read on a new connection whose backend is killed says that trying again helps") {
    things on{"new_read", single};
    auto session = on.connections.session(nobody{});
    terminate(on, backend_of(session));
    // The reading that follows opens the connection it is killed on.
    pool fresh{on.schema.options()};
    auto reader = fresh.session(nobody{});
    auto reading = std::async(std::launch::async, [&] {
        return failure_of<weir::connection_error>([&] {
            one(reader, "select 'fresh' from pg_sleep(20)");
        });
    });
    std::string backend;
    REQUIRE(eventually([&] {
        backend = on.schema.server().as_superuser(
            "select pid from pg_stat_activity where state = 'active' and query like 'select "
            "''fresh''%'"
        );
        return !backend.empty();
    }));
    terminate(on, backend);
    const auto lost = reading.get();
    CHECK(lost.retryable());
    CHECK_FALSE(lost.outcome_unknown());
}

TEST_CASE("a write whose backend is killed has an unknown outcome and is not repeated") {
    things on{"busy_write", single};
    auto session = on.connections.session(nobody{});
    const auto backend = backend_of(session);
    auto writing = std::async(std::launch::async, [&] {
        return failure_of<weir::connection_error>([&] {
            change(session, "insert into @{place}\"things\" select 1, 'slow' from pg_sleep(20)");
        });
    });
    REQUIRE(runs(on, backend, "insert into%"));
    terminate(on, backend);
    const auto lost = writing.get();
    CHECK(lost.outcome_unknown());
    CHECK_FALSE(lost.retryable());
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("a unit whose backend is killed is undone for certain") {
    things on{"unit_killed", single};
    auto session = on.connections.session(nobody{});
    {
        auto unit = session.begin(deadline{});
        change(unit, "insert into @{place}\"things\" values (1, 'a')");
        terminate(on, one(unit, "select pg_backend_pid()"));
        const auto lost = failure_of<weir::connection_error>([&] {
            change(unit, "insert into @{place}\"things\" values (2, 'b')");
        });
        CHECK_FALSE(lost.outcome_unknown());
        CHECK(lost.retryable());
        CHECK_THROWS_AS(unit.commit(), weir::statement_error);
    }
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("a commit whose backend is killed has an unknown outcome") {
    things on{"commit_killed", single};
    auto session = on.connections.session(nobody{});
    (void)session.execute(
        ddl("create function @{place}slow() returns trigger language plpgsql as "
            "$$ begin perform pg_sleep(20); return null; end $$; "
            "create constraint trigger slow after insert on @{place}\"things\" "
            "deferrable initially deferred for each row execute function @{place}slow()"),
        {},
        deadline{}
    );
    auto unit = session.begin(deadline{});
    change(unit, "insert into @{place}\"things\" values (1, 'a')");
    const auto backend = one(unit, "select pg_backend_pid()");
    auto committing = std::async(std::launch::async, [&] {
        return failure_of<weir::connection_error>([&] { unit.commit(); });
    });
    REQUIRE(runs(on, backend, "COMMIT"));
    terminate(on, backend);
    const auto lost = committing.get();
    CHECK(lost.outcome_unknown());
    CHECK_FALSE(lost.retryable());
}

TEST_CASE("a passed deadline cancels the statement and keeps the connection") {
    things on{"deadline", single};
    auto session = on.connections.session(nobody{});
    const auto backend = backend_of(session);
    const auto start = clock_now::now();
    const auto late = failure_of<weir::timeout_error>([&] {
        (void)session.execute(query("select pg_sleep(20)"), {}, deadline::in(200ms));
    });
    const auto took = clock_now::now() - start;
    CHECK(took >= 190ms);
    CHECK(took < 2s);
    CHECK(late.sqlstate() == "57014");
    CHECK(std::string{late.what()} == "things: the deadline passed; the statement was cancelled");
    CHECK_FALSE(late.outcome_unknown());
    CHECK(backend_of(session) == backend);
}

TEST_CASE("a cancelled write did not happen") {
    things on{"deadline_write", single};
    auto session = on.connections.session(nobody{});
    CHECK_THROWS_AS(
        session.execute(
            write("insert into @{place}\"things\" select 1, 'x' from pg_sleep(20)"),
            {},
            deadline::in(100ms)
        ),
        weir::timeout_error
    );
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("many deadlines are kept at the same time") {
    things on{"deadlines", {.kept = 4, .overflow = 4}};
    std::vector<std::future<std::chrono::milliseconds>> waiting;
    for (int number = 1; number <= 8; ++number) {
        waiting.push_back(std::async(std::launch::async, [&on, number] {
            auto session = on.connections.session(nobody{});
            const auto until = deadline::in(std::chrono::milliseconds{400 + 50 * number});
            try {
                (void)session.execute(query("select pg_sleep(20)"), {}, until);
            } catch (const weir::timeout_error&) {
                return std::chrono::duration_cast<std::chrono::milliseconds>(
                    clock_now::now() - until.at()
                );
            }
            return std::chrono::milliseconds::max();
        }));
    }
    for (auto& one_of_them : waiting) {
        const auto lateness = one_of_them.get();
        CHECK(lateness >= 0ms);
        CHECK(lateness < 10s);
    }
}

TEST_CASE("a deadline that has passed stops a statement before it is sent") {
    things on{"passed"};
    auto session = on.connections.session(nobody{});
    CHECK_THROWS_AS(
        session.execute(
            write("insert into @{place}\"things\" values (1, 'a')"), {}, deadline::in(0ms)
        ),
        weir::timeout_error
    );
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("the server's own statement timeout is a timeout too") {
    things on{"server_timeout"};
    auto session = on.connections.session(nobody{});
    auto unit = session.begin(deadline{});
    change(unit, "set local statement_timeout = '50ms'");
    const auto late = failure_of<weir::timeout_error>([&] { one(unit, "select pg_sleep(20)"); });
    CHECK(late.sqlstate() == "57014");
    CHECK(std::string{late.what()} == "things: the server cancelled the statement");
}

TEST_CASE("a session is cancelled from another thread") {
    things on{"cancel", single};
    auto session = on.connections.session(nobody{});
    const auto backend = backend_of(session);
    auto running = std::async(std::launch::async, [&] {
        return failure_of<weir::timeout_error>([&] { one(session, "select pg_sleep(20)"); });
    });
    REQUIRE(runs(on, backend, "select pg_sleep%"));
    session.cancel();
    CHECK(std::string{running.get().what()} == "things: the statement was cancelled");
    // It stays cancelled: whoever hung up wants nothing more.
    CHECK_THROWS_AS(one(session, "select 1"), weir::timeout_error);
    auto other = on.connections.session(nobody{});
    CHECK(backend_of(other) == backend);
}

TEST_CASE("a unit of work is cancelled from another thread") {
    things on{"cancel_unit", single};
    auto session = on.connections.session(nobody{});
    auto unit = session.begin(deadline{});
    change(unit, "insert into @{place}\"things\" values (1, 'a')");
    const auto backend = one(unit, "select pg_backend_pid()");
    auto running = std::async(std::launch::async, [&] {
        return failure_of<weir::timeout_error>([&] { one(unit, "select pg_sleep(20)"); });
    });
    REQUIRE(runs(on, backend, "select pg_sleep%"));
    unit.cancel();
    (void)running.get();
    CHECK_THROWS_AS(unit.commit(), weir::error);
    unit.rollback();
    CHECK(backend_of(session) == backend);
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "0");
}

TEST_CASE("a server that does not react to a cancel is cut off") {
    things on{"stuck", single};
    auto session = on.connections.session(nobody{});
    const std::string_view inserting = "insert into @{place}\"things\" values ($1, 'a')";
    // Prepared now: a connection cut while preparing has certainly not executed anything.
    change(session, inserting, with({"1"}));
    const auto backend = static_cast<pid_t>(std::stoi(backend_of(session)));
    if (::kill(backend, SIGSTOP) != 0) {
        WARN("not allowed to stop the backend");
        return;
    }
    const auto start = clock_now::now();
    const auto late = failure_of<weir::timeout_error>([&] {
        (void)session.execute(write(inserting), with({"2"}), deadline::in(200ms));
    });
    const auto took = clock_now::now() - start;
    ::kill(backend, SIGCONT);
    CHECK(late.outcome_unknown());
    CHECK(took >= 2s);
    CHECK(took < 5s);
    CHECK(backend_of(session) != std::to_string(backend));
}
