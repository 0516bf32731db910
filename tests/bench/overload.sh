#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# field-ops on PostgreSQL, asked for a list by as many clients as keep it busy, then by far more than it lets wait: what is still
# served per second, how long answers take, and what the process holds. Then a million requests: whether it goes on growing.
#     overload.sh POSTGRES_SH FIELD_OPS [SECONDS [REQUESTS]]
# Needs WEIR_TEST_PG and wrk.
set -euo pipefail
export LC_ALL=C
postgres=$1
program=$2
seconds=${3:-8}
requests=${4:-1000000}
here=$(cd "$(dirname "$0")" && pwd)
[[ -n ${WEIR_TEST_PG:-} ]] || { echo "SKIPPED: WEIR_TEST_PG names no server"; exit 77; }
command -v wrk psql >/dev/null || { echo "SKIPPED: no wrk"; exit 77; }
eval "$("$postgres" env "$WEIR_TEST_PG")"
work=$(mktemp -d)
schema=bench_overload_$$
psql -qX -v ON_ERROR_STOP=1 -c "create schema $schema"
service=
finish() {
    [[ -z $service ]] || kill "$service" 2>/dev/null || true
    wait 2>/dev/null || true
    psql -qX -c "drop schema if exists $schema cascade" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
ulimit -n "$(ulimit -Hn)"

# What the tests are told is no setting of a service.
env -u WEIR_TEST_PG LAKEBASE_SCHEMA="$schema" WEIR_PORT=0 WEIR_LOCAL_USER=lena LOG_LEVEL=warning "$program" >"$work/said" 2>&1 &
service=$!
for _ in $(seq 300); do
    grep -q 'listening on' "$work/said" && break
    sleep 0.1
done
url=$(grep -oE 'http://[0-9.:]+' "$work/said")
until curl -sf "$url/api/v1/healthcheck" >/dev/null; do sleep 0.1; done
for _ in $(seq 20); do curl -sf -o /dev/null -X POST -H 'Content-Type: application/json' -d '{}' "$url/api/v1/orders"; done

resident() { awk '/VmRSS/ { print $2 }' "/proc/$service/status"; }
# CLIENTS SECONDS: ok busy other milliseconds p50 p99 max
ask() { wrk -t1 -c"$1" -d"$2"s --timeout 30s -s "$here/overload.lua" "$url/api/v1/orders?limit=10" | tail -1; }
tell() {
    read -r ok busy other took p50 p99 most <<<"$2"
    awk -v n="$1" -v ok="$ok" -v busy="$busy" -v other="$other" -v took="$took" -v p50="$p50" -v p99="$p99" -v most="$most" \
        -v kb="$(resident)" 'BEGIN { printf "%-14s %8.0f served/s %8.0f refused/s %4d lost   p50 %7.1f  p99 %7.1f  max %7.1f ms   %d kB\n",
            n " clients", ok * 1000 / took, busy * 1000 / took, other, p50, p99, most, kb }'
}

ask 16 2 >/dev/null
for clients in 16 64 1000 3000 6000; do
    tell $clients "$(ask $clients "$seconds")"
done

echo "memory while $requests requests are answered, kB"
done=0
echo "  after the above: $(resident)"
while ((done < requests)); do
    read -r ok _ < <(ask 64 "$seconds")
    done=$((done + ok))
    echo "  after $done: $(resident)"
done
