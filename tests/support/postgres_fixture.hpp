// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL that tests run against: the one WEIR_TEST_PG names (a folder of
// tests/support/postgres.sh), or one of their own. Costs <pqxx/pqxx>.
#pragma once

#include <weir/lakebase/options.hpp>

#include <pqxx/pqxx>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace test {

/// A server started by postgres.sh.
class postgres_server {
public:
    /// The server of the test run. Leaves the program with 77 (skipped) when there is none.
    static const postgres_server& shared() {
        static const postgres_server server = [] {
            const char* folder = std::getenv("WEIR_TEST_PG");
            if (folder == nullptr || *folder == '\0') {
                std::fputs(
                    "\n*** SKIPPED: these tests need PostgreSQL. Run ./dev test, or\n"
                    "***   tests/support/postgres.sh start /tmp/pg && WEIR_TEST_PG=/tmp/pg …\n\n",
                    stderr
                );
                std::fflush(stderr);
                std::_Exit(77);
            }
            return postgres_server{folder};
        }();
        return server;
    }

    explicit postgres_server(std::string folder) : folder_(std::move(folder)) { read_settings(); }

    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

    [[nodiscard]] const std::string& host() const noexcept { return host_; }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Executes SQL as the superuser; gives the first field, or nothing.
    std::string as_superuser(const std::string& sql) const {
        pqxx::connection link{
            "host='" + host_ + "' port=" + std::to_string(port_) +
            " user=postgres dbname=databricks_postgres"
        };
        pqxx::nontransaction work{link};
        const auto result = work.exec(sql);
        return result.empty() || result[0][0].is_null() ? std::string{} : result[0][0].c_str();
    }

    /// Options for the ordinary role, over the unix socket.
    [[nodiscard]] weir::lakebase::options options(std::string schema) const {
        return {.host = host_, .port = port_, .user = "weir_app", .schema = std::move(schema)};
    }

private:
    void read_settings() {
        std::ifstream settings{folder_ + "/settings"};
        for (std::string line; std::getline(settings, line);) {
            if (line.starts_with("PGHOST="))
                host_ = line.substr(7);
            if (line.starts_with("PGPORT=")) {
                port_ = static_cast<std::uint16_t>(std::stoi(line.substr(7)));
            }
        }
        if (port_ == 0)
            throw std::runtime_error{"no server in " + folder_};
    }

    std::string folder_;
    std::string host_;
    std::uint16_t port_ = 0;
};

/// A server that only one test uses, which may stop and start it.
class own_postgres_server {
public:
    /// `script` is tests/support/postgres.sh.
    explicit own_postgres_server(std::string script)
        : script_(std::move(script)), folder_(make_folder()),
          server_((run("start"), postgres_server{folder_})) {}

    own_postgres_server(const own_postgres_server&) = delete;
    own_postgres_server(own_postgres_server&&) = delete;
    own_postgres_server& operator=(const own_postgres_server&) = delete;
    own_postgres_server& operator=(own_postgres_server&&) = delete;

    ~own_postgres_server() {
        try {
            run("stop");
        } catch (const std::exception& failure) {
            std::fputs(failure.what(), stderr);
        }
        if (std::system(("rm -rf '" + folder_ + "'").c_str()) != 0) {
            std::fputs("the server's folder is still there\n", stderr);
        }
    }

    void start() { run("start"); }

    void stop() { run("stop"); }

    void restart() { run("restart"); }

    const postgres_server* operator->() const noexcept { return &server_; }

private:
    static std::string make_folder() {
        std::string folder = "/tmp/weir-test-pg-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr)
            throw std::runtime_error{"no folder in /tmp"};
        return folder;
    }

    void run(const char* action) const {
        const auto command = "'" + script_ + "' " + action + " '" + folder_ + "' >&2";
        if (std::system(command.c_str()) != 0)
            throw std::runtime_error{command + " failed"};
    }

    std::string script_;
    std::string folder_;
    postgres_server server_;
};

/// A schema of a test's own, gone at the end.
class own_schema {
public:
    explicit own_schema(const postgres_server& on, std::string_view purpose)
        : on_(on), name_("t_" + std::string{purpose} + "_" + std::to_string(::getpid())) {
        drop();
        on_.as_superuser("create schema \"" + name_ + "\" authorization weir_app");
    }

    own_schema(const own_schema&) = delete;
    own_schema(own_schema&&) = delete;
    own_schema& operator=(const own_schema&) = delete;
    own_schema& operator=(own_schema&&) = delete;

    ~own_schema() {
        try {
            drop();
        } catch (const std::exception& failure) {
            std::fputs(failure.what(), stderr);
        }
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    [[nodiscard]] weir::lakebase::options options() const { return on_.options(name_); }

    [[nodiscard]] const postgres_server& server() const noexcept { return on_; }

private:
    void drop() { on_.as_superuser("drop schema if exists \"" + name_ + "\" cascade"); }

    const postgres_server& on_;
    std::string name_;
};

} // namespace test
