// SPDX-License-Identifier: Apache-2.0
// Starting, stopping, and what happens while the database is away.
#include <algorithm>
#include <arpa/inet.h>
#include <catch.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <raw_http.hpp>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "fixture.hpp"

namespace lifecycle_cases {

using namespace e2e;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using weir::test::raw_client;
using weir::test::service_process;

namespace {

std::size_t count_of(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

// A port that accepts and never says a word.
class silent_server {
public:
    silent_server() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_, 16) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
    }

    silent_server(const silent_server&) = delete;
    silent_server(silent_server&&) = delete;
    silent_server& operator=(const silent_server&) = delete;
    silent_server& operator=(silent_server&&) = delete;

    ~silent_server() { ::close(socket_); }

    [[nodiscard]] int port() const noexcept { return port_; }

private:
    int socket_;
    int port_ = 0;
};

// Runs a service that must not start; what it said.
std::string refused_start(const settings& with) {
    service_process process{field_ops_program(), with};
    CHECK(process.wait_until_listening() == 0);
    CHECK(process.wait() == 1);
    return process.output();
}

const std::string some_order = "/api/v1/orders/00000000-0000-4000-8000-000000000000";

} // namespace

TEST_CASE("a service says once where it listens, and SIGTERM and SIGINT end it with 0") {
    for (const int signal : {SIGTERM, SIGINT}) {
        service on{embedded_settings()};
        CHECK(on.send({.target = "/livez"}).status == 200);
        std::vector<raw_client> idle;
        for (int at = 0; at < 20; ++at) {
            idle.emplace_back(on.port());
            REQUIRE(idle.back().exchange(bytes_of({.target = "/livez"}, "keep-alive")));
        }
        const auto start = steady_clock::now();
        CHECK(on.process().stop(signal) == 0);
        CHECK(steady_clock::now() - start < seconds{8});
        for (auto& client : idle)
            CHECK(client.is_closed());
        CHECK_THROWS(raw_client{on.port()});
        const auto said = on.process().output();
        CHECK(
            count_of(said, "listening on http://127.0.0.1:" + std::to_string(on.port()) + "\n") == 1
        );
        CHECK(count_of(said, "listening on") == 1);
    }
}

TEST_CASE("a request that has begun is finished before the service ends") {
    service on{embedded_settings({{"WEIR_LOCAL_USER", "lena"}})};
    std::string body = "[{}";
    for (int at = 1; at < 3'000; ++at)
        body += R"(,{"tags": ["a", "b"]})";
    raw_client client{on.port(), seconds{60}};
    client.send(
        bytes_of({.method = "POST", .target = "/api/v1/orders", .body = body + "]"}, "keep-alive")
    );
    std::this_thread::sleep_for(milliseconds{50});
    ::kill(on.process().pid(), SIGTERM);
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 201);
    CHECK(json::parse(answer->body).at("count") == 3'000);
    CHECK(answer->headers.find("Connection") == "close");
    CHECK(on.process().wait() == 0);
}

TEST_CASE("half a request does not keep a service from ending") {
    service on{embedded_settings()};
    raw_client half{on.port()};
    half.send("POST /api/v1/wells HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
    std::this_thread::sleep_for(milliseconds{50});
    const auto start = steady_clock::now();
    CHECK(on.process().stop() == 0);
    CHECK(steady_clock::now() - start < seconds{10});
}

TEST_CASE("a port that is taken is told, and the exit code is 1") {
    service first{embedded_settings()};
    auto with = embedded_settings();
    for (auto& [name, value] : with)
        if (name == "WEIR_PORT")
            value = std::to_string(first.port());
    const auto said = refused_start(with);
    CHECK(
        said.find("Cannot listen on 127.0.0.1:" + std::to_string(first.port())) != std::string::npos
    );
    CHECK(said.find("listening on") == std::string::npos);
}

TEST_CASE("every problem of the settings is told at once") {
    SECTION("wrong values, unknown names, no backend") {
        const auto said = refused_start(
            {{"WEIR_PORT", "70000"},
             {"WEIR_TRUST_FORWARDED_HEADERS", "yes"},
             {"WEIR_LOCALUSER", "a"},
             {"WEIR_ENTIRELY_UNKNOWN", "a"},
             {"LOG_LEVEL", "loud"},
             {"LOG_FORMAT", "xml"},
             {"WEIR_BREAKER_PAUSE_MS", "0"},
             {"WEIR_CORS_ORIGINS", "*"},
             {"WEIR_CORS_CREDENTIALS", "true"},
             {"WEIR_RATE_PER_CALLER", "many"}}
        );
        for (const auto* part :
             {"WEIR_PORT must be a port",
              "WEIR_TRUST_FORWARDED_HEADERS must be true or false",
              "unknown setting WEIR_LOCALUSER; did you mean WEIR_LOCAL_USER?",
              "unknown setting WEIR_ENTIRELY_UNKNOWN",
              "LOG_LEVEL must be",
              "LOG_FORMAT must be",
              "WEIR_BREAKER_PAUSE_MS must be a number from 1 to 60000",
              "WEIR_CORS_ORIGINS: The origin * goes without credentials",
              "WEIR_RATE_PER_CALLER must be a number from 0 to 1000000",
              "no backend"}) {
            INFO(part);
            CHECK(said.find(part) != std::string::npos);
        }
        CHECK(count_of(said, "weir: ") == 10);
    }
    SECTION("a host without a user") {
        CHECK(refused_start({{"PGHOST", "localhost"}}).find("no user") != std::string::npos);
    }
    SECTION("an sslmode that would let a connection go unencrypted") {
        const auto said =
            refused_start({{"PGHOST", "db.example.com"}, {"PGUSER", "a"}, {"PGSSLMODE", "prefer"}});
        CHECK(said.find("PGSSLMODE") != std::string::npos);
    }
    SECTION("a URL that is none, and an option nobody knows") {
        CHECK(
            refused_start({{"DATABASE_URL", "mysql://a:canary-4711@h/d"}})
                .find("DATABASE_URL must be") != std::string::npos
        );
        const auto said =
            refused_start({{"DATABASE_URL", "postgresql://a:canary-4711@h/d?ssl=on"}});
        CHECK(said.find("unknown option 'ssl'") != std::string::npos);
        CHECK(said.find("canary-4711") == std::string::npos);
    }
    SECTION("a library that is not there, a file that cannot be") {
        const auto said = refused_start(
            {{"WEIR_EMBEDDED", ":memory:"}, {"WEIR_DUCKDB_LIBRARY", "/no/such/library.so"}}
        );
        CHECK(said.find("/no/such/library.so") != std::string::npos);
        const auto file = refused_start(embedded_settings({}, "/no/such/folder/x.db"));
        CHECK(file.find("/no/such/folder/x.db") != std::string::npos);
    }
}

TEST_CASE("empty settings count as absent") {
    service on{embedded_settings({{"WEIR_HOST", ""}, {"LOG_LEVEL", ""}, {"PGHOST", ""}})};
    CHECK(on.send({.target = "/livez"}).status == 200);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("a database in a file is there again after a restart") {
    const temporary_folder folder;
    const auto with =
        embedded_settings({{"WEIR_LOCAL_USER", "lena"}}, folder.path() + "/field-ops.db");
    std::string location;
    json before;
    {
        service on{with};
        const auto made = on.send(
            {.method = "POST", .target = "/api/v1/orders", .body = R"({"total": 5, "tags": ["x"]})"}
        );
        REQUIRE(made.status == 201);
        location = made.header("Location");
        before = made.parsed;
        REQUIRE(
            on.send({.method = "POST", .target = "/api/v1/preferences", .body = "{}"}).status == 201
        );
        CHECK(on.process().stop() == 0);
    }
    {
        service on{with};
        CHECK(on.send({.target = location}).parsed == before);
        // Killed, not stopped: what was answered is on disk.
        const auto made =
            on.send({.method = "POST", .target = "/api/v1/orders", .body = R"({"total": 6})"});
        location = made.header("Location");
        CHECK(on.process().stop(SIGKILL) == 128 + SIGKILL);
    }
    service on{with};
    CHECK(on.send({.target = location}).status == 200);
    CHECK(on.send({.target = "/api/v1/orders?count=exact"}).parsed.at("total") == 2);
    // Ids go on where they were.
    service_process second{field_ops_program(), with};
    CHECK(second.wait_until_listening() == 0);
    CHECK(second.wait() == 1);
    CHECK(second.output().find(folder.path()) != std::string::npos);
    CHECK(on.process().stop() == 0);
}

TEST_CASE("logs are one line of JSON each, and failures carry the request's id") {
    service on{embedded_settings({{"LOG_LEVEL", "debug"}})};
    CHECK(on.send({.target = "/api/v1/wells"}).status == 200);
    CHECK(on.process().stop() == 0);
    std::size_t lines = 0;
    const auto said = on.process().output();
    for (std::size_t begin = 0; begin < said.size();) {
        const auto end = said.find('\n', begin);
        REQUIRE(end != std::string::npos);
        const auto line = said.substr(begin, end - begin);
        if (!line.starts_with("listening on")) {
            INFO(line);
            CHECK(json::parse(line, nullptr, false).is_object());
            ++lines;
        }
        begin = end + 1;
    }
    CHECK(lines >= 2);
}

TEST_CASE("a database that is down at start degrades the service, which recovers by itself") {
    test::own_postgres_server server{postgres_script()};
    const std::string schema = "late_e2e";
    server->as_superuser("create schema if not exists late_e2e authorization weir_app");
    server.stop();
    service on{postgres_settings(
        *server.operator->(), schema, {{"WEIR_LOCAL_USER", "lena"}, {"PGPASSWORD", "canary-4711"}}
    )};
    CHECK(on.send({.target = "/livez"}).status == 200);
    const auto sick = on.send({.target = "/api/v1/healthcheck"});
    CHECK(sick.status == 503);
    CHECK(sick.parsed.at("status") == "degraded");
    CHECK(sick.parsed.at("components").at("database") == "error: unreachable");
    CHECK(!sick.header("Retry-After").empty());
    const auto refused = on.send({.target = some_order});
    CHECK(refused.status == 503);
    CHECK(refused.parsed.at("code") == "connection");
    CHECK(refused.body.find(server->host()) == std::string::npos);

    server.start();
    CHECK(eventually([&] { return on.send({.target = "/api/v1/healthcheck"}).status == 200; }));
    const auto made = on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"});
    REQUIRE(made.status == 201);

    SECTION("restarted while running, it is back within seconds") {
        server.restart();
        CHECK(eventually([&] {
            const auto answer = on.send({.target = made.header("Location")});
            CHECK((answer.status == 200 || answer.status == 503));
            return answer.status == 200;
        }));
        CHECK(on.send({.target = made.header("Location")}).parsed == made.parsed);
    }
    SECTION("stopped while running, requests are 503 with Retry-After until it is back") {
        server.stop();
        for (int at = 0; at < 3; ++at) {
            const auto answer = on.send({.target = made.header("Location")});
            CHECK(answer.status == 503);
            CHECK(answer.header("Retry-After") == "1");
            const auto write =
                on.send({.method = "POST", .target = "/api/v1/orders", .body = "{}"});
            CHECK(write.status == 503);
        }
        CHECK(on.send({.target = "/api/v1/healthcheck"}).status == 503);
        CHECK(on.send({.target = "/livez"}).status == 200);
        server.start();
        CHECK(eventually([&] { return on.send({.target = made.header("Location")}).status == 200; })
        );
        CHECK(on.send({.target = "/api/v1/orders?count=exact"}).parsed.at("total") == 1);
    }
    CHECK(on.process().stop() == 0);
    CHECK(on.process().output().find("canary-4711") == std::string::npos);
}

TEST_CASE("a database that never answers does not keep a service from listening and ending") {
    const silent_server silent;
    service_process process{
        field_ops_program(),
        {{"DATABASE_URL",
          "postgresql://weir_app:canary-4711@127.0.0.1:" + std::to_string(silent.port()) +
              "/databricks_postgres?sslmode=disable"},
         {"WEIR_LOCAL_USER", "lena"},
         {"WEIR_PORT", "0"}}
    };
    const auto start = steady_clock::now();
    const auto port = process.wait_until_listening(seconds{10});
    CHECK(port != 0);
    CHECK(steady_clock::now() - start < seconds{8});
    std::optional<raw_client> waiting;
    if (port != 0) {
        CHECK(send(port, {.target = "/livez"}).status == 200);
        const auto sick = send(port, {.target = "/api/v1/healthcheck"});
        CHECK(sick.status == 503);
        CHECK(steady_clock::now() - start < seconds{12});
        // A request that waits for the database does not keep the service either.
        waiting.emplace(port);
        waiting->send(bytes_of({.target = some_order}));
        std::this_thread::sleep_for(milliseconds{100});
    }
    const auto stopping = steady_clock::now();
    CHECK(process.stop() == 0);
    CHECK(steady_clock::now() - stopping < seconds{10});
    CHECK(process.output().find("canary-4711") == std::string::npos);
}

TEST_CASE("secrets are in nothing that a service prints") {
    for (const auto& with : std::vector<settings>{
             {{"PGHOST", "127.0.0.1"},
              {"PGPORT", "1"},
              {"PGUSER", "a"},
              {"PGPASSWORD", "canary-4711"}},
             {{"LAKEBASE_HOST", "127.0.0.1"},
              {"LAKEBASE_PORT", "1"},
              {"LAKEBASE_USER", "a"},
              {"LAKEBASE_TOKEN", "canary-4711"}},
             {{"DATABASE_URL", "postgresql://a:canary-4711@127.0.0.1:1/d"}},
             {{"DATABASE_URL", "postgresql://a:canary-4711@127.0.0.1:1/d?sslmode=disable"}},
         }) {
        auto all = with;
        all.emplace_back("WEIR_PORT", "0");
        all.emplace_back("WEIR_LOCAL_USER", "lena");
        all.emplace_back("LOG_LEVEL", "debug");
        service on{all};
        const auto answer = on.send({.target = some_order});
        CHECK(answer.status == 503);
        CHECK(answer.body.find("canary-4711") == std::string::npos);
        const auto health = on.send({.target = "/api/v1/healthcheck"});
        CHECK(health.status == 503);
        CHECK(on.process().stop() == 0);
        CHECK(on.process().output().find("canary-4711") == std::string::npos);
    }
}

} // namespace lifecycle_cases
