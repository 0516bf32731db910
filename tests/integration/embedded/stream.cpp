// SPDX-License-Identifier: Apache-2.0
// Rows as the engine makes them.
#include <weir/embedded/session.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#include "fixture.hpp"

namespace {

using namespace test;

/// A table of `count` rows (id, name).
void fill(fresh& given, std::int64_t count) {
    run(given.session, "CREATE TABLE numbers (id BIGINT, name STRING)");
    run(given.session, "INSERT INTO numbers VALUES (1, 'row 1')");
    for (std::int64_t have = 1; have < count; have *= 2) {
        const auto next = std::min(have, count - have);
        run(given.session,
            "INSERT INTO numbers SELECT id + :p1, concat('row ', CAST(id + :p1 AS STRING)) FROM "
            "numbers WHERE id <= :p2",
            {whole(have), whole(next)});
    }
}

weir::embedded::row_stream stream(
    fresh& given,
    std::string_view sql,
    const std::vector<test::given>& values = {},
    deadline until = {}
) {
    const auto arguments = with(values);
    return given.session.stream({.text = sql, .table = "numbers"}, arguments, until);
}

} // namespace

TEST_CASE("a stream gives the rows that execute() gives, in order") {
    fresh given;
    fill(given, 10'000);
    auto rows =
        stream(given, "SELECT id, name FROM numbers WHERE id > :p1 ORDER BY id", {whole(5)});
    std::int64_t id = 5;
    while (const auto row = rows.next()) {
        ++id;
        REQUIRE((*row)[0].text == std::to_string(id));
        REQUIRE((*row)[1].text == "row " + std::to_string(id));
    }
    CHECK(id == 10'000);
    CHECK_FALSE(rows.next());
    CHECK(rows.affected_rows() == 0);
}

TEST_CASE("a stream lives on without its session, and moves") {
    fresh given;
    fill(given, 5'000);
    auto made = [&] {
        auto session = given.base.session(nobody{.name = "tester"});
        return session.stream(
            {.text = "SELECT id FROM numbers ORDER BY id", .table = "numbers"}, {}, {}
        );
    }();
    REQUIRE((*made.next())[0].text == "1");
    auto moved = std::move(made);
    std::size_t rows = 1;
    while (moved.next())
        ++rows;
    CHECK(rows == 5'000);
}

TEST_CASE("a stream keeps its snapshot while others write, and the session keeps working") {
    fresh given;
    fill(given, 10'000);
    auto rows = stream(given, "SELECT id, name FROM numbers ORDER BY id");
    REQUIRE(rows.next());
    run(given.session, "DELETE FROM numbers WHERE id > 5");
    CHECK(one(given.session, "SELECT count(*) FROM numbers") == "5");
    std::size_t count = 1;
    while (rows.next())
        ++count;
    CHECK(count == 10'000);
}

TEST_CASE("streams dropped halfway give their connections back") {
    fresh given;
    fill(given, 10'000);
    for (int at = 0; at < 50; ++at) {
        auto rows = stream(given, "SELECT id FROM numbers ORDER BY id");
        REQUIRE(rows.next());
    }
    CHECK(one(given.session, "SELECT count(*) FROM numbers") == "10000");
}

TEST_CASE("a failure at a late row comes at that row, not as the end") {
    fresh given;
    fill(given, 100'000);
    auto rows = stream(
        given, "SELECT CAST(CASE WHEN id < 90000 THEN '1' ELSE 'none' END AS BIGINT) FROM numbers"
    );
    REQUIRE(rows.next());
    const auto drain = [&] {
        while (rows.next())
            ;
    };
    CHECK_THROWS_AS(drain(), weir::error);
}

TEST_CASE("the deadline ends a stream: between rows, and in the engine's work") {
    fresh given;
    fill(given, 100'000);
    // Long enough for the first row wherever this runs.
    const auto due = deadline::in(std::chrono::seconds{2});
    auto idle = stream(given, "SELECT id, name FROM numbers", {}, due);
    REQUIRE(idle.next());
    std::this_thread::sleep_until(due.at());
    const auto drain = [](auto& rows) {
        while (rows.next())
            ;
    };
    CHECK_THROWS_AS(drain(idle), weir::timeout_error);

    const auto endless = [&] {
        auto busy = stream(
            given,
            "SELECT count(*) FROM numbers a CROSS JOIN numbers b CROSS JOIN numbers c",
            {},
            deadline::in(std::chrono::milliseconds{200})
        );
        drain(busy);
    };
    CHECK_THROWS_AS(endless(), weir::timeout_error);
    CHECK(one(given.session, "SELECT count(*) FROM numbers") == "100000");
}

TEST_CASE("a statement the engine refuses is refused before the first row") {
    fresh given;
    CHECK_THROWS_AS(stream(given, "SELECT nothing FROM nowhere"), weir::statement_error);
}
