// SPDX-License-Identifier: Apache-2.0
// That verify_history finds what was done to a history behind its back.
#include <weir/data/history.hpp>

#include <catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "backends.hpp"

namespace verify_cases {

using namespace test;
using weir::history_fault;

namespace {

/// Two contracts, the first changed four times, the second never.
template <class Session>
void write_some(Session& session) {
    auto contracts = rows<ledger::contract>(session);
    seconds() = 10;
    contracts.insert(
        {.id = 1,
         .title = "O'Neill \"&\" \xC3\xA4",
         .rate = 0.1,
         .tags = std::vector<std::string>{"a", "b,c"},
         .terms = weir::json_text{R"({"b": [1, 2.50], "a": null})"},
         .seal = std::vector<std::byte>{std::byte{0}, std::byte{255}},
         .signed_at = at(5)}
    );
    contracts.insert({.id = 2, .title = "quiet"});
    for (int change = 1; change <= 4; ++change) {
        seconds() = 10 + change;
        contracts.update({.id = 1}, {.rate = change / 3.0});
    }
}

struct found {
    history_fault fault;
    std::string key;
    std::int64_t version;

    friend bool operator==(const found&, const found&) = default;
};

template <class Session>
std::vector<found> verify(Session& session) {
    std::vector<found> all;
    for (const auto& each : weir::verify_history<ledger::contract>(session).findings)
        all.push_back({each.fault, each.key.front(), each.version});
    return all;
}

using faults = std::vector<found>;

} // namespace

TEMPLATE_TEST_CASE("a history nobody touched is sound", "", postgres_backend, embedded_backend) {
    TestType backend;
    auto session = backend.session(anna);
    write_some(session);
    const auto report = weir::verify_history<ledger::contract>(session);
    CHECK(report.is_sound());
    CHECK(report.versions == 4);
    CHECK(
        weir::verify_history<ledger::contract>(session, {.id = 1}).newest_hash == report.newest_hash
    );

    auto contracts = rows<ledger::contract>(session);
    seconds() = 9; // A clock that went back.
    REQUIRE(contracts.update({.id = 1}, {.rate = 9.0}));
    CHECK(verify(session).empty());
    seconds() = 30;
    REQUIRE(contracts.remove({.id = 1}));
    CHECK(verify(session).empty());
    REQUIRE(contracts.restore({.id = 1}));
    CHECK(verify(session).empty());
    seconds() = 40;
    REQUIRE(contracts.purge({.id = 1}));
    CHECK(verify(session).empty());
    seconds() = 50;
    contracts.insert({.id = 1, .title = "again"});
    CHECK(verify(session).empty());
    REQUIRE(contracts.update({.id = 1}, {.rate = 1.0}));
    CHECK(verify(session).empty());
}

TEMPLATE_TEST_CASE(
    "whatever is done to a history is found, and where", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(anna);
    write_some(session);
    const auto history = std::string{"@H.contracts_history"};

    SECTION("a value altered") {
        backend.tamper("update " + history + " set rate = 7 where history_version = 2");
        CHECK(verify(session) == faults{{history_fault::altered, "1", 2}});
    }
    SECTION("a private value altered") {
        backend.tamper("update " + history + " set margin = 0.5 where history_version = 3");
        CHECK(verify(session) == faults{{history_fault::altered, "1", 3}});
    }
    SECTION("the actor altered") {
        backend.tamper("update " + history + " set history_by = 'x' where history_version = 1");
        CHECK(verify(session) == faults{{history_fault::altered, "1", 1}});
    }
    SECTION("a value altered and its hash made to look well") {
        backend.tamper(
            "update " + history + " set rate = 7, history_hash = 'ff' where history_version = 2"
        );
        CHECK(
            verify(session) ==
            faults{{history_fault::altered, "1", 2}, {history_fault::broken_chain, "1", 3}}
        );
    }
    SECTION("a version removed") {
        backend.tamper("delete from " + history + " where history_version = 2");
        CHECK(verify(session) == faults{{history_fault::broken_chain, "1", 3}});
    }
    SECTION("the first version removed") {
        backend.tamper("delete from " + history + " where history_version = 1");
        CHECK(verify(session) == faults{{history_fault::broken_chain, "1", 2}});
    }
    SECTION("the newest version removed") {
        backend.tamper("delete from " + history + " where history_version = 4");
        CHECK(verify(session) == faults{{history_fault::newest_missing, "1", 0}});
    }
    SECTION("all versions removed") {
        backend.tamper("delete from " + history);
        CHECK(verify(session) == faults{{history_fault::newest_missing, "1", 0}});
    }
    SECTION("two versions exchanged") {
        backend.tamper("update " + history + " set history_version = 9 where history_version = 2");
        backend.tamper("update " + history + " set history_version = 2 where history_version = 3");
        backend.tamper("update " + history + " set history_version = 3 where history_version = 9");
        CHECK(
            verify(session) ==
            faults{
                {history_fault::altered, "1", 2},
                {history_fault::broken_chain, "1", 2},
                {history_fault::altered, "1", 3},
                {history_fault::broken_chain, "1", 3},
                {history_fault::broken_chain, "1", 4},
            }
        );
    }
    SECTION("a version put in") {
        std::string columns;
        for (const auto& column : weir::table_of<ledger::contract>.columns)
            columns.append(column.name).append(", ");
        const std::string rest = "history_operation, history_from, history_to, history_by, "
                                 "history_change, history_previous, history_hash";
        backend.tamper(
            "insert into " + history + " (" + columns + "history_version, " + rest + ") select " +
            columns + "5, " + rest + " from " + history + " where history_version = 4"
        );
        CHECK(
            verify(session) ==
            faults{{history_fault::altered, "1", 5}, {history_fault::broken_chain, "1", 5}}
        );
    }
    SECTION("a version given to another row") {
        backend.tamper("update " + history + " set id = 2 where history_version = 4");
        CHECK(
            verify(session) ==
            faults{
                {history_fault::newest_missing, "1", 0},
                {history_fault::altered, "2", 4},
                {history_fault::broken_chain, "2", 4},
                {history_fault::newest_missing, "2", 0},
            }
        );
    }
    SECTION("the row removed past its history") {
        backend.tamper("delete from @H.contracts where id = 1");
        CHECK(verify(session) == faults{{history_fault::row_missing, "1", 0}});
    }
    SECTION("a row changed past its history") {
        backend.tamper("update @H.contracts set updated_at = inserted_at where id = 2");
        CHECK(verify(session) == faults{{history_fault::newest_missing, "2", 0}});
    }
}

TEMPLATE_TEST_CASE(
    "equal changes have equal hashes on every backend", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto session = backend.session(weir::nobody{.name = "tester"});
    auto meters = rows<ledger::meter>(session);
    seconds() = 1;
    meters.insert({.name = "one", .reading = 7});
    seconds() = 2;
    REQUIRE(meters.update({.name = "one"}, {.reading = 8}));
    // What is random is set to what it is everywhere, and the hash computed as documented.
    const auto stored = ask(session, "select history_hash from @H.meters_history");
    const auto random =
        ask(session,
            "select cast(record_uuid as varchar(36)), cast(history_change as varchar(36)) from "
            "@H.meters_history");
    REQUIRE(random.size() == 1);
    const auto uuid = random.front().substr(0, 36);
    const auto change_id = random.front().substr(37);
    const auto document =
        R"({"name":"one","reading":7,"record_uuid":")" + uuid +
        R"(","is_deleted":false,"inserted_at":"2026-01-01T00:00:01Z","inserted_by":"tester",)"
        R"("updated_at":null,"updated_by":null,"deleted_at":null,"deleted_by":null,)"
        R"("history_version":1,"history_operation":"update",)"
        R"("history_from":"2026-01-01T00:00:01Z","history_to":"2026-01-01T00:00:02Z",)"
        R"("history_by":"tester","history_change":")" +
        change_id + R"(","history_previous":""})";
    CHECK(stored.front() == weir::sha256_hex(document));
}

} // namespace verify_cases
