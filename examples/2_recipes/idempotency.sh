#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wish: "My client never heard the answer to its POST; it must not order twice."
set -eu
weir=${WEIR:-http://127.0.0.1:8000}

post() {
    curl --silent --show-error --fail-with-body --request POST "$weir/api/v1/wells" \
        --header 'Content-Type: application/json' \
        --header 'Idempotency-Key: 8e03978e-40d5-43dd-bc93-6894a57f9324' \
        "$@"
}

# Sent twice, stored once: the second answer is the first one, and says so.
post --data '{"api10": 4201234567, "wellname": "SMITH 1-15H"}' --output /dev/null
post --data '{"api10": 4201234567, "wellname": "SMITH 1-15H"}' --output /dev/null \
    --write-out '%{http_code}\n' --dump-header - | grep -i -E '^(201|idempotent-replayed)'

# The key belongs to that request: another one is refused.
post --data '{"api10": 4209999999, "wellname": "OTHER 1H"}' --output /dev/null \
    --write-out '%{http_code}\n' || true
