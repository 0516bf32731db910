// SPDX-License-Identifier: Apache-2.0
// Database credentials of both generations: a token becomes the password of the caller's PostgreSQL
// role, until it expires. Source: databricks.md 5.
#pragma once

#include <weir/sql/statement.hpp>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "clock.hpp"

namespace local_workspace {

struct database_credential {
    std::string token{};
    std::int64_t expires_ms = 0;
};

/// A PostgreSQL role has one password, and a server has read it when the client is asked for one: a
/// token made while somebody logs in would come too late. So a role's password is set ahead, given
/// to everybody who asks until it expires, and replaced then.
///
/// Threads: may be shared.
class lakebase {
public:
    /// `connection`: a libpq connection string; empty: tokens open nothing.
    lakebase(std::string connection, workspace_clock& clock);
    ~lakebase();

    lakebase(const lakebase&) = delete;
    lakebase(lakebase&&) = delete;
    lakebase& operator=(const lakebase&) = delete;
    lakebase& operator=(lakebase&&) = delete;

    /// Seconds that credentials live from now on, unless asked otherwise.
    void set_life(std::int64_t seconds);

    /// Sets the password of a role ahead of its first credential.
    ///
    /// Errors: refusal 503 as mint().
    void prepare(const std::string& role);

    /// Makes a role that may log in, unless it is there: what attaching a database to an app does.
    ///
    /// Errors: refusal 503 as mint().
    void make_role(const std::string& role) const;

    /// The role's token, living `life_seconds` more or what set_life() said.
    ///
    /// Errors: refusal 503 when PostgreSQL cannot be reached. A role that is not there stays away:
    /// the login says so, as it does on the platform.
    [[nodiscard]] database_credential
    mint(const std::string& role, std::optional<std::int64_t> life_seconds);

private:
    void replace(const std::string& role, std::int64_t life_seconds);
    void replace_expired();
    /// Runs the statement that `query` gives, if it gives one.
    void run_made(const std::string& query, const weir::sql::arguments& given) const;
    void change_role(const std::string& role, const database_credential& to) const;

    std::string connection_;
    workspace_clock* clock_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stop_ = false;
    std::int64_t life_ = 3600;
    std::map<std::string, database_credential> given_;
    std::thread replacing_;
};

/// Where clients reach the server of a libpq connection string.
[[nodiscard]] std::string host_of_connection(const std::string& connection);

} // namespace local_workspace
