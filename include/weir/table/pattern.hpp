// SPDX-License-Identifier: Apache-2.0
// Patterns of string columns, compiled by RE2: linear time, whatever the input. Costs <re2/re2.h>,
// about 0.6 s.
#pragma once

#include <weir/core/error.hpp>
#include <weir/table/column.hpp>

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The patterns of some columns, compiled once. Safe to read from many threads.
class column_patterns {
public:
    /// Errors: throws configuration_error when a pattern is not RE2 syntax; weir-gen has checked
    /// generated ones.
    explicit column_patterns(std::span<const column> columns)
        : slots_(columns.size(), 0), compiled_(count_in(columns)) {
        std::uint32_t used = 0;
        for (std::size_t at = 0; at < columns.size(); ++at) {
            if (columns[at].pattern.empty())
                continue;
            auto& made = compiled_[used];
            re2::RE2::Options quiet;
            quiet.set_log_errors(false);
            made.emplace(std::string{columns[at].pattern}, quiet);
            if (!made->ok()) {
                throw configuration_error(
                    "The pattern of column '" + std::string{columns[at].name} +
                    "' is not RE2 syntax"
                );
            }
            slots_[at] = ++used;
        }
    }

    /// Whether text matches the pattern of the column at a position; true for a column without
    /// pattern.
    [[nodiscard]] bool match(std::size_t position, std::string_view text) const {
        const auto slot = slots_[position];
        return slot == 0 ||
               compiled_[slot - 1]->Match(
                   {text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0
               );
    }

private:
    static std::size_t count_in(std::span<const column> columns) {
        std::size_t count = 0;
        for (const auto& column : columns)
            count += column.pattern.empty() ? 0U : 1U;
        return count;
    }

    /// By column: one more than the place in compiled_, 0 for no pattern.
    std::vector<std::uint32_t> slots_;
    /// Never resized: RE2 objects do not move.
    std::vector<std::optional<re2::RE2>> compiled_;
};

} // namespace weir
