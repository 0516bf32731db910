// SPDX-License-Identifier: Apache-2.0
// Which rows of a table are read, and the statement that reads them. Costs sql/list.hpp.
#pragma once

#include <weir/core/text.hpp>
#include <weir/core/time.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/layout.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/order.hpp>
#include <weir/sql/past.hpp>
#include <weir/sql/statement.hpp>
#include <weir/sql/statements.hpp>
#include <weir/sql/where.hpp>
#include <weir/sql/writer.hpp>
#include <weir/table/table.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Which rows of a table are read, in which order, which page and which columns of them.
/// Lifetime: `where` until the read returns.
struct read_request {
    /// nullptr: every row.
    const sql::condition* where = nullptr;
    /// The key follows by itself, so that pages are stable.
    std::vector<sql::order_term> order{};
    /// False: a stream of every row comes in no order where one costs a sort of them all: anywhere
    /// but on PostgreSQL, which follows an index.
    bool needs_order = true;
    /// Positions of the columns, in the order of the fields; empty: all.
    std::span<const std::uint16_t> columns{};
    /// In rows; absent: all of them.
    std::optional<std::uint64_t> limit_rows{};
    /// In rows.
    std::uint64_t offset_rows = 0;
    sql::deleted removed = sql::deleted::exclude;
    /// The rows as they were at this time, see sql/past.hpp; absent: as they are.
    std::optional<timestamp> as_of{};
    /// Where to begin; absent: at the first row. An offset counts from there.
    std::optional<sql::list_position> from{};
};

namespace detail {

/// The arguments of a statement about rows that somebody sees, as they begin.
[[nodiscard]] inline sql::arguments
arguments_for(const table& of, sql::scope rows, std::string_view caller_id) {
    sql::arguments made;
    if (sql::binds_caller(of, rows))
        made.add_text(caller_id, sql::text_type);
    return made;
}

inline void bind_moment(sql::arguments& to, std::optional<timestamp> then, sql::dialect spoken) {
    if (then)
        to.add_written(sql::moment_type, [&](std::string& out) {
            append_text(out, *then, sql::format_of(spoken));
        });
}

inline void
bind_where(sql::arguments& to, const table& of, const sql::condition* where, sql::dialect spoken) {
    if (where != nullptr)
        sql::bind_condition(to, of, *where, spoken);
}

/// A statement and its arguments.
struct list_statement {
    std::string text{};
    sql::arguments arguments{};
};

/// The statement that reads the rows asked for. `seen`, `caller_id`: whose they are.
[[nodiscard]] inline list_statement write_request(
    const table& of,
    const read_request& asked,
    sql::visibility seen,
    std::string_view caller_id,
    sql::dialect spoken
) {
    const bool is_ordered = asked.needs_order || spoken == sql::dialect::postgres || asked.from ||
                            asked.limit_rows || asked.offset_rows != 0;
    const sql::list_shape shape{
        .columns = asked.columns,
        .where = asked.where,
        .seen = seen,
        .order = asked.order,
        .is_ordered = is_ordered,
        .from = asked.from ? &*asked.from : nullptr,
        .has_limit = asked.limit_rows.has_value(),
        .has_offset = asked.offset_rows != 0,
        .is_past = asked.as_of.has_value(),
    };
    list_statement made{.arguments = arguments_for(of, seen.rows, caller_id)};
    bind_moment(made.arguments, asked.as_of, spoken);
    bind_where(made.arguments, of, asked.where, spoken);
    sql::bind_position(made.arguments, of, shape, spoken);
    if (asked.limit_rows)
        sql::bind_row_number(made.arguments, *asked.limit_rows, spoken);
    if (shape.has_offset)
        sql::bind_row_number(made.arguments, asked.offset_rows, spoken);
    made.text = sql::written(spoken, [&](sql::writer& out) { sql::write_list(out, of, shape); });
    return made;
}

} // namespace detail

} // namespace weir
