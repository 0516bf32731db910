#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Redocly's strict rules on the document of every schema: lint.sh TOOLS ROOT WEIR_GEN
set -euo pipefail
if ! command -v node >/dev/null; then
    echo "SKIPPED: no node; ./dev setup installs it"
    exit 77
fi
tools=$1 root=$2 weir_gen=$(realpath "$3")
# It neither counts its users nor looks for newer versions of itself.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for schema in "$root"/schemas/*.yaml "$root"/tests/golden/{all_types,wide}/schema.yaml; do
    name=$(basename "$(dirname "$schema")")-$(basename "$schema" .yaml)
    "$weir_gen" openapi --out "$work/$name.json" "$schema"
done
# Tables of several schemas: every name says its schema.
"$weir_gen" openapi --out "$work/several.json" "$root"/tests/golden/print-model/{schema,bank}.yaml
"$tools/node_modules/.bin/redocly" lint --config "$root/tests/openapi/redocly.yaml" --format=stylish "$work"/*.json
