#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What compiling costs users, in user seconds, the median of seven at -O0: compile.sh SOURCE_ROOT WEIR_GEN COMPILER...
set -euo pipefail

root=$1
weir_gen=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in tutorial field_ops; do
    "$weir_gen" generate --out "$work/$name.weir.hpp" "$root/schemas/$name.yaml"
done

httplib_flags=$(pkg-config --cflags cpp-httplib libpq)
seconds() { # FILE
    local TIMEFORMAT=%U
    for _ in 1 2 3 4 5 6 7; do
        # shellcheck disable=SC2086 # flags are words
        { time "$compiler" "${flags[@]}" $httplib_flags -c -o "$work/out.o" "$1"; } 2>&1
    done | sort -n | sed -n 4p
}

# ccache would answer instead of the compiler.
compiler=${*: -1}
flags=(-std=c++20 -O0 -I"$root/include" -I"$work")
echo "$("$compiler" --version | head -n 1), user seconds, median of 7"

cat >"$work/includes.cpp" <<'CPP'
#include <weir/generated.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <map>
CPP
echo '#include <tutorial.weir.hpp>' >"$work/header.cpp"
echo '#include <field_ops.weir.hpp>' >"$work/four.cpp"
printf '%-58s %s\n' \
    "what a generated header includes" "$(seconds "$work/includes.cpp")" \
    "tutorial.weir.hpp (1 table, 11 columns), includes and all" "$(seconds "$work/header.cpp")" \
    "field_ops.weir.hpp (4 tables, 61 columns), includes and all" "$(seconds "$work/four.cpp")" \
    "validate one row: examples/1_tutorial/1_validate.cpp" \
    "$(seconds "$root/examples/1_tutorial/1_validate.cpp")" \
    "a repository: examples/1_tutorial/2_repository.cpp" \
    "$(seconds "$root/examples/1_tutorial/2_repository.cpp")" \
    "the smallest service: examples/1_tutorial/3_serve.cpp" \
    "$(seconds "$root/examples/1_tutorial/3_serve.cpp")" \
    "its routes: tutorial.weir.cpp (1 table)" "$(seconds "$work/tutorial.weir.cpp")" \
    "field-ops, 4 tables: examples/3_service/main.cpp" "$(seconds "$root/examples/3_service/main.cpp")" \
    "its routes: field_ops.weir.cpp (4 tables)" "$(seconds "$work/field_ops.weir.cpp")"
