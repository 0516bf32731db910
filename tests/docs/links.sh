#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every relative link of the documentation leads to a file, every #anchor to a heading, and the README to every page:
# links.sh ROOT
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$1"

# The text outside fenced blocks and code spans, where brackets are brackets.
prose() { awk '/^```/ { inside = !inside; next } !inside' "$1" | sed -E 's/`[^`]*`//g'; }

# As GitHub makes them: lower case, punctuation out, blanks to hyphens.
anchors() {
    awk '/^```/ { inside = !inside; next } !inside && /^#+ /' "$1" |
        sed -E 's/^#+ +//' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'
}

status=0
count=0
for page in README.md CONTRIBUTING.md CHANGELOG.md docs/*.md; do
    while read -r link; do
        case $link in
        http://* | https://* | mailto:*) continue ;;
        esac
        count=$((count + 1))
        file=${link%%#*}
        target=$page
        [ -z "$file" ] || target=$(dirname "$page")/$file
        if [ ! -e "$target" ]; then
            echo "$page: no file behind ($link)"
            status=1
        elif [[ $link == *#* && $target == *.md ]] && ! anchors "$target" | grep -qxF -- "${link#*#}"; then
            echo "$page: no heading behind ($link)"
            status=1
        fi
    done < <(prose "$page" | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//')
done
for page in docs/*.md; do
    prose README.md | grep -F "]($page" >/dev/null && continue
    echo "README.md: does not lead to $page"
    status=1
done
[ "$count" -gt 0 ] || { echo "no links found: the test is broken"; status=1; }
echo "$count links"
exit $status
