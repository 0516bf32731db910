// SPDX-License-Identifier: Apache-2.0
// A query in slices, for a session that is not given its result whole. Light: statement, text
// field.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/sql/statement.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace weir {

/// The same rows as one query's, by several statements that each begin behind the row the one
/// before ended with.
/// Threads: not two at once.
class query_slices {
public:
    query_slices() = default;
    query_slices(const query_slices&) = delete;
    query_slices(query_slices&&) = delete;
    query_slices& operator=(const query_slices&) = delete;
    query_slices& operator=(query_slices&&) = delete;
    virtual ~query_slices() = default;

    /// The statement of the next slice, of at most `rows` rows; adds its arguments. Empty: the
    /// query is at its end.
    [[nodiscard]] virtual std::string next(sql::arguments& arguments, std::uint64_t rows) = 0;

    /// The query's own fields of a row. After the `last` row of a slice the next one begins.
    [[nodiscard]] virtual std::span<const text_field>
    take(std::span<const text_field> row, bool last) = 0;
};

} // namespace weir
