// SPDX-License-Identifier: Apache-2.0
// Statements that take conditions, written at run time: list, count, and changes of many rows or
// under a precondition. Costs what keyset.hpp and update.hpp cost.
#pragma once

#include <weir/core/error.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/order.hpp>
#include <weir/sql/past.hpp>
#include <weir/sql/update.hpp>
#include <weir/sql/where.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weir::sql {

/// What a list asks for.
/// Lifetime: everything it refers to must outlive its use.
struct list_shape {
    /// Columns to select, in this order; empty: all.
    column_indexes columns{};
    const condition* where = nullptr;
    visibility seen{};
    /// The key follows by itself, ascending, where it does not hold it already.
    std::span<const order_term> order{};
    /// Whether rows come in that order. False, without a position, limit and offset only: as the
    /// database has them.
    bool is_ordered = true;
    /// Where to begin, nullptr: at the first row. Read backwards, rows come last first.
    const list_position* from = nullptr;
    /// Whether the statement takes a limit, and after it an offset.
    bool has_limit = true;
    bool has_offset = false;
    /// Whether rows are selected as they were at a time, which the statement takes right after the
    /// caller.
    bool is_past = false;
};

namespace detail {

/// Errors: throws validation_error when a statement has more parameters than the dialect allows.
inline void check_parameters(const writer& out) {
    if (out.parameters() > max_parameters(out.speaks())) {
        throw validation_error(
            {{"too_many_values", {}, "The request holds more values than one statement may carry"}}
        );
    }
}

inline void write_asked(
    writer& out,
    const table& of,
    const condition* asked,
    visibility seen,
    std::size_t caller,
    std::size_t change = 0
) {
    where_clause where{out};
    if (asked != nullptr)
        write_condition(out, where, of, *asked);
    write_visible(out, where, of, "t", seen, caller);
    write_kept(out, where, of, "t", change);
}

/// The order in which a list's statement gives its rows.
[[nodiscard]] inline std::vector<order_term>
order_of_statement(const table& of, std::span<const order_term> order, const list_position* from) {
    auto whole = whole_order(of, order);
    if (from != nullptr && from->towards == direction::backward)
        reverse(whole);
    return whole;
}

} // namespace detail

/// Lists rows: condition, position, visibility, an order that ends in the key, limit and offset.
///
/// Errors: throws validation_error for what cannot be asked of this table, for another order's
///         position, and for more values than a statement may carry.
inline void write_list(writer& out, const table& of, const list_shape& shape) {
    const auto caller = take_caller(out, of, shape.seen.rows);
    const auto moment = shape.is_past ? out.take() : 0;
    out.put("select ");
    if (shape.columns.empty()) {
        write_selected(out, "t", of);
    } else {
        separator comma;
        for (const auto position : shape.columns) {
            out.put(comma.next());
            write_selected(out, "t", of.columns[position]);
        }
    }
    write_source(out, of, shape.seen.rows, caller, moment);
    const auto order = detail::order_of_statement(of, shape.order, shape.from);
    where_clause where{out};
    if (shape.where != nullptr)
        write_condition(out, where, of, *shape.where);
    if (shape.from != nullptr)
        write_keyset(out, where, of, order, *shape.from);
    write_visible(out, where, of, "t", shape.seen, caller);
    if (shape.is_ordered)
        write_whole_order(out, of, order);
    if (shape.has_limit)
        out.put(" limit ").parameter(out.take());
    if (shape.has_offset)
        out.put(" offset ").parameter(out.take());
    detail::check_parameters(out);
}

/// Adds the values of a list's position, if it has one. Lifetime: as bind_condition().
inline void bind_position(arguments& to, const table& of, const list_shape& shape, dialect spoken) {
    if (shape.from == nullptr)
        return;
    const auto order = detail::order_of_statement(of, shape.order, shape.from);
    bind_keyset(to, of, order, *shape.from, spoken);
}

/// Adds a limit or an offset.
/// Errors: throws validation_error for a number the dialect cannot take.
inline void bind_row_number(arguments& to, std::uint64_t number, dialect spoken) {
    const auto& type = limit_type(spoken);
    const auto most =
        type.kind == type::int32 ? std::uint64_t{INT32_MAX} : std::uint64_t{INT64_MAX};
    if (number > most)
        throw validation_error({{"out_of_range", {}, "The limit or offset is too large"}});
    to.add_written(type, [&](std::string& out) {
        append_text(out, static_cast<std::int64_t>(number), format_of(spoken));
    });
}

/// Counts rows; `is_past` as list_shape::is_past.
inline void write_count(
    writer& out,
    const table& of,
    const condition* asked = nullptr,
    visibility seen = {},
    bool is_past = false
) {
    const auto caller = take_caller(out, of, seen.rows);
    const auto moment = is_past ? out.take() : 0;
    out.put("select count(*)");
    write_source(out, of, seen.rows, caller, moment);
    detail::write_asked(out, of, asked, seen, caller);
    detail::check_parameters(out);
}

/// Whether a statement changes nothing when more rows match than its last argument says.
enum class row_limit : bool { none, given };

namespace detail {

/// Counts in the statement itself: no row can come to match between counting and changing.
inline void write_row_limit(
    writer& out,
    where_clause& where,
    const table& of,
    const condition& asked,
    visibility seen,
    std::size_t caller,
    row_limit most
) {
    if (most == row_limit::none)
        return;
    where.also().put("(select count(*) from ").name(of).put(" as g");
    where_clause counted{out};
    if (!asked.is_always()) {
        counted.also();
        write_condition(out, of, asked, "g");
    }
    write_visible(out, counted, of, "g", seen, caller);
    out.put(") <= ").parameter(out.take());
}

} // namespace detail

/// Sets the same values in all rows that meet a condition. With a row_limit the condition's values
/// come once more, then the limit.
///
/// Errors: throws validation_error for a column of a unique set: nothing would keep two rows of a
///         warehouse from getting the same value, and two rows cannot have it anyway.
inline void write_update_where(
    writer& out,
    const table& of,
    column_indexes columns,
    const condition& asked,
    visibility seen = {},
    returning back = returning::nothing,
    row_limit most = row_limit::none
) {
    if (columns.empty())
        throw configuration_error("weir: an update must set at least one column");
    for (const auto& set : of.unique) {
        if (detail::share(set.columns, columns)) {
            detail::refuse_condition(
                of.columns[set.columns.front()], "unique", "is unique: change it row by row"
            );
        }
    }
    const auto caller = take_caller(out, of, seen.rows);
    const auto change = take_change(out, of);
    out.put("update ").name(of).put(" as t");
    const auto first = out.parameters() + 1;
    detail::write_assignments(out, of, columns);
    where_clause where{out};
    write_condition(out, where, of, asked);
    write_visible(out, where, of, "t", seen, caller);
    detail::write_update_checks(
        out, where, of, {.columns = columns, .first = first}, seen.rows, caller
    );
    detail::write_row_limit(out, where, of, asked, seen, caller, most);
    write_kept(out, where, of, "t", change);
    detail::write_returning(out, of, back);
    detail::check_parameters(out);
}

/// Deletes all rows that meet a condition: softly where the table keeps deleted rows.
inline void write_remove_where(
    writer& out,
    const table& of,
    const condition& asked,
    scope rows = {},
    returning back = returning::nothing,
    row_limit most = row_limit::none
) {
    const auto caller = take_caller(out, of, rows);
    const auto change = take_change(out, of);
    detail::write_removal(out, of);
    where_clause where{out};
    write_condition(out, where, of, asked);
    write_visible(out, where, of, "t", {.rows = rows}, caller);
    detail::write_row_limit(out, where, of, asked, {.rows = rows}, caller, most);
    write_kept(out, where, of, "t", change);
    detail::write_returning(out, of, back);
    detail::check_parameters(out);
}

/// Deletes all rows that meet a condition for good.
inline void write_purge_where(
    writer& out,
    const table& of,
    const condition& asked,
    visibility seen = {scope::caller, deleted::include}
) {
    const auto caller = take_caller(out, of, seen.rows);
    const auto change = take_change(out, of);
    out.put("delete from ").name(of).put(" as t");
    detail::write_asked(out, of, &asked, seen, caller, change);
    detail::check_parameters(out);
}

} // namespace weir::sql
