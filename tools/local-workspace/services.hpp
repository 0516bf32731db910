// SPDX-License-Identifier: Apache-2.0
// The routes of each of a workspace's services, added to one api.
#pragma once

#include <string>

#include "api.hpp"
#include "databases.hpp"
#include "engine.hpp"
#include "lakebase.hpp"
#include "options.hpp"
#include "statements.hpp"
#include "warehouses.hpp"

namespace local_workspace {

/// What all services share. Lifetime: everything outlives the api's routes.
struct workspace {
    options how;
    std::string base_url;
    workspace_clock clock{};
    identities known{clock};
    faults injected{};
    warehouses houses{base_url};
    engine sql{how.database, how.library, how.tokens.front().second};
    statements running{sql, houses, clock, base_url};
    lakebase databases{how.postgres, clock};
    database_directory known_databases{
        how.instances, how.endpoints, host_of_connection(how.postgres)
    };
};

/// OIDC discovery, tokens, the current user, what administrators may ask of tokens and time.
void add_identity_routes(api& to, workspace& of);
void add_sql_routes(api& to, workspace& of);
void add_lakebase_routes(api& to, workspace& of);
void add_jobs_routes(api& to, workspace& of);
void add_serving_routes(api& to, workspace& of);
/// Files in volumes and in the workspace, secrets.
void add_files_routes(api& to, workspace& of);
void add_apps_routes(api& to, workspace& of);

} // namespace local_workspace
