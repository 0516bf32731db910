#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A test in JavaScript; skipped, loudly, where there is no node: run.sh SCRIPT.mjs ARGUMENT…
if ! command -v node >/dev/null; then
    echo "SKIPPED: no node; ./dev setup installs it"
    exit 77
fi
exec node "$@"
