#!/usr/bin/env bash
# Runs a program beside a private PostgreSQL and a local workspace that mints its passwords, both with their data kept
# in DIR, and tells it by the environment how to reach them. What this starts ends with the program.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: run.sh DIR WORKSPACE PROGRAM [ARGUMENT…]

WORKSPACE is the binary local-workspace. The program gets DATABRICKS_HOST, DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET,
DATABRICKS_WAREHOUSE_ID, LAKEBASE_ENDPOINT and PGHOST, PGPORT, PGDATABASE, PGUSER.
TEXT
}

[[ $# -ge 3 ]] || { usage >&2; exit 2; }
mkdir -p "$1/workspace"
dir=$(cd "$1" && pwd -P)
workspace=$2
shift 2
postgres=$(dirname "${BASH_SOURCE[0]}")/../../tests/support/postgres.sh
# Where runuser is.
PATH=$PATH:/usr/sbin:/sbin

workspace_pid='' postgres_started=no program_pid=''

stop_all() {
    trap - EXIT
    if [[ -n $workspace_pid ]]; then
        kill "$workspace_pid" 2>/dev/null || true
        wait "$workspace_pid" 2>/dev/null || true
    fi
    [[ $postgres_started = no ]] || "$postgres" stop "$dir/postgres" >&2 || true
}
trap stop_all EXIT

# Whoever ends this ends the program; what it then does first is its own matter.
pass_on() {
    if [[ -n $program_pid ]]; then kill -TERM "$program_pid" 2>/dev/null || true; else exit 130; fi
}
trap pass_on TERM INT HUP

# Two runs on one folder share its server; the one that started it ends it.
if ! "$postgres" status "$dir/postgres" 2>/dev/null; then
    postgres_started=yes
    "$postgres" start "$dir/postgres" >&2
fi
eval "$("$postgres" env "$dir/postgres")"

# Away from the terminal's signals: the program still needs it while it ends.
log=$dir/workspace/log
: >"$log" # else the address of the run before may be read
endpoint=projects/local/branches/production/endpoints/primary
setsid "$workspace" --database "$dir/workspace/workspace.db" --client "$PGUSER:local-secret" \
    --postgres "host=$PGHOST port=$PGPORT user=postgres dbname=postgres" --endpoint "$endpoint" >"$log" 2>&1 &
workspace_pid=$!
until url=$(sed -n 's/^listening on //p' "$log") && [[ -n $url ]]; do
    kill -0 "$workspace_pid" 2>/dev/null || { cat "$log" >&2; exit 1; }
    sleep 0.02
done

# A schema to try things in, for tables that clients make: in the database, and in the catalog that the example names.
psql -X -q -h "$PGHOST" -p "$PGPORT" -U postgres -d "$PGDATABASE" \
    -c "create schema if not exists sandbox authorization \"$PGUSER\"" >&2
catalog=${UC_CATALOG:-oil_gas_catalog}
curl -sf -o /dev/null -H 'Authorization: Bearer dapi-local' -H 'Content-Type: application/json' \
    -d "{\"warehouse_id\":\"local\",\"wait_timeout\":\"30s\",\"statement\":\"create schema if not exists $catalog.sandbox\"}" \
    "$url/api/2.0/sql/statements" || { echo "run.sh: no schema $catalog.sandbox" >&2; exit 1; }

export DATABRICKS_HOST=$url DATABRICKS_CLIENT_ID=$PGUSER DATABRICKS_CLIENT_SECRET=local-secret
export DATABRICKS_WAREHOUSE_ID=local LAKEBASE_ENDPOINT=$endpoint
# By TCP and a minted password, as on the platform: the socket would let in anybody.
export PGHOST=127.0.0.1
unset DATABRICKS_TOKEN DATABRICKS_CONFIG_PROFILE DATABRICKS_AUTH_TYPE DATABASE_URL PGPASSWORD WEIR_EMBEDDED
"$@" &
program_pid=$!
status=0
wait "$program_pid" || status=$?
# A signal interrupts the waiting, not the program.
while kill -0 "$program_pid" 2>/dev/null; do
    status=0
    wait "$program_pid" || status=$?
done
exit "$status"
