// SPDX-License-Identifier: Apache-2.0
// Where a load brings rows: a table on Lakebase or on a SQL warehouse, with the record of how far
// it is. Light.
#pragma once

#include <weir/table/table.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../command_parts.hpp"

namespace weir::ops {

/// A row that was not taken.
struct refused_row {
    /// As it was numbered.
    std::uint64_t number = 0;
    std::string reason{};
    bool is_reference = false;
};

/// What of a file is done, in the table `weir_loads` beside the table that is loaded.
struct load_state {
    std::uint64_t bytes = 0;
    /// The line that comes next.
    std::uint64_t line = 1;
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    /// Of the file of rejected rows.
    std::uint64_t rejects_bytes = 0;
    /// How many of the rows that come next may be there already.
    std::uint64_t doubtful = 0;
    /// See row_fill.
    std::string seed{};
    bool is_finished = false;
};

/// The numbers of a state from the first columns of its row in `weir_loads`: bytes, line, rows,
/// rejected, rejects_bytes.
[[nodiscard]] load_state numbers_of(const std::vector<std::string>& row);

/// Nobody else loads the same file into the same table while one is there. Errors of all:
/// database_error.
class load_target {
public:
    load_target() = default;
    load_target(const load_target&) = delete;
    load_target(load_target&&) = delete;
    load_target& operator=(const load_target&) = delete;
    load_target& operator=(load_target&&) = delete;
    virtual ~load_target() = default;

    /// What is known of the file; absent: it was never begun.
    [[nodiscard]] virtual std::optional<load_state> read() = 0;

    /// Forgets what was, and notes that it is begun, with a first batch of `batch` rows.
    [[nodiscard]] virtual load_state begin(const std::string& file, std::uint64_t batch) = 0;

    /// Who inserts rows where nobody is named.
    [[nodiscard]] virtual std::string actor() = 0;

    /// How many bytes the lines of a batch may have.
    [[nodiscard]] virtual std::size_t most_bytes() const = 0;

    /// Brings a batch: lines of row_check, in pieces, until there are none. Rows that are not taken
    /// are added to `refused`, in their order. Answers how many were. `doubtful`: how many of the
    /// first may be there already.
    virtual std::uint64_t bring(
        const std::function<std::string_view()>& feed,
        std::uint64_t doubtful,
        std::vector<refused_row>& refused
    ) = 0;

    /// Ends the batch, and notes how far the file is.
    virtual void keep(const load_state& now) = 0;
};

/// Errors: database_error; configuration_error: another one loads the file just now. Lifetime: the
/// facts longer than what is given.
[[nodiscard]] std::unique_ptr<load_target>
open_lakebase_load(const asked_tables& tables, const table& of, const std::string& checksum);

/// As open_lakebase_load().
[[nodiscard]] std::unique_ptr<load_target>
open_warehouse_load(const asked_tables& tables, const table& of, const std::string& checksum);

} // namespace weir::ops
