#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Preprocessed lines of chosen headers against recorded ceilings: lines.sh INCLUDE_DIR RECORD [--record] COMPILER...
# A header may grow by 10 %; lines instead of seconds, because they are the same on every machine. The record holds
# for one compiler; any other skips the test (77). --record rewrites the figures, keeping the list.
set -euo pipefail
export LC_ALL=C

include_dir=$1
record=$2
shift 2
rewrite=false
if [ "$1" = --record ]; then
    rewrite=true
    shift
fi

case $("$@" --version) in
*clang*) compiler=clang++ ;;
*) compiler=g++ ;;
esac
compiler="$compiler $("$@" -dumpversion | cut -d. -f1)"
recorded_for=$(sed -n 's/^# compiler: //p' "$record")
if [ "$compiler" != "$recorded_for" ]; then
    echo "SKIPPED: lines are recorded for $recorded_for, this is $compiler"
    exit 77
fi

failures=0
fresh=$(sed -n '/^#/p' "$record")
while read -r header most; do
    if [ ! -f "$include_dir/$header" ]; then
        echo "$header: recorded in $record, but not there"
        failures=$((failures + 1))
        continue
    fi
    lines=$(printf '#include <%s>\n' "$header" | "$@" -std=c++20 -I"$include_dir" -E -P -x c++ - | wc -l)
    fresh+=$'\n'"$header $lines"
    if [ $((lines * 10)) -gt $((most * 11)) ]; then
        echo "$header: $lines lines, more than 10 % over the recorded $most"
        failures=$((failures + 1))
    else
        echo "$header: $lines lines (recorded $most)"
    fi
done < <(grep -v '^#' "$record")

if $rewrite; then
    printf '%s\n' "$fresh" >"$record"
    echo "recorded anew"
elif [ "$failures" -gt 0 ]; then
    echo "a header grew: make it lighter, or record it anew and say in the commit what it buys"
    exit 1
fi
