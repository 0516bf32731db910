#!/bin/bash
# Everything the peers need beside the packages that `./dev bench peers` installs: npm modules, binaries, a private
# PostgreSQL 15 cluster with the wells table. Idempotent; run as root. Nothing listens beyond loopback.
#   ./setup.sh            npm modules, binaries, cluster, data
#   ./setup.sh stop       stop the private cluster (by its own pid file)
set -euo pipefail
. "$(dirname "$0")/env.sh"
PGDATA=$PEERS_WORK/pg/data
SOCK=$PEERS_WORK/pg/sock
as_pg() { runuser -u "$PG_OS_USER" -- "$@"; }

if [ "${1:-}" = stop ]; then
  as_pg "$PG_BIN/pg_ctl" -D "$PGDATA" -m fast -w stop; exit 0
fi


mkdir -p "$PEERS_WORK"/{bin,node,raw}
if [ -z "${SKIP_NPM:-}" ]; then
  cp "$PEERS_DIR/src/node/"*.json "$PEERS_WORK/node/"
  (cd "$PEERS_WORK/node" && npm install --no-audit --no-fund --ignore-scripts)
fi
cp "$PEERS_DIR/src/node/"*.mjs "$PEERS_WORK/node/"
if [ -n "${WITH_APPKIT:-}" ]; then  # 209 MB; it asks for Node 22 and runs on 20
  mkdir -p "$PEERS_WORK/node-appkit"
  cp "$PEERS_DIR/src/node/"*.mjs "$PEERS_WORK/node-appkit/"
  echo '{"private":true,"type":"module","dependencies":{"@databricks/appkit":"0.38.1","express":"5.3.0"}}' > "$PEERS_WORK/node-appkit/package.json"
  (cd "$PEERS_WORK/node-appkit" && npm install --no-audit --no-fund --ignore-scripts)
fi

CXX=${CXX:-g++}; FLAGS="-std=c++20 -O2 -DNDEBUG -Wall"
build() { # build <name> <libs...>
  local out=$PEERS_WORK/bin/$1 src=$PEERS_DIR/src/cpp/$1.cc; shift
  [ "$out" -nt "$src" ] || { echo "c++ $out"; $CXX $FLAGS -I/usr/include/postgresql "$src" -o "$out" "$@"; }
}
HTTPLIB=$(pkg-config --cflags --libs cpp-httplib)
build hello $HTTPLIB -pthread
build hand  $HTTPLIB -lpqxx -lpq -pthread
build tuned $HTTPLIB -lpq -lsimdjson -pthread
build lean  -lpq -pthread
build micro -lpq -lsimdjson -pthread
build bulk  -lpqxx -lpq -pthread

if [ ! -f "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PEERS_WORK/pg" "$SOCK"; chown "$PG_OS_USER" "$PEERS_WORK/pg" "$SOCK"
  as_pg "$PG_BIN/initdb" -D "$PGDATA" -E UTF8 --locale=C.UTF-8 -A trust -U "$PG_OS_USER" >/dev/null
  # A free port, asked of the kernel.
  PORT=$(/usr/bin/python3 -c 'import socket;s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])')
  as_pg tee -a "$PGDATA/postgresql.conf" >/dev/null <<C
listen_addresses = '127.0.0.1'
port = $PORT
unix_socket_directories = '$SOCK'
shared_buffers = 256MB
max_connections = 120
timezone = 'UTC'
log_timezone = 'UTC'
max_wal_size = 4GB
checkpoint_timeout = 30min
jit = off
# fsync and synchronous_commit stay at their defaults (on): a write answers after its WAL flush.
C
  printf 'PGHOST=127.0.0.1\nPGPORT=%s\nPGUSER=%s\nPGDATABASE=peers\nPGSOCK=%s\nexport PGHOST PGPORT PGUSER PGDATABASE PGSOCK\n' \
    "$PORT" "$PG_OS_USER" "$SOCK" > "$PEERS_WORK/pg.env"
fi
. "$PEERS_WORK/pg.env"
if ! "$PG_BIN/pg_isready" -q; then
  as_pg "$PG_BIN/pg_ctl" -D "$PGDATA" -l "$PEERS_WORK/pg/log" -w start >/dev/null
fi
psql -qAtd postgres -c "select 1 from pg_database where datname='peers'" | grep -q 1 || createdb peers
if [ "$(psql -qAt -c "select count(*) from pg_class where relname='wells'")" = 0 ] || [ -n "${RELOAD:-}" ]; then
  psql -q -v ON_ERROR_STOP=1 -f "$PEERS_DIR/sql/schema.sql"
  psql -q -v ON_ERROR_STOP=1 -v rows="$PG_ROWS" -f "$PEERS_DIR/sql/load.sql"
  psql -q -c 'VACUUM (FREEZE, ANALYZE) wells' -c CHECKPOINT
fi
psql -At -c "select 'rows '||count(*)||', heap '||pg_size_pretty(pg_relation_size('wells'))||', pk '||pg_size_pretty(pg_relation_size('wells_pkey'))||', server '||current_setting('server_version')||', fsync '||current_setting('fsync')||', synchronous_commit '||current_setting('synchronous_commit')||', checksum '||sum(hashint8(api10)::bigint # hashtext(wellname)) from wells"
echo "ready: 127.0.0.1:$PGPORT and $PGSOCK"
