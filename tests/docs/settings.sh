#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/settings.md has every WEIR_* setting and every other name the service reads, and no others: settings.sh ROOT
set -euo pipefail
export LC_ALL=C
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

source=include/weir/app/settings.hpp
sed -n '/known_settings{/,/};/p' "$source" | grep -oE '"WEIR_[A-Z_]+"' | tr -d '"' | sort -u >"$work/known"
grep -ohE '"[A-Z][A-Z_]{3,}[A-Z]"' "$source" include/weir/app/api_log_door.hpp include/weir/app/backends.hpp | tr -d '"' | sort -u >"$work/read"
grep -oE '`[A-Z][A-Z_ ]+`' docs/settings.md | tr -d '`' | tr ' ' '\n' | grep -E '^[A-Z_]{5,}$' | sort -u >"$work/docs"

status=0
[ -s "$work/known" ] || { echo "no known_settings in $source: the test is broken"; status=1; }
differ() {
    local extra
    extra=$(comm -23 "$2" "$3")
    [ -z "$extra" ] && return
    echo "$1:" $extra
    status=1
}
differ "known, not in docs/settings.md" "$work/known" "$work/docs"
differ "read by the service, not in docs/settings.md" "$work/read" "$work/docs"
sort -u "$work/known" "$work/read" >"$work/all"
differ "in docs/settings.md, read by nobody" "$work/docs" "$work/all"
echo "$(wc -l <"$work/known") settings of weir, $(wc -l <"$work/read") names read"
exit $status
