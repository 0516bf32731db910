// SPDX-License-Identifier: Apache-2.0
// Whom the client talks to: certificates are checked unless somebody says otherwise.
#include <weir/workspace/httplib.hpp>

#include <atomic>
#include <certificate.hpp>
#include <thread>
#include <workspace.hpp>

namespace tls_cases {

namespace {

using namespace test;
namespace ws = weir::workspace;

// What is not running yet cannot be stopped.
void wait_for(const httplib::Server& server) {
    while (!server.is_running())
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

/// Speaks TLS on a free port of this machine, and counts the tokens it saw.
class tls_server {
public:
    explicit tls_server(const certificate& with) : server_(with.x509(), with.key()) {
        server_.Get("/x", [this](const httplib::Request& asked, httplib::Response& reply) {
            tokens_ += asked.has_header("Authorization") ? 1 : 0;
            reply.set_content("{}", "application/json");
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        REQUIRE(port_ > 0);
        listening_ = std::thread{[this] { server_.listen_after_bind(); }};
        wait_for(server_);
    }

    tls_server(const tls_server&) = delete;
    tls_server(tls_server&&) = delete;
    tls_server& operator=(const tls_server&) = delete;
    tls_server& operator=(tls_server&&) = delete;

    ~tls_server() {
        server_.stop();
        listening_.join();
    }

    [[nodiscard]] ws::config config() const {
        ws::config made;
        made.host = "https://127.0.0.1:" + std::to_string(port_);
        made.token = weir::secret{"dapi-secret"};
        made.auth_type = "pat";
        return made;
    }

    [[nodiscard]] int tokens() const { return tokens_; }

private:
    httplib::SSLServer server_;
    int port_ = 0;
    std::atomic<int> tokens_{0};
    std::thread listening_;
};

void check_is_refused(const tls_server& server, const ws::config& how) {
    pauses waited;
    ws::client client{how, waited.options()};
    const auto failed =
        failure_of<weir::connection_error>([&] { static_cast<void>(client.send(get("/x"))); });
    CHECK(
        std::string_view{failed.what()} ==
        "GET /x: the workspace's certificate is not trusted (is DATABRICKS_HOST right?)"
    );
    CHECK_FALSE(failed.retryable());
    CHECK_FALSE(failed.outcome_unknown());
    CHECK(waited.taken.empty());
    CHECK(server.tokens() == 0);
}

} // namespace

TEST_CASE("a certificate that nobody known signed is refused before a token is sent") {
    const certificate self_signed{"IP:127.0.0.1"};
    const tls_server server{self_signed};
    check_is_refused(server, server.config());
}

TEST_CASE("a certificate is trusted when its signer is given, for many calls") {
    const certificate self_signed{"IP:127.0.0.1"};
    const tls_server server{self_signed};
    auto how = server.config();
    how.ca_file = self_signed.path();
    ws::client client{how};
    CHECK(client.send(get("/x")).status == 200);
    CHECK(client.send(get("/x")).status == 200);
    CHECK(server.tokens() == 2);
}

TEST_CASE("a trusted certificate of another host is refused") {
    const certificate of_another{"DNS:other.net"};
    const tls_server server{of_another};
    auto how = server.config();
    how.ca_file = of_another.path();
    check_is_refused(server, how);
}

TEST_CASE("a signer other than the one given is refused") {
    const certificate self_signed{"IP:127.0.0.1"};
    const certificate another{"IP:127.0.0.1"};
    const tls_server server{self_signed};
    auto how = server.config();
    how.ca_file = another.path();
    check_is_refused(server, how);
}

TEST_CASE("a file of certificates that is not there is told, and nothing is trusted") {
    const certificate self_signed{"IP:127.0.0.1"};
    const tls_server server{self_signed};
    auto how = server.config();
    how.ca_file = "/there/is/no/such.pem";
    check_is_refused(server, how);
}

TEST_CASE("certificates go unchecked only where that is asked for") {
    const certificate self_signed{"DNS:other.net"};
    const tls_server server{self_signed};
    auto how = server.config();
    how.skip_verify = true;
    ws::client client{how};
    CHECK(client.send(get("/x")).status == 200);
}

TEST_CASE("a token endpoint without TLS is not sent the secret of a workspace with it") {
    const certificate self_signed{"IP:127.0.0.1"};
    httplib::SSLServer server{self_signed.x509(), self_signed.key()};
    server.Get(
        "/oidc/.well-known/oauth-authorization-server",
        [](const httplib::Request&, httplib::Response& reply) {
            reply.set_content(R"({"token_endpoint":"http://127.0.0.1:1/t"})", "application/json");
        }
    );
    const int port = server.bind_to_any_port("127.0.0.1");
    std::thread listening{[&] { server.listen_after_bind(); }};
    wait_for(server);
    ws::config how;
    how.host = "https://127.0.0.1:" + std::to_string(port);
    how.client_id = "cid";
    how.client_secret = weir::secret{"c-secret"};
    how.auth_type = "oauth-m2m";
    how.ca_file = self_signed.path();
    ws::client client{how};
    CHECK_THROWS_AS(client.send(get("/x")), weir::authentication_error);
    server.stop();
    listening.join();
}

TEST_CASE("a kept connection that the other side has closed is made anew, for writes too") {
    const certificate self_signed{"IP:127.0.0.1"};
    httplib::SSLServer server{self_signed.x509(), self_signed.key()};
    std::atomic<int> written{0};
    server.Post("/x", [&](const httplib::Request&, httplib::Response& reply) {
        ++written;
        reply.set_content("{}", "application/json");
    });
    server.set_keep_alive_timeout(1);
    const int port = server.bind_to_any_port("127.0.0.1");
    std::thread listening{[&] { server.listen_after_bind(); }};
    wait_for(server);
    ws::config how;
    how.host = "https://127.0.0.1:" + std::to_string(port);
    how.token = weir::secret{"dapi-secret"};
    how.auth_type = "pat";
    how.ca_file = self_signed.path();
    ws::client client{how};
    CHECK(client.send(post("/x")).status == 200);
    // Until the server has closed it, with a notice that is data to whoever only looks at the
    // socket.
    std::this_thread::sleep_for(std::chrono::milliseconds{1500});
    CHECK_NOTHROW(client.send(post("/x")));
    CHECK(written == 2);
    server.stop();
    listening.join();
}

} // namespace tls_cases
