// SPDX-License-Identifier: Apache-2.0
// Every statement weir writes is one that its database accepts.
#include <catch.hpp>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "shapes.hpp"

namespace statements_cases {

using namespace weir;
using namespace weir::test;

namespace {

/// What the database says against it; nothing is good.
void execute(any_session_for<nobody>& session, const shape& one, std::vector<std::string>& wrong) {
    try {
        session.execute({one.text, "t", one.verb, sql::reach::everybody}, one.arguments, {});
    } catch (const error& refused) {
        wrong.push_back(one.name + ": " + refused.what() + "\n" + one.text);
    }
}

void clear(any_session_for<nobody>& session, const table& of) {
    const auto text = sql::written(session.dialect(), [&](sql::writer& out) {
        out.put("delete from ").name(of);
    });
    session.execute({text, of.name, sql::verb::remove, sql::reach::everybody}, {}, {});
}

constexpr sql::visibility visibilities[]{
    {sql::scope::caller, sql::deleted::exclude},
    {sql::scope::caller, sql::deleted::include},
    {sql::scope::caller, sql::deleted::only},
    {sql::scope::all, sql::deleted::exclude},
    {sql::scope::all, sql::deleted::include},
    {sql::scope::all, sql::deleted::only},
};

const std::vector<std::string> none{};

} // namespace

TEMPLATE_TEST_CASE(
    "tables may be created again: nothing changes", "", postgres_backend, embedded_backend
) {
    TestType backend;
    auto& session = backend.session;
    std::vector<std::string> wrong;
    for (const auto* of : tables_stored()) {
        const shapes_of all{*of, session.dialect(), sample_text};
        execute(session, all.fixed("insert", sql::fixed_statement::insert), wrong);
    }
    CHECK(wrong == none);
    create_tables<stored_tables>(session);
    create_tables<stored_tables>(session);
    for (const auto* of : tables_stored()) {
        const auto count = sql::written(session.dialect(), [&](sql::writer& out) {
            sql::write_count(out, *of, nullptr, {sql::scope::all, sql::deleted::include});
        });
        INFO(of->name);
        CHECK(one(session, count) == "1");
    }
}

TEMPLATE_TEST_CASE(
    "every fixed statement of every table is accepted and does something",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto& session = backend.session;
    std::vector<std::string> wrong;
    for (const auto* of : tables_stored()) {
        const shapes_of all{*of, session.dialect(), sample_text};
        for (const auto& [name, which] : fixed_statements) {
            INFO(of->name << " " << name);
            // Of a table with an identity, the key of the row before is not known; of one with a
            // history, purge leaves a row that nobody kept.
            if (which == sql::fixed_statement::insert_many_quietly ||
                (of->history && which == sql::fixed_statement::insert_many))
                clear(session, *of);
            if (all.can_have(which)) {
                execute(session, all.fixed(name, which), wrong);
            } else {
                CHECK_THROWS_AS(all.fixed(name, which), configuration_error);
            }
        }
        const auto count = sql::written(session.dialect(), [&](sql::writer& out) {
            sql::write_count(out, *of, nullptr, {sql::scope::all, sql::deleted::exclude});
        });
        INFO(of->name);
        CHECK(one(session, count) != "0");
    }
    CHECK(wrong == none);
}

TEMPLATE_TEST_CASE(
    "lists, counts, changes and removals are accepted with every comparison, order and visibility",
    "",
    postgres_backend,
    embedded_backend
) {
    TestType backend;
    auto& session = backend.session;
    const auto tables = tables_stored();
    std::vector<std::string> wrong;
    for (const auto* of : tables) {
        const shapes_of all{*of, session.dialect(), sample_text};
        execute(session, all.fixed("insert", sql::fixed_statement::insert), wrong);
        for (const auto seen : visibilities) {
            for (const auto& one : all.asked(seen))
                execute(session, one, wrong);
        }
    }
    // Children first: what they refer to may not be deleted.
    for (auto of = tables.rbegin(); of != tables.rend(); ++of) {
        const shapes_of all{**of, session.dialect(), sample_text};
        for (const auto rows : {sql::scope::caller, sql::scope::all}) {
            for (const auto& one : all.removals(rows))
                execute(session, one, wrong);
        }
        for (const auto seen : visibilities) {
            for (const auto& one : all.purges(seen))
                execute(session, one, wrong);
        }
    }
    CHECK(wrong == none);
}

} // namespace statements_cases
