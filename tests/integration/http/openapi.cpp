// SPDX-License-Identifier: Apache-2.0
// The document against the routes there are: neither knows more than the other.
#include <weir/http/openapi/document.hpp>

#include <algorithm>
#include <cctype>
#include <field_ops.weir.hpp>
#include <freight.weir.hpp>
#include <set>
#include <string>
#include <tutorial.weir.hpp>

#include "service.hpp"

namespace {

/// `GET /livez`, …: the document is indented, a path by four spaces, its methods by six.
std::set<std::string> described_operations(const std::string& document) {
    std::set<std::string> found;
    std::string path;
    std::size_t at = document.find("\n  \"paths\": {");
    const auto end = document.find("\n  }", at);
    while (at < end) {
        const auto next = document.find('\n', at + 1);
        const auto line = document.substr(at + 1, next - at - 1);
        at = next;
        const auto name = line.substr(0, line.rfind("\": {"));
        if (line.starts_with("    \"/"))
            path = name.substr(5);
        if (!line.starts_with("      \"") || line[7] == '"')
            continue;
        auto method = name.substr(7);
        std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) {
            return static_cast<char>(std::toupper(c));
        });
        found.insert(method + " " + path);
    }
    return found;
}

} // namespace

TEST_CASE("every route is in the document, and everything in the document is a route") {
    test::service service;
    std::set<std::string> routed;
    for (const auto& each : service.routes().routes())
        routed.insert(each.method + " " + each.pattern);
    const weir::table* const tables[]{
        &weir::table_of<tutorial::well>,
        &weir::table_of<field_ops::order>,
        &weir::table_of<field_ops::order_line>,
        &weir::table_of<field_ops::user_preference>,
        &weir::table_of<freight::shipper>,
        &weir::table_of<freight::consignment>,
    };
    const auto described = described_operations(weir::http::openapi_document(tables));
    CHECK(described.size() > 20);
    for (const auto& each : routed) {
        INFO("routed, not described: " << each);
        CHECK(described.contains(each));
    }
    for (const auto& each : described) {
        INFO("described, not routed: " << each);
        CHECK(routed.contains(each));
    }
}
