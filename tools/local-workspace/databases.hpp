// SPDX-License-Identifier: Apache-2.0
// The databases that a workspace knows of, both generations; all of them are one PostgreSQL.
// Source: databricks.md 5.2, 5.4.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json.hpp"

namespace local_workspace {

/// Threads: may be shared. What is made is there at once, and ready when it has been looked at.
class database_directory {
public:
    /// Those that are there from the beginning, by names and paths; `host`: where all of them are.
    database_directory(
        const std::vector<std::string>& instances,
        const std::vector<std::string>& endpoints,
        std::string host
    );

    [[nodiscard]] bool has_instance(const std::string& name) const;
    [[nodiscard]] bool has_endpoint(const std::string& path) const;

    /// Errors: refusal 404, 409 and 400, as the platform's.
    [[nodiscard]] std::string make_instance(const json_value& body);
    [[nodiscard]] std::string read_instance(const std::string& name);
    [[nodiscard]] std::string change_instance(const std::string& name, const json_value& body);
    [[nodiscard]] std::string list_instances() const;

    /// Answers an operation.
    [[nodiscard]] std::string make_project(const std::string& id, const json_value& body);
    [[nodiscard]] std::string change_endpoint(const std::string& path, const json_value& body);
    [[nodiscard]] std::string read_operation(const std::string& name);

    /// A project, branch or endpoint by its path of `depth` names; `kind` as errors call it.
    [[nodiscard]] std::string
    read(const std::string& path, std::size_t depth, std::string_view kind);
    /// Those of `depth` names below `parent`, under `member`.
    [[nodiscard]] std::string
    list(const std::string& parent, std::size_t depth, std::string_view member) const;
    /// The one database of a branch.
    [[nodiscard]] std::string list_databases(const std::string& branch) const;

private:
    struct instance {
        std::string capacity{"CU_1"};
        bool was_seen = true;
    };

    struct endpoint {
        std::string least{"0.5"};
        std::string most{"1"};
        bool was_seen = true;
    };

    // All of these require the mutex.
    [[nodiscard]] std::set<std::string> paths(std::size_t depth) const;
    [[nodiscard]] std::string describe(const std::string& name, const instance& of) const;
    [[nodiscard]] std::string describe(const std::string& path, std::size_t depth) const;
    [[nodiscard]] std::string begin_operation(const std::string& path);

    std::string host_;
    mutable std::mutex mutex_;
    std::map<std::string, instance> instances_{};
    std::map<std::string, endpoint> endpoints_{};
    /// How often each was asked for.
    std::map<std::string, unsigned> operations_{};
};

} // namespace local_workspace
