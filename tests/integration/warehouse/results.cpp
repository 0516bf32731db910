// SPDX-License-Identifier: Apache-2.0
// Results of every size: in one answer, in chunks, behind links; and statements that are not waited
// for.
#include <weir/data/any_session.hpp>
#include <weir/data/streamed_rows.hpp>
#include <weir/data/table_reader.hpp>

#include <algorithm>
#include <thread>
#include <tutorial.weir.hpp>

#include "fixture.hpp"

using namespace test;

namespace {

/// `count` rows of two columns: 0 to count - 1, and a text of it.
std::string numbers(std::size_t count) {
    return "select id, concat('row ', cast(id as string)) as label from (select "
           "explode(sequence(0, " +
           std::to_string(count - 1) + ")) as id) as n order by id";
}

/// The rows of numbers() are there, in order, each once.
void check_numbers(weir::warehouse::rows rows, std::size_t count) {
    std::size_t at = 0;
    while (const auto row = rows.next()) {
        REQUIRE(row->size() == 2);
        if ((*row)[0].text != std::to_string(at) || (*row)[1].text != "row " + std::to_string(at))
            FAIL("row " << at << " is " << (*row)[0].text);
        ++at;
    }
    CHECK(at == count);
}

} // namespace

TEST_CASE("results in chunks are read in order, with and without a chunk ahead") {
    on_warehouse on;
    on.workspace.change(R"({"chunk_rows":700})");
    check_numbers(on.run(numbers(10'000)), 10'000);
    check_numbers(on.run(numbers(700)), 700);
    check_numbers(on.run(numbers(701)), 701);
    on_warehouse waiting{{.chunks_ahead = 0}};
    waiting.workspace.change(R"({"chunk_rows":999})");
    check_numbers(waiting.run(numbers(10'000)), 10'000);
}

TEST_CASE("results beyond the inline limit come by links, from the second time on at once") {
    on_warehouse on;
    on.workspace.change(R"({"inline_limit":20000,"chunk_rows":700})");
    check_numbers(on.run(numbers(10'000)), 10'000);
    check_numbers(on.session.stream({.text = numbers(10'000), .table = "things"}, {}, {}), 10'000);
}

TEST_CASE("links that expire while rows are read are renewed") {
    on_warehouse on{{.links_ahead = 0}};
    on.workspace.change(R"({"inline_limit":20000,"chunk_rows":2500,"link_life":1})");
    auto rows = on.run(numbers(10'000));
    REQUIRE(rows.next().has_value());
    std::this_thread::sleep_for(1'100ms);
    std::size_t left = 1;
    while (rows.next())
        ++left;
    CHECK(left == 10'000);
}

TEST_CASE("chunks survive an unsteady network, and end in an error where it stays away") {
    on_warehouse on;
    on.workspace.change(R"({"chunk_rows":700})");
    const auto fail = [&](const std::string& kind, const std::string& times) {
        on.workspace.add_fault(
            R"({"method":"GET","path":"/api/2.0/sql/statements/","kind":")" + kind +
            R"(","after":1,"times":)" + times + "}"
        );
    };
    for (const auto* const kind : {"truncate", "drop_before", "drop_after"}) {
        CAPTURE(kind);
        fail(kind, "2");
        check_numbers(on.run(numbers(5'000)), 5'000);
        on.workspace.clear_faults();
    }
    fail("drop_before", "-1");
    auto rows = on.run(numbers(5'000));
    CHECK_THROWS_AS(
        [&] {
            while (rows.next()) {
            }
        }(),
        weir::connection_error
    );
}

TEST_CASE("links survive an unsteady storage") {
    on_warehouse on;
    on.workspace.change(R"({"inline_limit":20000,"chunk_rows":700})");
    on.workspace.add_fault(R"({"path":"/external-links/","kind":"drop_before","times":2})");
    on.workspace.add_fault(R"({"path":"/external-links/","kind":"truncate","times":1})");
    on.workspace.add_fault(R"({"path":"/external-links/","kind":"status","status":503,"times":1})");
    check_numbers(on.run(numbers(5'000)), 5'000);
}

TEST_CASE("where storage is out of reach, a list comes in slices and anything else is refused") {
    on_warehouse on{{.follows_links = false, .slice_rows = 600}};
    weir::create_tables<weir::table_list<tutorial::well>>(on.session);
    on.run("delete from app_data.wells where true", verb::remove);
    weir::repository<tutorial::well, session_type> wells{on.session};
    constexpr std::int64_t first = 1'000'000'000;
    std::vector<tutorial::well_create> many;
    for (std::int64_t at = 0; at < 2'000; ++at)
        many.push_back(
            {.api10 = first + (at * 7919) % 2'000, .wellname = "w" + std::to_string(at % 9)}
        );
    wells.insert_quietly(many);
    on.workspace.change(R"({"inline_limit":20000})");

    weir::any_session erased{on.warehouse.session(nobody{})};
    weir::table_reader reader{erased, weir::table_of<tutorial::well>};
    const std::vector<std::uint16_t> api10{0};
    const auto keys_of = [&](const weir::read_request& asked) {
        auto rows = stream_rows_of(reader, asked);
        std::vector<std::int64_t> keys;
        while (const auto row = rows.next()) {
            REQUIRE(row->size() == 1);
            keys.push_back(std::stoll(std::string{(*row)[0].text}));
        }
        return keys;
    };
    // Without an order of its own, then in one whose columns are not asked for.
    for (const bool by_name : {false, true}) {
        weir::read_request asked{.needs_order = false, .columns = api10};
        if (by_name)
            asked.order = {{.column = 1, .descending = true}};
        auto keys = keys_of(asked);
        CHECK(keys.size() == 2'000);
        CHECK(std::is_sorted(keys.begin(), keys.end()) == !by_name);
        std::sort(keys.begin(), keys.end());
        CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
    }
    const auto some =
        weir::sql::compare(0, weir::sql::comparison::greater_equal, {weir::any_value{first + 100}});
    CHECK(keys_of({.where = &some, .columns = api10, .limit_rows = 1'501}).size() == 1'501);
    CHECK(keys_of({.where = &some, .columns = api10}).size() == 1'900);
    CHECK(on.refusal(numbers(10'000)).second == "54000");
}

TEST_CASE("a statement is cancelled at its deadline, and the warehouse told") {
    on_warehouse on;
    const auto began = std::chrono::steady_clock::now();
    try {
        on.run(
            "select count(*) from (select explode(sequence(0, 99999)) as a) as x cross join "
            "(select "
            "explode(sequence(0, 99999)) as b) as y where a * b % 7 = 3",
            verb::select,
            deadline::in(400ms)
        );
        FAIL("it ended");
    } catch (const weir::timeout_error& failure) {
        CHECK(failure.sqlstate() == "57014");
    }
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("a session is cancelled from another thread while its statement runs") {
    on_warehouse on;
    std::thread other{[&] {
        std::this_thread::sleep_for(200ms);
        on.session.cancel();
    }};
    CHECK_THROWS_AS(
        on.run(
            "select count(*) from (select explode(sequence(0, 99999)) as a) as x cross join "
            "(select "
            "explode(sequence(0, 99999)) as b) as y where a * b % 7 = 3",
            verb::select,
            deadline::in(8s)
        ),
        weir::timeout_error
    );
    other.join();
}

TEST_CASE("a warehouse that starts is waited for within the deadline, else not available") {
    on_warehouse on;
    on.workspace.change(R"({"cold_start_ms":700})");
    on.workspace.stop_warehouse();
    CHECK(on.one("select 1") == "1");
    on.workspace.change(R"({"cold_start_ms":20000})");
    on.workspace.stop_warehouse();
    try {
        on.run("select 1", verb::select, deadline::in(300ms));
        FAIL("it answered");
    } catch (const weir::connection_error& failure) {
        CHECK(failure.sqlstate() == "57P03");
        CHECK(failure.retryable());
    }
    on.workspace.change(R"({"cold_start_ms":0})");
    on.workspace.stop_warehouse();
    CHECK(on.one("select 2") == "2");
}
