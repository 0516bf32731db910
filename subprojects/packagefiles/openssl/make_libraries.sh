#!/bin/sh
# make_libraries.sh SOURCE BUILD OPENSSLDIR COMPILER…: libcrypto.a, libssl.a and their headers, made in BUILD/tree.
set -eu
source=$1
build=$2
openssldir=$3
shift 3

mkdir -p "$build/tree"
cd "$build/tree"
[ -f Makefile ] || CC="$*" perl "$source/Configure" no-shared no-module no-tests "--openssldir=$openssldir" >configure.log 2>&1 || {
    cat configure.log >&2
    exit 1
}
make "-j$(nproc)" build_generated libcrypto.a libssl.a >make.log 2>&1 || {
    tail -n 50 make.log >&2
    exit 1
}
cp libcrypto.a libssl.a "$build"
touch "$build/openssl.stamp"
