// SPDX-License-Identifier: Apache-2.0
// The command line of local-workspace.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace local_workspace {

struct options {
    int port = 0;
    std::string database = ":memory:";
    std::string library{};
    std::string workspace_id = "1234567890123456";
    /// Personal access tokens with their users.
    std::vector<std::pair<std::string, std::string>> tokens{};
    /// Service principals: client id and secret.
    std::vector<std::pair<std::string, std::string>> clients{};
    std::vector<std::string> warehouses{};
    std::int64_t token_life = 3600;
    std::int64_t credential_life = 3600;
    std::int64_t cold_start_ms = 0;
    /// How to reach PostgreSQL as somebody who may change roles; empty: no database passwords.
    std::string postgres{};
    std::vector<std::string> instances{};
    std::vector<std::string> endpoints{};
    bool help = false;
};

inline constexpr auto usage = R"(usage: local-workspace [options]

  --port N                  port on 127.0.0.1; 0 (default) picks a free one
  --database PATH           the engine's file, or :memory: (default)
  --library PATH            libduckdb, unless WEIR_DUCKDB_LIBRARY names one
  --token [USER=]TOKEN      a personal access token (default local@example.com=dapi-local)
  --client ID:SECRET        a service principal (default local-client:local-secret)
  --warehouse ID            a SQL warehouse (default local)
  --workspace-id ID
  --token-life SECONDS      of OAuth tokens (default 3600)
  --credential-life SECONDS of database credentials (default 3600)
  --cold-start MILLISECONDS warehouses begin stopped and start as slowly as this
  --postgres CONNECTION     libpq connection string of a role that may alter roles: database credentials then
                            become the passwords of the callers' roles
  --instance NAME           a database instance (default local)
  --endpoint PATH           a database endpoint (default projects/local/branches/production/endpoints/primary)
)";

/// Errors: std::runtime_error naming the option.
[[nodiscard]] options read_options(int count, const char* const* arguments);

} // namespace local_workspace
