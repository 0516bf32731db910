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

/// Column `index` of `Row`, whose values are `Value` (never optional). Conditions are written with
/// it: `c::oileur > 100'000 and not c::spuddate.is_null()`.
template <class Row, class Value>
struct handle {
    using row_type = Row;
    using value_type = Value;

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
};

} // namespace weir
