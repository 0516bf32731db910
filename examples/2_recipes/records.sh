#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wish: "My client knows the records API; the table shall come with its first record."
set -eu
weir=${WEIR:-http://127.0.0.1:8000}
table='"catalog": "oil_gas_catalog", "schema": "sandbox", "table": "customers"'

send() {
    curl --silent --show-error --fail-with-body --request "$1" "$weir/api/v1/records/$2" \
        --header 'Content-Type: application/json' --data "{$table, $3}"
    echo
}

# The table is made, with eight audit columns; both records are written, or none.
send POST write '
    "auto_create": true,
    "schema_definition": [
        {"name": "id", "data_type": "BIGINT", "nullable": false},
        {"name": "name", "data_type": "STRING"},
        {"name": "balance", "data_type": "DECIMAL(12,2)"}
    ],
    "data": [{"id": 1, "name": "Ada", "balance": 10.50}, {"id": 2, "name": "Bob"}]'

# One row changes, and one key is told to have none.
send PUT update '"key_column": "id", "key_values": [2, 7], "updates": {"balance": "0.01"}'

# Deleted rows stay, and are read only where a filter names is_deleted.
send DELETE delete '"key_column": "id", "key_value": 1'
curl --silent --show-error --fail-with-body --get "$weir/api/v1/records/read" \
    --data 'catalog=oil_gas_catalog&schema=sandbox&table=customers&columns=id,name,balance' \
    --data-urlencode 'filters=[{"column": "balance", "op": "<", "value": 5}]'
echo
