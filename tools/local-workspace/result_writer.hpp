// SPDX-License-Identifier: Apache-2.0
// Rows as warehouses send them: text in chunks, within a statement's limits. Source: databricks.md
// 3.4 to 3.8.
#pragma once

#include <weir/embedded/rows.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine.hpp"

namespace local_workspace {

/// A column by the names that manifests have for its type.
[[nodiscard]] result_column describe_column(const weir::embedded::result_column& from);

/// Collects rows into chunks within the order's limits. Lifetime: order and result outlive it.
class chunk_writer {
public:
    chunk_writer(const statement_order& order, statement_result& into)
        : order_(&order), into_(&into) {}

    /// Requires the columns in the result. False: no more rows are wanted.
    /// Errors: statement_failure beyond the limit of results that are sent inline.
    bool
    add(std::span<const weir::text_field> row, const std::vector<weir::embedded::sql_type>& types);

    void finish();

private:
    using types_of = std::vector<weir::embedded::sql_type>;

    bool cut();
    result_chunk& chunk_for(std::size_t size);
    void
    append_value(std::string& out, std::string_view text, const weir::embedded::sql_type& of) const;
    void write_json(std::span<const weir::text_field> row, const types_of& types);
    void write_csv(std::span<const weir::text_field> row, const types_of& types);
    void write_header();

    const statement_order* order_;
    statement_result* into_;
    std::int64_t bytes_ = 0;
    std::string line_;
    std::string value_;
};

/// One row of counts, as warehouses answer changes. Source: databricks.md 3.6.
[[nodiscard]] statement_result counted(
    const statement_order& order,
    const std::vector<std::pair<std::string_view, std::uint64_t>>& counts
);

/// Rows of text, as statements about tables answer; absent fields are NULL.
[[nodiscard]] statement_result told(
    const statement_order& order,
    const std::vector<std::string_view>& columns,
    const std::vector<std::vector<std::optional<std::string>>>& rows
);

} // namespace local_workspace
