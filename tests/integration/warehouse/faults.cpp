// SPDX-License-Identifier: Apache-2.0
// What goes wrong between a session and its warehouse, and what the table holds afterwards.
#include <algorithm>
#include <specimens.weir.hpp>

#include "fixture.hpp"

using namespace test;
using weir::error_kind;

namespace {

using notes_type = weir::repository<specimens::bare_note, session_type>;
using counters_type = weir::repository<specimens::counter, session_type>;
using specimens_type = weir::repository<specimens::specimen, session_type>;

/// The tables, empty.
struct on_tables : on_warehouse {
    explicit on_tables(weir::warehouse::options how = {}) : on_warehouse(std::move(how)) {
        weir::create_tables<
            weir::table_list<specimens::bare_note, specimens::counter, specimens::specimen>>(session
        );
        for (const auto* const table : {"bare_notes", "counters", "specimens"})
            static_cast<void>(
                run(std::string{"delete from app_data."} + table + " where true", verb::remove)
            );
    }

    /// The next `times` calls that execute a statement with `words` end like this.
    void fail(const std::string& kind, const std::string& words, int times = 1) {
        workspace.add_fault(
            R"({"method":"POST","path":"/api/2.0/sql/statements","kind":")" + kind +
            R"(","contains":")" + words + R"(","times":)" + std::to_string(times) + "}"
        );
    }

    std::size_t count(const std::string& table) {
        return std::stoul(one("select count(*) from app_data." + table));
    }

    notes_type notes{session};
    counters_type counters{session};
    specimens_type specimens{session};
};

} // namespace

TEST_CASE("an insert whose answer is lost is stored once and acknowledged") {
    on_tables on;
    for (const auto* const kind : {"drop_after", "drop_before", "truncate"}) {
        CAPTURE(kind);
        on.fail(kind, "merge into");
        const auto stored = on.specimens.insert({.words = kind});
        CHECK(on.specimens.read({stored.id}).words == kind);
        on.fail(kind, "merge into");
        CHECK(on.notes.insert({.slug = kind, .text = "t"}).text == "t");
        on.fail(kind, "merge into", 2);
        CHECK(
            on.counters.insert_all({{.label = kind}, {.label = std::string{kind} + "2"}}).size() ==
            2
        );
    }
    CHECK(on.count("specimens") == 3);
    CHECK(on.count("bare_notes") == 3);
    CHECK(on.count("counters") == 6);
}

TEST_CASE("an insert that was lost is told apart from a row that was there") {
    on_tables on;
    on.notes.insert({.slug = "a", .text = "first"});
    // Somebody else's row with other values: nobody can say whose it is.
    on.fail("drop_before", "merge into");
    try {
        on.notes.insert({.slug = "a", .text = "second"});
        FAIL("accepted");
    } catch (const weir::error& failure) {
        CHECK(failure.outcome_unknown());
    }
    // An audited row is known by its uuid.
    on.counters.insert({.label = "a"});
    on.fail("drop_before", "merge into");
    CHECK_THROWS_AS(on.counters.insert({.label = "a"}), weir::conflict_error);
    CHECK(on.count("counters") == 1);
}

TEST_CASE("a write that stays lost says that its outcome is unknown") {
    on_tables on;
    on.fail("drop_before", "merge into", 3);
    try {
        on.notes.insert({.slug = "a"});
        FAIL("accepted");
    } catch (const weir::error& failure) {
        CHECK(failure.outcome_unknown());
        CHECK(failure.kind() == error_kind::connection);
    }
    CHECK(on.count("bare_notes") == 0);
    on.notes.insert({.slug = "b", .text = "one"});
    on.fail("drop_after", "update ");
    try {
        on.notes.update({"b"}, {.text = "two"});
        FAIL("accepted");
    } catch (const weir::error& failure) {
        CHECK(failure.outcome_unknown());
    }
}

TEST_CASE("what the platform did not accept is sent again, reads after any failure") {
    on_tables on;
    on.workspace.add_fault(
        R"({"kind":"status","status":503,"retry_after":0,"method":"POST","times":2})"
    );
    CHECK(on.notes.insert({.slug = "a"}).slug == "a");
    on.workspace.add_fault(R"({"kind":"status","status":429,"retry_after":0,"times":2})");
    CHECK(on.notes.update({"a"}, {.text = "x"})->text == "x");
    for (const auto* const kind : {"drop_before", "drop_after", "truncate"}) {
        CAPTURE(kind);
        on.fail(kind, "select");
        CHECK(on.notes.read({"a"}).text == "x");
    }
    on.workspace.add_fault(R"({"kind":"status","status":500,"method":"POST","times":1})");
    CHECK(on.notes.count() == 1);
    CHECK(on.count("bare_notes") == 1);
}

TEST_CASE("a write that another was faster than is executed again, with its conditions") {
    on_tables on;
    on.fail("delta_conflict", "merge into", 2);
    CHECK(on.notes.insert({.slug = "a", .text = "one"}).slug == "a");
    CHECK(on.count("bare_notes") == 1);

    const auto stored = on.counters.insert({.label = "a"});
    on.fail("delta_conflict", "update ");
    CHECK(on.counters.update({stored.id}, {.label = "b"}, weir::version_of(stored))->label == "b");
    on.fail("delta_conflict", "update ");
    CHECK_THROWS_AS(
        on.counters.update({stored.id}, {.label = "c"}, weir::version_of(stored)),
        weir::precondition_error
    );
    on.fail("delta_conflict", "update ", 99);
    try {
        on.counters.update({stored.id}, {.label = "d"});
        FAIL("accepted");
    } catch (const weir::conflict_error& failure) {
        CHECK(failure.sqlstate() == "40001");
        CHECK(failure.retryable());
    }
    on.workspace.clear_faults();
    CHECK(on.counters.read({stored.id}).label == "b");
}

TEST_CASE("rows beyond a megabyte go in several statements, all of them or none") {
    on_tables on;
    std::vector<specimens::counter_create> many;
    for (int at = 0; at < 6'000; ++at)
        many.push_back({.label = "label " + std::to_string(at) + std::string(25, 'x')});
    const auto stored = on.counters.insert_all(many);
    REQUIRE(stored.size() == many.size());
    CHECK(stored[0].label == many[0].label);
    CHECK(stored[5'999].label == many[5'999].label);
    CHECK(stored[0].id != stored[5'999].id);
    CHECK(on.count("counters") == 6'000);

    // The last of them is there already: the parts before are taken back.
    on.run("delete from app_data.counters where true", verb::remove);
    on.counters.insert({.label = many.back().label});
    CHECK_THROWS_AS(on.counters.insert_all(many), weir::conflict_error);
    CHECK(on.count("counters") == 1);
    CHECK_THROWS_AS(on.counters.insert_quietly(many), weir::conflict_error);
    CHECK(on.count("counters") == 1);
}

TEST_CASE("rows without audit beyond a megabyte are refused before anything is written") {
    on_tables on;
    std::vector<specimens::bare_note_create> many;
    for (int at = 0; at < 30; ++at)
        many.push_back({.slug = std::to_string(at), .text = std::string(40'000, 'x')});
    try {
        on.notes.insert_all(many);
        FAIL("accepted");
    } catch (const weir::statement_error& failure) {
        CHECK(failure.sqlstate() == "54000");
    }
    CHECK(on.count("bare_notes") == 0);
}
