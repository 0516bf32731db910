// SPDX-License-Identifier: Apache-2.0
// Pages by position: the predicate "comes after this row in that order", for orders of any
// directions over columns that may be NULL. Only values that a row had are parameters. Costs what
// order.hpp costs.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/value.hpp>
#include <weir/sql/order.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::sql {

/// Which way a list is read from a position. Pages are in the list's order either way.
enum class direction : std::uint8_t { forward, backward };

/// A place in an ordered list: at a row that is or was there.
struct list_position {
    /// What the row had in the columns of whole_order(), in its order; NULL where it had none.
    std::vector<any_value> values{};
    direction towards = direction::forward;
    /// Whether the row itself belongs to the page.
    bool inclusive = false;

    friend bool operator==(const list_position&, const list_position&) = default;
};

namespace detail {

/// Whether a value is of the kind that a column of a type holds.
[[nodiscard]] inline bool holds_kind(const any_value& value, type kind) noexcept {
    switch (kind) {
    case type::int8:
    case type::int16:
    case type::int32:
    case type::int64:
        return std::holds_alternative<std::int64_t>(value);
    case type::float32:
    case type::float64:
        return std::holds_alternative<double>(value);
    case type::decimal:
        return std::holds_alternative<scaled_decimal>(value);
    case type::string:
    case type::varchar:
    case type::fixed_char:
    case type::enumeration:
        return std::holds_alternative<std::string>(value);
    case type::boolean:
        return std::holds_alternative<bool>(value);
    case type::date:
        return std::holds_alternative<date>(value);
    case type::timestamp:
        return std::holds_alternative<timestamp>(value);
    case type::timestamp_ntz:
        return std::holds_alternative<timestamp_ntz>(value);
    case type::binary:
        return std::holds_alternative<std::vector<std::byte>>(value);
    case type::uuid:
        return std::holds_alternative<uuid>(value);
    case type::json:
    case type::array:
    case type::map:
    case type::structure:
        break;
    }
    return false;
}

/// Writes "the row under `t` comes after the position" term by term. Comparisons with NULL are
/// never true, and nothing here is negated, so that every row is either after, at or before.
class keyset_writer {
public:
    keyset_writer(
        writer& out, const table& of, std::span<const order_term> order, const list_position& from
    )
        : out_(&out), of_(&of), order_(order), from_(&from) {
        numbers_.reserve(order.size());
        for (const auto& value : from.values)
            numbers_.push_back(is_null(value) ? 0 : out.take());
    }

    void write(std::size_t at = 0) const {
        if (is_row_comparison(at))
            return write_row_comparison(at);
        const bool is_last = at + 1 == order_.size();
        if (numbers_[at] == 0) {
            is_last ? write_last_null(at) : write_null(at);
        } else {
            is_last ? write_last(at) : write_value(at);
        }
    }

private:
    [[nodiscard]] const column& column_at(std::size_t at) const {
        return of_->columns[order_[at].column];
    }

    [[nodiscard]] bool nulls_follow(std::size_t at) const {
        return may_be_null(column_at(at)) && !puts_nulls_first(order_[at]);
    }

    writer& name(std::size_t at) const {
        write_ordered(*out_, "t", column_at(at));
        return *out_;
    }

    void compare(std::size_t at, std::string_view how) const {
        name(at).put(how);
        write_argument(*out_, column_at(at).type, numbers_[at]);
    }

    [[nodiscard]] std::string_view follows(std::size_t at) const {
        return order_[at].descending ? " < " : " > ";
    }

    [[nodiscard]] std::string_view follows_or_is(std::size_t at) const {
        return order_[at].descending ? " <= " : " >= ";
    }

    [[nodiscard]] std::string_view follows_page(std::size_t at) const {
        return from_->inclusive ? follows_or_is(at) : follows(at);
    }

    // PostgreSQL finds `(a, b) > ($1, $2)` in an index on (a, b).
    [[nodiscard]] bool is_row_comparison(std::size_t first) const {
        if (!out_->is_postgres() || order_.size() - first < 2)
            return false;
        for (std::size_t at = first; at < order_.size(); ++at) {
            if (may_be_null(column_at(at)) || order_[at].descending != order_[first].descending)
                return false;
        }
        return true;
    }

    void write_row_comparison(std::size_t first) const {
        separator comma{", ", "("};
        for (std::size_t at = first; at < order_.size(); ++at) {
            out_->put(comma.next());
            name(at);
        }
        out_->put(")").put(follows_page(first));
        separator next{", ", "("};
        for (std::size_t at = first; at < order_.size(); ++at) {
            out_->put(next.next());
            write_argument(*out_, column_at(at).type, numbers_[at]);
        }
        out_->put(")");
    }

    void write_last(std::size_t at) const {
        if (!nulls_follow(at))
            return compare(at, follows_page(at));
        out_->put("(");
        compare(at, follows_page(at));
        out_->put(" or ");
        name(at).put(" is null)");
    }

    void write_value(std::size_t at) const {
        if (nulls_follow(at)) {
            out_->put("(");
            compare(at, follows(at));
            out_->put(" or ");
            name(at).put(" is null or (");
            compare(at, " = ");
            out_->put(" and ");
            write(at + 1);
            out_->put("))");
            return;
        }
        // The bound by itself, so that an index on the first column finds where to begin: over
        // 200,000 rows 0.2 ms instead of 43 ms.
        compare(at, follows_or_is(at));
        out_->put(" and (");
        compare(at, follows(at));
        out_->put(" or ");
        write(at + 1);
        out_->put(")");
    }

    void write_last_null(std::size_t at) const {
        if (!puts_nulls_first(order_[at])) {
            from_->inclusive ? name(at).put(" is null") : out_->put("false");
        } else {
            from_->inclusive ? out_->put("true") : name(at).put(" is not null");
        }
    }

    void write_null(std::size_t at) const {
        out_->put("(");
        name(at).put(puts_nulls_first(order_[at]) ? " is not null or " : " is null and ");
        write(at + 1);
        out_->put(")");
    }

    writer* out_;
    const table* of_;
    std::span<const order_term> order_;
    const list_position* from_;
    // The parameter of each value; 0 for NULL, which is compared with nothing.
    std::vector<std::size_t> numbers_{};
};

} // namespace detail

/// Whether a position is one in an order: a value of each column's kind, or NULL where one may be.
[[nodiscard]] inline bool
is_position_in(const table& of, std::span<const order_term> whole, const list_position& from) {
    if (from.values.size() != whole.size())
        return false;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        const auto& column = of.columns[whole[at].column];
        const auto& value = from.values[at];
        if (is_null(value) ? !detail::may_be_null(column)
                           : !detail::holds_kind(value, column.type.kind))
            return false;
    }
    return true;
}

/// Errors: throws validation_error for a position of another order.
inline void
check_position(const table& of, std::span<const order_term> whole, const list_position& from) {
    if (!is_position_in(of, whole, from))
        throw validation_error({{"position", {}, "The position belongs to another order"}});
}

/// Adds "the row comes after the position", taking a parameter for each value that is not NULL.
/// `order`: whole_order(), reversed where the position is read backwards.
///
/// Errors: throws validation_error for a position of another order.
inline void write_keyset(
    writer& out,
    where_clause& where,
    const table& of,
    std::span<const order_term> order,
    const list_position& from
) {
    check_position(of, order, from);
    where.also();
    detail::keyset_writer{out, of, order, from}.write();
}

/// Adds the position's values. Lifetime: `of` must outlive the arguments.
inline void bind_keyset(
    arguments& to,
    const table& of,
    std::span<const order_term> order,
    const list_position& from,
    dialect spoken
) {
    check_position(of, order, from);
    for (std::size_t at = 0; at < order.size(); ++at) {
        if (is_null(from.values[at]))
            continue;
        to.add_written(of.columns[order[at].column].type, [&](std::string& out) {
            append_text(out, from.values[at], format_of(spoken));
        });
    }
}

} // namespace weir::sql
