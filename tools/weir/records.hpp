// SPDX-License-Identifier: Apache-2.0
// The table weir_migrations: what was run, when, by whom, and what weir has made so far.
#pragma once

#include <string>
#include <vector>

#include "compare.hpp"
#include "database.hpp"
#include "state.hpp"

namespace weir::ops {

/// The schemas of tables, in their order.
[[nodiscard]] std::vector<std::string> prefixes_of(const schema_state& wanted);

/// What a migration makes in one of them.
[[nodiscard]] made_names made_in(const schema_state& wanted, const std::string& prefix);

/// What makes the wanted tables, as one text to know it by.
[[nodiscard]] std::string checksum_of(const schema_state& wanted);

/// Everything weir is known to have made in a schema; nothing where no migration was run.
[[nodiscard]] made_names read_made(database& at, const std::string& prefix);

/// The records of one run, one in each schema it concerns.
class run_record {
public:
    /// Lifetime: `wanted` longer than this.
    explicit run_record(const schema_state& wanted);

    /// Whether the newest record of each schema says that this was done.
    [[nodiscard]] bool is_known(database& at) const;

    /// Says in a transaction that is open that the run has begun. Runs that were cut off are marked
    /// as such.
    void begin(database& at, const std::vector<std::string>& ids, const std::string& statements);

    /// `outcome`: `done` or `failed`.
    void end(database& at, const std::string& outcome);

private:
    const schema_state* wanted_;
    std::string checksum_;
    std::vector<std::string> prefixes_{};
    std::vector<std::string> begun_{};
};

} // namespace weir::ops
