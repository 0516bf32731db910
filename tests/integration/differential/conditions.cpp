// SPDX-License-Identifier: Apache-2.0
// Random conditions on random rows, on PostgreSQL and on the embedded engine, against what they
// mean.
#include <weir/data/any_session.hpp>
#include <weir/data/create_tables.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/embedded/database.hpp>
#include <weir/embedded/session.hpp>
#include <weir/lakebase/pool.hpp>
#include <weir/lakebase/session.hpp>
#include <weir/sql/insert.hpp>

#include <algorithm>
#include <catch.hpp>
#include <cstdint>
#include <postgres_fixture.hpp>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "random_table.hpp"

namespace conditions_cases {

using namespace test;

namespace {

using rows_of_cells = std::vector<std::vector<cell>>;

void store(weir::any_session_base& session, const weir::table& of, const rows_of_cells& rows) {
    const weir::table* const tables[]{&of};
    weir::create_tables(session, tables);
    const auto columns = weir::sql::choose_columns(of, weir::sql::is_inserted);
    const auto text = weir::sql::written(session.dialect(), [&](weir::sql::writer& out) {
        weir::sql::write_insert(out, of, columns, {.back = weir::sql::returning::nothing});
    });
    for (const auto& row : rows) {
        weir::sql::arguments arguments;
        for (const auto position : columns)
            add_cell(arguments, row[position], of.columns[position].type, session.dialect());
        session.execute({text, of.name, weir::sql::verb::insert}, arguments, weir::deadline{});
    }
}

std::string key_text(const weir::table& of, const std::vector<cell>& row) {
    std::string text;
    for (const auto position : of.key) {
        weir::append_text(text, row[position].scalar, weir::text_format::postgres);
        text += '|';
    }
    return text;
}

// The keys found, in no order that matters.
std::vector<std::string>
found(weir::any_session_base& session, const weir::table& of, const weir::sql::condition& asked) {
    std::vector<std::string> keys;
    weir::table_reader reader{session, of};
    auto rows =
        reader.select({.where = &asked, .columns = of.key, .removed = weir::sql::deleted::include});
    while (const auto fields = rows.next()) {
        auto& key = keys.emplace_back();
        for (std::size_t at = 0; at < of.key.size(); ++at)
            key.append((*fields)[at].text).append("|");
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

} // namespace

TEST_CASE("a random condition finds what it means on both backends") {
    const own_schema schema{postgres_server::shared(), "conditions"};
    weir::lakebase::pool pool{schema.options()};
    weir::embedded::database database;
    weir::any_session_for<weir::nobody> on_lakebase{pool.session(weir::nobody{})};
    weir::any_session_for<weir::nobody> on_embedded{database.session(weir::nobody{})};
    constexpr std::uint64_t seed = 4711;
    std::size_t some = 0;
    std::size_t asked = 0;
    for (std::size_t number = 0; number < 40; ++number) {
        chance with{seed + number};
        const random_table made{with, number};
        const auto& facts = made.facts();
        rows_of_cells rows;
        for (auto count = 5 + with.below(20); count > 0; --count)
            rows.push_back(made.row(with, rows.size()));
        store(on_lakebase, facts, rows);
        store(on_embedded, facts, rows);
        for (int question = 0; question < 60; ++question) {
            const auto condition = random_condition(with, facts, rows);
            std::vector<std::string> meant;
            for (const auto& row : rows)
                if (holds(facts, row, condition) == truth::yes)
                    meant.push_back(key_text(facts, row));
            std::sort(meant.begin(), meant.end());
            INFO("table " << number << ", question " << question);
            INFO(weir::sql::written(weir::sql::dialect::postgres, [&](weir::sql::writer& out) {
                weir::sql::write_condition(out, facts, condition);
            }));
            REQUIRE(found(on_lakebase, facts, condition) == meant);
            REQUIRE(found(on_embedded, facts, condition) == meant);
            ++asked;
            some += !meant.empty() && meant.size() != rows.size() ? 1U : 0U;
        }
    }
    // Questions that tell rows apart: else nothing was compared.
    CHECK(some * 4 > asked);
}

} // namespace conditions_cases
