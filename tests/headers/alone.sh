#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compiles every public header with nothing before it, included twice, warnings as errors:
# alone.sh INCLUDE_DIR WORK_DIR COMPILER...
# Finds the headers itself, so a new one is covered at once. Objects instead of -fsyntax-only: ccache keeps them,
# a second run takes a tenth.
set -uo pipefail
export LC_ALL=C

include_dir=$1
work_dir=$2
shift 2

mkdir -p "$work_dir"
failed=$work_dir/failed
rm -f "$failed"

compile_one() {
    header=$1
    shift
    unit=$WORK_DIR/${header//\//.}.cpp
    text=$(printf '#include <%s>\n#include <%s>\n' "$header" "$header")
    # An unchanged file keeps its time stamp.
    [ -f "$unit" ] && [ "$(cat "$unit")" = "$text" ] || printf '%s\n' "$text" >"$unit"
    if ! "$@" -std=c++20 -O0 -I"$INCLUDE_DIR" \
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror \
        -c "$unit" -o "$unit.o" 2>"$unit.err"; then
        echo "$header" >>"$FAILED"
        echo "FAILED: $header does not compile alone"
        head -20 "$unit.err"
    fi
}
export -f compile_one
export INCLUDE_DIR=$include_dir WORK_DIR=$work_dir FAILED=$failed

headers=$(cd "$include_dir" && find weir -name '*.hpp' | sort)
# What a header includes before anything else is read alone with it.
read_with_others=$(cd "$include_dir" && printf '%s\n' "$headers" |
    xargs -n 1 sed -n '/^#include/{s/^#include <\(weir\/[^>]*\)>.*/\1/p;q}' | sort -u)
comm -23 <(printf '%s\n' "$headers") <(printf '%s\n' "$read_with_others") |
    xargs -P "$(nproc)" -I '{}' bash -c 'compile_one "$@"' _ '{}' "$@"

# Of those only this says that they can be included twice.
if (cd "$include_dir" && printf '%s\n' "$headers" | xargs grep -L '^#pragma once' | grep .); then
    echo "have no #pragma once"
    exit 1
fi

count=$(printf '%s\n' "$headers" | grep -c .)
if [ -f "$failed" ]; then
    echo "$(grep -c . "$failed") of $count headers do not compile alone:"
    sort "$failed"
    exit 1
fi
[ "$count" -gt 0 ] || { echo "no headers under $include_dir"; exit 1; }
echo "$count headers compile alone and twice"
