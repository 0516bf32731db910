// SPDX-License-Identifier: Apache-2.0
// The statements about the past of a table, in both dialects.
#include <weir/sql/history.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/past.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <string>

#include "field_ops_facts.hpp"
#include "listing.hpp"

namespace history_cases {

using namespace weir::test;
using weir::sql::dialect;
using weir::sql::scope;
using weir::sql::writer;

namespace {

constexpr weir::column note_columns[]{
    {.name = "id", .type = facts::bigint, .nullable = false, .key = true},
    {.name = "who", .type = facts::text, .nullable = false},
    weir::audit_columns[1],
    weir::audit_columns[2],
    weir::audit_columns[4],
    weir::audit_columns[6],
};

/// A table with history that is small enough to be read here.
constexpr weir::table notes{
    .name = "notes",
    .place = "app",
    .columns = note_columns,
    .key = facts::first_column,
    .history = true,
    .access = {.rule = weir::access_rule::owner, .owner = 1},
};

template <class Write>
std::string in_postgres(const Write& write) {
    return weir::sql::written(dialect::postgres, write);
}

template <class Write>
std::string in_databricks(const Write& write) {
    return weir::sql::written(dialect::databricks, write);
}

constexpr std::uint16_t who[]{1};

} // namespace

TEST_CASE("a change of a table with history reaches only rows that it kept") {
    const auto kept = std::string{
        " and exists (select 1 from @{app}\"notes_history\" as h where h.\"id\" = t.\"id\" and "
        "h.\"history_change\" = $2)"
    };
    CHECK(in_postgres([](writer& out) {
              weir::sql::write_purge(out, notes);
          }) == "delete from @{app}\"notes\" as t where t.\"id\" = $3 and t.\"who\" = $1" + kept);
    CHECK(
        in_postgres([](writer& out) { weir::sql::write_remove(out, notes); }) ==
        "update @{app}\"notes\" as t set \"is_deleted\" = true, \"deleted_at\" = $3 where "
        "t.\"id\" = $4 and t.\"who\" = $1 and t.\"is_deleted\" = false" +
            kept
    );
    CHECK(
        in_databricks([](writer& out) {
            weir::sql::write_purge_where(
                out, notes, weir::sql::compare(0, weir::sql::comparison::equal, {std::int64_t{1}})
            );
        }) == "delete from @{app}`notes` as t where t.`id` = :p3 and t.`who` = :p1 and exists "
              "(select 1 from @{app}`notes_history` as h where h.`id` = t.`id` and "
              "h.`history_change` = :p2)"
    );
}

TEST_CASE("rows are locked in the order of the key, and copied as they are") {
    CHECK(
        in_postgres([](writer& out) { weir::sql::write_lock(out, notes, {}); }) ==
        "select t.\"id\", t.\"who\", t.\"is_deleted\", t.\"inserted_at\", t.\"updated_at\", "
        "t.\"deleted_at\" from @{app}\"notes\" as t where t.\"id\" = $2 and t.\"who\" = $1 and "
        "t.\"is_deleted\" = false order by t.\"id\" for update of t"
    );
    CHECK(
        in_databricks([](writer& out) {
            weir::sql::write_keep(out, weir::history_table{notes}, notes);
        }) ==
        "insert into @{app}`notes_history` (`id`, `who`, `is_deleted`, `inserted_at`, "
        "`updated_at`, `deleted_at`, `history_version`, `history_operation`, `history_from`, "
        "`history_to`, `history_by`, `history_change`, `history_previous`, `history_hash`) select "
        "t.`id`, t.`who`, t.`is_deleted`, t.`inserted_at`, t.`updated_at`, t.`deleted_at`, "
        "r.`history_version`, r.`history_operation`, r.`history_from`, r.`history_to`, "
        "r.`history_by`, r.`history_change`, r.`history_previous`, r.`history_hash` from (select "
        "x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`id`: BIGINT, `history_version`: "
        "BIGINT, `history_operation`: STRING, `history_from`: TIMESTAMP, `history_to`: TIMESTAMP, "
        "`history_by`: STRING, `history_change`: STRING, `history_previous`: STRING, "
        "`history_hash`: STRING>>')) as x) as e) as r join @{app}`notes` as t on t.`id` = r.`id`"
    );
}

TEST_CASE("versions are told if they were the caller's, of rows that are") {
    CHECK(
        in_postgres([](writer& out) { weir::sql::write_versions(out, notes, scope::caller); }) ==
        "select h.\"history_version\", h.\"history_operation\", h.\"history_from\", "
        "h.\"history_to\", h.\"history_by\", h.\"id\", h.\"who\", h.\"is_deleted\", "
        "h.\"inserted_at\", h.\"updated_at\", h.\"deleted_at\" from @{app}\"notes_history\" as h "
        "join @{app}\"notes\" as t on t.\"id\" = h.\"id\" where h.\"id\" = $2 and h.\"who\" = $1 "
        "and t.\"who\" = $1 order by h.\"history_version\" desc limit $3 offset $4"
    );
}

TEST_CASE("the past of a table with history is its rows that have not changed, and old versions") {
    CHECK(
        in_postgres([](writer& out) {
            weir::sql::write_list(out, notes, {.columns = who, .is_past = true});
        }) ==
        "select t.\"who\" from (select n.\"id\", n.\"who\", n.\"is_deleted\", n.\"inserted_at\", "
        "n.\"updated_at\", n.\"deleted_at\" from @{app}\"notes\" as n where n.\"inserted_at\" <= "
        "$2 and (n.\"updated_at\" is null or n.\"updated_at\" <= $2) and (n.\"deleted_at\" is null "
        "or n.\"deleted_at\" <= $2) and not exists (select 1 from @{app}\"notes_history\" as h "
        "where h.\"id\" = n.\"id\" "
        "and h.\"history_to\" > $2) union all select h.\"id\", h.\"who\", h.\"is_deleted\", "
        "h.\"inserted_at\", h.\"updated_at\", h.\"deleted_at\" from @{app}\"notes_history\" as h "
        "join @{app}\"notes\" as n on n.\"id\" = h.\"id\" where h.\"history_from\" <= $2 and "
        "h.\"history_to\" > $2 and n.\"who\" = $1) as t where t.\"who\" = $1 and "
        "t.\"is_deleted\" = false order by t.\"id\" limit $3"
    );
}

TEST_CASE("the past of a warehouse's table is the warehouse's to know") {
    CHECK(
        in_databricks([](writer& out) {
            weir::sql::write_count(out, weir::table_of<well>, nullptr, {}, true);
        }) == "select count(*) from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` "
              "timestamp as of :p1 as t where t.`is_deleted` = false"
    );
    CHECK_THROWS_AS(
        in_databricks([](writer& out) {
            weir::sql::write_find_past(out, weir::table_of<user_preference>, {});
        }),
        weir::configuration_error
    );
}

} // namespace history_cases
