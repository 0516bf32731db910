// SPDX-License-Identifier: Apache-2.0
// Rows fetched as they are read.
#include <weir/lakebase/session.hpp>

#include <catch.hpp>
#include <cstddef>
#include <string>
#include <utility>

#include "fixture.hpp"

namespace {

using namespace test;

constexpr std::string_view in_order = "select id, name from @{place}\"things\" order by id";

struct many_things : things {
    explicit many_things(std::string_view purpose, int count, weir::lakebase::options how = {})
        : things(purpose, std::move(how)) {
        change(
            session,
            "insert into @{place}\"things\" select i, 'row ' || i from generate_series(1, " +
                std::to_string(count) + ") as i"
        );
    }

    weir::lakebase::nobody_session session = connections.session(nobody{});
};

template <class Rows>
std::size_t drain(Rows& rows) {
    std::size_t count = 0;
    while (rows.next())
        ++count;
    return count;
}

} // namespace

TEST_CASE("a stream gives the rows that execute() gives, in order") {
    many_things given{"stream", 10'000};
    auto rows = given.session.stream(
        query("select id, name from @{place}\"things\" where id > $1::text::bigint order by id"),
        with({"5"}),
        deadline{}
    );
    int id = 5;
    while (const auto row = rows.next()) {
        ++id;
        REQUIRE((*row)[0].text == std::to_string(id));
        REQUIRE((*row)[1].text == "row " + std::to_string(id));
    }
    CHECK(id == 10'000);
    CHECK_FALSE(rows.next());
    CHECK(rows.affected_rows() == 0);
}

TEST_CASE("a stream of exactly one batch, of one row and of none ends as it should") {
    many_things given{"stream_edges", 100};
    for (const int count : {0, 1, 31, 32, 33, 96, 97}) {
        auto rows = given.session.stream(
            query("select id, name from @{place}\"things\" where id <= $1::text::bigint order by id"
            ),
            with({std::to_string(count)}),
            deadline{}
        );
        CHECK(drain(rows) == static_cast<std::size_t>(count));
    }
}

TEST_CASE("rows of a megabyte are streamed in small batches") {
    many_things given{"stream_wide", 100};
    auto rows = given.session.stream(
        query("select id, repeat('x', 1000000) from @{place}\"things\" order by id"), {}, deadline{}
    );
    CHECK(drain(rows) == 100);
}

TEST_CASE("a stream keeps its snapshot while others write, and lives on without its session") {
    many_things given{"stream_snapshot", 10'000};
    auto rows = [&] {
        auto own = given.connections.session(nobody{});
        return own.stream(query(in_order), {}, deadline{});
    }();
    REQUIRE(rows.next());
    change(given.session, "delete from @{place}\"things\" where id > 5");
    auto moved = std::move(rows);
    CHECK(drain(moved) == 9'999);
}

TEST_CASE("a stream can write nothing") {
    many_things given{"stream_read_only", 3};
    const auto write_through = [&] {
        auto rows = given.session.stream(
            query("with gone as (delete from @{place}\"things\" returning id) select id from gone"),
            {},
            deadline{}
        );
        drain(rows);
    };
    CHECK_THROWS_AS(write_through(), weir::error);
    CHECK(one(given.session, "select count(*) from @{place}\"things\"") == "3");
}

TEST_CASE("streams give their connections back at the last row, and when they are dropped") {
    many_things given{"stream_back", 1'000};
    auto whole = given.session.stream(query(in_order), {}, deadline{});
    CHECK(given.connections.statistics().in_use == 1);
    drain(whole);
    CHECK(given.connections.statistics().in_use == 0);
    for (int at = 0; at < 20; ++at) {
        auto dropped = given.session.stream(query(in_order), {}, deadline{});
        REQUIRE(dropped.next());
    }
    CHECK(given.connections.statistics().in_use == 0);
    CHECK(given.connections.statistics().broken == 0);
    CHECK(one(given.session, "select count(*) from @{place}\"things\"") == "1000");
}

TEST_CASE("a failure at a late row comes at that row, not as the end") {
    many_things given{"stream_failure", 10'000};
    auto rows = given.session.stream(
        query("select 1 / (id - 9000) from @{place}\"things\" order by id"), {}, deadline{}
    );
    REQUIRE(rows.next());
    const auto failed = failure_of<weir::error>([&] { drain(rows); });
    CHECK(failed.sqlstate() == "22012");
    CHECK_FALSE(rows.next());
    CHECK(given.connections.statistics().in_use == 0);
}

TEST_CASE("the deadline ends a stream: between rows, and in the server's work") {
    many_things given{"stream_deadline", 10'000};
    // Long enough for the first row wherever this runs.
    const auto due = deadline::in(2s);
    auto idle = given.session.stream(query(in_order), {}, due);
    REQUIRE(idle.next());
    std::this_thread::sleep_until(due.at());
    CHECK_THROWS_AS(drain(idle), weir::timeout_error);

    auto busy = given.session.stream(
        query("select id, case when id > 100 then pg_sleep(30) end from @{place}\"things\""),
        {},
        deadline::in(2s)
    );
    REQUIRE(busy.next());
    CHECK_THROWS_AS(drain(busy), weir::timeout_error);
    CHECK(given.connections.statistics().in_use == 0);
}

TEST_CASE("a statement the server refuses is refused before the first row") {
    things given{"stream_refused"};
    auto session = given.connections.session(nobody{});
    CHECK_THROWS_AS(
        session.stream(query("select nothing from nowhere"), {}, deadline{}), weir::error
    );
    CHECK(given.connections.statistics().in_use == 0);
}

TEST_CASE("a connection that died in the pool is replaced before a stream begins") {
    many_things given{"stream_died", 10, {.kept = 1, .overflow = 0}};
    const auto backend = one(given.session, "select pg_backend_pid()");
    given.schema.server().as_superuser("select pg_terminate_backend(" + backend + ", 5000)");
    auto rows = given.session.stream(query(in_order), {}, deadline{});
    CHECK(drain(rows) == 10);
}
