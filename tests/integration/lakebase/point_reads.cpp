// SPDX-License-Identifier: Apache-2.0
// Reads of single rows that travel together; also run under ThreadSanitizer.
#include <weir/core/error.hpp>
#include <weir/core/joint_work.hpp>
#include <weir/lakebase/session.hpp>

#include <atomic>
#include <future>

#include "fixture.hpp"

using namespace test;

namespace {

constexpr std::string_view find_name = "select name from @{place}\"things\" where id = $1";

weir::sql::statement point(std::string_view text) {
    return {.text = text, .table = "things", .reach = weir::sql::reach::open, .is_point = true};
}

template <class Session>
std::string found(Session& session, std::string_view text, std::string_view id) {
    return all(session.execute(point(text), with({id}), deadline{})).at(0).at(0).value();
}

/// Rows 1 to 100, each named by its number.
struct numbered : things {
    explicit numbered(std::string_view purpose, weir::lakebase::options how = {})
        : things(purpose, one_trip(std::move(how))) {
        auto session = connections.session(nobody{});
        change(
            session,
            "insert into @{place}\"things\" select n, n::text from generate_series(1, 100) n"
        );
    }

    /// Calls `work(session, number)` in `threads` threads, `times` each, with numbers from 1 to
    /// 100; gives how often it threw.
    template <class Work>
    int crowd(int threads, int times, const Work& work) {
        std::atomic<int> failures{0};
        std::vector<std::thread> all;
        for (int thread = 0; thread < threads; ++thread) {
            all.emplace_back([&, thread] {
                for (int time = 0; time < times; ++time) {
                    auto session = connections.session(nobody{});
                    try {
                        work(session, (thread * 37 + time) % 100 + 1);
                    } catch (const std::exception&) {
                        ++failures;
                    }
                }
            });
        }
        for (auto& thread : all)
            thread.join();
        return failures;
    }

private:
    static weir::lakebase::options one_trip(weir::lakebase::options how) {
        how.point_trips = 1;
        return how;
    }
};

} // namespace

TEST_CASE("reads that come at once travel together and each gets its own row") {
    numbered on{"together", {.kept = 4, .overflow = 0}};
    // Shows that the server is near.
    CHECK(on.crowd(1, 500, [](auto& session, int) { (void)found(session, find_name, "1"); }) == 0);
    std::atomic<int> wrong{0};
    const int failures = on.crowd(16, 200, [&](auto& session, int number) {
        if (found(session, find_name, std::to_string(number)) != std::to_string(number))
            ++wrong;
    });
    CHECK(failures == 0);
    CHECK(wrong == 0);
    CHECK(on.connections.statistics().shared_reads > 0);
    CHECK(on.connections.statistics().broken == 0);
}

TEST_CASE("reads of joint work are one round trip, and each meets its own row or error") {
    numbered on{"joint", {.kept = 4, .overflow = 0}};
    constexpr std::size_t pieces = 20;
    std::vector<std::string> told(pieces);
    weir::joint_work work;
    work.run(pieces, [&](std::size_t at) {
        const auto number = std::to_string(at + 1);
        try {
            auto session = on.connections.session(nobody{});
            told[at] = found(session, find_name, at == 7 ? "none" : number);
        } catch (const weir::error& failed) {
            told[at] = failed.sqlstate();
        }
    });
    for (std::size_t at = 0; at < pieces; ++at)
        CHECK(told[at] == (at == 7 ? "22P02" : std::to_string(at + 1)));
    CHECK(on.connections.statistics().shared_reads == pieces);
    CHECK(on.connections.statistics().in_use == 0);
}

TEST_CASE("joint work of many threads is each answered its own rows") {
    numbered on{"joint_many", {.kept = 4, .overflow = 0}};
    std::atomic<int> wrong{0};
    std::vector<std::thread> all_of_them;
    for (int thread = 0; thread < 6; ++thread) {
        all_of_them.emplace_back([&, thread] {
            weir::joint_work work;
            for (int time = 0; time < 100; ++time)
                work.run(12, [&](std::size_t at) {
                    const auto number = std::to_string(
                        (static_cast<std::size_t>(thread * 7 + time) + at) % 100 + 1
                    );
                    try {
                        auto session = on.connections.session(nobody{});
                        if (found(session, find_name, number) != number)
                            ++wrong;
                    } catch (const std::exception&) {
                        ++wrong;
                    }
                });
        });
    }
    for (auto& thread : all_of_them)
        thread.join();
    CHECK(wrong == 0);
    CHECK(on.connections.statistics().broken == 0);
}

TEST_CASE("a read that travels sees what was written before it came") {
    numbered on{"fresh", {.kept = 8, .overflow = 0}};
    std::atomic<int> stale{0};
    const int failures = on.crowd(8, 100, [&](auto& session, int number) {
        // Each thread has rows of its own.
        static std::atomic<int> last{1'000};
        const auto id = std::to_string(++last);
        const auto name = std::to_string(number);
        change(session, "insert into @{place}\"things\" values ($1, $2)", with({id, name}));
        if (found(session, find_name, id) != name)
            ++stale;
    });
    CHECK(failures == 0);
    CHECK(stale == 0);
}

TEST_CASE(
    "reads of many callers that travel together see what their row policies let each of them see"
) {
    numbered on{"callers", {.kept = 4, .overflow = 0}};
    // Shows that the server is near.
    CHECK(on.crowd(1, 500, [](auto& session, int) { (void)found(session, find_name, "1"); }) == 0);
    auto owner = on.connections.session(nobody{});
    (void)owner.execute(
        ddl("alter table @{place}\"things\" enable row level security, force row level security; "
            "create policy own on @{place}\"things\" "
            "using (name = (select current_setting('weir.caller', true)))"),
        {},
        deadline{}
    );
    auto statement = point(find_name);
    statement.reach = weir::sql::reach::caller;
    auto any_row = point("select name from @{place}\"things\" limit 1");
    any_row.reach = weir::sql::reach::caller;
    const auto rows_of = [&](auto session, int number) {
        return all(session.execute(statement, with({std::to_string(number)}), deadline{}));
    };
    std::atomic<int> wrong{0};
    const int failures = on.crowd(16, 200, [&](auto& unknown, int number) {
        const auto name = std::to_string(number);
        const auto own = rows_of(on.connections.session(weir::caller{.id = name}), number);
        if (own.size() != 1 || own[0][0] != name)
            ++wrong;
        if (!rows_of(on.connections.session(weir::caller{.id = name}), number % 100 + 1).empty())
            ++wrong;
        // Whoever works for nobody is nobody, whose read ever went before.
        if (!all(unknown.execute(any_row, {}, deadline{})).empty())
            ++wrong;
    });
    CHECK(failures == 0);
    CHECK(wrong == 0);
    CHECK(on.connections.statistics().shared_reads > 0);
    CHECK(one(owner, "select coalesce(current_setting('weir.caller', true), '')").empty());
}

TEST_CASE("one read that fails takes no other with it") {
    numbered on{"fails", {.kept = 4, .overflow = 0}};
    std::atomic<int> refused{0};
    std::atomic<int> wrong{0};
    const int failures = on.crowd(8, 100, [&](auto& session, int number) {
        // Fails for every tenth.
        const auto text = "select (100 / ($1::int % 10))::text from @{place}\"things\" limit 1";
        try {
            const auto got = found(session, text, std::to_string(number));
            if (got != std::to_string(100 / (number % 10)))
                ++wrong;
        } catch (const weir::statement_error& failure) {
            if (number % 10 != 0 || failure.sqlstate() != "22012")
                ++wrong;
            ++refused;
        }
    });
    CHECK(failures == 0);
    CHECK(wrong == 0);
    CHECK(refused == 80);
    CHECK(on.connections.statistics().broken == 0);
}

TEST_CASE("reads travel under many texts where few statements are kept") {
    numbered on{"texts", {.kept = 2, .overflow = 0, .prepared = 3}};
    std::atomic<int> wrong{0};
    const int failures = on.crowd(8, 50, [&](auto& session, int number) {
        const auto text = std::string{find_name} + " and " + std::to_string(number % 7) + " >= 0";
        if (found(session, text, std::to_string(number)) != std::to_string(number))
            ++wrong;
    });
    CHECK(failures == 0);
    CHECK(wrong == 0);
}

TEST_CASE("reads that travel while their backends are killed are read again") {
    numbered on{"killed", {.kept = 4, .overflow = 0}};
    std::atomic<bool> is_over{false};
    auto killing = std::async(std::launch::async, [&] {
        int kills = 0;
        for (; !is_over; ++kills) {
            on.schema.server().as_superuser(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = "
                "'weir_app' and query like '%" +
                on.schema.name() + "%'"
            );
            std::this_thread::sleep_for(5ms);
        }
        return kills;
    });
    std::atomic<int> wrong{0};
    std::atomic<int> lost{0};
    const int failures = on.crowd(8, 100, [&](auto& session, int number) {
        try {
            if (found(session, find_name, std::to_string(number)) != std::to_string(number))
                ++wrong;
        } catch (const weir::connection_error& failure) {
            // A new connection that is killed at once is told, as for any read.
            if (failure.outcome_unknown())
                ++wrong;
            ++lost;
        }
    });
    is_over = true;
    CHECK(killing.get() > 0);
    CHECK(failures == 0);
    CHECK(wrong == 0);
    CHECK(lost < 800);
    auto session = on.connections.session(nobody{});
    CHECK(found(session, find_name, "7") == "7");
}

TEST_CASE("a table changed under reads that travel is read again") {
    numbered on{"changed", {.kept = 2, .overflow = 0}};
    std::size_t columns = 2;
    std::atomic<int> wrong{0};
    const auto read_all = [&] {
        return on.crowd(8, 50, [&](auto& session, int number) {
            const auto row = all(session.execute(
                point("select * from @{place}\"things\" where id = $1"),
                with({std::to_string(number)}),
                deadline{}
            ));
            if (row.at(0).size() != columns || row[0][1] != std::to_string(number))
                ++wrong;
        });
    };
    CHECK(read_all() == 0);
    auto owner = on.connections.session(nobody{});
    (void)owner.execute(ddl("alter table @{place}\"things\" add column more text"), {}, deadline{});
    ++columns;
    CHECK(read_all() == 0);
    CHECK(wrong == 0);
}

TEST_CASE("who must have its row sooner is told it is late, and who travels with it waits on") {
    numbered on{"late", {.kept = 8, .overflow = 0}};
    auto owner = on.connections.session(nobody{});
    auto holding = owner.begin(deadline{});
    (void)holding.execute(ddl("lock table @{place}\"things\""), {}, deadline{});
    const auto read = [&](deadline until) {
        return std::async(std::launch::async, [&on, until] {
            auto session = on.connections.session(nobody{});
            return all(session.execute(point(find_name), with({"5"}), until)).at(0).at(0).value();
        });
    };
    std::vector<std::future<std::string>> patient;
    std::vector<std::future<std::string>> late;
    for (int pair = 0; pair < 3; ++pair) {
        patient.push_back(read(deadline{}));
        late.push_back(read(deadline::in(200ms)));
    }
    for (auto& each : late)
        CHECK_THROWS_AS(each.get(), weir::timeout_error);
    holding.commit();
    for (auto& each : patient)
        CHECK(each.get() == "5");
}

TEST_CASE("a read that waits behind others is cancelled from another thread") {
    numbered on{"cancelled", {.kept = 8, .overflow = 0}};
    auto owner = on.connections.session(nobody{});
    auto holding = owner.begin(deadline{});
    (void)holding.execute(ddl("lock table @{place}\"things\""), {}, deadline{});
    std::vector<std::unique_ptr<weir::lakebase::nobody_session>> sessions;
    std::vector<std::future<void>> reads;
    for (int number = 0; number < 6; ++number) {
        auto* const session =
            sessions
                .emplace_back(
                    std::make_unique<weir::lakebase::nobody_session>(on.connections, nobody{})
                )
                .get();
        reads.push_back(std::async(std::launch::async, [session] {
            (void)session->execute(point(find_name), with({"5"}), deadline{});
        }));
    }
    for (auto& session : sessions)
        session->cancel();
    for (auto& read : reads)
        CHECK_THROWS_AS(read.get(), weir::timeout_error);
    holding.commit();
    CHECK(found(owner, find_name, "5") == "5");
}
