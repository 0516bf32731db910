// SPDX-License-Identifier: Apache-2.0
// Typed conditions: `c::oileur > 100'000 and not c::spuddate.is_null()` over the column handles of
// generated code. What NULL does is said in condition_tree.hpp. Costs what operand.hpp costs.
#pragma once

#include <weir/sql/condition_tree.hpp>
#include <weir/sql/operand.hpp>
#include <weir/table/handle.hpp>
#include <weir/table/table.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::sql {

/// A condition on the rows of `Row`.
template <class Row>
class typed_condition {
public:
    using row_type = Row;

    /// Holds for every row.
    typed_condition() = default;

    explicit typed_condition(condition untyped) : untyped_(std::move(untyped)) {}

    /// Lifetime: as this condition.
    [[nodiscard]] const condition& untyped() const& noexcept { return untyped_; }

    [[nodiscard]] condition untyped() && noexcept { return std::move(untyped_); }

private:
    condition untyped_;
};

template <class Left, class Right>
[[nodiscard]] auto operator&&(typed_condition<Left> left, typed_condition<Right> right) {
    static_assert(
        std::same_as<Left, Right>,
        "weir: these conditions are about rows of different tables; a condition is about one"
    );
    if (left.untyped().is_always())
        return typed_condition<Left>{std::move(right).untyped()};
    if (right.untyped().is_always())
        return left;
    return typed_condition<Left>{
        detail::join(condition::form::all_of, std::move(left).untyped(), std::move(right).untyped())
    };
}

template <class Left, class Right>
[[nodiscard]] auto operator||(typed_condition<Left> left, typed_condition<Right> right) {
    static_assert(
        std::same_as<Left, Right>,
        "weir: these conditions are about rows of different tables; a condition is about one"
    );
    if (left.untyped().is_always())
        return left;
    if (right.untyped().is_always())
        return typed_condition<Left>{std::move(right).untyped()};
    return typed_condition<Left>{
        detail::join(condition::form::any_of, std::move(left).untyped(), std::move(right).untyped())
    };
}

template <class Row>
[[nodiscard]] typed_condition<Row> operator!(typed_condition<Row> of) {
    return typed_condition<Row>{negation(std::move(of).untyped())};
}

namespace detail {

template <class Row>
[[nodiscard]] const column& column_at(std::uint16_t position) noexcept {
    return table_of<Row>.columns[position];
}

template <bool Ordered, class Row, class Value, class Other>
[[nodiscard]] typed_condition<Row>
compare_column(handle<Row, Value> with, comparison how, const Other& other) {
    if constexpr (check_operand<Value, std::decay_t<Other>>()) {
        static_assert(
            !Ordered || is_ordered<Value>,
            "weir: values of this column have no order in the database; compare it with ==, != or "
            "in()"
        );
        return typed_condition<Row>{
            compare(with.index, how, {to_operand<Value>(column_at<Row>(with.index), other)})
        };
    } else {
        return {};
    }
}

} // namespace detail

} // namespace weir::sql

namespace weir {

template <class Row, class Value>
template <class Other>
sql::typed_condition<Row> handle<Row, Value>::is_distinct_from(const Other& other) const {
    return sql::detail::compare_column<false>(*this, sql::comparison::is_distinct, other);
}

template <class Row, class Value, class Other>
[[nodiscard]] sql::typed_condition<Row> operator==(handle<Row, Value> with, const Other& other) {
    return sql::detail::compare_column<false>(with, sql::comparison::equal, other);
}

template <class Row, class Value, class Other>
[[nodiscard]] sql::typed_condition<Row> operator!=(handle<Row, Value> with, const Other& other) {
    return sql::detail::compare_column<false>(with, sql::comparison::not_equal, other);
}

template <class Row, class Value, class Other>
[[nodiscard]] sql::typed_condition<Row> operator<(handle<Row, Value> with, const Other& other) {
    return sql::detail::compare_column<true>(with, sql::comparison::less, other);
}

template <class Row, class Value, class Other>
[[nodiscard]] sql::typed_condition<Row> operator<=(handle<Row, Value> with, const Other& other) {
    return sql::detail::compare_column<true>(with, sql::comparison::less_equal, other);
}

template <class Row, class Value, class Other>
[[nodiscard]] sql::typed_condition<Row> operator>(handle<Row, Value> with, const Other& other) {
    return sql::detail::compare_column<true>(with, sql::comparison::greater, other);
}

template <class Row, class Value, class Other>
[[nodiscard]] sql::typed_condition<Row> operator>=(handle<Row, Value> with, const Other& other) {
    return sql::detail::compare_column<true>(with, sql::comparison::greater_equal, other);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::is_null() const {
    return sql::typed_condition<Row>{sql::compare(index, sql::comparison::is_null)};
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::is_not_null() const {
    return sql::typed_condition<Row>{sql::compare(index, sql::comparison::is_not_null)};
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::like(std::string_view pattern) const {
    static_assert(
        std::same_as<Value, std::string>, "weir: like() is for text; this column holds none"
    );
    return sql::typed_condition<Row>{
        sql::compare(index, sql::comparison::like, {any_value{std::string{pattern}}})
    };
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::ilike(std::string_view pattern) const {
    static_assert(
        std::same_as<Value, std::string>, "weir: ilike() is for text; this column holds none"
    );
    return sql::typed_condition<Row>{
        sql::compare(index, sql::comparison::ilike, {any_value{std::string{pattern}}})
    };
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::in(std::initializer_list<Value> values) const {
    return in(std::span<const Value>{values.begin(), values.size()});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::in(std::span<const Value> values) const {
    if constexpr (sql::detail::check_operand<Value, Value>()) {
        std::vector<any_value> operands;
        operands.reserve(values.size());
        for (const auto& value : values) {
            operands.push_back(
                sql::detail::to_operand<Value>(sql::detail::column_at<Row>(index), value)
            );
        }
        return sql::typed_condition<Row>{
            sql::compare(index, sql::comparison::in, std::move(operands))
        };
    } else {
        return {};
    }
}

} // namespace weir
