#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How long a service of 100 tables x 30 columns takes from its schema files to its program, at -O0, on all cores:
#
#   build.sh SOURCE_ROOT WEIR_GEN COMPILER...
#
# Four schema files, as docs/performance.md advises: each is compiled by itself.
set -euo pipefail
export LC_ALL=C
root=$1
weir_gen=$2
shift 2
# ccache would answer instead of the compiler.
compiler=${*: -1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/many_tables.sh"

names=(first second third fourth)
{
    echo '#include <weir/app/service.hpp>'
    printf '#include <%s.weir.hpp>\n' "${names[@]}"
    echo 'int main(int argc, char** argv) {'
    echo '    weir::app::service service{weir::app::settings::from_environment()};'
    printf '    service.serve<%s::tables>();\n' "${names[@]}"
    echo '    return service.run(argc, argv);'
    echo '}'
} >"$work/main.cpp"
for at in "${!names[@]}"; do
    many_tables "${names[$at]}" $((25 * at)) 25 >"$work/${names[$at]}.yaml"
done

flags="$(pkg-config --cflags cpp-httplib libpq libnghttp2) -std=c++20 -O0 -I$root/include -I$work"
libraries="$(pkg-config --libs cpp-httplib libpq libnghttp2 re2 zlib) -lssl -lcrypto -ldl -pthread"
compile() { # NAME
    local TIMEFORMAT="$1: %U s user"
    # shellcheck disable=SC2086 # flags are words
    time "$compiler" $flags -c -o "$work/${1%.cpp}.o" "$work/$1"
}
build() {
    "$weir_gen" generate --out-dir "$work" "$work"/*.yaml
    printf '%s\n' "${names[@]/%/.weir.cpp}" main.cpp | xargs -P "$(nproc)" -I{} bash -c 'compile {}'
    # shellcheck disable=SC2086
    "$compiler" "$work"/*.o $libraries -o "$work/service"
}
export -f compile
export compiler flags work
"$compiler" --version | head -n 1
TIMEFORMAT="100 tables x 30 columns on $(nproc) cores: %R s, %U s user"
time build
stat -c "the program: %s bytes" "$work/service"
