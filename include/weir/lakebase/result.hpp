// SPDX-License-Identifier: Apache-2.0
// The rows a statement gave, as text fields that refer into the driver's buffer. Costs <pqxx/pqxx>.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/lakebase/detail/pqxx_compat.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace weir::lakebase {

/// All rows of one statement, already received: it needs neither its session nor its connection any
/// more.
///
/// Threads: distinct objects safe, shared object unsafe.
class rows {
public:
    // By value: libpqxx 7 can move results, 6 shares them.
    // NOLINTNEXTLINE(performance-unnecessary-value-param)
    explicit rows(pqxx::result received)
        // NOLINTNEXTLINE(performance-move-const-arg)
        : received_(std::move(received)), position_(received_.begin()),
          left_(static_cast<std::uint64_t>(received_.size())) {}

    /// The next row, absent after the last. Nothing is copied.
    /// Lifetime: the span until the next call; the text as long as this object.
    [[nodiscard]] std::optional<std::span<const text_field>> next() {
        if (left_ == 0)
            return std::nullopt;
        --left_;
        detail::view_fields(position_, fields_);
        ++position_;
        return std::span<const text_field>{fields_};
    }

    /// Rows inserted, updated or deleted; for a query the rows it gave.
    [[nodiscard]] std::uint64_t affected_rows() const {
        return static_cast<std::uint64_t>(received_.affected_rows());
    }

private:
    pqxx::result received_;
    // Refers to the driver's buffer through its own count, so that moving this object is safe.
    pqxx::const_result_iterator position_;
    std::uint64_t left_;
    std::vector<text_field> fields_;
};

} // namespace weir::lakebase
