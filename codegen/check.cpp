// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace weir::gen {

namespace {

void duplicate_schema(const std::deque<schema_model>& schemas, diagnostics& to) {
    std::map<std::string_view, const schema_model*> seen;
    for (const auto& each : schemas) {
        if (each.name.value.empty())
            continue;
        const auto [place, is_new] = seen.emplace(each.name.value, &each);
        if (is_new)
            continue;
        to.add(
            {"duplicate-schema",
             severity::error,
             each.name.at,
             "the schema '" + each.name.value + "' is declared in two files",
             "the name is a C++ namespace: give each file its own",
             {{place->second->name.at, "first declared here"}}}
        );
    }
}

const schema_model* find_schema(const std::deque<schema_model>& schemas, std::string_view name) {
    const auto found =
        std::find_if(schemas.begin(), schemas.end(), [name](const schema_model& each) {
            return each.name.value == name;
        });
    return found == schemas.end() ? nullptr : &*found;
}

bool reaches(
    const std::deque<schema_model>& schemas,
    const schema_model& from,
    std::string_view wanted,
    std::set<std::string_view>& seen
) {
    for (const auto& name : from.type_imports) {
        if (name == wanted)
            return true;
        const auto* next = find_schema(schemas, name);
        if (next != nullptr && seen.insert(name).second && reaches(schemas, *next, wanted, seen))
            return true;
    }
    return false;
}

// Headers of types include each other; relations only need names, so those may go in circles.
void cyclic_schemas(const std::deque<schema_model>& schemas, diagnostics& to) {
    for (const auto& each : schemas) {
        std::set<std::string_view> seen;
        if (!reaches(schemas, each, each.name.value, seen))
            continue;
        to.error(
            "cyclic-schemas",
            each.name.at,
            "the types of schema '" + each.name.value + "' and of another one need each other",
            "move the shared types to a schema of their own"
        );
    }
}

void duplicate_path(const std::deque<schema_model>& schemas, diagnostics& to) {
    std::map<std::string_view, range> seen;
    for (const auto& schema : schemas) {
        for (const auto& table : schema.tables) {
            if (!table.api || table.api->path.value.empty())
                continue;
            const auto& path = table.api->path;
            const auto [place, is_new] = seen.emplace(path.value, path.at);
            if (is_new)
                continue;
            to.add(
                {"duplicate-path",
                 severity::error,
                 path.at,
                 "two tables have the path '" + path.value + "'",
                 "give each its own",
                 {{place->second, "first used here"}}}
            );
        }
    }
}

} // namespace

void check(const std::deque<schema_model>& schemas, diagnostics& to) {
    duplicate_schema(schemas, to);
    cyclic_schemas(schemas, to);
    duplicate_path(schemas, to);
    for (const auto& each : schemas) {
        check_names(each, to);
        check_columns(each, to);
        check_tables(each, to);
        check_backends(each, to);
        check_history(each, to);
    }
    check_relations(schemas, to);
}

} // namespace weir::gen
