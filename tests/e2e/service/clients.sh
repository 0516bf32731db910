#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Clients that everybody has, against the tutorial's service: clients.sh 3_SERVE
# curl by HTTP/1.1, by HTTP/2 and by Upgrade; nghttp; h2load and wrk, bounded, with no answer lost or failed; Prometheus' own reader.
set -euo pipefail
[ -r "${WEIR_DUCKDB_LIBRARY:-}" ] || { echo "SKIPPED: WEIR_DUCKDB_LIBRARY names no engine" >&2; exit 77; }
for tool in curl nghttp h2load wrk; do
    command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is not installed" >&2; exit 77; }
done
/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || { echo "SKIPPED: python3-prometheus-client is not installed" >&2; exit 77; }
work=$(mktemp -d)
env -u WEIR_TEST_PG WEIR_EMBEDDED=:memory: WEIR_PORT=0 "$1" >"$work/log" 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null || true; rm -rf "$work"' EXIT
until url=$(sed -n 's/^listening on //p' "$work/log") && [ -n "$url" ]; do
    kill -0 "$service" || { cat "$work/log"; exit 1; }
    sleep 0.1
done
api=$url/api/v1

failures=0
fail() {
    printf '%s\n' "$*"
    failures=$((failures + 1))
}

# is NAME GOT WANTED
is() { [ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"; }

key=4201234500
for version in --http1.1 --http2-prior-knowledge --http2; do
    spoken=2
    [ "$version" = --http1.1 ] && spoken=1.1
    key=$((key + 1))
    ask() { curl -sS -m 20 "$version" -o "$work/body" -w '%{http_code} %{http_version}' "$@"; }
    got=$(curl -sS -m 20 "$version" -o "$work/body" -w '%{http_code}' -H 'Content-Type: application/json' \
        -d "{\"api10\": $key, \"wellname\": \"SMITH $key\"}" "$api/wells")
    is "$version POST" "$got" 201
    is "$version GET" "$(ask "$api/wells/$key")" "200 $spoken"
    grep -q "SMITH $key" "$work/body" || fail "$version: the row is not in the answer"
    is "$version HEAD" "$(ask -I "$api/wells/$key")" "200 $spoken"
    is "$version 404" "$(ask "$api/nowhere")" "404 $spoken"
    is "$version OpenAPI" "$(ask "$url/openapi.json")" "200 $spoken"
    is "$version stream" "$(ask -H 'Accept: application/x-ndjson' "$api/wells")" "200 $spoken"
    is "$version gzip" "$(ask --compressed "$url/openapi.json")" "200 $spoken"
    is "$version DELETE" "$(ask -X DELETE "$api/wells/$key")" "204 $spoken"
done

# ----------------------------------------------------------------

for upgrade in '' -u; do
    nghttp -nv $upgrade "$api/healthcheck" "$url/livez" >"$work/nghttp" 2>&1 || fail "nghttp $upgrade: failed"
    is "nghttp $upgrade" "$(grep -c ':status: 200' "$work/nghttp")" 2
done

h2load -c 20 -m 10 -n 2000 "$url/livez" >"$work/h2load" || fail "h2load: failed"
grep -q '2000 succeeded, 0 failed, 0 errored, 0 timeout' "$work/h2load" || fail "h2load: $(cat "$work/h2load")"
h2load --h1 -c 20 -n 2000 "$url/livez" >"$work/h2load" || fail "h2load --h1: failed"
grep -q '2000 succeeded, 0 failed, 0 errored, 0 timeout' "$work/h2load" || fail "h2load --h1: $(cat "$work/h2load")"
wrk -t1 -c50 -d1s "$url/livez" >"$work/wrk" || fail "wrk: failed"
grep -Eq '[1-9][0-9]* requests in' "$work/wrk" || fail "wrk: $(cat "$work/wrk")"
! grep -Eq 'Socket errors|Non-2xx' "$work/wrk" || fail "wrk: $(cat "$work/wrk")"

# ----------------------------------------------------------------

curl -sS -m 20 -D "$work/head" -o "$work/metrics" "$url/metrics"
grep -qi '^content-type: text/plain; version=0.0.4' "$work/head" || fail "metrics: $(cat "$work/head")"
/usr/bin/python3 - "$work/metrics" <<'END' || fail "Prometheus' reader: see above"
import sys
from prometheus_client.parser import text_string_to_metric_families

endings = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}
seen, samples = set(), set()
for family in text_string_to_metric_families(open(sys.argv[1]).read()):
    assert family.type in endings, f"{family.name} is {family.type}"
    assert family.documentation, f"{family.name} tells nothing"
    assert family.name not in seen, f"{family.name} twice"
    seen.add(family.name)
    last = {}
    for sample in family.samples:
        labels = dict(sample.labels)
        bound = float(labels.pop("le", "nan"))
        series = (sample.name, tuple(sorted(labels.items())))
        assert sample.name in [family.name + ending for ending in endings[family.type]], sample
        assert (series, str(bound)) not in samples, f"twice: {sample}"
        samples.add((series, str(bound)))
        if sample.name.endswith("_bucket"):
            before, count = last.get(series[1], (float("-inf"), 0))
            assert bound > before and sample.value >= count, f"not ascending: {sample}"
            last[series[1]] = (bound, sample.value)
        elif sample.name == family.name + "_count" and family.type == "histogram":
            assert last[series[1]] == (float("inf"), sample.value), sample
for name in ("weir_http_requests", "weir_http_request_duration_seconds", "weir_http_longest_wait_seconds"):
    assert name in seen, f"no {name}"
END

kill "$service"
wait "$service" || fail "the service ended with $?"
[ "$failures" = 0 ] || exit 1
echo "curl, nghttp, h2load, wrk and Prometheus' reader are served"
