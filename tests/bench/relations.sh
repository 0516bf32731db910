#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# 100 parents with 10 children each, out of 10,000 parents of 50 owners: two statements as weir writes them, beside one statement that
# aggregates JSON, beside a statement per parent. Milliseconds per page by pgbench, prepared, in short turns whose order
# rotates; medians. Needs WEIR_TEST_PG.
set -euo pipefail
export LC_ALL=C
postgres=$1
[[ -n ${WEIR_TEST_PG:-} ]] || { echo "SKIPPED: WEIR_TEST_PG names no server"; exit 77; }
command -v pgbench psql >/dev/null || { echo "SKIPPED: no pgbench"; exit 77; }
eval "$("$postgres" env "$WEIR_TEST_PG")"
work=$(mktemp -d)
schema=bench_relations_$$
quietly() { psql -qX -v ON_ERROR_STOP=1 "$@"; }
trap 'quietly -c "drop schema if exists $schema cascade"; rm -rf "$work"' EXIT
export PGOPTIONS="-c client_min_messages=warning -c search_path=$schema"

quietly <<SQL
create schema $schema;
create table orders (id uuid primary key, customer text not null, status text not null, total numeric(12,2) not null,
    placed_at timestamptz, is_deleted boolean not null default false);
create table lines (order_id uuid not null references orders, line_no integer not null, sku text not null,
    quantity integer not null, unit_price numeric(12,2) not null, inserted_at timestamptz not null default now(),
    is_deleted boolean not null default false, primary key (order_id, line_no));
insert into orders select md5(n::text)::uuid, 'user-' || n % 50, 'placed', n, now() - n * interval '1 minute' from generate_series(1, 10000) n;
insert into lines select md5(n::text)::uuid, l, 'sku-' || l, l, l * 1.5 from generate_series(1, 10000) n, generate_series(1, 10) l;
create index on orders (customer, placed_at);
analyze orders, lines;
SQL

parents="select t.id, t.customer, t.status, t.total, t.placed_at from orders as t where t.customer = 'user-7'
 and t.is_deleted = false order by t.placed_at, t.id limit 100"
visible="exists (select 1 from orders as a1 where a1.id = t.order_id and a1.is_deleted = false and a1.customer = 'user-7')
 and t.is_deleted = false"
flat() { tr '\n' ' ' <<<"$1"; echo ';'; }
ids=$(quietly -At -c "select array_agg(id) from (${parents/t.id, t.customer, t.status, t.total, t.placed_at/t.id}) as p")
{
    flat "$parents"
    flat "select t.line_no, t.sku, t.quantity, t.unit_price, t.inserted_at, t.order_id from (select t.*,
 row_number() over (partition by t.order_id order by t.order_id, t.line_no) as \"row#\" from lines as t
 where t.order_id = any('$ids'::uuid[]) and $visible) as t where t.\"row#\" > 0 and t.\"row#\" <= 100
 order by t.order_id, t.\"row#\" limit 10001"
} >"$work/statements.sql"
flat "select t.id, t.customer, t.status, t.total, t.placed_at, (select coalesce(json_agg(json_build_object('line_no',
 c.line_no, 'sku', c.sku, 'quantity', c.quantity, 'unit_price', c.unit_price, 'inserted_at', c.inserted_at)), '[]')
 from (select t.line_no, t.sku, t.quantity, t.unit_price, t.inserted_at from lines as t where t.order_id = p.id
 and $visible order by t.line_no limit 100) as c) from ($parents) as p join orders as t on t.id = p.id
 order by t.placed_at, t.id" >"$work/aggregated.sql"
{
    flat "$parents"
    for id in $(tr -d '{}' <<<"$ids" | tr , ' '); do
        flat "select t.line_no, t.sku, t.quantity, t.unit_price, t.inserted_at from lines as t
 where t.order_id = '$id' and $visible order by t.line_no limit 100"
    done
} >"$work/each.sql"

sides=(statements aggregated each)
for round in 1 2 3 4 5 6 7 8 9; do
    for turn in 0 1 2; do
        side=${sides[(round + turn) % 3]}
        pgbench -n -M prepared -f "$work/$side.sql" -t 15 2>/dev/null |
            awk '/latency average/ {print $4}' >>"$work/$side.ms"
    done
done
for side in "${sides[@]}"; do
    sort -n "$work/$side.ms" | awk -v side="$side" '{v[NR] = $1} END {
        printf "%-11s median %.2f ms, quartiles %.2f and %.2f\n", side, v[int((NR + 1) / 2)], v[int((NR + 3) / 4)],
            v[int((3 * NR + 1) / 4)]}'
done
