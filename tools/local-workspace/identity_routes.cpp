// SPDX-License-Identifier: Apache-2.0
// Source: databricks.md 1.4, 1.5, 6.6.
#include <weir/core/binary.hpp>
#include <weir/core/sha256.hpp>
#include <weir/http/target.hpp>

#include <optional>
#include <utility>

#include "services.hpp"

namespace local_workspace {

namespace {

using weir::http::request;
using weir::http::response;

response oauth_error(int status, std::string_view error, std::string_view description) {
    return weir::http::json_response(
        status, json_object{}.add("error", error).add("error_description", description).text()
    );
}

/// `client:secret` of `Basic …`.
std::optional<std::pair<std::string, std::string>> basic_credentials(const request& asked) {
    const auto sent = asked.headers.find("Authorization").value_or("");
    std::vector<std::byte> bytes;
    if (!sent.starts_with("Basic ") || !weir::parse_base64(sent.substr(6), bytes))
        return std::nullopt;
    std::string text;
    for (const auto byte : bytes)
        text.push_back(static_cast<char>(byte));
    const auto colon = text.find(':');
    if (colon == std::string::npos)
        return std::nullopt;
    return std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

std::string form_value(std::string_view body, std::string_view name) {
    std::string decoded;
    while (!body.empty()) {
        const auto end = body.find('&');
        const auto field = body.substr(0, end);
        const auto equals = field.find('=');
        if (equals != std::string_view::npos && field.substr(0, equals) == name &&
            weir::http::percent_decode(
                field.substr(equals + 1), decoded, weir::http::plus_sign::space
            ))
            return decoded;
        body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 1);
    }
    return {};
}

response give_token(workspace& of, const request& asked) {
    if (form_value(asked.body, "grant_type") != "client_credentials")
        return oauth_error(
            400, "unsupported_grant_type", "Only client_credentials is supported here"
        );
    auto credentials = basic_credentials(asked);
    if (!credentials)
        credentials = {
            form_value(asked.body, "client_id"), form_value(asked.body, "client_secret")
        };
    const auto issued = of.known.issue(credentials->first, credentials->second);
    if (!issued)
        return oauth_error(401, "invalid_client", "Client authentication failed");
    return answer(json_object{}
                      .add("access_token", issued->access_token)
                      .add("token_type", "Bearer")
                      .add("scope", "all-apis")
                      .add("expires_in", issued->expires_in));
}

response discover(const workspace& of) {
    return answer(json_object{}
                      .add("issuer", of.base_url + "/oidc")
                      .add("authorization_endpoint", of.base_url + "/oidc/v1/authorize")
                      .add("token_endpoint", of.base_url + "/oidc/v1/token")
                      .add_raw("response_types_supported", R"(["code"])")
                      .add_raw("grant_types_supported", R"(["client_credentials"])"));
}

std::string describe_user(const identity& who) {
    // A number that the same name always has.
    std::uint64_t number = 0;
    for (const char digit : weir::sha256_hex(who.user_name).substr(0, 12))
        number =
            number * 16 + static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    json_object made;
    made.add_raw("schemas", R"(["urn:ietf:params:scim:schemas:core:2.0:User"])")
        .add("id", std::to_string(number))
        .add("userName", who.user_name)
        .add("displayName", who.display_name)
        .add("active", true);
    if (!who.is_service_principal)
        made.add_raw(
            "emails",
            "[" +
                json_object{}
                    .add("type", "work")
                    .add("value", who.user_name)
                    .add("primary", true)
                    .text() +
                "]"
        );
    made.add_raw("groups", R"([{"display":"users","value":"1","type":"direct"}])");
    return made.text();
}

void change_identities(workspace& of, const json_value& body) {
    if (const auto token = body.string("token"); !token.empty()) {
        if (body.string("user").empty())
            throw invalid("A token needs its user");
        of.known.add_token(token, body.string("user"));
        of.databases.prepare(body.string("user"));
    }
    if (const auto id = body.string("client_id"); !id.empty()) {
        of.known.add_client(id, body.string("client_secret"));
        of.databases.prepare(id);
    }
    const auto life = [&](std::string_view name) {
        const auto seconds = body.integer(name);
        if (seconds && (*seconds < 1 || *seconds > 86'400))
            throw invalid(std::string{name} + " must be between 1 and 86400 seconds");
        return seconds;
    };
    if (const auto seconds = life("token_life"))
        of.known.set_token_life(*seconds);
    if (const auto seconds = life("credential_life"))
        of.databases.set_life(*seconds);
    if (body.truth("expire_all"))
        of.known.expire_all();
}

} // namespace

void add_identity_routes(api& to, workspace& of) {
    to.add_open("GET", "/oidc/.well-known/oauth-authorization-server", [&of](const request&) {
        return discover(of);
    });
    to.add_open("GET", "/oidc/.well-known/openid-configuration", [&of](const request&) {
        return discover(of);
    });
    to.add_open("POST", "/oidc/v1/token", [&of](const request& asked) {
        return give_token(of, asked);
    });
    to.add_open("GET", "/.well-known/databricks-config", [&of](const request&) {
        return answer(json_object{}
                          .add("oidc_endpoint", of.base_url + "/oidc")
                          .add("workspace_id", of.how.workspace_id)
                          .add("cloud", "AWS")
                          .add("host_type", "workspace"));
    });
    to.add("GET", "/api/2.0/preview/scim/v2/Me", [](const call& from) {
        return answer(describe_user(from.who));
    });
    to.add_open("POST", "/admin/identities", [&of](const request& asked) {
        const auto body = parse_json(asked.body);
        if (!body)
            throw bad_request("The body must be JSON");
        change_identities(of, *body);
        return answer(json_object{});
    });
    to.add_open("POST", "/admin/clock", [&of](const request& asked) {
        const auto body = parse_json(asked.body);
        if (!body || !body->integer("advance_seconds"))
            throw bad_request("advance_seconds must be a number");
        of.clock.advance(*body->integer("advance_seconds") * 1000);
        return answer(json_object{}.add("now", rfc3339(of.clock.now_ms())));
    });
}

} // namespace local_workspace
