// SPDX-License-Identifier: Apache-2.0
// The pool under many threads; also run under ThreadSanitizer.
#include <weir/lakebase/pool.hpp>

#include <atomic>
#include <future>
#include <set>

#include "fixture.hpp"

using namespace test;

TEST_CASE("a thousand operations from fifty threads share five connections") {
    things on{"crowd", {.kept = 5, .overflow = 0}};
    std::atomic<int> failures{0};
    std::vector<std::thread> crowd;
    for (int number = 0; number < 50; ++number) {
        crowd.emplace_back([&, number] {
            auto session = on.connections.session(nobody{});
            for (int time = 0; time < 20; ++time) {
                try {
                    const auto id = std::to_string(number * 100 + time);
                    change(
                        session, "insert into @{place}\"things\" values ($1, $2)", with({id, id})
                    );
                    if (one(session, "select name from @{place}\"things\" where id = $1", with({id})
                        ) != id) {
                        ++failures;
                    }
                } catch (const weir::error&) {
                    ++failures;
                }
            }
        });
    }
    for (auto& one_of_them : crowd)
        one_of_them.join();
    CHECK(failures == 0);
    auto session = on.connections.session(nobody{});
    CHECK(one(session, "select count(*) from @{place}\"things\"") == "1000");
    const auto now = on.connections.statistics();
    CHECK(now.created <= 5);
    CHECK(now.in_use == 0);
    CHECK(now.waiting == 0);
    CHECK(now.broken == 0);
}

TEST_CASE("connections are opened when needed and overflow is closed when idle") {
    things on{"overflow", {.kept = 2, .overflow = 2, .overflow_idle = std::chrono::seconds{1}}};
    CHECK(on.connections.statistics().created == 1);
    {
        auto session = on.connections.session(nobody{});
        std::vector<weir::lakebase::unit_for<nobody>> held;
        for (int number = 0; number < 4; ++number)
            held.push_back(session.begin(deadline{}));
        CHECK(on.connections.statistics().in_use == 4);
    }
    CHECK(on.connections.statistics().idle == 4);
    CHECK(eventually([&] { return on.connections.statistics().retired == 2; }));
    CHECK(on.connections.statistics().idle == 2);
    auto session = on.connections.session(nobody{});
    CHECK(one(session, "select 1") == "1");
}

TEST_CASE("who waits too long for a connection is told so") {
    things on{"wait", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    auto holder = session.begin(deadline{});
    const auto start = std::chrono::steady_clock::now();
    const auto late = failure_of<weir::timeout_error>([&] {
        (void)session.execute(query("select 1"), {}, deadline::in(100ms));
    });
    CHECK(late.retryable());
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(on.connections.statistics().waiting == 0);
    holder.commit();
    CHECK(one(session, "select 1") == "1");
}

TEST_CASE("who finds the queue full is turned away at once") {
    things on{"queue", {.kept = 1, .overflow = 0, .waiting = 2}};
    auto session = on.connections.session(nobody{});
    auto holder = session.begin(deadline{});
    std::vector<std::future<std::string>> waiting;
    for (int number = 0; number < 2; ++number) {
        waiting.push_back(std::async(std::launch::async, [&] {
            auto own = on.connections.session(nobody{});
            return one(own, "select 1");
        }));
    }
    REQUIRE(eventually([&] { return on.connections.statistics().waiting == 2; }));
    const auto start = std::chrono::steady_clock::now();
    const auto away = failure_of<weir::connection_error>([&] { one(session, "select 1"); });
    CHECK(std::chrono::steady_clock::now() - start < 1s);
    CHECK(away.retryable());
    CHECK(on.connections.statistics().turned_away == 1);
    holder.rollback();
    for (auto& one_of_them : waiting)
        CHECK(one_of_them.get() == "1");
}

TEST_CASE("connections go to those who wait in the order they came") {
    things on{"fair", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    auto holder = session.begin(deadline{});
    std::mutex guard;
    std::vector<int> order;
    std::vector<std::thread> waiting;
    for (int number = 0; number < 8; ++number) {
        waiting.emplace_back([&, number] {
            auto own = on.connections.session(nobody{});
            auto unit = own.begin(deadline{});
            {
                const std::lock_guard hold{guard};
                order.push_back(number);
            }
            unit.commit();
        });
        REQUIRE(eventually([&] {
            return on.connections.statistics().waiting == static_cast<std::size_t>(number) + 1;
        }));
    }
    holder.commit();
    for (auto& one_of_them : waiting)
        one_of_them.join();
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("a session that waits for a connection can be cancelled") {
    things on{"cancel_wait", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    auto holder = session.begin(deadline{});
    auto waiting = std::async(std::launch::async, [&] {
        return failure_of<weir::timeout_error>([&] { one(session, "select 1"); });
    });
    REQUIRE(eventually([&] { return on.connections.statistics().waiting == 1; }));
    session.cancel();
    CHECK(std::string{waiting.get().what()}.find("cancelled") != std::string::npos);
    holder.commit();
    CHECK(on.connections.statistics().in_use == 0);
}

TEST_CASE("connections that are too old are replaced") {
    things on{"age", {.kept = 1, .overflow = 0, .max_age = std::chrono::seconds{1}}};
    auto session = on.connections.session(nobody{});
    const auto before = one(session, "select pg_backend_pid()");
    REQUIRE(eventually([&] { return one(session, "select pg_backend_pid()") != before; }, 5s));
    CHECK(on.connections.statistics().retired >= 1);
    CHECK(on.connections.statistics().broken == 0);
    CHECK(eventually([&] { return on.connections.statistics().idle == 0; }, 5s));
}

TEST_CASE("a closed pool finishes what runs and refuses the rest") {
    things on{"close", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    auto running = std::async(std::launch::async, [&] {
        return one(session, "select 'done' from pg_sleep(0.3)");
    });
    REQUIRE(eventually([&] { return on.connections.statistics().in_use == 1; }));
    auto waiting = std::async(std::launch::async, [&] {
        auto own = on.connections.session(nobody{});
        return failure_of<weir::connection_error>([&] { one(own, "select 1"); });
    });
    REQUIRE(eventually([&] { return on.connections.statistics().waiting == 1; }));
    on.connections.close(deadline::in(5s));
    CHECK(running.get() == "done");
    (void)waiting.get();
    CHECK_THROWS_AS(one(session, "select 1"), weir::connection_error);
    const auto now = on.connections.statistics();
    CHECK(now.in_use + now.idle == 0);
}

TEST_CASE("a pool that is closed in a hurry cancels what runs") {
    things on{"hurry", {.kept = 1, .overflow = 0}};
    auto session = on.connections.session(nobody{});
    auto running = std::async(std::launch::async, [&] {
        return failure_of<weir::timeout_error>([&] { one(session, "select pg_sleep(20)"); });
    });
    REQUIRE(eventually([&] { return on.connections.statistics().in_use == 1; }));
    std::this_thread::sleep_for(50ms);
    const auto start = std::chrono::steady_clock::now();
    on.connections.close(deadline::in(100ms));
    (void)running.get();
    CHECK(std::chrono::steady_clock::now() - start < 3s);
}

TEST_CASE("what was written is there, and nothing twice, while backends are killed") {
    things on{"storm", {.kept = 4, .overflow = 4}};
    std::atomic<bool> stop{false};
    std::atomic<int> unexpected{0};
    std::mutex guard;
    std::set<int> written;
    std::set<int> unknown;
    std::vector<std::thread> writers;
    for (int number = 0; number < 8; ++number) {
        writers.emplace_back([&, number] {
            auto session = on.connections.session(nobody{});
            for (int time = 0; !stop; ++time) {
                const int id = number * 1'000'000 + time;
                try {
                    if (time % 3 == 0) {
                        (void)one(session, "select count(*) from @{place}\"things\"");
                        continue;
                    }
                    const auto text = std::to_string(id);
                    change(
                        session, "insert into @{place}\"things\" values ($1, 'x')", with({text})
                    );
                    const std::lock_guard hold{guard};
                    written.insert(id);
                } catch (const weir::connection_error& lost) {
                    const std::lock_guard hold{guard};
                    if (lost.outcome_unknown())
                        unknown.insert(id);
                } catch (const std::exception&) {
                    ++unexpected;
                }
            }
        });
    }
    const auto killing = "select count(pg_terminate_backend(pid)) from (select pid from "
                         "pg_stat_activity where usename = 'weir_app' and query like '%" +
                         on.schema.name() + "%' order by random() limit 2) victims";
    for (int time = 0; time < 40; ++time) {
        on.schema.server().as_superuser(killing);
        std::this_thread::sleep_for(25ms);
    }
    stop = true;
    for (auto& writer : writers)
        writer.join();
    CHECK(unexpected == 0);
    auto session = on.connections.session(nobody{});
    std::set<int> stored;
    for (const auto& row :
         all(session.execute(query("select id from @{place}\"things\""), {}, deadline{}))) {
        stored.insert(std::stoi(row.at(0).value()));
    }
    CHECK(written.size() > 100);
    for (const int id : written) {
        CAPTURE(id);
        if (!stored.contains(id))
            FAIL_CHECK("written, but not there");
    }
    for (const int id : stored) {
        CAPTURE(id);
        if (!written.contains(id) && !unknown.contains(id))
            FAIL_CHECK("there, but said not to be");
    }
    CHECK(on.connections.statistics().in_use == 0);
    CHECK(on.connections.statistics().broken > 0);
}
