#!/usr/bin/env bash
# Turns Swagger UI's files into C++: subprojects/swagger_ui_embed.sh DIRECTORY OUT.hpp OUT.cpp
#
# Names carry the start of their content's digest, so that they may be cached for good; bytes are compressed by gzip,
# without time or name, so that the same files give the same source.
set -euo pipefail
export LC_ALL=C
directory=$1 header=$2 source=$3

cat >"$header" <<'TEXT'
// Made by subprojects/swagger_ui_embed.sh. Do not edit.
#pragma once

#include <weir/http/docs_page.hpp>

namespace weir::http {

/// Swagger UI, for docs_options::files.
[[nodiscard]] docs_files swagger_ui_files() noexcept;

} // namespace weir::http
TEXT

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat "$directory/LICENSE" "$directory/NOTICE" "$directory/swagger-ui-bundle.js.LICENSE.txt" >"$work/LICENSE.txt"

entry() { # FILE STEM ENDING MEDIA_TYPE
    local digest
    digest=$(sha256sum "$1" | cut -c1-16)
    printf '    {"%s", "%s",\n     {\n' "$2-$digest.$3" "$4"
    # Octal escapes are three digits long, whatever follows.
    gzip -9nc "$1" | od -An -v -to1 -w64 | sed 's/ /\\/g; s/^/"/; s/$/"/'
    printf '     , %s}},\n' "$(gzip -9nc "$1" | wc -c)"
}
{
    echo '// Made by subprojects/swagger_ui_embed.sh. Do not edit.'
    echo "#include \"$(basename "$header")\""
    printf '\nnamespace weir::http {\n\nnamespace {\n\nconstexpr docs_file files[] = {\n'
    entry "$directory/swagger-ui.css" swagger-ui css 'text/css; charset=utf-8'
    entry "$directory/swagger-ui-bundle.js" swagger-ui js 'text/javascript; charset=utf-8'
    entry "$work/LICENSE.txt" LICENSE txt 'text/plain; charset=utf-8'
    printf '};\n\n} // namespace\n\ndocs_files swagger_ui_files() noexcept {\n    return files;\n}\n\n} // namespace weir::http\n'
} >"$source"
