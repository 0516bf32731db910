#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A private PostgreSQL in one directory, for `./dev run --backend local` (data kept) and `./dev test` (thrown away).
# Runs as the user postgres when called by root, which PostgreSQL refuses to be, else as the current user.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: postgres.sh start DIR [--port N]   create the cluster if it is not there, start it if it does not run
       postgres.sh stop DIR               stop it; fine when it does not run
       postgres.sh restart DIR            stop it as an administrator would (clients are cut off) and start it again
       postgres.sh status DIR             exit 0 when it runs, 3 when not
       postgres.sh env DIR                print PGHOST, PGPORT, PGDATABASE, PGUSER as `export` lines

The database is databricks_postgres and belongs to the role weir_app, an ordinary role, so that row-level security
holds. The unix socket trusts whoever may open it: the user who started the cluster. Over TCP, on 127.0.0.1 only,
roles log in with their passwords; at first only weir_scram has one: `first-password`.
TEXT
}

fail() {
    echo "postgres.sh: $*" >&2
    exit 1
}

# Where the programs are: WEIR_PG_BINDIR, Debian's folders (15 first, then the newest), the path.
find_programs() {
    local candidate
    for candidate in "${WEIR_PG_BINDIR:-}" /usr/lib/postgresql/15/bin \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [[ -n $candidate && -x $candidate/initdb ]]; then
            echo "$candidate"
            return
        fi
    done
    candidate=$(command -v initdb || true)
    [[ -n $candidate ]] || fail "no PostgreSQL found: apt-get install postgresql-15, or set WEIR_PG_BINDIR"
    dirname "$(readlink -f "$candidate")"
}

as_owner() {
    if [[ $(id -u) -eq 0 ]]; then
        (cd / && runuser -u postgres -- "$@")
    else
        (cd / && "$@")
    fi
}

# The cluster sits in DIR, unless the user postgres cannot get there (a checkout below /root): then beside it in
# /var/tmp, under a name that only DIR gives, and DIR/elsewhere says where.
choose_home() {
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd -P)
    if [[ -f $dir/elsewhere ]]; then
        home=$(<"$dir/elsewhere")
        return
    fi
    home=$dir
    [[ $(id -u) -eq 0 ]] || return 0
    chown postgres: "$dir"
    if ! as_owner test -x "$dir"; then
        home=/var/tmp/weir-postgres-$(printf %s "$dir" | cksum | cut -d' ' -f1)
        # Left behind by a DIR that was deleted: its cluster would not fit this one.
        if [[ -d $home/data ]]; then
            as_owner "$programs/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
            rm -rf "$home"
        fi
        mkdir -p "$home"
        chmod 700 "$home"
        echo "$home" >"$dir/elsewhere"
        chown postgres: "$home"
        echo "postgres.sh: the user postgres cannot reach $dir, the cluster is in $home" >&2
    fi
}

# A socket's path may have 107 bytes (sun_path), and `/.s.PGSQL.65535` takes 15 of them.
choose_socket_folder() {
    if ((${#home} <= 90)); then
        sockets=$home
    else
        sockets=/tmp/weir-postgres-$(printf %s "$home" | cksum | cut -d' ' -f1)
        as_owner mkdir -p -m 700 "$sockets"
    fi
}

is_running() {
    [[ -f $home/data/postmaster.pid ]] && as_owner "$programs/pg_ctl" -D "$home/data" status >/dev/null 2>&1
}

port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

choose_port() {
    local candidate
    for _ in {1..50}; do
        candidate=$((20000 + RANDOM % 12000))
        if port_is_free "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "found no free port on 127.0.0.1"
}

create_cluster() {
    # A cluster whose creation was interrupted has no `ready` file.
    rm -rf "$home/data"
    as_owner "$programs/initdb" -D "$home/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync \
        >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; fail "initdb failed"; }
    # Data that can be made again: speed before safety. Short deadlock waits, for the tests.
    as_owner tee -a "$home/data/postgresql.conf" >/dev/null <<TEXT
listen_addresses = '127.0.0.1'
unix_socket_directories = '$sockets'
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
deadlock_timeout = 200ms
TEXT
}

write_access() {
    as_owner tee "$home/data/pg_hba.conf" >/dev/null <<'TEXT'
local all all trust
host all all 127.0.0.1/32 scram-sha-256
TEXT
}

create_roles() {
    as_owner "$programs/psql" -X -q -v ON_ERROR_STOP=1 -h "$sockets" -p "$port" -U postgres -d postgres <<'TEXT'
create role weir_app login;
create role weir_scram login password 'first-password';
create database databricks_postgres owner weir_app;
grant connect, create on database databricks_postgres to weir_scram;
TEXT
    as_owner touch "$home/ready"
}

launch() {
    as_owner "$programs/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 60 -o "-p $port" "$1" \
        >/dev/null 2>&1 </dev/null
}

write_settings() {
    cat >"$dir/settings" <<TEXT
PGHOST=$sockets
PGPORT=$port
PGDATABASE=databricks_postgres
PGUSER=weir_app
TEXT
}

start() {
    choose_socket_folder
    local asked=$port
    if is_running; then
        port=$(sed -n 4p "$home/data/postmaster.pid")
        [[ -z $asked || $asked == "$port" ]] || fail "already runs, on port $port"
        write_access
        as_owner "$programs/pg_ctl" -D "$home/data" reload >/dev/null
        write_settings
        return
    fi
    [[ -f $home/ready ]] || create_cluster
    write_access
    if [[ -z $port && -f $dir/settings ]]; then
        port=$(sed -n 's/^PGPORT=//p' "$dir/settings")
        port_is_free "$port" || port=
    fi
    # Somebody may take the port between the look and the start: look again.
    for _ in 1 2 3; do
        [[ -n $port ]] || port=$(choose_port)
        if launch start; then
            [[ -f $home/ready ]] || create_roles
            write_settings
            return
        fi
        [[ -z $asked ]] || break
        port=
    done
    tail -n 20 "$home/server.log" >&2 || true
    fail "the server did not start"
}

stop() {
    if is_running; then
        as_owner "$programs/pg_ctl" -D "$home/data" -m fast -w -t 60 stop >/dev/null
    fi
}

restart() {
    [[ -f $dir/settings ]] || fail "never started in $dir"
    port=$(sed -n 's/^PGPORT=//p' "$dir/settings")
    if is_running; then
        as_owner "$programs/pg_ctl" -D "$home/data" -m fast -w -t 60 stop >/dev/null
    fi
    launch start || fail "the server did not come back"
}

print_environment() {
    [[ -f $dir/settings ]] || fail "never started in $dir"
    local name value
    while IFS='=' read -r name value; do printf 'export %s=%q\n' "$name" "$value"; done <"$dir/settings"
}

[[ $# -ge 2 ]] || { usage >&2; exit 2; }
action=$1
dir=$2
shift 2
port=
if [[ $# -eq 2 && $1 == --port && $action == start ]]; then
    port=$2
    shift 2
fi
[[ $# -eq 0 ]] || { usage >&2; exit 2; }

case $action in
env)
    print_environment
    ;;
start | stop | restart | status)
    programs=$(find_programs)
    choose_home
    case $action in
    start) start ;;
    stop) stop ;;
    restart) restart ;;
    status) is_running || exit 3 ;;
    esac
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
