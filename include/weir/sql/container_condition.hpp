// SPDX-License-Identifier: Apache-2.0
// Typed conditions on what arrays and maps contain: `c::tags.contains({"red"})`,
// `c::extras.has_key("a")`. Costs what condition.hpp costs.
#pragma once

#include <weir/sql/condition.hpp>
#include <weir/sql/condition_tree.hpp>
#include <weir/sql/operand.hpp>
#include <weir/table/column.hpp>
#include <weir/table/handle.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::sql::detail {

template <class Value>
inline constexpr bool holds_entries =
    !std::is_same_v<typename weir::detail::keys_of<Value>::type, weir::detail::no_items>;

/// Whether a column can be asked what it contains: an array of scalars, or a map of them.
template <class Value>
[[nodiscard]] constexpr bool can_be_asked_for_items() {
    using item = typename weir::detail::items_of<Value>::type;
    if constexpr (holds_entries<Value>) {
        return is_comparable<typename Value::mapped_type>;
    } else {
        return is_comparable<item> && !std::is_same_v<item, weir::detail::no_items>;
    }
}

/// Appends an item as values of the column's type: an element, or an entry as key and value.
///
/// Errors: throws validation_error when the column can hold no such value.
template <class Value, class Item>
void add_operands(std::vector<any_value>& to, const column& of, const Item& item) {
    if constexpr (holds_entries<Value>) {
        to.push_back(to_operand<typename Value::key_type>(of, item.first));
        to.push_back(to_operand<typename Value::mapped_type>(of, item.second));
    } else {
        to.push_back(to_operand<Item>(of, item));
    }
}

template <class Row, class Value>
[[nodiscard]] typed_condition<Row> ask_items(
    handle<Row, Value> of,
    comparison how,
    std::span<const typename handle<Row, Value>::item_type> items
) {
    constexpr bool fits = can_be_asked_for_items<Value>();
    static_assert(
        fits,
        "weir: this column holds no array of scalars and no map of scalars; only those can be "
        "asked "
        "what they contain"
    );
    std::vector<any_value> values;
    if constexpr (fits) {
        values.reserve(items.size() * (holds_entries<Value> ? 2 : 1));
        for (const auto& item : items)
            add_operands<Value>(values, column_at<Row>(of.index), item);
    }
    return typed_condition<Row>{compare(of.index, how, std::move(values))};
}

template <class Row, class Value>
[[nodiscard]] typed_condition<Row> ask_keys(
    handle<Row, Value> of,
    comparison how,
    std::span<const typename handle<Row, Value>::key_type> keys
) {
    static_assert(
        holds_entries<Value>, "weir: this column holds no map; only a map can be asked for keys"
    );
    std::vector<any_value> values;
    if constexpr (holds_entries<Value>) {
        values.reserve(keys.size());
        for (const auto& key : keys)
            values.push_back(to_operand<typename Value::key_type>(column_at<Row>(of.index), key));
    }
    return typed_condition<Row>{compare(of.index, how, std::move(values))};
}

} // namespace weir::sql::detail

namespace weir {

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::contains(std::span<const item_type> items) const {
    return sql::detail::ask_items(*this, sql::comparison::contains, items);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::contains(std::initializer_list<item_type> items
) const {
    return contains(std::span<const item_type>{items.begin(), items.size()});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::contained_in(std::span<const item_type> items) const {
    return sql::detail::ask_items(*this, sql::comparison::contained_in, items);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::contained_in(std::initializer_list<item_type> items
) const {
    return contained_in(std::span<const item_type>{items.begin(), items.size()});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::overlaps(std::span<const item_type> items) const {
    return sql::detail::ask_items(*this, sql::comparison::overlaps, items);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::overlaps(std::initializer_list<item_type> items
) const {
    return overlaps(std::span<const item_type>{items.begin(), items.size()});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::has_key(const key_type& key) const {
    return has_keys(std::span<const key_type>{&key, 1});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::has_keys(std::span<const key_type> keys) const {
    return sql::detail::ask_keys(*this, sql::comparison::has_keys, keys);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::has_keys(std::initializer_list<key_type> keys) const {
    return has_keys(std::span<const key_type>{keys.begin(), keys.size()});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::has_any_key(std::span<const key_type> keys) const {
    return sql::detail::ask_keys(*this, sql::comparison::has_any_key, keys);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::has_any_key(std::initializer_list<key_type> keys
) const {
    return has_any_key(std::span<const key_type>{keys.begin(), keys.size()});
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::keys_in(std::span<const key_type> keys) const {
    return sql::detail::ask_keys(*this, sql::comparison::keys_in, keys);
}

template <class Row, class Value>
sql::typed_condition<Row> handle<Row, Value>::keys_in(std::initializer_list<key_type> keys) const {
    return keys_in(std::span<const key_type>{keys.begin(), keys.size()});
}

} // namespace weir
