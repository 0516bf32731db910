// SPDX-License-Identifier: Apache-2.0
// field-ops as its users meet it: a process, its port, requests over sockets. Every answer is held
// against what docs/http.md promises of all of them. Costs nlohmann/json.hpp.
#pragma once

#include <weir/http/headers.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <postgres_fixture.hpp>
#include <service_process.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>
#include <workspace_process.hpp>

namespace e2e {

using nlohmann::json;
using settings = weir::test::service_process::settings;

/// A request; `body` empty: none is sent.
struct ask {
    std::string method = "GET";
    std::string target{};
    std::string body{};
    /// Sent as X-Forwarded-User and, with `@example.com`, as X-Forwarded-Email; empty: neither.
    std::string user{};
    std::vector<std::pair<std::string, std::string>> headers{};
    /// Empty: no Content-Type.
    std::string content_type = "application/json";
};

struct reply {
    int status = 0;
    weir::http::headers headers{};
    std::string body{};
    /// Null where there is no body, `discarded` where it is not JSON.
    json parsed{};

    [[nodiscard]] std::string header(std::string_view name) const {
        return std::string{headers.find(name).value_or("")};
    }
};

/// The request as bytes; the connection closes behind it.
[[nodiscard]] std::string bytes_of(const ask& of, std::string_view connection = "close");

/// Sends it on a connection of its own. Throws when no answer comes; fails the test when the answer
/// lacks what every answer has.
reply send(int port, const ask& of);

/// What every answer has: one X-Request-ID; errors their one shape with that id in it.
void require_sound(const reply& answer);

/// The program under test and the settings each of its backends needs.
[[nodiscard]] std::string field_ops_program();
[[nodiscard]] std::string duckdb_library();
/// tests/support/postgres.sh, for a server of a test's own.
[[nodiscard]] std::string postgres_script();
[[nodiscard]] settings embedded_settings(settings more = {}, const std::string& path = ":memory:");
[[nodiscard]] settings postgres_settings(
    const test::postgres_server& server, const std::string& schema, settings more = {}
);

/// Of a service with a warehouse on a workspace and Lakebase on a PostgreSQL whose passwords that
/// workspace mints. The workspace has the client `weir_app` with `local-secret`.
[[nodiscard]] settings local_settings(
    const test::workspace_process& workspace,
    const test::postgres_server& server,
    const std::string& schema,
    settings more = {}
);

/// The options of such a workspace's command line.
[[nodiscard]] std::vector<std::string> workspace_options(const test::postgres_server& server);

/// A service that listens; ends with this object.
class service {
public:
    /// Throws when it does not listen.
    explicit service(const settings& with, const std::string& program = field_ops_program());

    reply send(const ask& of) const { return e2e::send(port_, of); }

    [[nodiscard]] int port() const noexcept { return port_; }

    weir::test::service_process& process() noexcept { return process_; }

private:
    weir::test::service_process process_;
    int port_;
};

/// The page of /metrics.
[[nodiscard]] std::string metrics_of(const service& on);

/// The value of a sample on it, -1 where it is not there.
[[nodiscard]] double value_of(const std::string& page, const std::string& sample);

/// Services that trust forwarded headers, shared by all tests, with their output drained.
const service& shared_embedded();
const service& shared_postgres();

/// The one whose wells are on a SQL warehouse, and the workspace behind it.
const service& shared_local();
const test::workspace_process& workspace_of_local();

/// One backend and its names of things; tests that run on all call `on_all`.
struct backend {
    std::string name;
    const service* on;

    reply operator()(const ask& of) const { return on->send(of); }
};

/// Runs the same test on the embedded engine, on PostgreSQL, and on PostgreSQL through a workspace.
void on_all(const std::function<void(const backend&)>& test);

/// Runs the same test wherever wells are: on the embedded engine and on a warehouse.
void where_wells_are(const std::function<void(const backend&)>& test);

/// The same requests to both backends, whose answers must be equal once what is generated - ids,
/// times - is out of them. `{name}` in a target or body stands for what remember() kept.
class twins {
public:
    /// The answer of the embedded engine, PostgreSQL's being equal.
    reply operator()(const ask& of);

    /// Keeps a value of the last answers under a name.
    void remember(const std::string& name, const std::string& pointer);

    [[nodiscard]] const std::string& embedded(const std::string& name) const {
        return embedded_names_.at(name);
    }

private:
    using names = std::map<std::string, std::string>;

    static ask filled(ask of, const names& known);

    names embedded_names_;
    names postgres_names_;
    reply embedded_last_;
    reply postgres_last_;
};

/// A user nobody else is, so that tests on a shared service do not see each other's rows.
[[nodiscard]] std::string fresh_user(std::string_view purpose);

/// Without what the server makes up.
[[nodiscard]] json scrubbed(const json& from);

/// An order's body with defaults.
[[nodiscard]] std::string order_body(std::string_view total = "12.50");

/// Asks until `done` says so; false when it never did.
template <class Done>
bool eventually(Done&& done, std::chrono::seconds patience = std::chrono::seconds{30}) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        if (done())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
}

/// Escapes a value for a query.
[[nodiscard]] std::string escaped(std::string_view text);

/// A folder that goes with this object.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder(temporary_folder&&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    temporary_folder& operator=(temporary_folder&&) = delete;
    ~temporary_folder();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

} // namespace e2e
