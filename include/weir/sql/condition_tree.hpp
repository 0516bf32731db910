// SPDX-License-Identifier: Apache-2.0
// Conditions as values: a tree of comparisons, built by typed column handles (condition.hpp) or at
// run time from a query. where.hpp turns them into SQL. Costs what core/value.hpp costs.
//
// NULL, the same in both dialects: a comparison with a column that is NULL is neither true nor
// false, and neither is its negation, so that `c::x == 1`, `c::x != 1` and `not (c::x == 1)` all
// leave out rows where x is NULL. Ask for them: `c::x != 1 or c::x.is_null()`. The same holds for
// what an array or a map contains. Only is_null, is_not_null and is_distinct always know.
// Text is equal, and ordered, by its bytes in both dialects.
#pragma once

#include <weir/core/value.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::sql {

enum class comparison : std::uint8_t {
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    like,
    ilike,
    in,
    is_null,
    is_not_null,
    /// Differs from a value, where NULL differs from every value: never neither true nor false.
    is_distinct,
    /// An array holds all of the values; a map all of the entries.
    contains,
    /// An array holds nothing but the values; a map nothing but the entries.
    contained_in,
    /// An array shares a value; a map an entry.
    overlaps,
    /// A map has all of the keys.
    has_keys,
    /// A map has no keys but these.
    keys_in,
    /// A map has one of the keys.
    has_any_key,
};

/// Whether a comparison is about what an array or a map contains.
[[nodiscard]] constexpr bool is_containment(comparison how) noexcept {
    return how >= comparison::contains;
}

/// Whether a comparison is about the keys of a map.
[[nodiscard]] constexpr bool is_about_keys(comparison how) noexcept {
    return how >= comparison::has_keys;
}

/// A condition on the rows of a table: a comparison of one column, or several conditions together.
/// A default-constructed one holds for every row.
struct condition {
    enum class form : std::uint8_t { all_of, any_of, compare };

    form is = form::all_of;
    /// Holds where the rest does not.
    bool negated = false;
    comparison how = comparison::equal;
    /// Position in `table::columns`.
    std::uint16_t column = 0;
    /// None for is_null and is_not_null, any number for `in` and for what containers contain (a
    /// map's entries as key, value, key, value, …), else one. Never NULL.
    std::vector<any_value> values{};
    std::vector<condition> parts{};

    /// Whether it holds for every row.
    [[nodiscard]] bool is_always() const noexcept {
        return is == form::all_of && parts.empty() && !negated;
    }

    friend bool operator==(const condition&, const condition&) = default;
};

[[nodiscard]] inline condition
compare(std::uint16_t column, comparison how, std::vector<any_value> values = {}) {
    condition made;
    made.is = condition::form::compare;
    made.how = how;
    made.column = column;
    made.values = std::move(values);
    return made;
}

/// Conditions that must all hold; none holds always.
[[nodiscard]] inline condition all_of(std::vector<condition> parts) {
    condition made;
    made.parts = std::move(parts);
    return made;
}

/// Conditions of which one must hold; none never holds.
[[nodiscard]] inline condition any_of(std::vector<condition> parts) {
    condition made;
    made.is = condition::form::any_of;
    made.parts = std::move(parts);
    return made;
}

[[nodiscard]] inline condition negation(condition of) {
    of.negated = !of.negated;
    return of;
}

namespace detail {

/// Both conditions in one group of a form, without groups inside groups of the same form.
inline condition join(condition::form form, condition left, condition right) {
    if (left.is != form || left.negated) {
        condition group;
        group.is = form;
        group.parts.push_back(std::move(left));
        left = std::move(group);
    }
    if (right.is == form && !right.negated) {
        for (auto& part : right.parts)
            left.parts.push_back(std::move(part));
    } else {
        left.parts.push_back(std::move(right));
    }
    return left;
}

} // namespace detail

} // namespace weir::sql
