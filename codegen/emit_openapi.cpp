// SPDX-License-Identifier: Apache-2.0
#include "emit_openapi.hpp"

#include <weir/http/openapi/document.hpp>

#include <vector>

#include "facts.hpp"

namespace weir::gen {

std::optional<std::string> emit_openapi(
    const std::deque<schema_model>& schemas, std::size_t given, const openapi_words& words
) {
    facts_store store;
    auto facts = store.tables(schemas);
    if (!facts)
        return std::nullopt;
    std::size_t own = 0;
    for (std::size_t at = 0; at < given; ++at)
        own += schemas[at].tables.size();
    facts->resize(own);
    http::openapi_options options;
    if (!words.title.empty())
        options.title = words.title;
    if (!words.version.empty())
        options.version = words.version;
    if (!words.base.empty())
        options.base = words.base;
    return http::openapi_document(*facts, options);
}

} // namespace weir::gen
