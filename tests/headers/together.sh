#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compiles two translation units, each with every public header (the second in reverse order), and links them:
# together.sh INCLUDE_DIR WORK_DIR COMPILER...
# Finds definitions that are not inline, names defined twice, and headers that need a certain order. The link is
# partial (-r): what the headers only refer to may stay undefined.
set -euo pipefail
export LC_ALL=C

include_dir=$1
work_dir=$2
shift 2

mkdir -p "$work_dir"
(cd "$include_dir" && find weir -name '*.hpp' | sort) | sed 's/.*/#include <&>/' >"$work_dir/forward.cpp"
tac "$work_dir/forward.cpp" >"$work_dir/backward.cpp"

# All warnings are off: alone.py sees to those.
for order in forward backward; do
    "$@" -std=c++20 -O0 -w -I"$include_dir" -c "$work_dir/$order.cpp" -o "$work_dir/$order.o" &
done
wait -n
wait -n
"$@" -r -nostdlib "$work_dir/forward.o" "$work_dir/backward.o" -o "$work_dir/both.o"
echo "two units with all $(grep -c . "$work_dir/forward.cpp") headers link"
