#!/usr/bin/env bash
# Installs the tools of package-lock.json into a folder: tests/openapi/install.sh DIRECTORY
#
# No package's scripts are run. Idempotent: nothing happens while the lock is the one that was installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
directory=${1:?usage: tests/openapi/install.sh DIRECTORY}

wanted=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum)
if [ "$(cat "$directory/installed" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
echo "openapi tools: installing what tests/openapi/package-lock.json names" >&2
mkdir -p "$directory"
rm -f "$directory/installed"
cp "$here/package.json" "$here/package-lock.json" "$directory"
(cd "$directory" && npm ci --ignore-scripts --no-audit --no-fund --silent >&2)
echo "$wanted" >"$directory/installed"
