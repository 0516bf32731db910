// SPDX-License-Identifier: Apache-2.0
// GET /openapi.json: the OpenAPI 3.1 document of the tables a router serves. Costs
// openapi/document.hpp.
#pragma once

#include <weir/http/fixed_content.hpp>
#include <weir/http/openapi/document.hpp>
#include <weir/http/router.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace weir::http {

/// Adds `GET /openapi.json`. The document is written once, here; it has an ETag.
///
/// Errors: throws configuration_error when the path is taken.
/// Lifetime: the tables are not looked at again.
inline void add_openapi(
    router& routes,
    openapi::tables of,
    const openapi_options& options = {},
    std::string_view path = "/openapi.json"
) {
    const auto text = std::make_shared<const std::string>(openapi_document(of, options));
    fixed_answer answer{{.body = *text, .media_type = "application/json"}};
    routes.add("GET", path, [text, answer = std::move(answer)](const request& asked) {
        return answer(asked);
    });
}

} // namespace weir::http
