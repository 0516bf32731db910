// SPDX-License-Identifier: Apache-2.0
// Reads the rows that belong to a page of other rows, as text: one statement for all of them. Costs
// data/table_reader.hpp and data/key_set.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/key_set.hpp>
#include <weir/data/session.hpp>
#include <weir/data/table_reader.hpp>
#include <weir/sql/related.hpp>
#include <weir/table/table.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace weir {

/// The two ends of a relation, seen from the table whose rows are at hand.
struct link {
    /// The table at the other end.
    const table* to = nullptr;
    /// Columns of the table at hand that hold the key.
    column_indexes from{};
    /// Columns of the other table that hold the same key.
    column_indexes by{};
    /// The other rows refer to this one, so there may be any number of them.
    bool is_many = false;
};

/// From rows to what they refer to.
[[nodiscard]] inline link link_to_parent(const relation& along) {
    return {&along.target(), along.from, along.target().key, false};
}

/// From rows to those of `children` that refer to them.
[[nodiscard]] inline link link_to_children(const relation& along, const table& children) {
    return {&children, along.target().key, along.from, true};
}

/// The ends of an inclusion of `in`.
[[nodiscard]] inline link link_of(const table& in, const inclusion& each) {
    const auto& along = relation_of(in, each);
    return each.is_many ? link_to_children(along, each.of()) : link_to_parent(along);
}

/// Which of the related rows are read.
/// Lifetime: everything it refers to until the read returns.
struct related_request {
    const sql::condition* where = nullptr;
    /// Of the rows of one key; the key of the table follows by itself.
    std::span<const sql::order_term> order{};
    /// Positions of the columns, in the order of the fields.
    column_indexes columns{};
    /// In rows of one key.
    std::uint64_t limit_rows = 100;
    /// In rows of one key.
    std::uint64_t offset_rows = 0;
    /// In rows, for all keys together.
    std::uint64_t most_rows = 10'000;
    sql::deleted removed = sql::deleted::exclude;
};

/// Reads the rows at the other end of a link, with their table's own isolation: key by key, those
/// of one key in order.
///
/// Errors:   the session's; authentication_error for a table with `access` on a session for nobody.
/// Lifetime: the result as the session's.
template <class Session>
[[nodiscard]] auto select_related(
    Session& on,
    const link& along,
    const key_set& keys,
    const related_request& asked,
    std::optional<deadline> until = {}
) {
    const auto& of = *along.to;
    const auto* const who = detail::caller_of(on);
    if (of.access.rule != access_rule::open && who == nullptr)
        throw authentication_error{
            "Table '" + std::string{of.name} + "' is for known callers only"
        };
    const sql::visibility seen{detail::readable_scope(of, who), asked.removed};
    const sql::related_shape shape{
        .columns = asked.columns,
        .by = along.by,
        .where = asked.where,
        .seen = seen,
        .order = asked.order,
        .is_many = along.is_many,
    };
    sql::arguments arguments;
    if (sql::binds_caller(of, seen.rows))
        arguments.add_text(who->id, sql::text_type);
    keys.bind(arguments, of, along.by, on.dialect());
    if (asked.where != nullptr)
        sql::bind_condition(arguments, of, *asked.where, on.dialect());
    if (along.is_many) {
        sql::bind_row_number(arguments, asked.offset_rows, on.dialect());
        sql::bind_row_number(arguments, asked.offset_rows + asked.limit_rows, on.dialect());
    }
    sql::bind_row_number(arguments, asked.most_rows, on.dialect());
    const auto text =
        sql::written(on.dialect(), [&](sql::writer& out) { sql::write_related(out, of, shape); });
    return on.execute(
        {text, of.name, sql::verb::select, sql::reach_of(of)}, arguments, until.value_or(deadline{})
    );
}

} // namespace weir
