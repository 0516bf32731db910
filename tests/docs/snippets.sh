#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fenced blocks of the documentation that name a file are quotations of it: snippets.sh ROOT WEIR_GEN
#
# A comment line that holds nothing but a path (`// examples/x.cpp`, `# schemas/x.yaml`, `-- tests/x.txt`) begins a
# quotation; the lines after it stand in that file one after another. A line `…` skips lines; blank lines and
# indentation do not count. `// <name>.weir.hpp` is the header that weir-gen makes of schemas/<name>.yaml now.
set -euo pipefail
export LC_ALL=C
weir_gen=$(realpath "$2")
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for schema in schemas/*.yaml; do
    "$weir_gen" generate --relative-to . --out "$work/$(basename "$schema" .yaml).weir.hpp" "$schema"
done

status=0
for page in README.md CONTRIBUTING.md docs/*.md; do
    awk -v page="$page" -v work="$work" '
        function trimmed(text) { gsub(/^[ \t]+|[ \t\r]+$/, "", text); return text }
        function fail(what) { print page ":" FNR ": " what; failed = 1 }

        # The file a line of comment names; "" for any other line.
        function named_file(line,    words, count) {
            count = split(line, words, " ")
            if (count != 2 || words[1] !~ /^(\/\/|#|--)$/) return ""
            if (words[2] ~ /^[A-Za-z0-9_]+\.weir\.hpp$/) return work "/" words[2]
            if (words[2] ~ /^(schemas|examples|tests|include|codegen)\/[A-Za-z0-9_.\/-]+$/) return words[2]
            return ""
        }

        function open_file(path, name,    line) {
            delete lines
            total = 0; at = 0; skipping = 1; quoting = 0
            while ((status = (getline line < path)) > 0)
                if (trimmed(line) != "") lines[++total] = trimmed(line)
            if (status < 0) { fail("no file " name); return }
            close(path)
            quoting = 1; source = name; ++quotations
        }

        function quote(line,    start) {
            line = trimmed(line)
            if (line == "") return
            if (line == "…") { skipping = 1; return }
            for (start = at; at < total; ) {
                if (lines[++at] == line) { skipping = 0; return }
                if (!skipping) break
            }
            fail("not " (skipping ? "in " source " from here on" : "the next line of " source) ": " line)
            at = start
            skipping = 1
        }

        /^```/ { inside = !inside; quoting = 0; next }
        inside {
            path = named_file(trimmed($0))
            if (path != "") { open_file(path, trimmed($0)) } else if (quoting) { quote($0) }
        }
        END {
            if (inside) fail("a block is never closed")
            print page ": " quotations + 0 " quotations"
            exit failed
        }' "$page" || status=1
done
exit $status
