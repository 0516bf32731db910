#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs weir into a folder and builds on what is there: with CMake a whole service, which is asked over HTTP, with Meson and
# make a program that judges rows:
# installed.sh BUILD_DIR SCHEMA WITH COMPILER...   WITH: with_cmake, with_meson, with_make
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

build_dir=$1 schema=$2 with=$3
shift 3
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service"; rm -rf "$work"' EXIT

meson install -C "$build_dir" --no-rebuild --quiet --destdir "$work/root"
package=$(find "$work/root" -name weir.pc)
# The place it was made for is not the place where it is now.
prefix=$work/root$(pkg-config --variable=prefix "$package")
sed -i "s#^prefix=.*#prefix=$prefix#" "${package%/*}"/weir*.pc
export PKG_CONFIG_PATH=${package%/*}

project=$work/project
cp -r "$here/$with" "$project"
cp "$here/rows.cpp" "$schema" "$project"
header=tutorial.weir.hpp
case $with in
with_cmake)
    cmake -S "$project" -B "$project/out" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="${*: -1}" >"$work/log" ||
        { cat "$work/log"; exit 1; }
    make_again=(ninja -C "$project/out") program=$project/out/service
    header=service-weir/$header
    ;;
with_meson)
    CXX="$*" meson setup "$project/out" "$project" >"$work/log" || { cat "$work/log"; exit 1; }
    make_again=(ninja -C "$project/out") program=$project/out/rows
    ;;
with_make) make_again=(make -C "$project" CXX="$*") program=$project/rows ;;
esac
"${make_again[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

if [ "$with" = with_cmake ]; then
    # Where the engine is, and nothing else that happens to be there.
    library=${WEIR_DUCKDB_LIBRARY-}
    unset "${!DATABASE_@}" "${!PG@}" "${!LAKEBASE_@}" "${!DATABRICKS_@}" "${!WEIR_@}"
    export WEIR_EMBEDDED=:memory: WEIR_PORT=0 ${library:+"WEIR_DUCKDB_LIBRARY=$library"}
    coproc { cd "$work" && exec "$program" 2>"$work/log"; }
    service=$COPROC_PID
    read -r _ _ url <&"${COPROC[0]}" || { cat "$work/log"; exit 1; }
    ask() { curl --silent --show-error --max-time 60 -H 'Content-Type: application/json' "$@"; }
    ask -o "$work/made" -d '{"api10": 4201234567, "wellname": "SMITH 1-15H"}' "$url/api/v1/wells"
    said=$(ask "$url/api/v1/wells/4201234567")
    [[ $said == *'"wellname":"SMITH 1-15H"'* ]] || { echo "the service said: $(cat "$work/made") $said"; cat "$work/log"; exit 1; }
    said=$(ask -d '{"api10": 17, "wellname": "B"}' "$url/api/v1/wells")
    [[ $said == *'"code":"validation"'* ]] || { echo "the service said: $said"; exit 1; }
    kill "$service"
    service=
else
    said=$("$program")
    [ "$said" = "$(printf '%s\n' "Column 'api10' must be at least 1000000000" "Column 'wellname' must have at least 1 character")" ] ||
        { echo "the program said: $said"; exit 1; }
fi

# An edited schema is read again, and a second build has nothing to do.
edited=${program%/*}/$header
sed -i 's/^\( *- {name: wellname.*\)}$/\1, description: as the state calls it}/' "$project/${schema##*/}"
"${make_again[@]}" "$header" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q 'as the state calls it' "$edited" || { echo "$header is as it was: $(cat "$work/log")"; exit 1; }
