// SPDX-License-Identifier: Apache-2.0
// A typed name for one column of one row type; generated code makes one per column. Costs
// <initializer_list>, <span> and <string_view>; what its members do needs sql/condition.hpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace weir {

namespace sql {

template <class Row>
class typed_condition;

} // namespace sql

namespace detail {

/// Stands where a column has no items, so that the misuse is told by a sentence.
struct no_items {
    template <class T>
    no_items(const T& /*any*/) {} // NOLINT(*-explicit-*): takes whatever is written.
};

/// What a container of a column holds: a vector's elements, a map's entries.
template <class Value>
struct items_of {
    using type = no_items;
};

template <class Value>
    requires requires { typename Value::value_type; } &&
             (!requires(const Value& text) { text.c_str(); })
struct items_of<Value> {
    using type = typename Value::value_type;
};

/// The keys of a map.
template <class Value>
struct keys_of {
    using type = no_items;
};

template <class Value>
    requires requires { typename Value::key_type; }
struct keys_of<Value> {
    using type = typename Value::key_type;
};

} // namespace detail

/// Column `index` of `Row`, whose values are `Value` (never optional). Conditions are written with
/// it: `c::oileur > 100'000 and not c::spuddate.is_null()`.
template <class Row, class Value>
struct handle {
    using row_type = Row;
    using value_type = Value;
    using item_type = typename detail::items_of<Value>::type;
    using key_type = typename detail::keys_of<Value>::type;

    std::uint16_t index = 0;

    [[nodiscard]] sql::typed_condition<Row> is_null() const;
    [[nodiscard]] sql::typed_condition<Row> is_not_null() const;
    /// Matches a pattern: `%` any text, `_` one character, `\` before either for itself.
    [[nodiscard]] sql::typed_condition<Row> like(std::string_view pattern) const;
    /// Like like(), whatever the case of letters.
    [[nodiscard]] sql::typed_condition<Row> ilike(std::string_view pattern) const;
    /// Equals one of the values; none equals nothing.
    [[nodiscard]] sql::typed_condition<Row> in(std::initializer_list<Value> values) const;
    [[nodiscard]] sql::typed_condition<Row> in(std::span<const Value> values) const;

    // Arrays of scalars, by their elements, and maps of scalars, by their entries
    // (`c::extras.contains({{"a", "1"}})`). Of NULL none of these is true, nor is its negation.

    /// Holds all of the items; any holds none.
    [[nodiscard]] sql::typed_condition<Row> contains(std::initializer_list<item_type> items) const;
    [[nodiscard]] sql::typed_condition<Row> contains(std::span<const item_type> items) const;
    /// Holds nothing but the items.
    [[nodiscard]] sql::typed_condition<Row> contained_in(std::initializer_list<item_type> items
    ) const;
    [[nodiscard]] sql::typed_condition<Row> contained_in(std::span<const item_type> items) const;
    /// Holds one of the items; none holds one of none.
    [[nodiscard]] sql::typed_condition<Row> overlaps(std::initializer_list<item_type> items) const;
    [[nodiscard]] sql::typed_condition<Row> overlaps(std::span<const item_type> items) const;

    // Maps, by their keys.

    [[nodiscard]] sql::typed_condition<Row> has_key(const key_type& key) const;
    /// Has all of the keys.
    [[nodiscard]] sql::typed_condition<Row> has_keys(std::initializer_list<key_type> keys) const;
    [[nodiscard]] sql::typed_condition<Row> has_keys(std::span<const key_type> keys) const;
    /// Has one of the keys.
    [[nodiscard]] sql::typed_condition<Row> has_any_key(std::initializer_list<key_type> keys) const;
    [[nodiscard]] sql::typed_condition<Row> has_any_key(std::span<const key_type> keys) const;
    /// Has no keys but these.
    [[nodiscard]] sql::typed_condition<Row> keys_in(std::initializer_list<key_type> keys) const;
    [[nodiscard]] sql::typed_condition<Row> keys_in(std::span<const key_type> keys) const;

    /// Differs from a value, NULL included: `not c::x.is_distinct_from(1)` is never unknown.
    template <class Other>
    [[nodiscard]] sql::typed_condition<Row> is_distinct_from(const Other& other) const;
};

} // namespace weir
