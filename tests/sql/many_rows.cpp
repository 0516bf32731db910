// SPDX-License-Identifier: Apache-2.0
// Changes that count before they change, upserts that ignore or go by a unique set, and the states
// of rows, in both dialects.
#include <weir/sql/condition.hpp>
#include <weir/sql/insert.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <catch.hpp>
#include <cstdint>

#include "field_ops_facts.hpp"

namespace many_rows_cases {

using namespace weir;
using namespace weir::sql;
using namespace weir::test;

namespace {

constexpr std::uint16_t margin[]{8};
constexpr std::uint16_t user_id[]{1};
constexpr std::uint16_t preference[]{1, 2};
constexpr std::uint16_t named_well[]{0, 1, 2};
constexpr std::uint16_t api14[]{1};
const auto big = handle<order, decimal<12, 2>>{3} > 10;
const auto many = handle<order_line, std::int32_t>{3} >= 10;

} // namespace

TEST_CASE("a change with a limit counts in the statement itself, of the caller's rows") {
    const auto write = [](writer& out) {
        write_update_where(
            out, table_of<order>, margin, big.untyped(), {}, returning::nothing, row_limit::given
        );
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(update @{app_data}"orders" as t set "margin" = $2 where t."total" > $3 and t."customer" = $1 and t."is_deleted" = false and (select count(*) from @{app_data}"orders" as g where g."total" > $4 and g."customer" = $1 and g."is_deleted" = false) <= $5)"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(update @{app_data}`orders` as t set `margin` = :p2 where t.`total` > :p3 and t.`customer` = :p1 and t.`is_deleted` = false and (select count(*) from @{app_data}`orders` as g where g.`total` > :p4 and g.`customer` = :p1 and g.`is_deleted` = false) <= :p5)"
    );
}

TEST_CASE("a deletion with a limit counts below the caller's parents only") {
    const auto write = [](writer& out) {
        write_remove_where(
            out,
            table_of<order_line>,
            many.untyped(),
            scope::caller,
            returning::nothing,
            row_limit::given
        );
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(update @{app_data}"order_lines" as t set "is_deleted" = true, "deleted_at" = $2, "deleted_by" = $3 where t."quantity" >= $4 and exists (select 1 from @{app_data}"orders" as a1 where a1."id" = t."order_id" and a1."is_deleted" = false and a1."customer" = $1) and t."is_deleted" = false and (select count(*) from @{app_data}"order_lines" as g where g."quantity" >= $5 and exists (select 1 from @{app_data}"orders" as a1 where a1."id" = g."order_id" and a1."is_deleted" = false and a1."customer" = $1) and g."is_deleted" = false) <= $6)"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(update @{app_data}`order_lines` as t set `is_deleted` = true, `deleted_at` = :p2, `deleted_by` = :p3 where t.`quantity` >= :p4 and exists (select 1 from @{app_data}`orders` as a1 where a1.`id` = t.`order_id` and a1.`is_deleted` = false and a1.`customer` = :p1) and t.`is_deleted` = false and (select count(*) from @{app_data}`order_lines` as g where g.`quantity` >= :p5 and exists (select 1 from @{app_data}`orders` as a1 where a1.`id` = g.`order_id` and a1.`is_deleted` = false and a1.`customer` = :p1) and g.`is_deleted` = false) <= :p6)"
    );
}

TEST_CASE("an upsert by a unique set finds live rows only") {
    const auto write = [](writer& out) {
        write_insert(
            out,
            table_of<user_preference>,
            preference,
            {.rows = row_count::many,
             .existing = on_conflict::update,
             .back = returning::nothing,
             .target = user_id}
        );
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(insert into @{app_data}"user_preferences" as t ("user_id", "preferences") with incoming as (select r."user_id", r."preferences"::jsonb as "preferences" from unnest($1::text[], $2::text[]) as r("user_id", "preferences")) select r.* from incoming as r where not exists (select 1 from incoming as r join @{app_data}"user_preferences" as o on o."user_id" = r."user_id" and o."is_deleted" = false where o."user_id" is distinct from r."user_id") on conflict ("user_id") where "is_deleted" = false do update set "preferences" = excluded."preferences", "updated_at" = greatest(excluded."inserted_at", coalesce(t."updated_at", t."inserted_at") + interval '1 microsecond'), "updated_by" = excluded."inserted_by" where t."is_deleted" = false and t."user_id" = excluded."user_id")"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(merge into @{app_data}`user_preferences` as t using (with incoming as (select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`user_id`: STRING, `preferences`: STRING>>')) as x) as e) select r.* from incoming as r where not exists (select 1 from incoming as r join @{app_data}`user_preferences` as o on o.`user_id` = r.`user_id` and o.`is_deleted` = false where o.`user_id` is distinct from r.`user_id`) and not exists (select 1 from incoming as r group by r.`user_id` having count(*) > 1)) as s on t.`user_id` = s.`user_id` and t.`is_deleted` = false when matched and t.`is_deleted` = false and t.`user_id` = s.`user_id` then update set `preferences` = s.`preferences`, `updated_at` = greatest(s.`inserted_at`, coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = s.`inserted_by` when not matched then insert (`user_id`, `preferences`) values (s.`user_id`, s.`preferences`))"
    );
}

TEST_CASE("an upsert by a unique set refuses keys of other rows") {
    const auto write = [](writer& out) {
        write_insert(
            out,
            table_of<well>,
            named_well,
            {.rows = row_count::many,
             .existing = on_conflict::update,
             .back = returning::nothing,
             .target = api14}
        );
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(insert into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}"wells" as t ("api10", "api14", "wellname") with incoming as (select r."api10", r."api14", r."wellname" from unnest($1::bigint[], $2::bigint[], $3::text[]) as r("api10", "api14", "wellname")) select r.* from incoming as r on conflict ("api14") where "is_deleted" = false do update set "api14" = excluded."api14", "wellname" = excluded."wellname", "updated_at" = greatest(excluded."inserted_at", coalesce(t."updated_at", t."inserted_at") + interval '1 microsecond'), "updated_by" = excluded."inserted_by" where t."is_deleted" = false)"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(merge into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t using (with incoming as (select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`api10`: BIGINT, `api14`: BIGINT, `wellname`: STRING>>')) as x) as e) select r.* from incoming as r where not exists (select 1 from incoming as r join @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api10` = r.`api10` where not coalesce(o.`api14` = r.`api14` and o.`is_deleted` = false, false)) and not exists (select 1 from incoming as r group by r.`api10` having count(*) > 1) and not exists (select 1 from incoming as r group by r.`api14` having count(*) > 1)) as s on t.`api14` = s.`api14` and t.`is_deleted` = false when matched and t.`is_deleted` = false then update set `api14` = s.`api14`, `wellname` = s.`wellname`, `updated_at` = greatest(s.`inserted_at`, coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = s.`inserted_by` when not matched then insert (`api10`, `api14`, `wellname`) values (s.`api10`, s.`api14`, s.`wellname`))"
    );
}

TEST_CASE("an insert that ignores is refused by what it would not ignore") {
    const auto write = [](writer& out) {
        write_insert(
            out,
            table_of<well>,
            named_well,
            {.rows = row_count::many, .existing = on_conflict::ignore, .back = returning::nothing}
        );
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(insert into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}"wells" as t ("api10", "api14", "wellname") with incoming as (select r."api10", r."api14", r."wellname" from unnest($1::bigint[], $2::bigint[], $3::text[]) as r("api10", "api14", "wellname")) select r.* from incoming as r where not exists (select 1 from incoming as r join @{${UC_CATALOG:-oil_gas_catalog}.production_schema}"wells" as o on o."api10" = r."api10" where o."is_deleted" = true) on conflict ("api10") do nothing)"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(merge into @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as t using (with incoming as (select x.* from (select explode(from_json(:p1, 'ARRAY<STRUCT<`api10`: BIGINT, `api14`: BIGINT, `wellname`: STRING>>')) as x) as e) select r.* from incoming as r where not exists (select 1 from incoming as r join @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api10` = r.`api10` where o.`is_deleted` = true) and not exists (select 1 from incoming as r join @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as o on o.`api14` = r.`api14` left join @{${UC_CATALOG:-oil_gas_catalog}.production_schema}`wells` as k on k.`api10` = r.`api10` where o.`is_deleted` = false and k.`api10` is null) and not exists (select 1 from incoming as r group by r.`api10` having count(*) > 1) and not exists (select 1 from incoming as r group by r.`api14` having count(*) > 1)) as s on t.`api10` = s.`api10` when not matched then insert (`api10`, `api14`, `wellname`) values (s.`api10`, s.`api14`, s.`wellname`))"
    );
}

TEST_CASE("a restoration may ask for the version a row had") {
    const auto write = [](writer& out) {
        write_restore(out, table_of<order>, scope::caller, returning::nothing, {.one_of = 1});
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(update @{app_data}"orders" as t set "is_deleted" = false, "deleted_at" = null, "deleted_by" = null, "updated_at" = greatest($2, coalesce(t."updated_at", t."inserted_at") + interval '1 microsecond'), "updated_by" = $3 where t."id" = $4 and t."customer" = $1 and t."is_deleted" = true and ((t."record_uuid" = $5 and t."updated_at" is not distinct from $6::timestamptz)))"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(update @{app_data}`orders` as t set `is_deleted` = false, `deleted_at` = null, `deleted_by` = null, `updated_at` = greatest(:p2, coalesce(t.`updated_at`, t.`inserted_at`) + interval 1 microsecond), `updated_by` = :p3 where t.`id` = :p4 and t.`customer` = :p1 and t.`is_deleted` = true and ((t.`record_uuid` = :p5 and t.`updated_at` is not distinct from :p6)))"
    );
}

TEST_CASE("a purge may ask for a version") {
    const auto write = [](writer& out) {
        write_purge(out, table_of<order>, {scope::all, deleted::include}, {.one_of = 1});
    };
    CHECK(
        written(dialect::postgres, write) ==
        R"(delete from @{app_data}"orders" as t where t."id" = $1 and ((t."record_uuid" = $2 and t."updated_at" is not distinct from $3::timestamptz)))"
    );
    CHECK(
        written(dialect::databricks, write) ==
        R"(delete from @{app_data}`orders` as t where t.`id` = :p1 and ((t.`record_uuid` = :p2 and t.`updated_at` is not distinct from :p3)))"
    );
}

} // namespace many_rows_cases
