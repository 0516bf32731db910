# Shared settings; source it. Every value can be overridden from the outside.
PEERS_DIR=${PEERS_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
PEERS_WORK=${PEERS_WORK:-$(cd "$PEERS_DIR/../../.." && pwd)/.local/peers}  # cluster, binaries, node_modules, raw results
PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
PG_OS_USER=${PG_OS_USER:-postgres}                 # initdb refuses to run as root
PG_ROWS=${PG_ROWS:-1000000}
DB_POOL=${DB_POOL:-16}                             # connections of a service, all its processes together
WORKERS=${WORKERS:-2}
[ -f "$PEERS_WORK/pg.env" ] && . "$PEERS_WORK/pg.env"
export PEERS_DIR PEERS_WORK PG_BIN PG_OS_USER PG_ROWS DB_POOL WORKERS
