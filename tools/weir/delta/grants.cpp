// SPDX-License-Identifier: Apache-2.0
#include "grants.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "../records.hpp"
#include "../sql_words.hpp"

namespace weir::ops {

namespace {

using granted = std::set<std::string, std::less<>>;

/// What a principal has on a catalog or a schema.
granted read_granted(
    house& at, const std::string& relation, const std::string& object, const std::string& principal
) {
    granted found;
    for (auto& row : at.query(
             "select privilege_type from " + relation + " where " + object +
                 " and grantee in (:p1, 'account users')",
             {principal}
         )) {
        std::replace(row.front().begin(), row.front().end(), '_', ' ');
        found.insert(std::move(row.front()));
    }
    return found;
}

void add_missing(
    std::vector<missing_grant>& to,
    const std::vector<std::string_view>& privileges,
    const granted& has,
    const std::string& object,
    const std::string& principal
) {
    std::string lacked;
    for (const auto each : privileges) {
        if (!has.contains(each) && !has.contains("ALL PRIVILEGES"))
            lacked.append(lacked.empty() ? "" : ", ").append(each);
    }
    if (!lacked.empty())
        to.push_back(
            {lacked + " on " + object,
             "grant " + lacked + " on " + object + " to " +
                 quoted(principal, sql::dialect::databricks),
             {}}
        );
}

} // namespace

std::vector<missing_grant>
find_missing_grants(house& at, const schema_state& wanted, const std::string& principal) {
    std::vector<missing_grant> found;
    std::set<std::string> catalogs;
    for (const auto& prefix : prefixes_of(wanted)) {
        const auto place = place_of(prefix);
        const bool is_changed =
            std::any_of(wanted.tables.begin(), wanted.tables.end(), [&](const table_state& each) {
                return each.prefix == prefix && each.rights != "select";
            });
        const auto quoted_literal = [](std::string_view text) {
            return literal(text, sql::dialect::databricks);
        };
        const auto catalog = "catalog_name = " + quoted_literal(place.catalog);
        if (catalogs.insert(place.catalog).second)
            add_missing(
                found,
                std::vector<std::string_view>{"USE CATALOG"},
                read_granted(at, place.catalogs + "catalog_privileges", catalog, principal),
                "catalog " + prefix.substr(0, prefix.find('.')),
                principal
            );
        std::vector<std::string_view> needed{"USE SCHEMA", "CREATE TABLE", "SELECT"};
        if (is_changed)
            needed.emplace_back("MODIFY");
        add_missing(
            found,
            needed,
            read_granted(
                at,
                place.catalogs + "schema_privileges",
                catalog + " and schema_name = " + quoted_literal(place.schema),
                principal
            ),
            "schema " + prefix.substr(0, prefix.size() - 1),
            principal
        );
    }
    return found;
}

} // namespace weir::ops
