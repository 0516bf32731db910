#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The include graph of include/weir: includes.sh INCLUDE_DIR
# A header includes its own folder and floors below (design 2), no other folder's detail/, nothing in a circle,
# everything in angle brackets; its first line names the licence.
set -euo pipefail
export LC_ALL=C

cd "$1"
find weir -name '*.hpp' | sort | xargs awk '
    function folder_of(file,    parts) {
        return split(file, parts, "/") > 2 ? parts[2] : ""
    }

    function fail(text) {
        print text
        failures++
    }

    # Depth first; `path` is the way here, for the message.
    function walk(file, path,    count, targets, at) {
        state[file] = 1
        count = split(includes[file], targets, " ")
        for (at = 1; at <= count; at++) {
            if (state[targets[at]] == 1) {
                fail("cycle: " path " -> " targets[at])
            } else if (state[targets[at]] == 0) {
                walk(targets[at], path " -> " targets[at])
            }
        }
        state[file] = 2
    }

    BEGIN {
        split("core:0 table:1 sql:2 json:2 data:3 workspace:4 lakebase:5 warehouse:5 embedded:5 http:6 app:7 testing:8", pairs, " ")
        for (at in pairs) {
            split(pairs[at], pair, ":")
            floor[pair[1]] = pair[2]
        }
        # Headers at the root belong to no floor: what each may include is listed here.
        allowed["weir/generated.hpp"] = "core table"
        allowed["weir/weir.hpp"] = "core table sql data"
        allowed["weir/version.hpp"] = ""
    }

    FNR == 1 {
        file = FILENAME
        files[++file_count] = file
        known[file] = 1
        if ($0 != "// SPDX-License-Identifier: Apache-2.0") fail(file ":1: the first line must be the licence")
        if (folder_of(file) == "" && !(file in allowed)) fail(file ": headers at the root are listed in includes.sh")
        if (folder_of(file) != "" && !(folder_of(file) in floor)) fail(file ": this folder is no floor of design 2")
    }

    /^#pragma once/ { guarded[file] = 1 }

    /^ *# *include *"/ { fail(file ":" FNR ": include in angle brackets, with the full path") }

    /^ *# *include *<weir\// {
        target = $0
        sub(/^[^<]*</, "", target)
        sub(/>.*/, "", target)
        includes[file] = includes[file] " " target
        place[file, target] = file ":" FNR ": "
    }

    END {
        for (at = 1; at <= file_count; at++) {
            file = files[at]
            if (!guarded[file]) fail(file ": no #pragma once")
            own = folder_of(file)
            count = split(includes[file], targets, " ")
            for (i = 1; i <= count; i++) {
                target = targets[i]
                other = folder_of(target)
                where = place[file, target]
                if (!(target in known)) fail(where target " does not exist")
                if (target ~ /\/detail\// && other != own) fail(where target " is private to " other "/")
                if (own == "") {
                    if (other != "" && index(" " allowed[file] " ", " " other " ") == 0)
                        fail(where file " must not include " other "/")
                } else if (other == "") {
                    if (target != "weir/version.hpp") fail(where "floors do not include " target)
                } else if (other != own && floor[other] >= floor[own]) {
                    fail(where "upward: " own "/ (floor " floor[own] ") includes " other "/ (floor " floor[other] ")")
                }
            }
        }
        for (at = 1; at <= file_count; at++) if (state[files[at]] == 0) walk(files[at], files[at])
        if (failures) {
            print failures " faults in the include graph"
            exit 1
        }
        print file_count " headers, arrows point down only"
    }
'
