#!/usr/bin/env bash
# Makes the static libraries that a service for Databricks Apps links and Debian does not install beside the others:
# subprojects/static_libs.sh DIRECTORY
#
# libpgcommon_shlib.a and libpgport_shlib.a, of which libpq.a is one part, are taken out of the server's development
# package; libcpp-httplib.a is compiled from the source package of the library that is installed, with its flags. Both
# come by apt, in the versions of the installed packages. Idempotent: `versions` tells what was made from what.
set -euo pipefail

directory=${1:?usage: subprojects/static_libs.sh DIRECTORY}

say() { echo "static libs: $*" >&2; }

version_of() { # PACKAGE FIELD
    dpkg-query -W -f "\${$2}" "$1" 2>/dev/null || { say "needs the package $1"; exit 1; }
}

libpq=$(version_of libpq-dev Version)
httplib=$(version_of libcpp-httplib-dev source:Version)
versions="libpq $libpq, cpp-httplib $httplib, $(c++ -dumpfullversion)"
if [ "$(cat "$directory/versions" 2>/dev/null)" = "$versions" ]; then exit 0; fi
for needed in dpkg-source python3 pkg-config; do
    command -v "$needed" >/dev/null || { say "needs $needed"; exit 1; }
done

mkdir -p "$directory"
work=$(mktemp -d "$directory/make.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

say "taking libpgcommon_shlib.a and libpgport_shlib.a out of the package of PostgreSQL's server"
server=postgresql-server-dev-${libpq%%.*}
apt-get download "$server=$libpq" >log 2>&1 || { cat log >&2; exit 1; }
dpkg-deb --fsys-tarfile "$server"_*.deb | tar -x --wildcards --transform 's#.*/##' \
    '*/libpgcommon_shlib.a' '*/libpgport_shlib.a'

say "compiling libcpp-httplib.a $httplib"
# Where apt looks for sources: where it looks for packages, in lists of its own.
mkdir -p apt/parts apt/lists/partial
for each in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    [ ! -f "$each" ] || sed -E 's/^(Types: *deb|deb)( |$)/\1-src\2/' "$each" >"apt/parts/${each##*/}"
done
[ ! -f apt/parts/sources.list ] || mv apt/parts/sources.list apt/parts/sources.list.list
sources=(
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/apt/parts" -o Dir::State::Lists="$work/apt/lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
)
{
    apt-get "${sources[@]}" update
    apt-get "${sources[@]}" source --download-only "cpp-httplib=$httplib"
    # apt has checked it already.
    dpkg-source --no-check -x cpp-httplib_*.dsc source
    cd source && python3 ./split.py && cd ..
} >log 2>&1 || { cat log >&2; exit 1; }
# Whoever includes the installed header must meet the code that belongs to it.
cmp source/out/httplib.h "$(pkg-config --variable=includedir cpp-httplib)/httplib.h"
flags=$(pkg-config --cflags cpp-httplib)
# As Debian compiles it (debian/rules), smaller.
# shellcheck disable=SC2086
c++ -std=c++17 -Os -fPIC -ffunction-sections -fdata-sections -DCPPHTTPLIB_USE_POLL $flags -Isource/out \
    -c source/out/httplib.cc -o httplib.o
ar crs libcpp-httplib.a httplib.o

mv libcpp-httplib.a libpgcommon_shlib.a libpgport_shlib.a "$directory"
echo "$versions" >"$directory/versions"
