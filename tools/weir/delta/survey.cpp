// SPDX-License-Identifier: Apache-2.0
#include "survey.hpp"

#include <algorithm>
#include <utility>

#include "../survey.hpp"
#include "catalog.hpp"
#include "records.hpp"

namespace weir::ops {

comparison survey(house& at, const wanted_tables& wanted) {
    const auto state = wanted.state();
    schema_state live{.spoken = state.spoken};
    made_names made;
    for (const auto& prefix : wanted.prefixes()) {
        if (!has_schema(at, prefix)) {
            live.absent_schemas.push_back(prefix.substr(0, prefix.size() - 1));
            continue;
        }
        auto tables = read_delta_tables(at, prefix, [&](const table_state& table) {
            return is_named(state, table);
        });
        if (find_named(tables, records_table) != nullptr)
            made.merge(read_made(at, prefix));
        for (auto& table : tables) {
            if (table.is_table && is_named(state, table))
                table.has_rows =
                    !at.query("select 1 from " + table.full_name() + " limit 1").empty();
            live.tables.push_back(std::move(table));
        }
    }
    auto found = compare(live, state, made);
    refuse_where_rows_forbid(found, [&](const std::string& obstacle) {
        return !at.query(obstacle).empty();
    });
    return found;
}

} // namespace weir::ops
