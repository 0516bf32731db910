// SPDX-License-Identifier: Apache-2.0
// A statement of a request that may go on where the request's time is over, and how the request is
// made again once it has ended. Light: optional, string.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace weir {

/// What a request that only reads tells the sessions it opens, and is told by them.
///
/// Threads: not two at once.
struct statement_deferral {
    /// One of a request's statements.
    struct place {
        /// Which one, from 0: a request that is made again executes the same ones.
        std::size_t position = 0;
        std::string statement_id{};
    };

    /// Whether the client asked for it; a table's `api: {async: true}` does as well.
    bool is_wanted = false;
    /// The statement that is there already, and only waited for.
    std::optional<place> resumed{};
    /// The statement that was left running at the deadline, instead of being cancelled.
    std::optional<place> left{};
    /// How many have begun.
    std::size_t begun = 0;
};

} // namespace weir
