// SPDX-License-Identifier: Apache-2.0
// From changes to the statements that are run, in order, and the transactions they are run in.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "change.hpp"

namespace weir::ops {

struct batch {
    std::vector<std::string> statements{};
    bool in_transaction = true;
    /// Run again until it affects no row, each time in a transaction of its own.
    bool repeats = false;
};

/// What somebody decided about changes, by their ids.
struct decisions {
    std::set<std::string> approved{};
    /// What would be lost stays as it is.
    std::set<std::string> kept{};
};

struct plan {
    /// The first is the one transaction that all of it is in where possible.
    std::vector<batch> batches{};
    /// Ids of changes that nobody decided about, though somebody must.
    std::vector<std::string> undecided{};
    /// Ids of changes that cannot be made.
    std::vector<std::string> refused{};
    /// Ids that were decided about and that no change has.
    std::vector<std::string> unknown{};

    [[nodiscard]] bool may_run() const noexcept {
        return undecided.empty() && refused.empty() && unknown.empty();
    }
};

/// `has_transactions`: false where every statement takes effect by itself, in a batch of its own.
[[nodiscard]] plan make_plan(
    const std::vector<change>& changes, const decisions& decided, bool has_transactions = true
);

} // namespace weir::ops
