// SPDX-License-Identifier: Apache-2.0
// Service principals and users of the local workspace: logins, tokens that expire, work on behalf.
#include <weir/workspace/current_user.hpp>

#include "support.hpp"

namespace {

using namespace test;
namespace ws = weir::workspace;

ws::config service_principal() {
    return ws::config::from(
        [](std::string_view name) -> std::optional<std::string> {
            if (name == "DATABRICKS_HOST")
                return workspace_process::shared().url() + "/?o=77";
            if (name == "DATABRICKS_CLIENT_ID")
                return "local-client";
            if (name == "DATABRICKS_CLIENT_SECRET")
                return "local-secret";
            return std::nullopt;
        },
        "/nowhere"
    );
}

} // namespace

TEST_CASE("a service principal logs in, outlives its tokens, and works for a user when asked to") {
    const auto how = service_principal();
    CHECK(how.auth_type == "oauth-m2m");
    CHECK(how.workspace_id == "77");
    ws::client client{how};
    CHECK(ws::read_current_user(client).user_name == "local-client");
    declare(client, "/admin/identities", R"({"expire_all":true})");
    CHECK(ws::read_current_user(client).user_name == "local-client");
    CHECK(ws::read_current_user(client, {.bearer = "dapi-local"}).user_name == "local@example.com");
    CHECK_THROWS_AS(
        ws::read_current_user(client, {.bearer = "no-such-token"}), weir::authentication_error
    );
}

TEST_CASE("a secret that is wrong is told as one") {
    auto how = service_principal();
    how.client_secret = weir::secret{"wrong"};
    ws::client client{how};
    CHECK_THROWS_AS(ws::read_current_user(client), weir::authentication_error);
}
