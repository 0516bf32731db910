// SPDX-License-Identifier: Apache-2.0
// Rows on their way into a table of a SQL warehouse, a batch at a time: looked at by a query, so
// that it can be said of each single row why it is not taken, and brought by a MERGE. Costs
// delta/house.hpp.
#pragma once

#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../delta/house.hpp"
#include "load_target.hpp"

namespace weir::ops {

/// Nothing is enforced on a warehouse but NOT NULL and checks: keys, unique sets and checks are
/// looked at here; whether rows that are referred to exist is not, as nowhere on a warehouse.
///
/// Lifetime: refers to the warehouse and the facts.
class warehouse_rows {
public:
    /// More objects go in several statements. Source: databricks-sql-python, docs/parameters.md:
    /// parameters have 1 MB in all.
    static constexpr std::size_t most_bytes = 800'000;

    /// `target`: the table's whole name, quoted.
    warehouse_rows(house& at, const table& of, std::string target);

    /// Adds rows: lines of row_check. One with the number of another takes its place.
    void add(std::string_view lines);

    /// Finds the rows that the table does not take, and adds them to `refused`. `doubtful`: those
    /// with a number up to this may be there already, by what was done before.
    ///
    /// Errors: database_error.
    void look(std::uint64_t doubtful, std::vector<refused_row>& refused);

    /// Brings those that were not refused. Answers how many are there then, with those that were
    /// there before; rows that somebody else was faster than are added to `refused`.
    ///
    /// Errors: database_error.
    std::uint64_t insert(std::vector<refused_row>& refused);

    void clear() { rows_.clear(); }

    /// A query of the rows of the parameter `:p1`, which run_on_rows() gives.
    [[nodiscard]] const std::string& relation() const noexcept { return relation_; }

    /// Runs a statement for all rows that were not refused. Errors: database_error.
    void run_on_rows(const std::string& text) const;

    /// Lets an identity column go on behind the largest number that is there.
    void advance_identity();

private:
    enum class state : std::uint8_t { new_row, is_there, refused };

    struct held_row {
        std::string object{};
        state is = state::new_row;
        /// By set of unique_: what no other row may have; empty: nothing.
        std::vector<std::string> values{};
    };

    /// Columns of which no two rows have the same.
    struct unique_columns {
        column_indexes columns{};
        bool is_key = false;
    };

    [[nodiscard]] std::pair<std::uint64_t, held_row> read(std::string_view object) const;
    [[nodiscard]] std::string names_of(column_indexes columns) const;
    [[nodiscard]] std::string
    equal(column_indexes columns, std::string_view left, std::string_view right) const;
    [[nodiscard]] std::string is_same_row() const;
    [[nodiscard]] std::string look_text(std::uint64_t doubtful) const;
    [[nodiscard]] std::string merge_text() const;
    template <class Work>
    void in_parts(const Work& work) const;
    void refuse_repetitions(std::vector<refused_row>& refused);
    [[nodiscard]] std::uint64_t count(state wanted) const;

    house* at_;
    const table* of_;
    std::string target_;
    std::string relation_;
    std::vector<unique_columns> unique_{};
    std::vector<std::string> reasons_{};
    std::size_t record_uuid_;
    std::size_t is_deleted_;
    std::size_t identity_;
    std::map<std::uint64_t, held_row> rows_{};
};

} // namespace weir::ops
