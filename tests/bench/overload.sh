#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# field-ops on PostgreSQL, asked for a list by as many clients as keep it busy, then by far more than it lets wait: what is still
# served per second, how long answers take, what CPU the service and PostgreSQL take for it, and what the process holds. Then a
# million requests: whether it goes on growing. The service and PostgreSQL have one core, the clients the others, so that clients
# who ask again at once take nothing from them; on a machine with one core the figures are about the clients.
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
# The parent of whoever answers.
server=$(
    psql -qXAt <<'END'
select pg_backend_pid() as backend \gset
\setenv BACKEND :backend
\! awk '{ print $4 }' /proc/$BACKEND/stat
END
)
cores=$(nproc)
others=0
((cores == 1)) || others=1-$((cores - 1))
pids_of_server() { echo "$server"; cat "/proc/$server/task/$server/children"; }
finish() {
    for pid in $(pids_of_server); do taskset -acp "0-$((cores - 1))" "$pid" >/dev/null 2>&1 || true; done
    [[ -z $service ]] || kill "$service" 2>/dev/null || true
    wait 2>/dev/null || true
    psql -qX -c "drop schema if exists $schema cascade" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
ulimit -n "$(ulimit -Hn)"

for pid in $(pids_of_server); do taskset -acp 0 "$pid" >/dev/null; done
# What the tests are told is no setting of a service.
env -u WEIR_TEST_PG LAKEBASE_SCHEMA="$schema" WEIR_PORT=0 WEIR_LOCAL_USER=lena LOG_LEVEL=warning taskset -c 0 "$program" >"$work/said" 2>&1 &
service=$!
for _ in $(seq 300); do
    grep -q 'listening on' "$work/said" && break
    sleep 0.1
done
url=$(grep -oE 'http://[0-9.:]+' "$work/said")
until curl -sf "$url/api/v1/healthcheck" >/dev/null; do sleep 0.1; done
for _ in $(seq 20); do curl -sf -o /dev/null -X POST -H 'Content-Type: application/json' -d '{}' "$url/api/v1/orders"; done

resident() { awk '/VmRSS/ { print $2 }' "/proc/$service/status"; }
# Milliseconds of CPU since they began.
cpu_of_service() { awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / tick }' "/proc/$service/stat"; }
cpu_of_server() {
    for pid in $(pids_of_server); do cat "/proc/$pid/stat" 2>/dev/null || true; done |
        awk -v tick="$(getconf CLK_TCK)" '{ sum += $14 + $15 } END { print sum * 1000 / tick }'
}
# CLIENTS SECONDS: ok busy other milliseconds p50 p99 max
ask() {
    taskset -c "$others" wrk -t1 -c"$1" -d$(($2 + 7))s --timeout 30s -s "$here/overload.lua" "$url/api/v1/orders?limit=10" -- "$2" |
        tail -1
}
measure() {
    local service_before server_before answer
    service_before=$(cpu_of_service) server_before=$(cpu_of_server)
    answer=$(ask "$1" "$seconds")
    read -r ok busy other took p50 p99 most <<<"$answer"
    # What the CPU was spent on in all, the seconds for connecting included.
    local span=$(((seconds + 7) * 1000))
    awk -v n="$1" -v span="$span" -v ok="$ok" -v busy="$busy" -v other="$other" -v took="$took" -v p50="$p50" -v p99="$p99" -v most="$most" \
        -v kb="$(resident)" -v own="$(awk "BEGIN { print $(cpu_of_service) - $service_before }")" \
        -v db="$(awk "BEGIN { print $(cpu_of_server) - $server_before }")" \
        'BEGIN { printf "%-14s %7.0f served/s %7.0f refused/s %4d lost   all p50 %7.1f  p99 %7.1f  max %7.1f ms   CPU ms/s: service %4.0f, PostgreSQL %4.0f   %d kB\n",
            n " clients", ok * 1000 / took, busy * 1000 / took, other, p50, p99, most, own * 1000 / span, db * 1000 / span, kb }'
}

ask 16 2 >/dev/null
for clients in 16 64 1000 3000 10000; do
    measure $clients
done
((requests > 0)) || exit 0

echo "memory while $requests requests are answered, kB"
done=0
echo "  after the above: $(resident)"
while ((done < requests)); do
    read -r ok _ < <(ask 64 "$seconds")
    done=$((done + ok))
    echo "  after $done: $(resident)"
done
