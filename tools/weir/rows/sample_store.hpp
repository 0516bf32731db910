// SPDX-License-Identifier: Apache-2.0
// Made-up rows on Lakebase: put there, found again, and taken away without touching anybody
// else's. Costs database.hpp.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "../database.hpp"
#include "../wanted.hpp"
#include "sampler.hpp"

namespace weir::ops {

/// One table's made-up rows. Those of audited tables are known by who inserted them, those of
/// others by their keys, which `weir_samples` keeps beside them. Lifetime: refers to everything it
/// is given.
class sample_store {
public:
    sample_store(database& at, const wanted_tables& wanted, const table& of);

    [[nodiscard]] std::uint64_t count() const;

    /// Keys that others may refer to: of made-up rows, else of any that are not deleted; at most
    /// 100,000.
    [[nodiscard]] parent_keys keys() const;

    /// The next numbers of the sequence of an identity column; none where there is no such column.
    [[nodiscard]] std::vector<std::string> draw_numbers(std::uint64_t count) const;

    /// Whether anybody has rows in the table.
    [[nodiscard]] bool has_rows() const;

    /// Whether somebody has rows in the table that were not made up.
    [[nodiscard]] bool has_others() const;

    /// Forgets the rows of a table that was emptied.
    void forget();

    /// Which rows of the stage break a check of the schema or are there already in the table:
    /// their numbers, and what they break. `beside`: also rows of others are looked at.
    [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> unfit(bool beside) const;

    /// Remembers the rows of the stage, where nothing else does; for before they are inserted.
    void remember();

    /// Deletes made-up rows that no other row refers to, and tells how many are left.
    /// `referring`: every table that is declared.
    struct cleaned {
        std::uint64_t removed = 0;
        std::uint64_t kept = 0;
    };

    [[nodiscard]] cleaned clean(std::span<const table* const> referring);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    [[nodiscard]] std::string is_sample(const std::string& alias) const;
    [[nodiscard]] std::string key_array(const std::string& alias) const;

    database* at_;
    const wanted_tables* wanted_;
    const table* of_;
    std::string name_;
    std::string samples_;
    bool is_audited_;
};

} // namespace weir::ops
