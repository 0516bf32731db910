#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The examples of docs/formats.md, run by curl against the tutorial's service: formats.sh 3_SERVE
set -euo pipefail
[ -r "${WEIR_DUCKDB_LIBRARY:-}" ] || { echo "SKIPPED: WEIR_DUCKDB_LIBRARY names no engine" >&2; exit 77; }
work=$(mktemp -d)
env -u WEIR_TEST_PG -u WEIR_EXAMPLES WEIR_EMBEDDED=:memory: WEIR_PORT=0 "$1" >"$work/log" 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null || true; rm -rf "$work"' EXIT

# gives: compares what it reads with the text it is given.
failures=0
gives() {
    local got wanted
    wanted=$(cat <&3)
    got=$(tr -d '\r')
    [ "$got" = "$wanted" ] || {
        printf 'wanted:\n%s\ngot:\n%s\n\n' "$wanted" "$got"
        failures=$((failures + 1))
    }
}

# field NAME: the value of a field of a response's head.
field() { tr -d '\r' | sed -n "s/^$1: //Ip"; }

until api=$(sed -n 's/^listening on //p' "$work/log") && [ -n "$api" ]; do
    kill -0 "$service" || { cat "$work/log"; exit 1; }
    sleep 0.1
done
api=$api/api/v1

curl -s -o "$work/made" -H 'Content-Type: application/json' "$api/wells" -d '[
    {"api10": 4201234567, "wellname": "SMITH 1-15H", "oileur": 250000.5},
    {"api10": 4201234568, "wellname": "JONES \"A\", 2"},
    {"api10": 4201234569, "wellname": "=1+1", "oileur": 0}]'

# ---------------------------------------------------------------- lists

curl -s "$api/wells?select=api10,wellname,oileur&limit=2" | gives 3<<'END'
{"data":[{"api10":4201234567,"wellname":"SMITH 1-15H","oileur":250000.5},{"api10":4201234568,"wellname":"JONES \"A\", 2","oileur":null}],"count":2}
END
curl -s -H 'Accept: application/x-ndjson' "$api/wells?select=api10,wellname,oileur" | gives 3<<'END'
{"api10":4201234567,"wellname":"SMITH 1-15H","oileur":250000.5}
{"api10":4201234568,"wellname":"JONES \"A\", 2","oileur":null}
{"api10":4201234569,"wellname":"=1+1","oileur":0}
END
curl -s -H 'Accept: text/csv' "$api/wells?select=api10,wellname,oileur" | gives 3<<'END'
api10,wellname,oileur
4201234567,SMITH 1-15H,250000.5
4201234568,"JONES ""A"", 2",
4201234569,=1+1,0
END
curl -s -H 'Accept: application/x-ndjson' -H 'Prefer: numbers=string' "$api/wells?select=api10&limit=1" |
    gives 3<<'END'
{"api10":"4201234567"}
END
curl -s -H 'Accept: application/x-ndjson' -H 'Content-Type: application/json' "$api/wells/query" \
    -d '{"select": ["wellname"], "where": {"oileur": {"gt": 1000}}}' | gives 3<<'END'
{"wellname":"SMITH 1-15H"}
END

# ---------------------------------------------------------------- choosing

curl -s -o /dev/null -w '%{http_code} %{content_type}\n' -H 'Accept: text/csv;q=0.5, application/x-ndjson' "$api/wells" |
    gives 3<<'END'
200 application/x-ndjson
END
curl -s -H 'Accept: text/html' "$api/wells" | grep -o '"message":"[^"]*"' | gives 3<<'END'
"message":"Answers are application/json, application/x-ndjson or text/csv"
END
curl -s -o /dev/null -w '%{http_code}\n' -X PUT -d '{}' "$api/wells" | gives 3<<'END'
405
END
curl -s -i -X OPTIONS "$api/wells" | field Allow | grep -o 'GET, HEAD, OPTIONS' | gives 3<<'END'
GET, HEAD, OPTIONS
END
curl -s -i -H 'Content-Type: text/plain' -d 'a well' "$api/wells" | field Accept | gives 3<<'END'
application/json
END
curl -s -i -H 'Content-Type: application/json' -H 'Content-Encoding: gzip' -d '{}' "$api/wells" |
    field Accept-Encoding | gives 3<<'END'
identity
END
head -c 9000000 /dev/zero >"$work/large"
curl -s -o /dev/null -w '%{http_code}\n' -H 'Content-Type: application/json' -H 'Expect:' \
    --data-binary "@$work/large" "$api/wells" | gives 3<<'END'
413
END

# ---------------------------------------------------------------- HEAD, compression, HTTP/1.0

length() { field Content-Length; }
curl -s -I "$api/wells/4201234567" | length >"$work/of_head"
curl -s -i "$api/wells/4201234567" | length | gives 3<"$work/of_head"
curl -s -I -H 'Accept: text/csv' "$api/wells" | field Transfer-Encoding | gives 3<<'END'
chunked
END

for at in $(seq 0 199); do
    printf '%s{"api10": %d, "wellname": "WELL"}' "$([ "$at" = 0 ] || echo ,)" $((4300000000 + at))
done | sed '1s/^/[/; $s/$/]/' |
    curl -s -o "$work/made" -H 'Content-Type: application/json' --data-binary @- "$api/wells"
curl -s "$api/wells?limit=200" >"$work/plain"
for form in application/json application/x-ndjson text/csv; do
    curl -s -H "Accept: $form" "$api/wells?limit=200" >"$work/plain"
    curl -s -H "Accept: $form" -H 'Accept-Encoding: gzip' "$api/wells?limit=200" >"$work/packed"
    gzip -dc <"$work/packed" | cmp - "$work/plain"
    [ $(($(wc -c <"$work/packed") * 2)) -lt "$(wc -c <"$work/plain")" ] || { echo "$form: not packed"; exit 1; }
    curl -s --http1.0 -H "Accept: $form" "$api/wells?limit=200" | cmp - "$work/plain"
    curl -s -i -H "Accept: $form" "$api/wells" | field Vary | gives 3<<'END'
Accept, Accept-Encoding
END
done
curl -s -I -H 'Accept-Encoding: gzip' "$api/wells?limit=200" | length >"$work/of_head"
curl -s -o "$work/packed" -H 'Accept-Encoding: gzip' "$api/wells?limit=200"
wc -c <"$work/packed" | gives 3<"$work/of_head"

kill "$service"
wait "$service"
[ "$failures" = 0 ]
