// SPDX-License-Identifier: Apache-2.0
#include <weir/sql/condition.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <cstdint>

#include "field_ops_facts.hpp"
#include "listing.hpp"

namespace list_postgres_cases {

using namespace weir::test;
using weir::sql::deleted;
using weir::sql::scope;

namespace {

constexpr listing in_postgres{weir::sql::dialect::postgres};

} // namespace

TEST_CASE("a list carries the owner and always ends in the key") {
    REQUIRE(
        in_postgres.list<order>({.columns = id_and_total}) ==
        R"(select t."id", t."total" from @{app_data}"orders" as t where t."customer" = $1 and t."is_deleted" = false order by t."id" limit $2)"
    );
}

TEST_CASE("a list says outright where NULL comes, as PostgreSQL does by itself") {
    REQUIRE(
        in_postgres.list<well>({.columns = api10_only, .order = by_oil_then_name}) ==
        R"(select t."api10" from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}"wells" as t where t."is_deleted" = false order by t."oileur" desc nulls first, t."wellname" collate "C", t."api10" limit $1)"
    );
}

TEST_CASE("a list takes its condition's values, then limit and offset") {
    const auto rich = w::oileur > 100'000 and w::wellname.like("SMITH%");
    REQUIRE(
        in_postgres.list<well>({.columns = api10_only, .where = &rich.untyped(), .has_offset = true}
        ) ==
        R"(select t."api10" from @{${UC_CATALOG:-oil_gas_catalog}.production_schema}"wells" as t where (t."oileur" > $1 and t."wellname" like $2) and t."is_deleted" = false order by t."api10" limit $3 offset $4)"
    );
}

TEST_CASE("groups that read everything see no owner, and deleted rows when they ask") {
    REQUIRE(
        in_postgres.list<order>(
            {.columns = id_and_total, .seen = {scope::all, deleted::include}, .has_limit = false}
        ) == R"(select t."id", t."total" from @{app_data}"orders" as t order by t."id")"
    );
    REQUIRE(
        in_postgres.list<order>(
            {.columns = id_and_total, .seen = {scope::all, deleted::only}, .has_limit = false}
        ) ==
        R"(select t."id", t."total" from @{app_data}"orders" as t where t."is_deleted" = true order by t."id")"
    );
}

TEST_CASE("groups that read everything see no rows of deleted parents unless they ask") {
    constexpr std::uint16_t line_no[]{1};
    REQUIRE(
        in_postgres.list<order_line>({.columns = line_no, .seen = {scope::all}, .has_limit = false}
        ) ==
        R"(select t."line_no" from @{app_data}"order_lines" as t where exists (select 1 from @{app_data}"orders" as a1 where a1."id" = t."order_id" and a1."is_deleted" = false) and t."is_deleted" = false order by t."order_id", t."line_no")"
    );
    REQUIRE(
        in_postgres.list<order_line>(
            {.columns = line_no, .seen = {scope::all, deleted::include}, .has_limit = false}
        ) ==
        R"(select t."line_no" from @{app_data}"order_lines" as t order by t."order_id", t."line_no")"
    );
}

TEST_CASE("a count carries condition and parent") {
    const auto many = l::quantity >= 10;
    REQUIRE(
        in_postgres.write([&](weir::sql::writer& out) {
            weir::sql::write_count(out, weir::table_of<order_line>, &many.untyped());
        }) ==
        R"(select count(*) from @{app_data}"order_lines" as t where t."quantity" >= $2 and exists (select 1 from @{app_data}"orders" as a1 where a1."id" = t."order_id" and a1."is_deleted" = false and a1."customer" = $1) and t."is_deleted" = false)"
    );
}

TEST_CASE("changes by condition carry the owner too") {
    const auto drafts = o::status == order_status::draft;
    const std::uint16_t margin[]{8};
    REQUIRE(
        in_postgres.write([&](weir::sql::writer& out) {
            weir::sql::write_update_where(out, weir::table_of<order>, margin, drafts.untyped());
        }) ==
        R"(update @{app_data}"orders" as t set "margin" = $2 where t."status" = $3 and t."customer" = $1 and t."is_deleted" = false)"
    );
    REQUIRE(
        in_postgres.write([&](weir::sql::writer& out) {
            weir::sql::write_remove_where(out, weir::table_of<order>, drafts.untyped());
        }) ==
        R"(update @{app_data}"orders" as t set "is_deleted" = true, "deleted_at" = $2, "deleted_by" = $3 where t."status" = $4 and t."customer" = $1 and t."is_deleted" = false)"
    );
    REQUIRE(in_postgres.write([&](weir::sql::writer& out) {
        weir::sql::write_purge_where(out, weir::table_of<order>, drafts.untyped());
    }) == R"(delete from @{app_data}"orders" as t where t."status" = $2 and t."customer" = $1)");
}

TEST_CASE("an update may ask for the states a row is in") {
    const std::uint16_t margin[]{8};
    REQUIRE(
        in_postgres.write([&](weir::sql::writer& out) {
            weir::sql::write_update(
                out,
                weir::table_of<order>,
                margin,
                {},
                weir::sql::returning::nothing,
                {.one_of = 2, .none_of = 1}
            );
        }) ==
        R"(update @{app_data}"orders" as t set "margin" = $2 where t."id" = $3 and t."customer" = $1 and t."is_deleted" = false and ((t."record_uuid" = $4 and t."updated_at" is not distinct from $5::timestamptz) or (t."record_uuid" = $6 and t."updated_at" is not distinct from $7::timestamptz)) and not ((t."record_uuid" = $8 and t."updated_at" is not distinct from $9::timestamptz)))"
    );
}

TEST_CASE("a line moved to another order needs both orders to be the caller's") {
    const std::uint16_t order_id[]{0};
    REQUIRE(
        in_postgres.write([&](weir::sql::writer& out) {
            weir::sql::write_update(
                out, weir::table_of<order_line>, order_id, {}, weir::sql::returning::nothing
            );
        }) ==
        R"(update @{app_data}"order_lines" as t set "order_id" = $2 where t."order_id" = $3 and t."line_no" = $4 and exists (select 1 from @{app_data}"orders" as a1 where a1."id" = t."order_id" and a1."is_deleted" = false and a1."customer" = $1) and t."is_deleted" = false and exists (select 1 from @{app_data}"orders" as a1 where a1."id" = $2::uuid and a1."is_deleted" = false and a1."customer" = $1))"
    );
}

} // namespace list_postgres_cases
