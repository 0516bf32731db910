// SPDX-License-Identifier: Apache-2.0
#include "emit_ddl.hpp"

#include <weir/core/error.hpp>
#include <weir/sql/ddl.hpp>
#include <weir/sql/place.hpp>
#include <weir/sql/unity_policies.hpp>
#include <weir/table/idempotency.hpp>

#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "facts.hpp"

namespace weir::gen {

namespace {

std::optional<std::string> environment(std::string_view name) {
    const char* value = std::getenv(std::string{name}.c_str());
    if (value == nullptr)
        return std::nullopt;
    return std::string{value};
}

} // namespace

ddl_result emit_ddl(
    const std::deque<schema_model>& schemas,
    std::size_t given,
    sql::dialect spoken,
    bool all_tables,
    const std::string& service
) {
    facts_store store;
    const auto facts = store.tables(schemas);
    if (!facts)
        return {
            {},
            "relations point to more than 1024 tables; generate the DDL of fewer schemas at once"
        };

    std::size_t own = 0;
    for (std::size_t at = 0; at < given; ++at)
        own += schemas[at].tables.size();
    const auto wanted = spoken == sql::dialect::postgres ? backend::lakebase : backend::warehouse;
    std::vector<const table*> tables;
    for (std::size_t at = 0; at < own; ++at) {
        const auto* each = (*facts)[at];
        if (all_tables || each->backend == wanted)
            tables.push_back(each);
    }
    const auto own_tables = tables;
    const auto beside = idempotency_tables(tables);
    for (const auto& each : beside)
        tables.push_back(&each);
    ddl_result made;
    try {
        std::string prefix;
        const auto prefix_of = [&](std::string_view place) -> std::string_view {
            prefix = sql::resolve_place(place, spoken, environment);
            return prefix;
        };
        for (const auto& each : sql::create_tables(tables, spoken)) {
            made.text += sql::expand_places(each.text, spoken, prefix_of) + ";\n";
        }
        if (!service.empty())
            for (const auto& each : sql::unity_policies(own_tables, service))
                made.text += sql::expand_places(each, spoken, prefix_of) + ";\n";
    } catch (const error& thrown) {
        return {{}, thrown.what()};
    }
    return made;
}

} // namespace weir::gen
