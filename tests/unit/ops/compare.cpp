// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <compare.hpp>
#include <plan.hpp>
#include <report.hpp>
#include <sql_words.hpp>
#include <string>
#include <vector>

namespace {

using namespace weir::ops;

/// A table `orders` with a key and a note.
table_state orders() {
    table_state made;
    made.prefix = "\"app\".";
    made.name = "orders";
    made.is_in_api = true;
    made.columns = {
        {.name = "id", .type = "integer", .required = true},
        {.name = "note", .type = "text", .collation = "C"},
    };
    made.rules.push_back(
        {.kind = rule_kind::primary_key,
         .name = "orders_pkey",
         .definition = spelled{"primary key (\"id\")"},
         .columns = {"id"}}
    );
    return made;
}

comparison between(table_state live, table_state wanted, const made_names& made = {}) {
    return compare({.tables = {std::move(live)}}, {.tables = {std::move(wanted)}}, made);
}

std::string sql_of(const comparison& found, const decisions& by = {}) {
    return sql_report(make_plan(found.changes, by));
}

} // namespace

TEST_CASE("the same tables need nothing") {
    CHECK(between(orders(), orders()).changes.empty());
}

TEST_CASE("a column's former name makes a rename, and never a loss") {
    auto wanted = orders();
    wanted.columns[1].name = "remark";
    wanted.columns[1].was = "note";
    const auto found = between(orders(), wanted);
    REQUIRE(found.changes.size() == 1);
    CHECK(found.changes[0].id == "rename_column:orders.remark");
    CHECK(found.changes[0].breaks_clients);
    CHECK(
        sql_of(found) == "begin;\n"
                         "alter table \"app\".\"orders\" rename column \"note\" to \"remark\";\n"
                         "commit;\n"
    );
}

TEST_CASE("without it the column is lost, which waits for an approval") {
    auto wanted = orders();
    wanted.columns[1].name = "remark";
    const auto found = between(orders(), wanted);
    const auto undecided = make_plan(found.changes, {});
    CHECK_FALSE(undecided.may_run());
    CHECK(undecided.undecided == std::vector<std::string>{"drop_column:orders.note"});
    CHECK(sql_report(undecided).find("drop") == std::string::npos);
    const auto approved = make_plan(found.changes, {.approved = {"drop_column:orders.note"}});
    CHECK(approved.may_run());
    CHECK(
        sql_report(approved) ==
        "begin;\n"
        "alter table \"app\".\"orders\" drop column \"note\";\n"
        "alter table \"app\".\"orders\" add column \"remark\" text collate \"C\";\n"
        "commit;\n"
    );
}

TEST_CASE("what is approved and is no change is told") {
    const auto made = make_plan({}, {.approved = {"drop_column:orders.nothing"}});
    CHECK_FALSE(made.may_run());
    CHECK(made.unknown == std::vector<std::string>{"drop_column:orders.nothing"});
}

TEST_CASE("a required column is checked, filled, validated, and then required") {
    auto wanted = orders();
    wanted.columns[1].required = true;
    wanted.columns[1].default_value = spelled{"'none'"};
    auto live = orders();
    live.columns[1].default_value = spelled{"'none'"};
    const auto found = between(live, wanted);
    REQUIRE(found.changes.size() == 1);
    CHECK(found.changes[0].is == effect::backfill);
    CHECK(
        sql_of(found) ==
        "begin;\n"
        "alter table \"app\".\"orders\" drop constraint if exists "
        "\"orders_note_weir_required\";\n"
        "alter table \"app\".\"orders\" add constraint \"orders_note_weir_required\" check "
        "(\"note\" is not null) not valid;\n"
        "commit;\n"
        "-- again until it changes no row\n"
        "update \"app\".\"orders\" set \"note\" = 'none' where ctid = any (array(select ctid from "
        "\"app\".\"orders\" where \"note\" is null limit 10000));\n"
        "begin;\n"
        "alter table \"app\".\"orders\" validate constraint \"orders_note_weir_required\";\n"
        "commit;\n"
        "begin;\n"
        "alter table \"app\".\"orders\" alter column \"note\" set not null;\n"
        "alter table \"app\".\"orders\" drop constraint \"orders_note_weir_required\";\n"
        "commit;\n"
    );
    live.has_rows = false;
    CHECK(
        sql_of(between(live, wanted)) ==
        "begin;\n"
        "alter table \"app\".\"orders\" alter column \"note\" set not null;\n"
        "commit;\n"
    );
}

TEST_CASE("an index of a filled table is built beside its readers and writers") {
    auto wanted = orders();
    wanted.indexes.push_back({.name = "orders_note_idx", .definition = spelled{"(\"note\")"}});
    CHECK(
        sql_of(between(orders(), wanted)) ==
        "create index concurrently \"orders_note_idx\" on \"app\".\"orders\" (\"note\");\n"
    );
    auto live = orders();
    live.indexes.push_back({.name = "orders_note_idx", .definition = spelled{"(\"note\" desc)"}});
    CHECK(
        sql_of(between(live, wanted)) ==
        "create index concurrently \"orders_note_idx_weir_new\" on \"app\".\"orders\" "
        "(\"note\");\n"
        "begin;\n"
        "drop index if exists \"app\".\"orders_note_idx\";\n"
        "alter index \"app\".\"orders_note_idx_weir_new\" rename to \"orders_note_idx\";\n"
        "commit;\n"
    );
}

TEST_CASE("a narrower type is refused whatever is approved") {
    auto wanted = orders();
    wanted.columns[0].type = "smallint";
    const auto found = between(orders(), wanted);
    const auto made = make_plan(found.changes, {.approved = {"change_type:orders.id"}});
    CHECK_FALSE(made.may_run());
    CHECK(made.batches.empty());
    CHECK(made.refused == std::vector<std::string>{"change_type:orders.id"});
}

TEST_CASE("only tables that weir made are dropped, and only with an approval") {
    const schema_state live{.tables = {orders()}};
    const auto foreign = compare(live, {}, {});
    CHECK(foreign.changes.empty());
    CHECK(foreign.notes.size() == 1);
    const auto own = compare(live, {}, {"orders"});
    REQUIRE(own.changes.size() == 1);
    CHECK(own.changes[0].needs_approval());
}

TEST_CASE("a column that is kept may be left out by inserts") {
    auto live = orders();
    live.columns.push_back({.name = "old", .type = "integer", .required = true});
    const auto found = between(live, orders());
    CHECK(
        sql_of(found, {.kept = {"drop_column:orders.old"}}) ==
        "begin;\n"
        "alter table \"app\".\"orders\" alter column \"old\" drop not null;\n"
        "commit;\n"
    );
}

TEST_CASE("names in expressions are replaced where they are columns") {
    CHECK(
        comparable("CHECK ((\"Note\" <> 'a \"b\"'::text))") == "CHECK ((Note <> 'a \"b\"'::text))"
    );
    CHECK(
        rename_words("lower(note) = 'note' and x.note is null and note::note", {{"note", "n"}}) ==
        "lower(n) = 'note' and x.n is null and n::note"
    );
    CHECK(rename_words("note(note)", {{"note", "n"}}) == "note(n)");
}

TEST_CASE("on a warehouse each statement stands for itself, and what a change needs comes first") {
    auto live = orders();
    live.prefix = "`main`.`app`.";
    live.columns[1].type = "string";
    live.columns[1].collation.clear();
    auto wanted = live;
    wanted.columns[1].name = "remark";
    wanted.columns[1].was = "note";
    wanted.columns.push_back({.name = "level", .type = "int"});
    wanted.columns[2].default_value = spelled{"3"};
    const auto found = compare(
        {.spoken = weir::sql::dialect::databricks, .tables = {live}},
        {.spoken = weir::sql::dialect::databricks, .tables = {wanted}},
        {}
    );
    CHECK(
        sql_report(make_plan(found.changes, {}, false)) ==
        "alter table `main`.`app`.`orders` set tblproperties ('delta.columnMapping.mode' = "
        "'name');\n"
        "alter table `main`.`app`.`orders` set tblproperties ('weir.unfilled.level' = 'true');\n"
        "alter table `main`.`app`.`orders` set tblproperties "
        "('delta.feature.allowColumnDefaults' = 'supported');\n"
        "alter table `main`.`app`.`orders` rename column `note` to `remark`;\n"
        "alter table `main`.`app`.`orders` add column (`level` int);\n"
        "alter table `main`.`app`.`orders` alter column `level` set default 3;\n"
        "update `main`.`app`.`orders` set `level` = 3 where `level` is null;\n"
        "alter table `main`.`app`.`orders` unset tblproperties if exists ('weir.unfilled.level');\n"
    );
}
