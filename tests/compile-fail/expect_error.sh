#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compiles a file twice: expect_error.sh PHRASE FILE COMPILER...
# As it stands it must compile; with WEIR_EXPECT_ERROR defined it must not, and the compiler must say PHRASE.
set -uo pipefail
export LC_ALL=C

phrase=$1
file=$2
shift 2

if ! said=$("$@" -std=c++20 -fsyntax-only "$file" 2>&1); then
    echo "$file: the control does not compile, so the error proves nothing"
    printf '%s\n' "$said" | head -30
    exit 1
fi
if said=$("$@" -std=c++20 -fsyntax-only -DWEIR_EXPECT_ERROR "$file" 2>&1); then
    echo "$file: compiles with its mistake"
    exit 1
fi
if [[ $said != *"$phrase"* ]]; then
    echo "$file: fails, but nowhere says: $phrase"
    printf '%s\n' "$said" | head -30
    exit 1
fi
echo "refused with: $phrase"
