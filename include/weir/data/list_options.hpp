// SPDX-License-Identifier: Apache-2.0
// What a list of rows asks for: condition, order, page. Costs
// sql/container_condition.hpp.
#pragma once

#include <weir/sql/condition.hpp>
#include <weir/sql/container_condition.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/order.hpp>
#include <weir/table/handle.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace weir {

/// One column of an order of `Row`s. A column handle by itself means ascending.
template <class Row>
struct sort_by {
    sql::order_term term{};

    /// For positions known at run time only.
    explicit sort_by(sql::order_term at) : term(at) {}

    // Converting on purpose: `.order = {c::customer, weir::descending(c::placed_at)}`.
    template <class Value>
    sort_by(handle<Row, Value> column) : term{.column = column.index} {}
};

/// Largest first; NULLs before all.
template <class Row, class Value>
[[nodiscard]] sort_by<Row> descending(handle<Row, Value> column) {
    return sort_by<Row>{sql::order_term{.column = column.index, .descending = true}};
}

/// Which rows, in which order, which page of them.
template <class Row>
struct list_options {
    sql::typed_condition<Row> where{};
    /// The key follows by itself, so that pages are stable.
    std::vector<sort_by<Row>> order{};
    /// In rows; absent: all of them.
    std::optional<std::uint32_t> limit_rows = 100;
    /// In rows.
    std::uint64_t offset_rows = 0;
    /// Whether soft-deleted rows are listed.
    sql::deleted deleted = sql::deleted::exclude;
    /// Where to begin: `next` or `previous` of a page of the same order; absent: at the first row.
    std::optional<sql::list_position> from{};
};

/// One page of a list, and where the pages beside it begin. Rows that are inserted or deleted
/// meanwhile neither move the others to another page nor hide them.
template <class Row>
struct page {
    /// In the list's order, whichever way the page was reached.
    std::vector<Row> rows{};
    /// Absent after the last page.
    std::optional<sql::list_position> next{};
    /// Absent before the first page. What came before a page may have been deleted meanwhile: then
    /// it leads to an empty one.
    std::optional<sql::list_position> previous{};
};

} // namespace weir
