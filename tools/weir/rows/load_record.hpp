// SPDX-License-Identifier: Apache-2.0
// How far each load of a file into Lakebase came, in the table `weir_loads`.
// Written in the transactions that load, so that it cannot be wrong. Costs database.hpp.
#pragma once

#include <optional>
#include <string>

#include "../database.hpp"
#include "load_target.hpp"

namespace weir::ops {

/// One load of one file into one table. Nobody else loads the same while this is.
class load_record {
public:
    /// `prefix`: of the table's schema, `"app_data".`. Makes `weir_loads` where it is not.
    ///
    /// Errors: database_error; configuration_error: another one loads the file just now.
    load_record(database& at, std::string prefix, std::string table, std::string checksum);

    /// What is known of the file; absent: it was never begun.
    [[nodiscard]] std::optional<load_state> read();

    /// Forgets it, and notes that it is begun.
    void begin(const std::string& file);

    /// For within the transaction whose rows it counts.
    void write(const load_state& now);

private:
    database* at_;
    std::string records_;
    std::string table_;
    std::string checksum_;
};

} // namespace weir::ops
