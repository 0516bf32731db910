#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs weir into a folder and builds a program on what is there: installed.sh BUILD_DIR SCHEMA MAIN COMPILER...
set -euo pipefail
export LC_ALL=C

build_dir=$1 schema=$2 main=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

meson install -C "$build_dir" --no-rebuild --quiet --destdir "$work"
weir_gen=$(find "$work" -path "*/bin/weir-gen" -type f)
package=$(find "$work" -name weir.pc)
prefix=$work$(pkg-config --variable=prefix "$package")

"$weir_gen" generate --out "$work/tutorial.weir.hpp" "$schema"
read -ra flags < <(pkg-config --define-variable=prefix="$prefix" --cflags --libs "$package")
"$@" -std=c++20 -O0 "$main" -I"$work" "${flags[@]}" -o "$work/consumer"

said=$("$work/consumer")
expected="greater_than_equal: Column 'api10' must be at least 1000000000"
[ "$said" = "$expected" ] || { echo "the program said: $said"; exit 1; }
