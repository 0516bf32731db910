#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The diagnostics of weir-gen, their table in docs/schema.md and the goldens are the same set, and the messages the
# table shows are real: diagnostics.sh ROOT
set -euo pipefail
export LC_ALL=C
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# An id is the first argument of error() and warning(), the last of value_at(), or the first member of a diagnostic.
cat codegen/*.cpp | tr '\n' ' ' |
    grep -oE '(error|warning)\( *"[a-z0-9-]+"|\{ *"[a-z0-9-]+", *severity|value_at\([^()]*"[a-z0-9-]+"\)' |
    grep -oE '"[a-z0-9]+(-[a-z0-9]+)+"' | tr -d '"' | sort -u >"$work/code"
grep -ohE '\[[a-z0-9]+(-[a-z0-9]+)+\]$' tests/golden/*/stderr.txt | tr -d '[]' | sort -u >"$work/golden"
sed -n '/^## Diagnostics/,$p' docs/schema.md | sed -nE 's/^\| `([a-z0-9-]+)` \|.*/\1/p' >"$work/listed"
sort -u "$work/listed" >"$work/docs"

status=0
differ() { # WHAT FILE FILE: what the first has and the second has not
    local extra
    extra=$(comm -23 "$2" "$3")
    [ -z "$extra" ] && return
    echo "$1:" $extra
    status=1
}
cat tests/golden/*/stderr.txt >"$work/said"
[ -s "$work/code" ] || { echo "no ids found in codegen/: the test is broken"; status=1; }
differ "in codegen/, not in docs/schema.md" "$work/code" "$work/docs"
differ "in docs/schema.md, not in codegen/" "$work/docs" "$work/code"
differ "in codegen/, shown by no golden" "$work/code" "$work/golden"
differ "shown by a golden, not in codegen/" "$work/golden" "$work/code"
cmp -s "$work/listed" "$work/docs" || { echo "docs/schema.md: the table is not sorted, or names an id twice"; status=1; }

while IFS='|' read -r _ id _ message _; do
    id=$(tr -d '` ' <<<"$id")
    message=$(sed -E 's/^ +| +$//g' <<<"$message")
    grep -qF -- ": $message [$id]" "$work/said" ||
        { echo "docs/schema.md: no golden says: $message [$id]" && status=1; }
done < <(sed -n '/^## Diagnostics/,$p' docs/schema.md | grep -E '^\| `')
echo "$(wc -l <"$work/code") diagnostics"
exit $status
