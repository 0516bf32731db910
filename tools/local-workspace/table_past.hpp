// SPDX-License-Identifier: Apache-2.0
// Old versions of tables for `TIMESTAMP AS OF`: a copy of a table for each statement that changed
// it. For small tables of tests; kept only while an administrator asks for it.
#pragma once

#include <weir/embedded/session.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"

namespace local_workspace {

/// Threads: may be shared.
class table_past {
public:
    /// The statement with the copy of the version in place of each `t TIMESTAMP AS OF …`; absent:
    /// it asks for no version of a table whose versions are kept.
    ///
    /// Errors: statement_failure as Delta's for a time before the first version, or after the last:
    /// the next change may still come before it.
    [[nodiscard]] std::optional<std::string> resolved(const statement_order& order) const;

    /// Keeps a version of the table that a statement has just changed, of the time `now_ms`. Nobody
    /// else writes meanwhile.
    void keep(const statement_order& order, weir::embedded::connection& on, std::int64_t now_ms);

private:
    struct version {
        /// Milliseconds since 1970; no two of a table are the same.
        std::int64_t at_ms = 0;
        std::string copy{};
    };

    [[nodiscard]] const version& version_at(const std::string& table, std::string_view time) const;

    mutable std::mutex mutex_;
    std::map<std::string, std::vector<version>> of_table_;
    std::size_t copies_ = 0;
};

} // namespace local_workspace
