#!/usr/bin/env bash
# Fetches the embedded engine into a folder: subprojects/duckdb.sh DIRECTORY
#
# libduckdb.so and the duckdb.h of the same version come from two npm packages; `npm pack` only downloads, it runs
# nothing of theirs. Idempotent: files that are there with the right checksum are kept.
set -euo pipefail

directory=${1:?usage: subprojects/duckdb.sh DIRECTORY}
library_package=@duckdb/node-bindings-linux-x64@1.4.4-r.4
library_sha256=1ef33048e12235115ac0d277a0aaccbb560e33248144f488b5ac005cd9ba81b5
header_package=duckdb@1.4.4
header_sha256=cbe6a827284375c5a646b8f27dbd3a00808ce8738b5bbb49c190cb1e08540281

say() { echo "duckdb: $*" >&2; }

matches() { # FILE SHA256
    [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status
}

if matches "$directory/libduckdb.so" "$library_sha256" && matches "$directory/duckdb.h" "$header_sha256"; then
    exit 0
fi

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
    say "no packaged library for $(uname -s) on $(uname -m): build libduckdb 1.4 or later and name it in WEIR_DUCKDB_LIBRARY"
    exit 0
fi
command -v npm >/dev/null || { say "needs npm"; exit 1; }

mkdir -p "$directory"
work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE MEMBER SHA256: one file of a package, checked, moved into place in one step.
fetch() {
    local file=$directory/${2##*/}
    if matches "$file" "$3"; then return 0; fi
    say "fetching ${2##*/} from the npm package $1"
    local archive
    archive=$(cd "$work" && npm pack --silent "$1")
    tar -xzf "$work/$archive" -C "$work" "$2"
    matches "$work/$2" "$3" || { say "$2 of $1 is not the file weir was tested with"; exit 1; }
    chmod 644 "$work/$2"
    mv "$work/$2" "$file"
}

fetch "$library_package" package/libduckdb.so "$library_sha256"
fetch "$header_package" package/src/duckdb/src/include/duckdb.h "$header_sha256"
