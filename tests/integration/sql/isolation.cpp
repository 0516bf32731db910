// SPDX-License-Identifier: Apache-2.0
// Ownership through two relations, statement by statement: whose notes these are, only the site of
// their visit knows.
#include <catch.hpp>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "shapes.hpp"

namespace isolation_cases {

using namespace weir;
using namespace weir::test;

namespace {

/// What a caller got out of a statement: fields of the first row, or how many rows it changed.
std::string outcome(any_session_for<nobody>& session, const shape& one) {
    auto found =
        session.execute({one.text, "t", one.verb, sql::reach::everybody}, one.arguments, {});
    if (one.verb != sql::verb::select)
        return found.affected_rows() == 0 ? "nothing" : "changed";
    const auto fields = found.next();
    const bool is_count = one.name.find(" count ") != std::string::npos;
    if (!fields || (is_count && fields->front().text == "0"))
        return "nothing";
    return "seen";
}

constexpr sql::visibility own[]{
    {sql::scope::caller, sql::deleted::exclude},
    {sql::scope::caller, sql::deleted::include},
    {sql::scope::caller, sql::deleted::only},
};

/// Everything a caller can execute on a table.
std::vector<shape> everything(const table& of, sql::dialect spoken, std::string_view caller) {
    const shapes_of all{of, spoken, caller};
    std::vector<shape> made;
    for (const auto& [name, which] : fixed_statements)
        made.push_back(all.fixed(name, which));
    for (const auto seen : own) {
        for (auto& one : all.asked(seen))
            made.push_back(std::move(one));
        for (auto& one : all.purges(seen))
            made.push_back(std::move(one));
    }
    for (auto& one : all.removals(sql::scope::caller))
        made.push_back(std::move(one));
    return made;
}

/// Ann's site, with a visit and a note about it.
void fill(any_session_for<nobody>& session) {
    for (const auto* of :
         {&table_of<chains::site>, &table_of<chains::visit>, &table_of<chains::note>}) {
        const auto inserted = shapes_of{*of, session.dialect(), sample_text}.fixed(
            "insert", sql::fixed_statement::insert
        );
        REQUIRE(outcome(session, inserted) == "changed");
    }
}

const std::vector<std::string> none{};

} // namespace

TEMPLATE_TEST_CASE(
    "through two relations, no statement shows or changes another caller's rows",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto& session = backend.session;
    fill(session);
    // Soft-deleted rows are hidden from others too, and must not be restored by them.
    const bool deleted = GENERATE(false, true);
    const bool is_postgres = session.dialect() == sql::dialect::postgres;
    const std::string notes{is_postgres ? R"(@{app_data}"notes")" : "@{app_data}`notes`"};
    if (deleted)
        session.execute(
            {"update " + notes + " set is_deleted = true",
             "notes",
             sql::verb::update,
             sql::reach::everybody},
            {},
            {}
        );
    const std::string state =
        "select concat_ws('|', id, visit_id, text, record_uuid, is_deleted, inserted_at, "
        "inserted_by, updated_by, deleted_by) from " +
        notes;
    const auto before = one(session, state);
    REQUIRE_FALSE(before.empty());

    std::vector<std::string> leaks;
    for (const auto* of : {&table_of<chains::note>, &table_of<chains::visit>}) {
        for (const auto& each : everything(*of, session.dialect(), "bob")) {
            if (const auto got = outcome(session, each); got != "nothing")
                leaks.push_back(each.name + ": " + got + "\n" + each.text);
        }
    }
    CHECK(leaks == none);
    CHECK(one(session, state) == before);
    CHECK(one(session, "select count(*) from " + notes) == "1");
}

TEMPLATE_TEST_CASE(
    "through two relations, the owner sees and changes what is hers",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto& session = backend.session;
    fill(session);
    const shapes_of hers{table_of<chains::note>, session.dialect(), sample_text};
    using fixed = sql::fixed_statement;
    for (const auto which : {fixed::find, fixed::exists, fixed::find_many, fixed::existing})
        CHECK(outcome(session, hers.fixed("", which)) == "seen");
    for (const auto which : {fixed::replace, fixed::upsert, fixed::upsert_many, fixed::remove}) {
        INFO(static_cast<int>(which));
        CHECK(outcome(session, hers.fixed("", which)) == "changed");
    }
    CHECK(outcome(session, hers.fixed("", fixed::find)) == "nothing");
    CHECK(outcome(session, hers.fixed("", fixed::restore)) == "changed");
    CHECK(outcome(session, hers.fixed("", fixed::find)) == "seen");
    CHECK(outcome(session, hers.fixed("", fixed::purge)) == "changed");
}

} // namespace isolation_cases
