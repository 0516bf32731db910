#!/usr/bin/env bash
# Installs what a package-lock.json names: tests/support/npm_install.sh SOURCE DIRECTORY
#
# SOURCE holds package.json and package-lock.json. No package's scripts are run. Idempotent: nothing happens while the
# lock is the one that was installed.
set -euo pipefail
source=${1:?usage: tests/support/npm_install.sh SOURCE DIRECTORY}
directory=${2:?usage: tests/support/npm_install.sh SOURCE DIRECTORY}

wanted=$(cat "$source/package.json" "$source/package-lock.json" | sha256sum)
if [ "$(cat "$directory/installed" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
echo "npm: installing what ${source##*/}/package-lock.json names" >&2
mkdir -p "$directory"
rm -f "$directory/installed"
cp "$source/package.json" "$source/package-lock.json" "$directory"
(cd "$directory" && npm ci --ignore-scripts --no-audit --no-fund --silent >&2)
echo "$wanted" >"$directory/installed"
