#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How large a service is without its symbols: size.sh PROGRAM MOST_BYTES
# Not optimised it is larger than what is deployed, so that the ceiling holds for both.
set -euo pipefail

stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$1"
bytes=$(stat -c %s "$stripped")
echo "$(basename "$1"): $bytes bytes stripped, of $2"
[ "$bytes" -le "$2" ]
