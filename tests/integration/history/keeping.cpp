// SPDX-License-Identifier: Apache-2.0
// What changes of a table with history keep.
#include <atomic>
#include <catch.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backends.hpp"

namespace keeping_cases {

using namespace test;
using lines = std::vector<std::string>;

namespace {

constexpr auto versions = "select history_version, history_operation, title, case when is_deleted "
                          "then 'true' else 'false' "
                          "end, history_by "
                          "from @H.contracts_history order by id, history_version";

ledger::contract_key first{.id = 1};

} // namespace

TEMPLATE_TEST_CASE(
    "every change of a row keeps the row as it was", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(anna);
    auto contracts = rows<ledger::contract>(session);
    seconds() = 10;
    contracts.insert({.id = 1, .title = "draft"});
    CHECK(ask(session, versions).empty());

    seconds() = 20;
    REQUIRE(contracts.update(first, {.title = std::string{"second"}}));
    CHECK(ask(session, versions) == lines{"1|update|draft|false|anna@example.com"});
    seconds() = 30;
    REQUIRE(contracts.replace(first, {.id = 1, .title = "third"}));
    seconds() = 40;
    REQUIRE(contracts.upsert({.id = 1, .title = "fourth"}).title == "fourth");
    seconds() = 50;
    REQUIRE(contracts.remove(first));
    seconds() = 60;
    REQUIRE(contracts.restore(first));
    seconds() = 70;
    REQUIRE(contracts.purge(first));
    CHECK(
        ask(session, versions) ==
        lines{
            "1|update|draft|false|anna@example.com",
            "2|update|second|false|anna@example.com",
            "3|update|third|false|anna@example.com",
            "4|delete|fourth|false|anna@example.com",
            "5|restore|fourth|true|anna@example.com",
            "6|purge|fourth|false|anna@example.com",
        }
    );
}

TEMPLATE_TEST_CASE(
    "a version says since when and until when the row was so",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto session = backend.session(anna);
    auto contracts = rows<ledger::contract>(session);
    seconds() = 10;
    contracts.insert({.id = 1, .title = "draft"});
    for (const int second : {20, 20, 15}) {
        seconds() = second;
        REQUIRE(contracts.update(first, {.rate = double(second)}));
    }
    const auto times = ask(
        session,
        "select case when h.history_to > h.history_from then 'long' else 'none' end, case when "
        "h.history_from = h.inserted_at then 'first' else 'later' end, case when h.history_to = "
        "n.history_from then 'joined' else 'last' end from @H.contracts_history as h left join "
        "@H.contracts_history as n on n.history_version = h.history_version + 1 order by "
        "h.history_version"
    );
    CHECK(times == lines{"long|first|joined", "long|later|joined", "long|later|last"});
}

TEMPLATE_TEST_CASE("what changes nothing keeps nothing", "", postgres_backend, embedded_backend) {
    TestType backend;
    auto session = backend.session(anna);
    auto contracts = rows<ledger::contract>(session);
    contracts.insert({.id = 1, .title = "draft"});
    contracts.insert({.id = 2, .title = "taken"});
    auto foreign = backend.session(bert);
    auto others = rows<ledger::contract>(foreign);

    CHECK_FALSE(contracts.update({.id = 9}, {.title = std::string{"none"}}));
    CHECK_FALSE(others.update(first, {.title = std::string{"mine"}}));
    CHECK_FALSE(others.remove(first));
    CHECK_FALSE(others.purge(first));
    CHECK_FALSE(contracts.restore(first));
    CHECK_THROWS_AS(others.upsert({.id = 1, .title = "mine"}), weir::conflict_error);
    CHECK_THROWS_AS(contracts.update(first, {.title = std::string{"taken"}}), weir::conflict_error);
    CHECK(ask(session, versions).empty());

    // As part of a longer unit of work too: it may go on, and commits nothing of the refused
    // change.
    {
        auto unit = session.begin(weir::deadline{});
        weir::any_caller_session& within = unit;
        auto unit_rows = rows<ledger::contract>(within);
        CHECK_FALSE(unit_rows.update({.id = 9}, {.title = std::string{"none"}}));
        CHECK(unit_rows.update({.id = 2}, {.rate = 1.5}));
        unit.commit();
    }
    CHECK(ask(session, versions) == lines{"1|update|taken|false|anna@example.com"});
}

TEMPLATE_TEST_CASE(
    "a unit of work that is rolled back leaves no history", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(anna);
    rows<ledger::contract>(session).insert({.id = 1, .title = "draft"});
    {
        auto unit = session.begin(weir::deadline{});
        weir::any_caller_session& within = unit;
        REQUIRE(rows<ledger::contract>(within).update(first, {.title = std::string{"second"}}));
        REQUIRE(rows<ledger::contract>(within).remove(first));
        CHECK(ask(within, versions).size() == 2);
    }
    CHECK(ask(session, versions).empty());
    CHECK(rows<ledger::contract>(session).read(first).title == "draft");
}

TEMPLATE_TEST_CASE(
    "a statement that nobody kept rows for changes none", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(anna);
    auto contracts = rows<ledger::contract>(session);
    contracts.insert({.id = 1, .title = "draft"});
    REQUIRE(contracts.update(first, {.title = std::string{"second"}}));
    const auto& facts = weir::table_of<ledger::contract>;
    const auto text = weir::sql::written(session.dialect(), [&](weir::sql::writer& out) {
        weir::sql::write_purge(out, facts);
    });
    weir::sql::arguments arguments;
    arguments.add_text("anna", weir::sql::text_type);
    arguments.add_text(
        "00000000-0000-4000-8000-000000000000",
        weir::history_column(weir::history_role::change).type
    );
    arguments.add_text("1", facts.columns[0].type);
    auto result =
        session.execute({text, facts.name, weir::sql::verb::remove}, arguments, weir::deadline{});
    CHECK(result.affected_rows() == 0);
    CHECK(contracts.find(first));
}

TEMPLATE_TEST_CASE(
    "writers of one row take turns, and its versions stay one chain",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto session = backend.session(weir::nobody{});
    rows<ledger::meter>(session).insert({.name = "one", .reading = 0});
    constexpr int writers = 4;
    constexpr int changes = 10;
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
            auto own = backend.session(weir::nobody{});
            auto meters = rows<ledger::meter>(own);
            for (int change = 0; change < changes; ++change) {
                try {
                    if (!meters.update({.name = "one"}, {.reading = writer * 100 + change}))
                        ++failures;
                } catch (const weir::error&) {
                    ++failures;
                }
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(failures == 0);
    CHECK(
        ask(session,
            "select count(*), count(distinct history_version), max(history_version), "
            "count(distinct "
            "history_previous) from @H.meters_history") == lines{"40|40|40|40"}
    );
}

} // namespace keeping_cases
