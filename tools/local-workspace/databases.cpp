// SPDX-License-Identifier: Apache-2.0
#include "databases.hpp"

#include <weir/core/sha256.hpp>

#include <utility>

#include "identities.hpp"
#include "refusal.hpp"

namespace local_workspace {

namespace {

std::string id_of(const std::string& name) {
    const auto digits = weir::sha256_hex(name);
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-4" + digits.substr(13, 3) + "-8" +
           digits.substr(17, 3) + "-" + digits.substr(20, 12);
}

bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= 63 && text.front() >= 'a' && text.front() <= 'z' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

refusal absent(std::string_view kind) {
    return {404, "NOT_FOUND", std::string{kind} + " id not found [TraceId: " + make_id() + "]"};
}

/// A number of a `spec`, as it is spelled.
void take_units(const json_value& spec, std::string_view name, std::string& to) {
    if (const auto* found = spec.find(name); found != nullptr)
        to = found->text;
}

} // namespace

database_directory::database_directory(
    const std::vector<std::string>& instances,
    const std::vector<std::string>& endpoints,
    std::string host
)
    : host_(std::move(host)) {
    for (const auto& each : instances)
        instances_.try_emplace(each);
    for (const auto& each : endpoints)
        endpoints_.try_emplace(each);
}

bool database_directory::has_instance(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    return instances_.contains(name);
}

bool database_directory::has_endpoint(const std::string& path) const {
    const std::lock_guard lock{mutex_};
    return endpoints_.contains(path);
}

std::string database_directory::make_instance(const json_value& body) {
    const auto name = body.string("name");
    if (!is_name(name))
        throw invalid("name must be 1 to 63 letters, digits and hyphens");
    const std::lock_guard lock{mutex_};
    if (instances_.contains(name))
        throw refusal{409, "ALREADY_EXISTS", "instance with such name already exists: " + name};
    auto& made = instances_[name];
    made.was_seen = false;
    if (auto capacity = body.string("capacity"); !capacity.empty())
        made.capacity = std::move(capacity);
    return describe(name, made);
}

std::string database_directory::read_instance(const std::string& name) {
    const std::lock_guard lock{mutex_};
    const auto found = instances_.find(name);
    if (found == instances_.end())
        throw refusal{404, "NOT_FOUND", "DatabaseInstance not found: " + name};
    auto text = describe(name, found->second);
    found->second.was_seen = true;
    return text;
}

std::string database_directory::change_instance(const std::string& name, const json_value& body) {
    const std::lock_guard lock{mutex_};
    const auto found = instances_.find(name);
    if (found == instances_.end())
        throw refusal{404, "NOT_FOUND", "DatabaseInstance not found: " + name};
    found->second.capacity = body.string("capacity");
    return describe(name, found->second);
}

std::string database_directory::list_instances() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> made;
    for (const auto& [name, each] : instances_)
        made.push_back(describe(name, each));
    return json_object{}.add_raw("database_instances", json_array(made)).text();
}

std::string database_directory::make_project(const std::string& id, const json_value& body) {
    if (id.empty())
        throw invalid("Field 'project_id' is required, expected non-default value (not \"\")!");
    if (!is_name(id))
        throw invalid("project_id must match [a-z][a-z0-9-]{0,62}");
    const auto path = "projects/" + id;
    const std::lock_guard lock{mutex_};
    if (paths(2).contains(path))
        throw refusal{
            409, "ALREADY_EXISTS", "project with such id already exists in the workspace"
        };
    auto& made = endpoints_[path + "/branches/production/endpoints/primary"];
    made.was_seen = false;
    const auto* spec = body.find("spec");
    const auto* settings = spec == nullptr ? nullptr : spec->find("default_endpoint_settings");
    if (settings != nullptr) {
        take_units(*settings, "autoscaling_limit_min_cu", made.least);
        take_units(*settings, "autoscaling_limit_max_cu", made.most);
    }
    return begin_operation(path);
}

std::string database_directory::change_endpoint(const std::string& path, const json_value& body) {
    const std::lock_guard lock{mutex_};
    const auto found = endpoints_.find(path);
    if (found == endpoints_.end())
        throw absent("endpoint");
    if (const auto* spec = body.find("spec"); spec != nullptr) {
        take_units(*spec, "autoscaling_limit_min_cu", found->second.least);
        take_units(*spec, "autoscaling_limit_max_cu", found->second.most);
    }
    return begin_operation(path);
}

std::string database_directory::read_operation(const std::string& name) {
    const std::lock_guard lock{mutex_};
    const auto found = operations_.find(name);
    if (found == operations_.end())
        throw absent("operation");
    return json_object{}.add("name", name).add("done", ++found->second > 1).text();
}

std::string
database_directory::read(const std::string& path, std::size_t depth, std::string_view kind) {
    const std::lock_guard lock{mutex_};
    if (!paths(depth).contains(path))
        throw absent(kind);
    auto text = describe(path, depth);
    if (const auto found = endpoints_.find(path); found != endpoints_.end())
        found->second.was_seen = true;
    return text;
}

std::string database_directory::list(
    const std::string& parent, std::size_t depth, std::string_view member
) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> made;
    for (const auto& path : paths(depth)) {
        if (path.starts_with(parent))
            made.push_back(describe(path, depth));
    }
    return json_object{}.add_raw(member, json_array(made)).text();
}

std::string database_directory::list_databases(const std::string& branch) const {
    const std::lock_guard lock{mutex_};
    if (!paths(4).contains(branch))
        throw absent("branch");
    const auto made =
        json_object{}
            .add("name", branch + "/databases/db-" + id_of(branch).substr(0, 8))
            .add("parent", branch)
            .add("status", json_object{}.add("postgres_database", "databricks_postgres"))
            .text();
    return json_object{}.add_raw("databases", json_array({made})).text();
}

/// The first `depth` segments of every endpoint's path.
std::set<std::string> database_directory::paths(std::size_t depth) const {
    std::set<std::string> found;
    for (const auto& [path, each] : endpoints_) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < depth && at != std::string::npos; ++i)
            at = path.find('/', i == 0 ? 0 : at + 1);
        found.insert(path.substr(0, at));
    }
    return found;
}

std::string database_directory::describe(const std::string& name, const instance& of) const {
    return json_object{}
        .add("name", name)
        .add("uid", id_of(name))
        .add("state", of.was_seen ? "AVAILABLE" : "STARTING")
        .add("capacity", of.capacity)
        .add("effective_capacity", of.capacity)
        .add("node_count", 1)
        .add("stopped", false)
        .add("pg_version", "PG_VERSION_16")
        .add("read_write_dns", host_)
        .text();
}

std::string database_directory::describe(const std::string& path, std::size_t depth) const {
    json_object status;
    if (depth == 2) {
        status.add("display_name", path.substr(9)).add("pg_version", 16);
    } else if (depth == 4) {
        status.add("current_state", "READY");
    } else {
        const auto& of = endpoints_.at(path);
        status.add("current_state", of.was_seen ? "ACTIVE" : "INIT")
            .add("endpoint_type", "ENDPOINT_TYPE_READ_WRITE")
            .add_raw("autoscaling_limit_min_cu", of.least)
            .add_raw("autoscaling_limit_max_cu", of.most)
            .add("hosts", json_object{}.add("host", host_));
    }
    json_object made;
    made.add("name", path).add("uid", id_of(path)).add("status", status);
    if (depth > 2)
        made.add("parent", path.substr(0, path.rfind('/', path.rfind('/') - 1)));
    return made.text();
}

std::string database_directory::begin_operation(const std::string& path) {
    const auto project = path.substr(0, path.find('/', std::string_view{"projects/"}.size()));
    const auto name = project + "/operations/" + make_id();
    operations_[name] = 0;
    return json_object{}.add("name", name).add("done", false).text();
}

} // namespace local_workspace
