#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs weir into a folder, builds a service on what is there with CMake, Meson and make, and asks each:
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
cp "$here/service.cpp" "$schema" "$project"
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
    make_again=(ninja -C "$project/out") program=$project/out/service
    ;;
with_make) make_again=(make -C "$project" CXX="$*") program=$project/service ;;
esac
"${make_again[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

coproc { exec "$program"; }
service=$COPROC_PID
read -r port <&"${COPROC[0]}"
said=$(curl --silent --show-error --max-time 60 "http://127.0.0.1:$port/wells")
[ "$said" = "SMITH 1-15H" ] || { echo "the service said: $said"; exit 1; }
kill "$service"
service=

# An edited schema is read again, and a second build has nothing to do.
edited=${program%/service}/$header
sed -i 's/^\( *- {name: wellname.*\)}$/\1, description: as the state calls it}/' "$project/${schema##*/}"
"${make_again[@]}" "$header" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q 'as the state calls it' "$edited" || { echo "$header is as it was: $(cat "$work/log")"; exit 1; }
