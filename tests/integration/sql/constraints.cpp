// SPDX-License-Identifier: Apache-2.0
// The constraints that DDL makes, tried with SQL that did not come from weir.
#include <catch.hpp>
#include <string>

#include "fixture.hpp"

namespace constraints_cases {

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto accepted = "accepted";
constexpr auto not_null = "23502";
constexpr auto reference_broken = "23503";
constexpr auto unique_taken = "23505";
constexpr auto check_broken = "23514";
constexpr auto too_long = "22001";

const std::string sites{R"(@{app_data}"sites")"};
const std::string visits{R"(@{app_data}"visits")"};
const std::string notes{R"(@{app_data}"notes")"};
const std::string drafts{R"(@{app_data}"drafts")"};
const std::string orders{R"(@{app_data}"orders")"};
const std::string specimens_{R"(@{app_data}"specimens")"};

std::string a_site(int id, const std::string& name) {
    return "insert into " + sites + " (id, owner_id, name, inserted_by) values (" +
           std::to_string(id) + ", 'ann', '" + name + "', 't')";
}

std::string a_visit(int id, int site, const std::string& rating = "null") {
    return "insert into " + visits + " (id, site_id, rating, inserted_by) values (" +
           std::to_string(id) + ", " + std::to_string(site) + ", " + rating + ", 't')";
}

std::string an_order(const std::string& column, const std::string& value) {
    return "insert into " + orders + " (customer, inserted_by, " + column + ") values ('c', 't', " +
           value + ")";
}

std::string a_specimen(const std::string& column, const std::string& value) {
    return "insert into " + specimens_ + " (inserted_by, " + column + ") values ('t', " + value +
           ")";
}

} // namespace

TEST_CASE("PostgreSQL keeps unique values unique among live rows only") {
    postgres_backend backend;
    auto& session = backend.session;
    CHECK(refusal(session, a_site(1, "north")) == accepted);
    CHECK(refusal(session, a_site(1, "south")) == unique_taken);
    CHECK(refusal(session, a_site(2, "north")) == unique_taken);
    CHECK(refusal(session, "update " + sites + " set is_deleted = true where id = 1") == accepted);
    CHECK(refusal(session, a_site(2, "north")) == accepted);
    CHECK(refusal(session, a_site(3, "north")) == unique_taken);
    CHECK(
        refusal(session, "update " + sites + " set is_deleted = false where id = 1") == unique_taken
    );
    CHECK(refusal(session, a_site(1, "west")) == unique_taken);
}

TEST_CASE("PostgreSQL refuses what an enumeration, a tinyint, a length or a check does not allow") {
    postgres_backend backend;
    auto& session = backend.session;
    CHECK(refusal(session, an_order("status", "'draft'")) == accepted);
    CHECK(refusal(session, an_order("status", "'lost'")) == check_broken);
    CHECK(refusal(session, an_order("status", "'Draft'")) == check_broken);
    CHECK(refusal(session, an_order("status", "null")) == not_null);
    CHECK(refusal(session, an_order("status", "'placed'")) == check_broken);
    CHECK(refusal(session, an_order("status, placed_at", "'placed', now()")) == accepted);
    CHECK(refusal(session, a_specimen("colour", "'no'")) == accepted);
    CHECK(refusal(session, a_specimen("colour", "'red'")) == check_broken);
    CHECK(refusal(session, a_specimen("colour", "null")) == accepted);
    for (const auto* tiny : {"-128", "127", "null"})
        CHECK(refusal(session, a_specimen("tiny", tiny)) == accepted);
    for (const auto* tiny : {"-129", "128"})
        CHECK(refusal(session, a_specimen("tiny", tiny)) == check_broken);
    CHECK(refusal(session, a_specimen("brief", "'0123456789'")) == accepted);
    CHECK(refusal(session, a_specimen("brief", "'01234567890'")) == too_long);
    CHECK(refusal(session, a_specimen("code", "'long'")) == too_long);
    CHECK(refusal(session, "insert into " + sites + " (id, owner_id) values (1, 'a')") == not_null);
}

TEST_CASE("PostgreSQL takes arrays without NULL elements only") {
    postgres_backend backend;
    auto& session = backend.session;
    CHECK(refusal(session, an_order("tags", "'{}'")) == accepted);
    CHECK(refusal(session, an_order("tags", "null")) == accepted);
    CHECK(refusal(session, an_order("tags", "'{a,NULL}'")) == check_broken);
    CHECK(refusal(session, an_order("tags", R"('{a,"NULL"}')")) == accepted);
    CHECK(refusal(session, a_specimen("numbers", "'{1,2}'")) == accepted);
    CHECK(refusal(session, a_specimen("numbers", "'{NULL}'")) == check_broken);
    CHECK(
        refusal(session, a_specimen("days", "array['2024-05-01', null]::date[]")) == check_broken
    );
}

TEST_CASE("PostgreSQL follows references: restrict, cascade, set null") {
    postgres_backend backend;
    auto& session = backend.session;
    CHECK(refusal(session, a_visit(1, 1)) == reference_broken);
    CHECK(refusal(session, a_site(1, "north")) == accepted);
    CHECK(refusal(session, a_visit(1, 1)) == accepted);
    const std::string note =
        "insert into " + notes + " (id, visit_id, inserted_by) values (1, 1, 't')";
    CHECK(refusal(session, note) == accepted);
    CHECK(refusal(session, "insert into " + drafts + " (id, visit_id) values (1, 1)") == accepted);
    CHECK(
        refusal(session, "insert into " + drafts + " (id, visit_id) values (2, 9)") ==
        reference_broken
    );
    const auto remove_site = refusal(session, "delete from " + sites);
    // 23001 since PostgreSQL 18.
    CHECK((remove_site == reference_broken || remove_site == "23001"));
    CHECK(refusal(session, "delete from " + visits) == accepted);
    CHECK(one(session, "select count(*) from " + notes) == "0");
    CHECK(one(session, "select visit_id from " + drafts) == "NULL");
    CHECK(refusal(session, "delete from " + sites) == accepted);
}

TEST_CASE("PostgreSQL fills in the defaults of a schema") {
    postgres_backend backend;
    auto& session = backend.session;
    CHECK(refusal(session, an_order("margin", "null")) == accepted);
    CHECK(
        one(session,
            "select concat_ws('|', status, total, tags, extras, is_deleted, id is not null, "
            "record_uuid is not null, inserted_at is not null) from " +
                orders) == "draft|0.00|{}|{}|f|t|t|t"
    );
}

TEST_CASE("the embedded engine holds what Delta holds: types, NULLs, checks") {
    embedded_backend backend;
    auto& session = backend.session;
    const std::string insert{"insert into @{app_data}`orders` "};
    const auto order = [&](const std::string& status, const std::string& placed) {
        return insert +
               "(id, customer, status, total, placed_at, record_uuid, inserted_by) values ('1', "
               "'c', " +
               status + ", 1, " + placed + ", 'r', 't')";
    };
    CHECK(refusal(session, order("'draft'", "null")) == accepted);
    CHECK(refusal(session, order("'lost'", "null")) == check_broken);
    CHECK(refusal(session, order("null", "null")) == not_null);
    CHECK(refusal(session, order("'placed'", "null")) == check_broken);
    CHECK(refusal(session, order("'placed'", "current_timestamp()")) == accepted);
    const std::string specimen{"insert into @{app_data}`specimens` (id, record_uuid, inserted_by, "
    };
    CHECK(refusal(session, specimen + "colour) values ('1', 'r', 't', 'no')") == accepted);
    CHECK(refusal(session, specimen + "colour) values ('1', 'r', 't', 'red')") == check_broken);
    CHECK(refusal(session, specimen + "tiny) values ('1', 'r', 't', 127)") == accepted);
    CHECK(refusal(session, specimen + "tiny) values ('1', 'r', 't', 128)") != accepted);
}

} // namespace constraints_cases
