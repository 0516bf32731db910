// SPDX-License-Identifier: Apache-2.0
// Filters of a records request as a condition, and whether they ask for deleted rows. Costs
// http/filter_array.hpp.
#pragma once

#include <weir/core/violation.hpp>
#include <weir/http/filter_array.hpp>
#include <weir/http/records/failure.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/layout.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http::detail {

struct record_filters {
    sql::condition where{};
    /// Deleted rows are meant only where a filter names the column that says so.
    sql::deleted removed = sql::deleted::exclude;
};

/// Whether a list of no filters means all rows.
enum class filter_lists : bool { are_not_empty, may_be_empty };

/// `root`: the part of the request they stand in. Errors: validation_error with every violation.
[[nodiscard]] inline record_filters read_record_filters(
    const table& of, std::string_view text, std::string_view root, filter_lists taken
) {
    violations broken;
    condition_builder build{of, broken, root, wildcards::sql};
    json::reader in{text};
    record_filters made;
    const location at{std::string{root}, std::string{"filters"}};
    const bool is_json = read_filter_array(in, build, made.where, value_path{at}) && in.finish();
    if (!is_json)
        refuse_form({json::not_json(in, at)});
    if (!broken.empty())
        refuse_form(std::move(broken));
    if (made.where.parts.empty() && taken == filter_lists::are_not_empty)
        refuse_form("too_short", at, "List should have at least 1 item");
    const auto flag = find_column(of.columns, audit_role::is_deleted);
    const bool is_named =
        std::any_of(made.where.parts.begin(), made.where.parts.end(), [&](const auto& each) {
            return each.column == flag;
        });
    if (is_named)
        made.removed = sql::deleted::include;
    return made;
}

} // namespace weir::http::detail
