#!/bin/bash
# How long weir-gen takes for 200 tables of 30 columns, and compilers for one table of 1,000 columns.
#
#   weir_gen.sh WEIR_GEN INCLUDE [COMPILER WORDS…]
#
# Prints the median of five runs, and fails when the generator needs more than 2 s.
set -eu
weir_gen=$1
include=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

. "$(dirname "$0")/many_tables.sh"
many_tables many 0 200 >"$work/many.yaml"

{
  printf 'version: 1\nname: wide\nbackends: {warehouse: {catalog: main, schema: wide}}\n'
  printf 'tables:\n  - name: readings\n    backend: warehouse\n    key: [id]\n    columns:\n'
  printf '      - {name: id, type: bigint, required: true}\n'
  for ((column = 1; column < 1000; ++column)); do
    printf '      - {name: column_%03d, type: double}\n' "$column"
  done
} >"$work/wide.yaml"

# Wall milliseconds of a command, median of five.
median() {
  for _ in 1 2 3 4 5; do
    local start=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - start) / 1000000))
  done | sort -n | sed -n 3p
}

generate() {
  rm -f "$work"/*.hpp
  "$weir_gen" generate --out-dir "$work" "$work/$1.yaml"
}

grep -m1 'model name' /proc/cpuinfo || true
many=$(median generate many)
echo "200 tables x 30 columns: $many ms, $(wc -l <"$work/many.weir.hpp") lines"
echo "1 table x 1,000 columns: $(median generate wide) ms"
cat >"$work/use.cpp" <<'END'
#include <wide.weir.hpp>
#include <weir/table/row.hpp>

static_assert(weir::check_keyed_row<wide::reading>());
static_assert(weir::member_count<wide::reading> == 1008);
END
if [ $# -gt 0 ]; then
  TIMEFORMAT="%U s user"
  printf '%s -O0, table of 1,000 columns: ' "$*"
  { time "$@" -std=c++20 -Wall -Wextra -Werror -c -I"$include" -I"$work" "$work/use.cpp" -o "$work/use.o"; } 2>&1
fi
[ "$many" -le 2000 ]
