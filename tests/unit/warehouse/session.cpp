// SPDX-License-Identifier: Apache-2.0
// Statements from their call to their end, without a network.
#include <catch.hpp>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "canned.hpp"

using namespace weir;
using namespace std::chrono_literals;
using sql::verb;
using test::on_canned;
using test::texts_of;
using texts = std::vector<std::string>;

namespace {

template <class Error, class Call>
Error failure_of(Call&& made) {
    try {
        static_cast<void>(made());
    } catch (const Error& failed) {
        return failed;
    }
    FAIL("nothing was thrown");
    throw std::logic_error{"unreachable"};
}

template <class Error>
test::canned_transport::answer throwing(const char* what, error_detail told = {}) {
    return [=]() -> std::string { throw Error{what, told}; };
}

std::string links(std::size_t index, const std::string& url) {
    return test::json(
        "{'external_links':[{'chunk_index':" + std::to_string(index) + ",'external_link':'" + url +
        "'}]}"
    );
}

constexpr const char* too_large = "Inline byte limit exceeded. Statements executed with "
                                  "disposition=INLINE can have a result size of at most 20214400";

} // namespace

TEST_CASE("a query is executed with its place expanded, and its rows read") {
    on_canned on;
    on.over.add(test::execute, test::succeeded("[['x'],['y']]", 2));
    CHECK(texts_of(on.run()) == texts{"x", "y"});
    REQUIRE(on.over.calls.size() == 1);
    const auto& call = on.over.calls[0];
    CHECK(call.body.find("from `main`.`prod`.`wells`") != std::string::npos);
    CHECK(call.body.find(R"({"key":"weir.caller","value":"svc"})") != std::string::npos);
    CHECK(call.bearer == "obo");
    CHECK(call.request_id == "r-1");
    CHECK(call.traceparent == "00-t");
    CHECK(call.is_repeatable);
}

TEST_CASE("a write is never repeatable, and its count is found by its column's name") {
    on_canned on;
    on.over.add(test::execute, test::affected(3));
    auto done = on.run(verb::insert);
    CHECK(done.affected_rows() == 3);
    CHECK_FALSE(done.next().has_value());
    CHECK_FALSE(on.over.calls[0].is_repeatable);
}

TEST_CASE("a statement that goes on is asked for until it is over") {
    on_canned on;
    on.over.add(test::execute, test::state("PENDING"));
    on.over.add(test::ask, test::state("PENDING"));
    on.over.add(test::ask, test::state("RUNNING"));
    on.over.add(test::ask, test::succeeded("[['x']]", 1));
    CHECK(texts_of(on.run()) == texts{"x"});
    CHECK(on.over.calls.size() == 4);
    CHECK(on.over.calls.back().bearer == "obo");
}

TEST_CASE("a query is cancelled at its deadline") {
    on_canned on;
    on.over.add(test::execute, test::state("RUNNING"));
    on.over.add(test::ask, test::state("RUNNING"));
    on.over.add(test::cancel, "{}");
    const auto late =
        failure_of<timeout_error>([&] { return on.run(verb::select, deadline::in(20ms)); });
    CHECK_FALSE(late.outcome_unknown());
    CHECK(late.sqlstate() == "57014");
    CHECK(on.over.count("POST", "/api/2.0/sql/statements/s1/cancel") == 1);
}

TEST_CASE("a warehouse that has not begun by the deadline is not available") {
    on_canned on;
    on.over.add(test::execute, test::state("PENDING"));
    on.over.add(test::ask, test::state("PENDING"));
    on.over.add(test::cancel, "{}");
    const auto cold =
        failure_of<connection_error>([&] { return on.run(verb::select, deadline::in(20ms)); });
    CHECK(cold.retryable());
    CHECK(cold.sqlstate() == "57P03");
}

TEST_CASE("after the deadline of a write its fate is found out") {
    on_canned on;
    on.over.add(test::execute, test::state("RUNNING"));
    on.over.add(test::cancel, "{}");

    SECTION("it was cancelled: nothing has happened") {
        on.over.add(test::ask, [&] {
            const auto asked = on.over.count("POST", "/api/2.0/sql/statements/s1/cancel") != 0;
            return test::state(asked ? "CANCELED" : "RUNNING");
        });
        const auto late =
            failure_of<timeout_error>([&] { return on.run(verb::insert, deadline::in(20ms)); });
        CHECK_FALSE(late.outcome_unknown());
    }
    SECTION("it was faster than that: it is done") {
        on.over.add(test::ask, [&] {
            const auto asked = on.over.count("POST", "/api/2.0/sql/statements/s1/cancel") != 0;
            return asked ? test::affected(1) : test::state("RUNNING");
        });
        CHECK(on.run(verb::insert, deadline::in(20ms)).affected_rows() == 1);
    }
    SECTION("it goes on: nobody knows") {
        on.over.add(test::ask, test::state("RUNNING"));
        const auto late =
            failure_of<timeout_error>([&] { return on.run(verb::insert, deadline::in(20ms)); });
        CHECK(late.outcome_unknown());
    }
}

TEST_CASE("a session that is cancelled ends its statement and takes no other") {
    on_canned on;
    on.over.add(test::execute, test::state("RUNNING"));
    on.over.add(test::ask, test::state("RUNNING"));
    on.over.add(test::cancel, "{}");
    auto session = on.house.session(nobody{});
    const sql::statement query{.text = "select 1", .table = "wells"};
    std::thread other{[&] { session.cancel(); }};
    CHECK_THROWS_AS(session.execute(query, {}, deadline{}), timeout_error);
    other.join();
    const auto before = on.over.calls.size();
    CHECK_THROWS_AS(session.execute(query, {}, deadline{}), timeout_error);
    CHECK(on.over.calls.size() == before);
}

TEST_CASE("a write that another was faster than is executed again, a limited number of times") {
    on_canned on{{.conflict_tries = 3}};
    const auto conflict = test::failed("[DELTA_CONCURRENT_APPEND] x SQLSTATE: 2D521");
    SECTION("it succeeds in the end") {
        on.over.add(test::execute, conflict);
        on.over.add(test::execute, conflict);
        on.over.add(test::execute, test::affected(1));
        CHECK(on.run(verb::update).affected_rows() == 1);
        CHECK(on.over.calls.size() == 3);
    }
    SECTION("it does not") {
        on.over.add(test::execute, conflict);
        const auto lost = failure_of<conflict_error>([&] { return on.run(verb::update); });
        CHECK(lost.retryable());
        CHECK(lost.sqlstate() == "40001");
        CHECK(on.over.calls.size() == 3);
    }
}

TEST_CASE("other failures are not tried again") {
    on_canned on;
    on.over.add(test::execute, test::failed("[TABLE_OR_VIEW_NOT_FOUND] x"));
    CHECK(failure_of<statement_error>([&] { return on.run(); }).sqlstate() == "42P01");
    CHECK(on.over.calls.size() == 1);
}

TEST_CASE("a write whose statement cannot be asked for any more has an unknown outcome") {
    on_canned on;
    on.over.add(test::execute, test::state("RUNNING"));
    on.over.add(test::ask, throwing<connection_error>("gone"));
    on.over.add(test::cancel, "{}");
    CHECK(failure_of<connection_error>([&] { return on.run(verb::insert); }).outcome_unknown());
    CHECK_FALSE(failure_of<connection_error>([&] { return on.run(); }).outcome_unknown());
}

TEST_CASE("a query has no unknown outcome, whatever the transport says about its call") {
    on_canned on;
    on.over.add(test::execute, throwing<connection_error>("x", {.outcome_unknown = true}));
    const auto read = failure_of<connection_error>([&] { return on.run(); });
    CHECK_FALSE(read.outcome_unknown());
    CHECK(read.retryable());
    CHECK(failure_of<connection_error>([&] { return on.run(verb::remove); }).outcome_unknown());
}

TEST_CASE("a warehouse that does not exist is not a row that does not exist") {
    on_canned on;
    on.over.add(test::execute, throwing<not_found_error>("404"));
    CHECK_THROWS_AS(on.run(), configuration_error);
}

TEST_CASE("a result that is gone is asked for again by queries only") {
    on_canned on;
    on.over.add(test::execute, test::state("CLOSED"));
    CHECK(failure_of<connection_error>([&] { return on.run(); }).retryable());
    const auto written = failure_of<connection_error>([&] { return on.run(verb::insert); });
    CHECK(written.outcome_unknown());
    CHECK_FALSE(written.retryable());
}

TEST_CASE("chunks are fetched in order, before they are needed or when they are") {
    const auto ahead = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{4});
    on_canned on{{.chunks_ahead = ahead}};
    on.over.add(test::execute, test::succeeded("[['a']]", 4, 3));
    const std::string chunk = std::string{test::ask} + "/result/chunks/";
    on.over.add(chunk + "1", test::json("{'chunk_index':1,'data_array':[['b'],['c']]}"));
    on.over.add(chunk + "2", test::json("{'chunk_index':2,'data_array':[['d']]}"));
    CHECK(texts_of(on.run()) == texts{"a", "b", "c", "d"});
}

TEST_CASE("a chunk is fetched while the one before it is read") {
    on_canned on;
    on.over.add(test::execute, test::succeeded("[['a'],['b']]", 3, 2));
    std::promise<void> asked;
    auto is_asked = asked.get_future();
    on.over.add(std::string{test::ask} + "/result/chunks/1", [&] {
        asked.set_value();
        return test::json("{'data_array':[['c']]}");
    });
    auto rows = on.run();
    REQUIRE(rows.next().has_value());
    CHECK(is_asked.wait_for(60s) == std::future_status::ready);
    CHECK(texts_of(std::move(rows)) == texts{"b", "c"});
}

TEST_CASE("rows may be left unread") {
    on_canned on;
    on.over.add(test::execute, test::succeeded("[['a']]", 3, 3));
    const std::string chunk = std::string{test::ask} + "/result/chunks/";
    on.over.add(chunk + "1", test::json("{'data_array':[['b']]}"));
    auto rows = on.run();
    CHECK(rows.next().has_value());
}

TEST_CASE("fewer rows than announced, and cut results, are errors") {
    on_canned on;
    on.over.add(test::execute, test::succeeded("[['a']]", 2));
    CHECK_THROWS_AS(texts_of(on.run()), decode_error);
    auto cut = test::succeeded("[['a']]", 1);
    cut.replace(cut.find("\"truncated\":false"), 17, "\"truncated\":true");
    on_canned other;
    other.over.add(test::execute, cut);
    CHECK_THROWS_AS(other.run(), decode_error);
}

TEST_CASE("results too large to be inline come by links, which are renewed when they expire") {
    on_canned on;
    on.over.add(test::execute, test::failed(too_large));
    auto linked = test::succeeded("null", 3, 3);
    linked.replace(linked.find("{\"data_array\":null}"), 19, links(0, "https://s/0"));
    on.over.add(test::execute, linked);
    const std::string chunk = std::string{test::ask} + "/result/chunks/";
    on.over.add(chunk + "1", links(1, "https://s/1-old"));
    on.over.add(chunk + "1", links(1, "https://s/1-new"));
    on.over.add(chunk + "2", links(2, "https://s/2"));
    on.over.add("LINK https://s/0", test::json("[['a']]"));
    on.over.add("LINK https://s/1-old", throwing<permission_error>("expired"));
    on.over.add("LINK https://s/1-new", test::json("[['b']]"));
    on.over.add("LINK https://s/2", test::json("[['c']]"));
    CHECK(texts_of(on.run()) == texts{"a", "b", "c"});
    CHECK(on.over.calls[0].body.find("\"INLINE\"") != std::string::npos);
    CHECK(on.over.calls[1].body.find("\"EXTERNAL_LINKS\"") != std::string::npos);
    // From then on at once.
    CHECK(texts_of(on.run()) == texts{"a", "b", "c"});
    CHECK(on.over.count("POST", "/api/2.0/sql/statements") == 3);
}

TEST_CASE("a link that stays refused ends the reading") {
    on_canned on;
    on.over.add(test::execute, test::succeeded("[['a']]", 2, 2));
    on.over.add(std::string{test::ask} + "/result/chunks/1", links(1, "https://s/1"));
    on.over.add("LINK https://s/1", throwing<permission_error>("expired"));
    CHECK_THROWS_AS(texts_of(on.run()), permission_error);
}

TEST_CASE("what the platform would refuse for its size is not sent") {
    on_canned on;
    constexpr column_type text{.kind = type::string};
    sql::arguments many;
    for (int at = 0; at < 256; ++at)
        many.add_text("x", text);
    CHECK(failure_of<statement_error>([&] {
              return on.run(verb::insert, {}, many);
          }).sqlstate() == "54023");
    sql::arguments large;
    large.add_text(std::string(1024 * 1024 + 1, 'x'), text);
    CHECK(failure_of<statement_error>([&] {
              return on.run(verb::insert, {}, large);
          }).sqlstate() == "54000");
    CHECK(on.over.calls.empty());
}

namespace {

/// Slices of the numbers 1 to 5.
class five final : public weir::query_slices {
public:
    std::string next(weir::sql::arguments& /*arguments*/, std::uint64_t rows) override {
        asked.push_back(rows);
        return "slice";
    }

    std::span<const weir::text_field>
    take(std::span<const weir::text_field> row, bool last) override {
        lasts += last ? 1U : 0U;
        return row;
    }

    static inline std::vector<std::uint64_t> asked{};
    static inline std::size_t lasts = 0;
};

} // namespace

TEST_CASE("links that lead nowhere are not followed again for a while") {
    on_canned on{{.slice_rows = 8}};
    const auto refusal = test::failed(too_large);
    on.over.add(test::execute, refusal);
    on.over.add(
        test::execute,
        test::json(
            "{'statement_id':'s1','status':{'state':'SUCCEEDED'},'manifest':{'schema':{'columns':"
            "[{'name':'a'}]},'total_chunk_count':1,'total_row_count':1},'result':{'external_links':"
            "[{'chunk_index':0,'external_link':'u'}]}}"
        )
    );
    on.over.add("LINK u", throwing<connection_error>("out of reach"));
    // The first slice is too large as well; of half the size it is not.
    on.over.add(test::execute, refusal);
    on.over.add(test::execute, test::succeeded("[['1'],['2'],['3'],['4']]", 4));
    on.over.add(test::execute, test::succeeded("[['5']]", 1));
    auto session = on.house.session(weir::nobody{});
    auto rows = session.stream_sliced({.text = "whole"}, {}, {}, std::make_unique<five>());
    CHECK(texts_of(std::move(rows)) == std::vector<std::string>{"1", "2", "3", "4", "5"});
    CHECK(five::asked == std::vector<std::uint64_t>{8, 4, 4});
    CHECK(five::lasts == 1);
    CHECK(on.over.calls[1].body.find("EXTERNAL_LINKS") != std::string::npos);
    for (std::size_t at = 2; at < on.over.calls.size(); ++at)
        CHECK(on.over.calls[at].body.find("EXTERNAL_LINKS") == std::string::npos);
    // Nobody can slice this one.
    on_canned plain{{.follows_links = false}};
    plain.over.add(test::execute, refusal);
    CHECK_THROWS_AS(plain.run(), weir::statement_error);
}
