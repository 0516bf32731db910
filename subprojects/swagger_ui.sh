#!/usr/bin/env bash
# Fetches the files of the /docs page into a folder: subprojects/swagger_ui.sh DIRECTORY
#
# They come from the npm package of Swagger UI; `npm pack` only downloads, it runs nothing of the package's.
# Idempotent: files that are there with the right checksum are kept.
set -euo pipefail

directory=${1:?usage: subprojects/swagger_ui.sh DIRECTORY}
package=swagger-ui-dist@5.35.0
checksums="\
5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d  swagger-ui.css
e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2  swagger-ui-bundle.js
37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb  swagger-ui-bundle.js.LICENSE.txt
cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30  LICENSE
0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2  NOTICE"

say() { echo "swagger-ui: $*" >&2; }

are_whole() { # DIRECTORY
    (cd "$1" && sha256sum --check --status <<<"$checksums") 2>/dev/null
}

mkdir -p "$directory"
if are_whole "$directory"; then exit 0; fi
command -v npm >/dev/null || { say "needs npm"; exit 1; }

work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
say "fetching the npm package $package"
archive=$(cd "$work" && npm pack --silent "$package")
tar -xzf "$work/$archive" -C "$work" package
are_whole "$work/package" || { say "$package is not what weir was tested with"; exit 1; }
while read -r _ file; do
    chmod 644 "$work/package/$file"
    mv "$work/package/$file" "$directory/$file"
done <<<"$checksums"
