// SPDX-License-Identifier: Apache-2.0
// A table of Unity Catalog as facts, made at run time, for everything that takes facts: reads,
// conditions, JSON. Costs table/type_text.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/headers.hpp>
#include <weir/table/identifier.hpp>
#include <weir/table/table.hpp>
#include <weir/table/type_text.hpp>
#include <weir/workspace/table_info.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::warehouse {

/// Where a table is, by its full name.
struct table_address {
    std::string_view catalog;
    std::string_view schema;
    std::string_view table;
};

/// Takes `catalog.schema.table` apart.
///
/// Errors: validation_error for anything else, and for names that weir does not write into SQL:
/// letters, digits and underscores only. Lifetime: as the name.
[[nodiscard]] inline table_address parse_table_name(std::string_view full_name) {
    const auto first = full_name.find('.');
    const auto second = first == std::string_view::npos ? first : full_name.find('.', first + 1);
    table_address found{};
    if (second != std::string_view::npos)
        found = {
            full_name.substr(0, first),
            full_name.substr(first + 1, second - first - 1),
            full_name.substr(second + 1)
        };
    for (const auto part : {found.catalog, found.schema, found.table})
        if (!is_valid_identifier(part, databricks_identifier_limit))
            throw validation_error{
                {{"table_name",
                  {"table"},
                  "must be catalog.schema.table, each of letters, digits and underscores"}}
            };
    return found;
}

/// A table as one identity sees it. Moves, and keeps the addresses of what facts() refers to.
class catalog_table {
public:
    /// Errors: validation_error as parse_table_name(), and for a table without any column that can
    /// be read.
    explicit catalog_table(workspace::table_info of) : info_(std::move(of)) {
        const auto at = parse_table_name(info_.full_name);
        auto& place = types_.names.emplace_back(at.catalog);
        place.append(".").append(at.schema);
        facts_.name = types_.names.emplace_back(at.table);
        facts_.place = place;
        facts_.description = types_.names.emplace_back(info_.comment);
        facts_.backend = backend::warehouse;
        facts_.audit = false;
        facts_.soft_delete = false;
        for (const auto& each : info_.columns)
            add(each);
        if (columns_.empty())
            throw validation_error{{{"no_columns", {"table"}, "has no column that can be read"}}};
        // No key: it is not enforced, and lists would be sorted by it, which reads the whole table.
        facts_.columns = columns_;
    }

    catalog_table(catalog_table&&) = default;
    catalog_table(const catalog_table&) = delete;
    catalog_table& operator=(const catalog_table&) = delete;
    catalog_table& operator=(catalog_table&&) = delete;
    ~catalog_table() = default;

    /// What the catalog told.
    [[nodiscard]] const workspace::table_info& info() const noexcept { return info_; }

    /// Lifetime: as this table.
    [[nodiscard]] const table& facts() const noexcept { return facts_; }

    /// Columns whose names weir does not write into SQL; they are not among the facts.
    [[nodiscard]] const std::vector<std::string>& left_out() const noexcept { return left_out_; }

    /// The position of a column among the facts; case does not count.
    ///
    /// Errors: validation_error, with the nearest name there is.
    [[nodiscard]] std::uint16_t column(std::string_view name) const {
        const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& each) {
            return equals_ignoring_case(each.name, name);
        });
        if (found != columns_.end())
            return static_cast<std::uint16_t>(found - columns_.begin());
        name_guess guess{name};
        for (const auto& each : columns_)
            guess.consider(each.name);
        std::string message = "is not a column of the table";
        if (const auto nearest = guess.best(); !nearest.empty())
            message.append("; did you mean '").append(nearest).append("'?");
        throw validation_error{
            {{"column", {"columns", std::string{name.substr(0, 128)}}, std::move(message)}}
        };
    }

private:
    void add(const workspace::column_info& each) {
        if (!is_valid_identifier(each.name, databricks_identifier_limit)) {
            left_out_.push_back(each.name);
            return;
        }
        columns_.push_back({
            .name = types_.names.emplace_back(each.name),
            .type = read_type_text(each.type_text, types_),
            .nullable = each.nullable,
            .description = types_.names.emplace_back(each.comment),
        });
    }

    workspace::table_info info_;
    type_store types_{};
    std::vector<weir::column> columns_{};
    std::vector<std::string> left_out_{};
    table facts_{};
};

} // namespace weir::warehouse
