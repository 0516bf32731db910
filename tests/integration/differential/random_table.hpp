// SPDX-License-Identifier: Apache-2.0
// Random tables, rows and lists, the same for the same seed: what the differential test asks of
// both backends.
#pragma once

#include <weir/core/value.hpp>
#include <weir/sql/dialect.hpp>
#include <weir/sql/statement.hpp>
#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace test {

class chance {
public:
    explicit chance(std::uint64_t seed) : engine_(seed) {}

    /// A number from 0 up to, not including, `end`.
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_);
    }

    bool one_in(std::size_t of) { return below(of) == 0; }

    template <class T>
    const T& of(const std::vector<T>& choices) {
        return choices[below(choices.size())];
    }

    template <class T>
    T of(std::initializer_list<T> choices) {
        return choices.begin()[below(choices.size())];
    }

    std::uint64_t bits() { return engine_(); }

private:
    std::mt19937_64 engine_;
};

/// One value of a column: NULL, a scalar, or a container as JSON text whose items are told apart.
struct cell {
    weir::any_value scalar{};
    /// Of an array.
    std::vector<weir::any_value> items{};
    /// Of a map, or any JSON.
    std::string json{};
    bool is_null = false;
};

/// The facts of a table made up at run time, which are views of what this object owns.
class random_table {
public:
    random_table(chance& with, std::size_t number);

    random_table(const random_table&) = delete;
    random_table(random_table&&) = delete;
    random_table& operator=(const random_table&) = delete;
    random_table& operator=(random_table&&) = delete;
    ~random_table() = default;

    [[nodiscard]] const weir::table& facts() const noexcept { return facts_; }

    /// A row whose key no other row number has; a cell per column.
    [[nodiscard]] std::vector<cell> row(chance& with, std::size_t number) const;

    /// A value a column of this type may hold.
    [[nodiscard]] static cell value(chance& with, const weir::column_type& of);

private:
    const std::string& keep(std::string text) { return texts_.emplace_back(std::move(text)); }

    weir::column_type random_type(chance& with);

    std::deque<std::string> texts_{};
    std::deque<weir::column_type> types_{};
    std::vector<weir::column> columns_{};
    std::vector<std::uint16_t> key_{};
    weir::table facts_{};
};

/// Adds a cell to a statement's arguments, as its column's codec would.
void add_cell(
    weir::sql::arguments& to,
    const cell& value,
    const weir::column_type& of,
    weir::sql::dialect spoken
);

/// The query of a random list, encoded, without `?`. Literals are mostly taken from `rows`.
[[nodiscard]] std::string
random_query(chance& with, const weir::table& of, const std::vector<std::vector<cell>>& rows);

/// The same of a query in a body.
[[nodiscard]] std::string
random_body(chance& with, const weir::table& of, const std::vector<std::vector<cell>>& rows);

/// A value as a filter spells it, not encoded; absent for what no filter takes.
[[nodiscard]] std::optional<std::string> literal_of(const cell& value, const weir::column_type& of);

} // namespace test
