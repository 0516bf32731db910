#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What light headers drag in: weight.sh INCLUDE_DIR COMPILER...
# Floors 0 to 3 name no driver, no JSON library and none of the heavy standard headers, directly or through others.
set -euo pipefail
export LC_ALL=C

include_dir=$1
shift

check_one() {
    header=$1
    shift
    heavy='regex|iostream|filesystem|ranges'
    # Hooks and observers are functions of an application, whatever they capture; who executes for requests is observed.
    case $header in
    weir/core/breaker.hpp | weir/data/hooks.hpp | weir/data/statement_trace.hpp) ;;
    weir/data/any_session.hpp | weir/data/idempotency.hpp | weir/data/job_records.hpp) ;;
    weir/data/record_changes.hpp) ;;
    weir/data/session_view.hpp | weir/data/shared_unit.hpp | weir/data/table_lookup.hpp) ;;
    *) heavy+='|functional' ;;
    esac
    # <chrono> costs 10,000 lines: only what deals in deadlines and clocks pays for it.
    case $header in
    weir/core/breaker.hpp | weir/core/chrono.hpp | weir/core/deadline.hpp | weir/core/log.hpp) ;;
    weir/core/pause.hpp | weir/data/* | weir/weir.hpp) ;;
    *) heavy+='|chrono' ;;
    esac
    # any_session owns what it erases; nothing light includes it, or what is about it.
    case $header in
    weir/data/any_session.hpp | weir/data/hooks.hpp | weir/data/idempotency.hpp) ;;
    weir/data/job_records.hpp) ;;
    weir/data/session_view.hpp | weir/data/shared_unit.hpp | weir/data/streamed_rows.hpp) ;;
    # Tables known at run time own their facts.
    weir/json/value_reader.hpp | weir/json/record_reader.hpp) ;;
    weir/data/record_batch.hpp | weir/data/record_changes.hpp | weir/data/table_lookup.hpp) ;;
    *) heavy+='|memory' ;;
    esac
    # Whole names: bits/ranges_base.h is everywhere.
    heavy="/nlohmann/|/(httplib\\.h|libpq-fe\\.h|duckdb\\.h|$heavy)\$"
    if ! seen=$(printf '#include <%s>\n' "$header" | "$@" -std=c++20 -I"$INCLUDE_DIR" -M -x c++ - 2>&1); then
        echo "$header: cannot be preprocessed"
        echo "$seen" | head -5
        exit 1
    fi
    found=$(printf '%s\n' "$seen" | tr -s ' \\' '\n' | grep -E "$heavy" |
        sed -E 's#.*/nlohmann/.*#nlohmann/#' | sort -u | tr '\n' ' ')
    if [ -n "$found" ]; then
        echo "$header: drags in $found"
        # Which of weir's headers names it.
        for name in $found; do
            printf '%s\n' "$seen" | tr -s ' \\' '\n' | grep -F "$INCLUDE_DIR/weir/" |
                xargs grep -HnE "# *include *<([^>]*/)?$(basename "$name")[/>]" | sed 's/^/    /' || true
        done
        exit 1
    fi
}
export -f check_one
export INCLUDE_DIR=$include_dir

headers=$(cd "$include_dir" && find weir/core weir/table weir/sql weir/json weir/data weir/*.hpp -name '*.hpp' 2>/dev/null | sort)
if ! printf '%s\n' "$headers" |
    xargs -P "$(nproc)" -I '{}' bash -c 'check_one "$@"' _ '{}' "$@"; then
    echo "light headers must stay light"
    exit 1
fi
echo "$(printf '%s\n' "$headers" | grep -c .) light headers are light"
