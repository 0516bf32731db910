// SPDX-License-Identifier: Apache-2.0
// Made-up rows of one table: whole rows that keep every rule that is declared, and the rows of
// other tables that they refer to. Costs value_maker.hpp and row_check.hpp.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "dice.hpp"
#include "row_check.hpp"
#include "value_maker.hpp"

namespace weir::ops {

/// Who made-up rows are inserted by: how they are known again.
inline constexpr std::string_view sample_actor = "weir-sample";

/// Keys of rows that may be referred to: for each the key's columns as JSON.
using parent_keys = std::vector<std::vector<std::string>>;

/// Makes rows as JSON, by their number. Lifetime: refers to the facts.
class sampler {
public:
    sampler(const table& of, std::uint64_t seed, std::vector<std::string> owners);

    /// The first column that no value can be made for, and why; absent: none.
    [[nodiscard]] std::optional<std::pair<std::size_t, std::string>> problem() const;

    /// Rows that a relation may refer to; for one to the table itself, those made before.
    void set_parents(std::size_t relation, parent_keys keys) {
        parents_[relation] = std::move(keys);
    }

    [[nodiscard]] parent_keys& parents(std::size_t relation) { return parents_[relation]; }

    /// The numbers that the sequence of an identity column gave, for rows in their order.
    void set_numbers(std::uint64_t first_row, std::vector<std::string> numbers) {
        first_numbered_ = first_row;
        numbers_ = std::move(numbers);
    }

    /// Makes a row. False: it has values that must be another row's alone, or refers to rows that
    /// are not there; `why` says which.
    [[nodiscard]] bool make(row_place at, std::string& object, std::string& why);

    /// What of the last row must be its alone, for release().
    [[nodiscard]] const std::vector<std::uint64_t>& taken() const noexcept { return taken_; }

    /// Gives back what a row had that is not used.
    void release(const std::vector<std::uint64_t>& taken);

    /// The key of the last row as JSON, column by column.
    [[nodiscard]] std::vector<std::string> key() const;

private:
    struct unique_values {
        std::vector<std::uint16_t> columns{};
        std::unordered_set<std::uint64_t> seen{};
    };

    bool refer(row_place at, dice& by, std::string& why);
    bool pick_parent(std::size_t relation, row_place at, dice& by, std::string& why);
    void make_value(std::size_t column, row_place at, dice& by);
    [[nodiscard]] bool is_distinct(std::size_t column) const;

    const table* of_;
    std::uint64_t seed_;
    std::vector<std::string> owners_;
    std::vector<value_maker> makers_{};
    std::vector<distinctness> distinct_;
    std::vector<unique_values> unique_{};
    std::vector<parent_keys> parents_;
    std::vector<std::string> numbers_{};
    std::uint64_t first_numbered_ = 0;
    /// One for each of unique_; 0: it has none.
    std::vector<std::uint64_t> taken_{};
    /// As JSON; empty: not made yet.
    std::vector<std::string> values_{};
};

} // namespace weir::ops
