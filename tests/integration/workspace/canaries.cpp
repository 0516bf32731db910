// SPDX-License-Identifier: Apache-2.0
// Secrets never print: every secret the client handles is a word that must turn up in no log line
// and in no error, however the call ends and whatever the other side repeats.
#include <weir/workspace/lakebase_credentials.hpp>
#include <weir/workspace/secrets.hpp>

#include <atomic>
#include <exception>
#include <workspace.hpp>

namespace canaries_cases {

namespace {

using namespace test;
namespace ws = weir::workspace;

constexpr std::string_view pat = "canary-pat";
constexpr std::string_view client_secret = "canary-client-secret";
constexpr std::string_view access_token = "canary-access-token";
constexpr std::string_view user_token = "canary-user-token";
constexpr std::string_view password = "canary-password";

/// Everything an error says to anybody, and the errors inside it.
void tell(std::string& out, const std::exception& failure) {
    out.append(failure.what()).append("\n");
    if (const auto* ours = dynamic_cast<const weir::error*>(&failure)) {
        out.append(ours->server_text()).append("\n");
        if (const auto* why = ws::refusal_of(*ours))
            out.append(why->message).append("\n").append(why->error_code).append("\n");
    }
    try {
        std::rethrow_if_nested(failure);
    } catch (const std::exception& inner) {
        tell(out, inner);
    }
}

/// What is logged and thrown while a client works through every kind of call against a server that
/// answers with `reply`.
std::string said_by(ws::config how, const stand_in& server) {
    how.host = server.origin();
    std::string said = describe(how) + "\n";
    const weir::logger log{weir::string_sink(said), weir::log_level::debug};
    pauses waited;
    auto options = waited.options();
    options.log = &log;
    options.retry.budget = std::chrono::seconds{5};
    ws::client client{how, options};
    const auto attempt = [&](const auto& made) {
        try {
            made();
        } catch (const std::exception& failure) {
            tell(said, failure);
        }
    };
    for (const std::string_view bearer : {std::string_view{}, user_token}) {
        const ws::call_options with{.bearer = bearer, .request_id = "req"};
        attempt([&] { static_cast<void>(ws::mint_instance_credential(client, {"i"}, with)); });
        attempt([&] {
            static_cast<void>(ws::mint_endpoint_credential(client, "projects/p", {}, with));
        });
        attempt([&] { static_cast<void>(ws::read_secret(client, "s", "k", with)); });
    }
    return said;
}

void check_nothing_leaked(const std::string& said) {
    INFO(said);
    CHECK(said.find("POST /api/2.0/database/credentials") != std::string::npos);
    CHECK(said.find("canary") == std::string::npos);
    // The secrets as they travel and lie.
    CHECK(said.find("Y2FuYXJ5") == std::string::npos);
    CHECK(said.find("Y2lkOmNhbmFyeS") == std::string::npos);
}

/// Repeats the credentials it was sent, as some gateways do.
std::string echo(int status, const asked& request) {
    return answer(
        status,
        R"({"error_code":"X","message":"you sent )" + request.field("authorization") + R"( "})"
    );
}

std::string good_answer(const asked& request) {
    if (request.target.starts_with("/api/2.0/secrets"))
        // "canary-kept-secret"
        return answer(200, R"({"key":"k","value":"Y2FuYXJ5LWtlcHQtc2VjcmV0"})");
    return answer(
        200,
        R"({"token":")" + std::string{password} +
            R"(","expiration_time":"2026-11-20T10:15:00Z","expire_time":"2026-11-20T10:15:00Z"})"
    );
}

/// The ways a call can end, one after the other.
std::string ending(int which, const asked& request) {
    switch (which) {
    case 0:
        return good_answer(request);
    case 1:
        return echo(401, request);
    case 2:
        return answer(403, R"({"message":"Invalid access token."})");
    case 3:
        return echo(500, request);
    case 4:
        return {};
    case 5:
        // A secret in an answer that is no answer.
        return answer(200, R"({"token":")" + std::string{password} + R"(","value":)");
    case 6:
        return answer(200, R"(["canary-in-a-list"])");
    case 7:
        return answer(200, R"({"value":"%%canary-not-base64"})");
    default:
        return echo(404, request);
    }
}

} // namespace

TEST_CASE("no personal access token, user's token, password or secret is printed") {
    for (int which = 0; which < 9; ++which) {
        INFO(which);
        const stand_in server{[&](const asked& request) { return ending(which, request); }};
        ws::config how;
        how.token = weir::secret{pat};
        how.auth_type = "pat";
        check_nothing_leaked(said_by(how, server));
    }
}

TEST_CASE("no client secret and no access token is printed") {
    for (int which = 0; which < 9; ++which) {
        INFO(which);
        const stand_in server{[&](const asked& request) {
            if (request.method == "GET" && request.target.starts_with("/oidc/"))
                return answer(
                    200, R"({"token_endpoint":"http://)" + request.field("host") + R"(/t"})"
                );
            if (request.target == "/t")
                return answer(
                    200,
                    R"({"access_token":")" + std::string{access_token} + R"(","expires_in":3600})"
                );
            return ending(which, request);
        }};
        ws::config how;
        how.client_id = "cid";
        how.client_secret = weir::secret{client_secret};
        how.auth_type = "oauth-m2m";
        check_nothing_leaked(said_by(how, server));
    }
}

TEST_CASE("a login that fails prints neither the secret nor what the other side repeats of it") {
    for (const int status : {400, 401, 500}) {
        const stand_in server{[&](const asked& request) {
            if (request.method == "GET" && request.target.starts_with("/oidc/"))
                return answer(
                    200, R"({"token_endpoint":"http://)" + request.field("host") + R"(/t"})"
                );
            return answer(
                status,
                R"({"error":"invalid_client","error_description":"bad: )" +
                    std::string{client_secret} + " " + request.field("authorization") + R"("})"
            );
        }};
        ws::config how;
        how.host = server.origin();
        how.client_id = "cid";
        how.client_secret = weir::secret{client_secret};
        how.auth_type = "oauth-m2m";
        std::string said;
        const weir::logger log{weir::string_sink(said), weir::log_level::debug};
        pauses waited;
        auto options = waited.options();
        options.log = &log;
        ws::client client{how, options};
        auto asked_for = get("/x");
        asked_for.until = weir::deadline::in(std::chrono::seconds{2});
        try {
            static_cast<void>(client.send(asked_for));
            FAIL("nothing was thrown");
        } catch (const weir::error& failure) {
            tell(said, failure);
        }
        INFO(said);
        CHECK(said.find("OAuth token for cid") != std::string::npos);
        CHECK(said.find("canary") == std::string::npos);
        CHECK(said.find("Y2lkOmNhbmFyeS") == std::string::npos);
    }
}

TEST_CASE("a token that would be two header fields is refused unsent and unprinted") {
    const stand_in server{[](const asked&) { return answer(200, "{}"); }};
    ws::client client{with_token(server)};
    auto asked_for = get("/x");
    asked_for.bearer = "canary\r\nX-Admin: yes";
    const auto failed =
        failure_of<weir::validation_error>([&] { static_cast<void>(client.send(asked_for)); });
    std::string said;
    tell(said, failed);
    CHECK(said.find("canary") == std::string::npos);
    CHECK(server.requests().empty());
    asked_for.bearer = {};
    asked_for.request_id = "a\nb";
    CHECK_THROWS_AS(client.send(asked_for), weir::validation_error);
}

} // namespace canaries_cases
