// SPDX-License-Identifier: Apache-2.0
// Old versions as rows, and changes of many rows at once.
#include <weir/data/history.hpp>

#include <catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "backends.hpp"

namespace reading_cases {

using namespace test;

TEMPLATE_TEST_CASE("old versions are rows", "", postgres_backend, embedded_backend) {
    TestType backend;
    auto session = backend.session(anna);
    auto contracts = rows<ledger::contract>(session);
    seconds() = 10;
    const auto first = contracts.insert(
        {.id = 1, .title = "one", .tags = std::vector<std::string>{"a", "b,c"}, .signed_at = at(5)}
    );
    seconds() = 20;
    contracts.update({.id = 1}, {.title = std::string{"two"}});
    seconds() = 30;
    contracts.remove({.id = 1});

    const auto versions = weir::read_history<ledger::contract>(session, {.id = 1});
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].version == 2);
    CHECK(versions[0].operation == "delete");
    CHECK(versions[0].row.title == "two");
    CHECK(versions[0].from == at(20));
    CHECK(versions[0].to == at(30));
    CHECK(versions[0].by == "anna@example.com");
    CHECK(versions[1].row.title == "one");
    CHECK(versions[1].row.tags == first.tags);
    CHECK(versions[1].row.signed_at == first.signed_at);
    CHECK(versions[1].row.record_uuid == first.record_uuid);

    auto foreign = backend.session(bert);
    CHECK(weir::read_history<ledger::contract>(foreign, {.id = 1}).empty());
    auto auditor = backend.session(carl);
    CHECK(weir::read_history<ledger::contract>(auditor, {.id = 1}).size() == 2);
}

TEMPLATE_TEST_CASE(
    "a change of many rows keeps each of them, under one change",
    "",
    postgres_backend,
    embedded_backend
) {
    namespace c = ledger::contract_columns;
    TestType backend;
    auto session = backend.session(anna);
    auto contracts = rows<ledger::contract>(session);
    seconds() = 10;
    for (int id = 1; id <= 4; ++id)
        contracts.insert({.id = id, .title = "t" + std::to_string(id)});
    const auto kept = [&] {
        return ask(
            session,
            "select history_operation, count(*), count(distinct history_change) from "
            "@H.contracts_history group by history_operation order by history_operation"
        );
    };
    seconds() = 20;
    CHECK(contracts.update_where(c::id > 2, {.rate = 1.5}).count == 2);
    CHECK(kept() == std::vector<std::string>{"update|2|1"});
    CHECK_THROWS_AS(
        contracts.update_where(c::id > 1, {.rate = 2.5}, {.most_rows = 2}), weir::precondition_error
    );
    CHECK(contracts.update_where(c::id > 9, {.rate = 2.5}).count == 0);
    CHECK(kept() == std::vector<std::string>{"update|2|1"});
    seconds() = 30;
    CHECK(contracts.remove_where(c::id < 3, {.with_rows = true}).rows.size() == 2);
    CHECK(kept() == std::vector<std::string>{"delete|2|1", "update|2|1"});
    seconds() = 40;
    CHECK(
        contracts.upsert_all({{.id = 3, .title = "three"}, {.id = 5, .title = "five"}}).created == 1
    );
    CHECK(kept() == std::vector<std::string>{"delete|2|1", "update|3|2"});
    CHECK(
        contracts.insert_ignoring({{.id = 3, .title = "x3"}, {.id = 6, .title = "x6"}}).size() == 1
    );
    CHECK(kept() == std::vector<std::string>{"delete|2|1", "update|3|2"});
    CHECK(weir::verify_history<ledger::contract>(session).is_sound());
}

TEMPLATE_TEST_CASE(
    "rows that belong to a parent's owner keep their history for that owner",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto session = backend.session(anna);
    rows<ledger::contract>(session).insert({.id = 1, .title = "one"});
    auto clauses = rows<ledger::clause>(session);
    clauses.insert({.contract_id = 1, .number = 1, .wording = "first"});
    REQUIRE(clauses.update({1, 1}, {.wording = std::string{"second"}}));
    CHECK(weir::read_history<ledger::clause>(session, {1, 1}).size() == 1);
    auto foreign = backend.session(bert);
    CHECK(weir::read_history<ledger::clause>(foreign, {1, 1}).empty());
    CHECK_FALSE(rows<ledger::clause>(foreign).update({1, 1}, {.wording = std::string{"mine"}}));
    CHECK(weir::verify_history<ledger::clause>(session).is_sound());
}

} // namespace reading_cases
