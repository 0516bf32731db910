// SPDX-License-Identifier: Apache-2.0
// GET /docs: an interactive page about the service, from files the program carries; it asks no
// other host for anything. Costs <functional> through router.hpp.
#pragma once

#include <weir/http/fixed_content.hpp>
#include <weir/http/router.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http {

/// One file of the page's script, compressed by gzip. Lifetime: static.
struct docs_file {
    /// With a version or a digest in it: it is cached for a year.
    std::string_view name{};
    std::string_view media_type{};
    std::string_view gzip{};
};

/// Swagger UI's files as a build embeds them (`<weir_swagger_ui.hpp>`): the style sheet first, then
/// the script, then what only is to be there.
using docs_files = std::span<const docs_file>;

struct docs_options {
    std::string path = "/docs";
    /// Empty: the page says how to get them.
    docs_files files{};
};

namespace detail {

/// Nothing from other hosts, nothing inline; the page's icons are `data:` images.
inline constexpr std::string_view docs_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The reader's origin stands in for the document's servers; no validator elsewhere is asked.
inline constexpr std::string_view docs_start = R"(window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: new URL("openapi.json", document.baseURI).href,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
});
)";

inline constexpr std::string_view docs_absent =
    R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>API</title></head>
<body>
<h1>API</h1>
<p>The description of this service is <a href="openapi.json">openapi.json</a>.</p>
<p>This program was built without the interactive page. To have it, fetch Swagger UI with
<code>subprojects/swagger_ui.sh .local/swagger-ui</code> (<code>./dev setup</code> does) and build
again, with <code>-Dswagger_ui=FOLDER</code> where the files are elsewhere.</p>
</body>
</html>
)";

/// `folder` is the last segment of the page's path, against which its references are resolved.
[[nodiscard]] inline std::string docs_page(docs_files files, std::string_view folder) {
    std::string made = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<title>API</title>\n<link rel=\"icon\" href=\"data:,\">\n";
    const auto reference = [&](std::string_view name) {
        return std::string{folder}.append("/").append(name);
    };
    made += "<link rel=\"stylesheet\" href=\"" + reference(files[0].name) + "\">\n";
    made += "</head>\n<body>\n<div id=\"swagger-ui\"></div>\n";
    made += "<script src=\"" + reference(files[1].name) + "\"></script>\n";
    made += "<script src=\"" + reference("start.js") + "\"></script>\n</body>\n</html>\n";
    return made;
}

} // namespace detail

/// Adds `GET /docs` and the files it needs below it. The page reads `openapi.json` beside it, so
/// add_openapi() belongs to it.
///
/// Errors: throws configuration_error when a path is taken.
inline void add_docs(router& routes, const docs_options& options = {}) {
    constexpr std::string_view html = "text/html; charset=utf-8";
    if (options.files.size() < 2) {
        routes.add(
            "GET",
            options.path,
            fixed_answer{
                {.body = detail::docs_absent,
                 .media_type = html,
                 .security_policy = detail::docs_policy}
            }
        );
        return;
    }
    const auto folder = options.path.substr(options.path.rfind('/') + 1);
    const auto page = std::make_shared<const std::string>(detail::docs_page(options.files, folder));
    fixed_answer answer{{.body = *page, .media_type = html, .security_policy = detail::docs_policy}
    };
    routes.add("GET", options.path, [page, answer = std::move(answer)](const request& asked) {
        return answer(asked);
    });
    routes.add(
        "GET",
        options.path + "/start.js",
        fixed_answer{{.body = detail::docs_start, .media_type = "text/javascript; charset=utf-8"}}
    );
    for (const auto& each : options.files) {
        routes.add(
            "GET",
            options.path + "/" + std::string{each.name},
            fixed_answer{
                {.body = each.gzip,
                 .media_type = each.media_type,
                 .cache_control = "public, max-age=31536000, immutable",
                 .coding = "gzip"}
            }
        );
    }
}

} // namespace weir::http
