#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The version says the same wherever it stands: version.sh SOURCE_ROOT VERSION
set -euo pipefail

root=$1
version=$2
in_header=$(awk '/define WEIR_VERSION_/ { printf "%s%s", dot, $3; dot = "." }' "$root/include/weir/version.hpp")
if [ "$in_header" != "$version" ]; then
    echo "include/weir/version.hpp says $in_header, meson.build $version"
    exit 1
fi
if ! grep -q -e "^## $version" -e '^## Unreleased' "$root/CHANGELOG.md"; then
    echo "CHANGELOG.md has neither $version nor Unreleased"
    exit 1
fi
