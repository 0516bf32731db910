// SPDX-License-Identifier: Apache-2.0
// How a table's routes behave besides what its schema says. Costs <chrono> and <memory>.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/secret.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/table/table.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::http {

/// How answers to writes sent under an `Idempotency-Key` are kept.
struct idempotency_options {
    /// How long an answer is given again.
    std::chrono::hours kept{24};
    /// A longer body is not kept: whoever asks again gets the status and the header fields.
    std::size_t max_body_bytes = 256UL * 1024;
    /// How long a repetition waits for the first request to end before it is answered 409; never
    /// longer than its own deadline.
    std::chrono::milliseconds patience{10'000};
};

/// How rows read by their key are kept, per table.
struct row_cache_options {
    /// How long, instead of what schemas say by `cache_seconds`; 0: not at all.
    std::optional<std::chrono::milliseconds> life{};
    /// Rows, and keys without a row.
    std::size_t most_rows = 10'000;
    /// Bytes of answers; a row of more than an eighth is not kept.
    std::size_t most_bytes = 16UL * 1024 * 1024;
    deadline::clock::time_point (*now)() = &deadline::clock::now;
};

/// In row_cache.hpp.
class row_caches;

struct table_options {
    /// Every path begins with it.
    std::string base = "/api/v1";
    /// Rows one POST may bring.
    std::size_t max_rows = 10'000;
    /// Whether anybody may purge rows of a table whose schema names no `purge` groups.
    bool purge_without_rule = false;
    /// How long a streamed list may take, to its last row.
    std::chrono::milliseconds stream_time = deadline::longest_span;
    /// Seals the cursors of lists. Instances behind one address need the same; empty: a random one,
    /// so that cursors end with the process and are refused by other instances.
    secret cursor_key{};
    /// Where audit times come from.
    now_function clock = &now;
    idempotency_options idempotency{};
    row_cache_options cache{};
    /// Where the caches of these tables are to be found, for statistics and for what is written
    /// beside routes; absent: nowhere.
    std::shared_ptr<row_caches> caches{};
    /// What runs around writes: weir::share(weir::hooks<order>{…}), for as many tables as there
    /// are; the routes of a table use those that are its own.
    std::vector<std::shared_ptr<const any_hooks>> hooks{};

    /// The hooks of a table; nullptr: none.
    ///
    /// Errors:   throws configuration_error when two are its own.
    /// Lifetime: as these options.
    [[nodiscard]] const any_hooks* hooks_of(const table& wanted) const {
        const any_hooks* found = nullptr;
        for (const auto& each : hooks) {
            if (each == nullptr || &each->of() != &wanted)
                continue;
            if (found != nullptr)
                throw configuration_error{
                    "Hooks of table '" + std::string{wanted.name} + "' were given twice"
                };
            found = each.get();
        }
        return found;
    }
};

} // namespace weir::http
