// SPDX-License-Identifier: Apache-2.0
// Rows on their way into a table, in a temporary table beside it: so that the server can say of
// each single row why it does not take it. Costs database.hpp.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "../database.hpp"
#include "load_target.hpp"

namespace weir::ops {

/// Lifetime: refers to the connection and the facts. Everything but the constructor is for within a
/// transaction, with whose end the rows are gone.
class row_stage {
public:
    /// `target`: the table's whole name, quoted.
    ///
    /// Errors: database_error.
    row_stage(database& at, const table& of, std::string target);

    /// The name of the temporary table. Its columns: `weir_row`, then those of the facts.
    [[nodiscard]] static constexpr std::string_view name() noexcept { return "pg_temp.weir_rows"; }

    /// Copies lines of COPY's text format: the row's number, then a field for every column. Answers
    /// how many.
    std::uint64_t copy(const std::function<std::string_view()>& feed);

    /// Moves the rows numbered `first` to `last` into the table. Those that it does not take are
    /// added to `refused`, in their order. Answers how many it took.
    ///
    /// Errors: database_error that is about no single row; the transaction is then failed.
    std::uint64_t
    insert(std::uint64_t first, std::uint64_t last, std::vector<refused_row>& refused);

    /// Forgets the rows.
    void clear();

    /// Lets the sequence of an identity column go on behind the largest value of the stage.
    void advance_identity();

private:
    struct range {
        std::uint64_t first;
        std::uint64_t last;
    };

    std::uint64_t insert_where(const std::string& condition);
    bool try_insert(range of, std::uint64_t& taken, refused_row& why);
    void retry_references(std::uint64_t& taken, std::vector<refused_row>& refused);

    database* at_;
    const table* of_;
    std::string target_;
    std::string insert_{};
    bool refers_to_itself_ = false;
};

} // namespace weir::ops
