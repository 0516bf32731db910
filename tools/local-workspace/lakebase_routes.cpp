// SPDX-License-Identifier: Apache-2.0
// Instances, projects, branches, endpoints, and credentials for them. Source:
// databricks.md 5.2-5.4.
#include <weir/core/sha256.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "services.hpp"

namespace local_workspace {

namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string id_of(const std::string& name) {
    const auto digits = weir::sha256_hex(name);
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-4" + digits.substr(13, 3) + "-8" +
           digits.substr(17, 3) + "-" + digits.substr(20, 12);
}

/// The value of a word of a libpq connection string; `otherwise` when it has none.
std::string
connection_word(const std::string& from, const std::string& word, std::string otherwise) {
    const auto at = (" " + from).find(" " + word + "=");
    if (at == std::string::npos)
        return otherwise;
    const auto start = at + word.size() + 1;
    return from.substr(start, from.find(' ', start) - start);
}

// A folder of sockets is no name that clients could reach.
std::string host_of(const workspace& of) {
    const auto host = connection_word(of.how.postgres, "host", "127.0.0.1");
    return host.starts_with("/") ? "127.0.0.1" : host;
}

std::string describe_instance(const workspace& of, const std::string& name) {
    return json_object{}
        .add("name", name)
        .add("uid", id_of(name))
        .add("state", "AVAILABLE")
        .add("capacity", "CU_1")
        .add("effective_capacity", "CU_1")
        .add("node_count", 1)
        .add("stopped", false)
        .add("pg_version", "PG_VERSION_16")
        .add("read_write_dns", host_of(of))
        .text();
}

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
        if (!holds(of.how.instances, name.text))
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
    if (!holds(of.how.endpoints, endpoint))
        throw refusal{404, "NOT_FOUND", "endpoint id not found [TraceId: " + make_id() + "]"};
    const auto made = of.databases.mint(from.who.user_name, read_life(from.body));
    return answer(
        json_object{}.add("token", made.token).add("expire_time", rfc3339(made.expires_ms))
    );
}

/// The first `depth` segments of every endpoint's path.
std::set<std::string> paths_of(const workspace& of, std::size_t depth) {
    std::set<std::string> found;
    for (const auto& each : of.how.endpoints) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < depth && at != std::string::npos; ++i)
            at = each.find('/', i == 0 ? 0 : at + 1);
        found.insert(each.substr(0, at));
    }
    return found;
}

std::string describe_resource(const workspace& of, const std::string& path, std::size_t depth) {
    json_object status;
    if (depth == 2) {
        status.add("display_name", path.substr(9)).add("pg_version", 16);
    } else if (depth == 4) {
        status.add("current_state", "READY");
    } else {
        status.add("current_state", "ACTIVE")
            .add("endpoint_type", "ENDPOINT_TYPE_READ_WRITE")
            .add("hosts", json_object{}.add("host", host_of(of)));
    }
    json_object made;
    made.add("name", path).add("uid", id_of(path)).add("status", status);
    if (depth > 2)
        made.add("parent", path.substr(0, path.rfind('/', path.rfind('/') - 1)));
    return made.text();
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
            const auto start =
                from.asked.path.substr(std::string_view{"/api/2.0/postgres/"}.size()) + "/";
            std::vector<std::string> made;
            for (const auto& path : paths_of(of, each.depth))
                if (path.starts_with(start))
                    made.push_back(describe_resource(of, path, each.depth));
            return answer(json_object{}.add_raw(each.member, json_array(made)));
        });
        to.add("GET", std::string{each.list} + each.one, [&of, each](const call& from) {
            const auto path = from.asked.path.substr(std::string_view{"/api/2.0/postgres/"}.size());
            if (!paths_of(of, each.depth).contains(path))
                throw refusal{
                    404,
                    "NOT_FOUND",
                    std::string{each.kind} + " id not found [TraceId: " + make_id() + "]"
                };
            return answer(describe_resource(of, path, each.depth));
        });
    }
}

} // namespace

void add_lakebase_routes(api& to, workspace& of) {
    to.add("POST", "/api/2.0/database/credentials", [&of](const call& from) {
        return mint_for_instance(of, from);
    });
    to.add("POST", "/api/2.0/postgres/credentials", [&of](const call& from) {
        return mint_for_endpoint(of, from);
    });
    to.add("GET", "/api/2.0/database/instances", [&of](const call&) {
        std::vector<std::string> made;
        for (const auto& name : of.how.instances)
            made.push_back(describe_instance(of, name));
        return answer(json_object{}.add_raw("database_instances", json_array(made)));
    });
    to.add("GET", "/api/2.0/database/instances/{name}", [&of](const call& from) {
        if (!holds(of.how.instances, from.path("name")))
            throw refusal{404, "NOT_FOUND", "DatabaseInstance not found: " + from.path("name")};
        return answer(describe_instance(of, from.path("name")));
    });
    add_resources(to, of);
}

} // namespace local_workspace
