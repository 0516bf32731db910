// SPDX-License-Identifier: Apache-2.0
// Instances, projects, branches, endpoints, and credentials for them. Source:
// databricks.md 5.2-5.4.
#include <charconv>
#include <optional>

#include "services.hpp"

namespace local_workspace {

namespace {

/// `90s` as seconds; absent: what is usual.
std::optional<std::int64_t> read_life(const json_value& body) {
    const auto text = body.string("ttl");
    if (body.find("expire_time") != nullptr)
        throw not_supported("expire_time; give ttl");
    if (text.empty())
        return std::nullopt;
    std::int64_t seconds = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seconds);
    if (read.ec != std::errc{} || read.ptr + 1 != end || *read.ptr != 's' || seconds < 300 ||
        seconds > 3600)
        throw invalid("ttl must be between 300s and 3600s");
    return seconds;
}

weir::http::response mint_for_instance(workspace& of, const call& from) {
    if (from.body.find("claims") != nullptr)
        throw not_supported("claims of database credentials");
    const auto* const names = from.body.find("instance_names");
    if (names == nullptr || names->elements.empty())
        throw invalid("instance_names or claims are required");
    for (const auto& name : names->elements)
        if (!of.known_databases.has_instance(name.text))
            throw refusal{404, "NOT_FOUND", "DatabaseInstance not found: " + name.text};
    const auto made = of.databases.mint(from.who.user_name, std::nullopt);
    return answer(
        json_object{}.add("token", made.token).add("expiration_time", rfc3339(made.expires_ms))
    );
}

weir::http::response mint_for_endpoint(workspace& of, const call& from) {
    if (from.body.find("claims") != nullptr)
        throw not_supported("claims of database credentials");
    const auto endpoint = from.body.string("endpoint");
    if (endpoint.empty())
        throw invalid("Field 'endpoint' is required, expected non-default value (not \"\")!");
    if (!of.known_databases.has_endpoint(endpoint))
        throw refusal{404, "NOT_FOUND", "endpoint id not found [TraceId: " + make_id() + "]"};
    const auto made = of.databases.mint(from.who.user_name, read_life(from.body));
    return answer(
        json_object{}.add("token", made.token).add("expire_time", rfc3339(made.expires_ms))
    );
}

/// The path below the API's own.
std::string path_of(const call& from) {
    return from.asked.path.substr(std::string_view{"/api/2.0/postgres/"}.size());
}

void add_resources(api& to, workspace& of) {
    struct level {
        const char* list;
        const char* one;
        const char* member;
        const char* kind;
        std::size_t depth;
    };

    for (const auto& each :
         {level{"/api/2.0/postgres/projects", "/{project}", "projects", "project", 2},
          level{
              "/api/2.0/postgres/projects/{project}/branches", "/{branch}", "branches", "branch", 4
          },
          level{
              "/api/2.0/postgres/projects/{project}/branches/{branch}/endpoints",
              "/{endpoint}",
              "endpoints",
              "endpoint",
              6
          }}) {
        to.add("GET", each.list, [&of, each](const call& from) {
            return answer(of.known_databases.list(path_of(from) + "/", each.depth, each.member));
        });
        to.add("GET", std::string{each.list} + each.one, [&of, each](const call& from) {
            return answer(of.known_databases.read(path_of(from), each.depth, each.kind));
        });
    }
    to.add("POST", "/api/2.0/postgres/projects", [&of](const call& from) {
        return answer(of.known_databases.make_project(from.query("project_id"), from.body));
    });
    const std::string branch = "/api/2.0/postgres/projects/{project}/branches/{branch}";
    to.add("PATCH", branch + "/endpoints/{endpoint}", [&of](const call& from) {
        return answer(of.known_databases.change_endpoint(path_of(from), from.body));
    });
    to.add("GET", branch + "/databases", [&of](const call& from) {
        const auto path = path_of(from);
        return answer(of.known_databases.list_databases(path.substr(0, path.rfind('/'))));
    });
    to.add(
        "GET",
        "/api/2.0/postgres/projects/{project}/operations/{operation}",
        [&of](const call& from) { return answer(of.known_databases.read_operation(path_of(from))); }
    );
}

} // namespace

void add_lakebase_routes(api& to, workspace& of) {
    to.add("POST", "/api/2.0/database/credentials", [&of](const call& from) {
        return mint_for_instance(of, from);
    });
    to.add("POST", "/api/2.0/postgres/credentials", [&of](const call& from) {
        return mint_for_endpoint(of, from);
    });
    const std::string instances = "/api/2.0/database/instances";
    to.add("GET", instances, [&of](const call&) {
        return answer(of.known_databases.list_instances());
    });
    to.add("POST", instances, [&of](const call& from) {
        return answer(of.known_databases.make_instance(from.body));
    });
    to.add("GET", instances + "/{name}", [&of](const call& from) {
        return answer(of.known_databases.read_instance(from.path("name")));
    });
    to.add("PATCH", instances + "/{name}", [&of](const call& from) {
        return answer(of.known_databases.change_instance(from.path("name"), from.body));
    });
    add_resources(to, of);
}

} // namespace local_workspace
