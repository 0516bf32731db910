// SPDX-License-Identifier: Apache-2.0
// The table weir_migrations on a warehouse: what was run, when, by whom, and what weir has made so
// far; and the lock that one run holds.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "../compare.hpp"
#include "house.hpp"

namespace weir::ops {

inline constexpr std::string_view records_table = "weir_migrations";

/// Everything weir is known to have made in a schema that has records.
[[nodiscard]] made_names read_made(house& at, const std::string& prefix);

/// The records of one run, one in each schema it concerns.
class delta_run_record {
public:
    /// Lifetime: `wanted` longer than this.
    delta_run_record(house& at, const schema_state& wanted);

    /// Whether the newest record of each schema says that this was done.
    [[nodiscard]] bool is_known() const;

    /// Says that the run has begun. Runs that were cut off are marked as such.
    void begin(const std::vector<std::string>& ids, const std::string& statements);

    /// `outcome`: `done` or `failed`.
    void end(const std::string& outcome) const;

private:
    house* at_;
    const schema_state* wanted_;
    std::string checksum_;
    std::vector<std::string> prefixes_;
    std::string id_;
};

/// Keeps others who would do the same in a schema away until it is gone.
///
/// A warehouse has no locks: this is a row in `weir_migration_lock`, taken by one MERGE, of which
/// Delta lets one of two win. It is renewed while the run lives; one that was killed holds it for
/// `life` more.
class delta_lock {
public:
    static constexpr std::chrono::seconds life{60};
    static constexpr std::string_view of_migrations = "migrate";

    /// `name`: of what is done; one at a time of each.
    ///
    /// Errors: database_error with SQLSTATE 55P03 where another run does not end in time.
    delta_lock(
        house& at,
        const std::string& prefix,
        std::chrono::seconds wait,
        std::string_view name = of_migrations
    );
    ~delta_lock();

    delta_lock(const delta_lock&) = delete;
    delta_lock(delta_lock&&) = delete;
    delta_lock& operator=(const delta_lock&) = delete;
    delta_lock& operator=(delta_lock&&) = delete;

    /// Errors: database_error 55P03 where it was lost, because it could not be renewed in time.
    void require() const;

    /// Takes the lock from a migration that is known to have ended. Errors: database_error.
    static void release(house& at, const std::string& prefix);

private:
    [[nodiscard]] bool take();
    void renew(const std::stop_token& stop);

    house* at_;
    std::string table_;
    std::string name_;
    std::string holder_;
    std::atomic<bool> is_lost_ = false;
    std::jthread renewing_{};
};

} // namespace weir::ops
