// SPDX-License-Identifier: Apache-2.0
// A Databricks workspace on loopback: the local-workspace binary as a process of the test program,
// and what its administrator may ask. Light: nothing of HTTP clients or of the engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <raw_http.hpp>
#include <service_process.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// A workspace that ends with this object. It knows the token `dapi-local` of local@example.com,
/// the service principal `local-client` with `local-secret`, and the warehouse `local`, unless the
/// options of its command line say otherwise.
class workspace_process {
public:
    /// The one of this test program, started when it is first asked for. Leaves the program with 77
    /// (skipped) where the binary or its engine is not there.
    static workspace_process& shared() {
        static workspace_process only;
        return only;
    }

    /// Errors: std::runtime_error when it does not listen.
    explicit workspace_process(const std::vector<std::string>& options = {})
        : process_(
              required("WEIR_LOCAL_WORKSPACE"),
              {{"WEIR_DUCKDB_LIBRARY", required("WEIR_DUCKDB_LIBRARY")}},
              "/",
              options
          ),
          port_(process_.wait_until_listening()) {
        if (port_ == 0)
            throw std::runtime_error{"the workspace does not listen:\n" + process_.output()};
        url_ = "http://127.0.0.1:" + std::to_string(port_);
    }

    workspace_process(const workspace_process&) = delete;
    workspace_process(workspace_process&&) = delete;
    workspace_process& operator=(const workspace_process&) = delete;
    workspace_process& operator=(workspace_process&&) = delete;
    ~workspace_process() = default;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    [[nodiscard]] weir::test::service_process& process() noexcept { return process_; }

    /// Makes something go wrong; `fault` as docs/local-workspace.md describes it.
    void add_fault(std::string_view fault) const { ask("POST", "/admin/faults", fault); }

    void clear_faults() const { ask("DELETE", "/admin/faults"); }

    [[nodiscard]] std::string faults() const { return ask("GET", "/admin/faults"); }

    void change(std::string_view settings) const { ask("POST", "/admin/settings", settings); }

    void change_identities(std::string_view to) const { ask("POST", "/admin/identities", to); }

    /// The next statement starts it again.
    void stop_warehouse() const { ask("POST", "/api/2.0/sql/warehouses/local/stop", "{}"); }

    /// Cancels a statement of the service principal.
    void cancel_statement(const std::string& id) const {
        ask("POST", "/api/2.0/sql/statements/" + id + "/cancel", "{}", "json", principal_token());
    }

    /// Waits for the end of a statement of the service principal.
    void wait_for_statement(const std::string& id) const {
        const auto token = principal_token();
        std::string seen;
        do
            seen = ask("GET", "/api/2.0/sql/statements/" + id, "", "json", token);
        while (seen.find(R"("state":"PENDING")") != std::string::npos ||
               seen.find(R"("state":"RUNNING")") != std::string::npos);
    }

    /// Moves the time that tokens, results and links end by, and that versions of tables are of;
    /// what it is then: `2026-11-24T10:20:30.123Z`.
    std::string advance_clock(std::chrono::seconds by) const {
        const auto told =
            ask("POST", "/admin/clock", R"({"advance_seconds":)" + std::to_string(by.count()) + "}"
            );
        constexpr std::string_view start = R"("now":")";
        const auto begin = told.find(start) + start.size();
        return told.substr(begin, told.find('"', begin) - begin);
    }

    /// The calls of the API since the last look, as JSON.
    [[nodiscard]] std::string take_requests() const { return ask("DELETE", "/admin/requests"); }

    /// Executes a statement past every client of weir; its rows as JSON: `[["1",null]]`.
    ///
    /// Errors: std::runtime_error when it does not succeed.
    std::string execute(std::string_view statement) const {
        std::string text;
        for (const char c : statement) {
            if (c == '"' || c == '\\')
                text.push_back('\\');
            text.push_back(c);
        }
        const auto answer =
            ask("POST",
                "/api/2.0/sql/statements",
                R"({"warehouse_id":"local","wait_timeout":"50s","statement":")" + text + R"("})");
        if (answer.find(R"("state":"SUCCEEDED")") == std::string::npos)
            throw std::runtime_error{std::string{statement} + ": " + answer};
        constexpr std::string_view start = R"("data_array":)";
        const auto found = answer.find(start);
        if (found == std::string::npos)
            return "[]";
        const auto begin = found + start.size();
        return answer.substr(begin, answer.rfind("]]") + 2 - begin);
    }

private:
    [[nodiscard]] std::string principal_token() const {
        constexpr std::string_view start = R"("access_token":")";
        const auto given =
            ask("POST",
                "/oidc/v1/token",
                "grant_type=client_credentials&client_id=local-client&client_secret=local-secret",
                "x-www-form-urlencoded");
        const auto begin = given.find(start) + start.size();
        return given.substr(begin, given.find('"', begin) - begin);
    }

    static std::string required(const char* name) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') {
            std::fprintf(stderr, "\n*** SKIPPED: %s is not set; run ./dev test\n\n", name);
            std::fflush(stderr);
            std::_Exit(77);
        }
        return value;
    }

    /// Errors: std::runtime_error for an answer that is none of 2xx.
    std::string
    ask(std::string_view method,
        std::string_view path,
        std::string_view body = "",
        std::string_view type = "json",
        std::string_view token = "dapi-local") const {
        weir::test::raw_client link{port_, std::chrono::seconds{60}};
        std::string bytes{method};
        bytes.append(" ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        bytes.append("Authorization: Bearer ").append(token);
        bytes.append("\r\nContent-Type: application/").append(type).append("\r\n");
        bytes.append("Content-Length: ").append(std::to_string(body.size()));
        bytes.append("\r\nConnection: close\r\n\r\n").append(body);
        auto answer = link.exchange(bytes);
        if (!answer)
            throw std::runtime_error{"the workspace gives no answer to " + std::string{path}};
        if (answer->status / 100 != 2)
            throw std::runtime_error{"the workspace answers " + answer->body};
        return std::move(answer->body);
    }

    weir::test::service_process process_;
    std::uint16_t port_;
    std::string url_;
};

} // namespace test
