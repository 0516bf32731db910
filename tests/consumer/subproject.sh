#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A Meson project with weir as its subproject: set up with nothing fetched, it knows the dependency and the generator.
# subproject.sh SOURCE_DIR SCHEMA [build]   build: builds and runs it too, which compiles weir-gen (minutes)
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

project=$work/project
cp -r "$here/with_subproject" "$project"
cp "$here/rows.cpp" "$2" "$project"
for each in app embedded http lakebase migrate; do echo "dependency('weir-$each')" >>"$project/meson.build"; done
mkdir "$project/subprojects"
# Without what was built there.
(cd "$1" && tar -cf - --exclude='./build*' --exclude='./.local' --exclude='./.git' .) | (mkdir "$project/subprojects/weir" && tar -xf - -C "$project/subprojects/weir")
meson setup --wrap-mode=nofallback "$project/out" "$project" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
# The program is made of headers that the subproject's own generator writes; nothing else of weir is built for it.
commands=$(ninja -C "$project/out" -t commands rows)
grep -q 'subprojects/weir/codegen/weir-gen generate' <<<"$commands" || { echo "no weir-gen: $commands"; exit 1; }
! grep -q 'tools/weir\|tests/' <<<"$commands" || { echo "more than is needed: $commands"; exit 1; }
[ "${3-}" = build ] || exit 0
ninja -C "$project/out" rows >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$project/out/rows"
